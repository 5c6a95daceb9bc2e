//! Values that are sealed already: sealing a Secret again keeps the ciphertexts of those that have not changed, and a diff shows
//! what has.

use std::collections::{BTreeMap, HashMap};

use sealkit_core::{EncryptionLabel, Fingerprint, KeyRing, Plaintext, SealedValue, TrialLimit};

use crate::documents::Documents;
use crate::items::sealed_secrets;
use crate::open::open;
use crate::sealed_secret::{Item, SealedSecret};

/// The values of SealedSecrets, each in the clear and sealed. Has no `Debug`.
#[derive(Default)]
pub struct KnownValues {
    by_label: HashMap<EncryptionLabel, BTreeMap<String, Known>>,
}

struct Known {
    plaintext: Plaintext,
    sealed: SealedValue,
}

impl KnownValues {
    /// Those values of the documents that `keys` open, as far as they are sealed for `key`. What cannot be read or opened is
    /// not known.
    #[must_use]
    pub fn of(documents: &Documents, keys: &KeyRing, key: Fingerprint) -> Self {
        let mut known = Self::default();
        for (_, sealed) in sealed_secrets(documents).0 {
            known.add(&sealed, keys, key);
        }
        known
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_label.is_empty()
    }

    fn add(&mut self, sealed: &SealedSecret, keys: &KeyRing, key: Fingerprint) {
        let Ok(opened) = open(sealed, keys, TrialLimit::PerObject) else { return };
        let items = self.by_label.entry(opened.label().clone()).or_default();
        for (item, unsealed) in opened.iter().filter(|(_, unsealed)| unsealed.fingerprint == key) {
            let Item::Named(name) = item else { continue };
            let Some(Ok(value)) = sealed.value(item).map(|value| value.sealed_value()) else {
                continue;
            };
            let plaintext = Plaintext::from(unsealed.plaintext.expose().to_vec());
            items.insert(name.clone(), Known { plaintext, sealed: value.clone() });
        }
    }

    /// The ciphertext of an item, if it has this value under this label.
    pub(crate) fn find(
        &self,
        label: &EncryptionLabel,
        item: &str,
        value: &[u8],
    ) -> Option<&SealedValue> {
        let known = self.by_label.get(label)?.get(item)?;
        (known.plaintext.expose() == value).then_some(&known.sealed)
    }
}
