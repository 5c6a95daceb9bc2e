//! Strings that may hold a secret.

use zeroize::{Zeroize as _, Zeroizing};

/// A string that may hold a secret: overwritten when dropped, and without `Debug`.
#[derive(Clone, Default)]
pub struct SecretText(String);

impl SecretText {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text itself, which is still overwritten when dropped.
    #[must_use]
    pub fn into_inner(mut self) -> Zeroizing<String> {
        Zeroizing::new(std::mem::take(&mut self.0))
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A growing [`SecretText`] that leaves no copy behind when it moves to a larger allocation.
#[derive(Default)]
pub(super) struct SecretBuilder(SecretText);

impl SecretBuilder {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(SecretText(String::with_capacity(bytes)))
    }

    pub(super) fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    pub(super) fn push_str(&mut self, text: &str) {
        let needed = self.0.0.len() + text.len();
        if needed > self.0.0.capacity() {
            self.grow(needed);
        }
        self.0.0.push_str(text);
    }

    /// Adds text, and in the place of each character that is not plain its escape.
    pub(super) fn push_escaped(
        &mut self,
        text: &str,
        is_plain: impl Fn(char) -> bool,
        push_escape: impl Fn(char, &mut Self),
    ) {
        let mut rest = text;
        while let Some(at) = rest.find(|c| !is_plain(c)) {
            let (run, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.push_str(run);
            let mut characters = after.chars();
            if let Some(character) = characters.next() {
                push_escape(character, self);
            }
            rest = characters.as_str();
        }
        self.push_str(rest);
    }

    pub(super) fn finish(self) -> SecretText {
        self.0
    }

    fn grow(&mut self, needed: usize) {
        let mut larger = String::with_capacity(needed.max(self.0.0.capacity() * 2).max(32));
        larger.push_str(&self.0.0);
        // The old allocation is dropped, and so overwritten, with the old value.
        self.0 = SecretText(larger);
    }
}
