//! A sealed value as it stands in a document.

use std::fmt;

use sealkit_core::{EnvelopeError, SealedValue};

/// A value of `spec.encryptedData` or `spec.data`: a sealed value, or a text that is none and why.
///
/// `Display` writes it as it is read: a sealed value in base64 on one line, any other text unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ciphertext(Content);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Sealed(SealedValue),
    Malformed { text: String, error: EnvelopeError },
}

impl Ciphertext {
    /// Reads a text. It need not be a sealed value.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(match text.parse() {
            Ok(value) => Content::Sealed(value),
            Err(error) => Content::Malformed { text: text.to_owned(), error },
        })
    }

    /// The sealed value.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn sealed_value(&self) -> Result<&SealedValue, EnvelopeError> {
        match &self.0 {
            Content::Sealed(value) => Ok(value),
            Content::Malformed { error, .. } => Err(*error),
        }
    }
}

impl Ciphertext {
    /// About how many bytes it is written with.
    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Content::Sealed(value) => value.text_len(),
            Content::Malformed { text, .. } => text.len(),
        }
    }
}

impl From<SealedValue> for Ciphertext {
    fn from(value: SealedValue) -> Self {
        Self(Content::Sealed(value))
    }
}

impl fmt::Display for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Sealed(value) => value.fmt(f),
            Content::Malformed { text, .. } => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_sealed_value_is_kept_and_knows_why() {
        for (text, error) in [
            ("", EnvelopeError::Truncated),
            ("not base64", EnvelopeError::NotBase64),
            ("AAAA", EnvelopeError::NoSessionKey),
        ] {
            let ciphertext = Ciphertext::read(text);
            assert_eq!(ciphertext.sealed_value().err(), Some(error), "{text}");
            assert_eq!(ciphertext.to_string(), text);
        }
    }
}
