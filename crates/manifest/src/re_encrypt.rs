//! A SealedSecret under another key: the same, with new ciphertexts.

use rand_core::CryptoRng;
use sealkit_core::{Fingerprint, SealError, SealedValue, SealingKey};

use crate::annotations::SEALED_WITH;
use crate::ciphertext::Ciphertext;
use crate::open::OpenedValues;
use crate::sealed_secret::{Item, SealedSecret};

/// Seals the values of a SealedSecret again, for `key`, under the label that opened them: no scope becomes wider.
///
/// The template and all other fields stay as they are, but for the hint which key the values are sealed with, where there
/// is one. A value that was not opened stays, too. `random` gives the session keys.
///
/// # Errors
/// A value cannot be sealed.
pub fn re_encrypt(
    mut sealed: SealedSecret,
    opened: &OpenedValues,
    key: &SealingKey,
    random: &mut impl CryptoRng,
) -> Result<SealedSecret, SealError> {
    for (item, unsealed) in opened.iter() {
        let value = key.seal(unsealed.plaintext.expose(), opened.label(), random)?;
        sealed.put(item, value);
    }
    Ok(sealed.hinting_at(key.fingerprint()))
}

impl SealedSecret {
    /// The same with these values, which are sealed for this key. A value that is not named stays, and so does everything
    /// else, but for the hint which key the values are sealed with, where there is one.
    #[must_use]
    pub fn with_values(
        mut self,
        values: impl IntoIterator<Item = (Item, SealedValue)>,
        key: Fingerprint,
    ) -> Self {
        for (item, value) in values {
            self.put(&item, value);
        }
        self.hinting_at(key)
    }

    fn put(&mut self, item: &Item, value: SealedValue) {
        if let Some(place) = self.value_mut(item) {
            *place = value.into();
        }
    }

    fn hinting_at(mut self, key: Fingerprint) -> Self {
        if let Some(hint) = self.parts_mut().metadata.annotations.get_mut(SEALED_WITH) {
            *hint = key.to_string();
        }
        self
    }

    fn value_mut(&mut self, item: &Item) -> Option<&mut Ciphertext> {
        let parts = self.parts_mut();
        match item {
            Item::Named(name) => parts.encrypted_data.as_mut()?.get_mut(name),
            Item::Whole => parts.deprecated_data.as_mut(),
        }
    }
}
