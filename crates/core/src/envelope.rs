//! The ciphertext's wire form.

use std::fmt;
use std::str::FromStr;

use base64::display::Base64Display;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

use crate::error::EnvelopeError;
use crate::primitives::AES_GCM_TAG_BYTES;

/// Padding is required; the bits that the last character has to spare may have any value.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

const LENGTH_PREFIX_BYTES: usize = 2;

/// A sealed value, version 1: a session key encrypted for the sealing key, and a value encrypted under
/// the session key.
///
/// The wire form is `u16be(len(R)) || R || C`:
///
/// | part | content |
/// |---|---|
/// | `R` | RSA-OAEP(SHA-256, MGF1-SHA-256, label = encryption label) of the session key; as long as the modulus, or shorter where leading zero bytes were dropped |
/// | `C` | AES-GCM of the value under the session key: nonce of 12 zero bytes, no associated data, 16-byte tag at the end |
///
/// `Display` writes it in standard base64. `FromStr` also reads base64 with carriage returns and line
/// feeds in it, and with non-zero spare bits in the last character.
///
/// What has been parsed has the right shape; only [`KeyRing::unseal`](crate::KeyRing) tells whether it
/// is genuine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SealedValue {
    /// As long as `encrypted_session_key`.
    session_key_length: u16,
    encrypted_session_key: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl SealedValue {
    /// The longest wire form that is read or made: 4 MiB. Kubernetes takes no object larger than that.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;

    /// The longest text that `FromStr` reads, line breaks included: 8 MiB.
    pub const MAX_TEXT_BYTES: usize = 2 * Self::MAX_BYTES;

    /// Reads the wire form.
    ///
    /// # Errors
    /// The input is longer than [`Self::MAX_BYTES`], or ends before the parts it announces.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(EnvelopeError::TooLarge);
        }
        let (prefix, rest) =
            bytes.split_first_chunk::<LENGTH_PREFIX_BYTES>().ok_or(EnvelopeError::Truncated)?;
        let session_key_length = u16::from_be_bytes(*prefix);
        let (encrypted_session_key, ciphertext) = rest
            .split_at_checked(usize::from(session_key_length))
            .ok_or(EnvelopeError::Truncated)?;
        if encrypted_session_key.is_empty() {
            return Err(EnvelopeError::NoSessionKey);
        }
        if ciphertext.len() < AES_GCM_TAG_BYTES {
            return Err(EnvelopeError::Truncated);
        }
        Ok(Self {
            session_key_length,
            encrypted_session_key: encrypted_session_key.to_vec(),
            ciphertext: ciphertext.to_vec(),
        })
    }

    /// Bits of the modulus of the key that it was sealed for, as far as the encrypted session key tells: a writer that drops
    /// leading zero bytes makes it look shorter.
    #[must_use]
    pub fn key_bits(&self) -> usize {
        8 * usize::from(self.session_key_length)
    }

    /// Bytes of the value that is sealed: AES-GCM hides nothing of its length.
    #[must_use]
    pub fn value_len(&self) -> usize {
        // Checked where an envelope is made.
        self.ciphertext.len().saturating_sub(AES_GCM_TAG_BYTES)
    }

    /// Bytes of the text that `Display` writes.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.len().div_ceil(3) * 4
    }

    /// Writes the wire form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        bytes.extend_from_slice(&self.session_key_length.to_be_bytes());
        bytes.extend_from_slice(&self.encrypted_session_key);
        bytes.extend_from_slice(&self.ciphertext);
        bytes
    }

    /// Puts the two parts together.
    ///
    /// # Errors
    /// The wire form would be longer than [`Self::MAX_BYTES`], or the session key longer than its length can say.
    pub(crate) fn from_parts(
        encrypted_session_key: Vec<u8>,
        ciphertext: Vec<u8>,
    ) -> Result<Self, EnvelopeError> {
        let session_key_length =
            u16::try_from(encrypted_session_key.len()).map_err(|_| EnvelopeError::TooLarge)?;
        let envelope = Self { session_key_length, encrypted_session_key, ciphertext };
        if envelope.len() > Self::MAX_BYTES {
            return Err(EnvelopeError::TooLarge);
        }
        Ok(envelope)
    }

    pub(crate) fn encrypted_session_key(&self) -> &[u8] {
        &self.encrypted_session_key
    }

    pub(crate) fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    fn len(&self) -> usize {
        LENGTH_PREFIX_BYTES + self.encrypted_session_key.len() + self.ciphertext.len()
    }
}

impl fmt::Display for SealedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Base64Display::new(&self.to_bytes(), &BASE64).fmt(f)
    }
}

impl FromStr for SealedValue {
    type Err = EnvelopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(EnvelopeError::TooLarge);
        }
        let decoded = if text.contains(['\r', '\n']) {
            BASE64.decode(text.replace(['\r', '\n'], ""))
        } else {
            BASE64.decode(text)
        };
        Self::from_bytes(&decoded.map_err(|_| EnvelopeError::NotBase64)?)
    }
}

#[cfg(test)]
mod tests;
