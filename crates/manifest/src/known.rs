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

    /// Adds the values of a SealedSecret that a cluster has opened: those that stand there with the same ciphertexts.
    /// `opened` is the Secret that came of it, as far as nobody else has written to it. Values with a hint that names another
    /// key than `key` are not known: they are to be sealed anew.
    pub fn add_opened(
        &mut self,
        sealed: &SealedSecret,
        in_cluster: &SealedSecret,
        opened: &BTreeMap<String, Plaintext>,
        key: Fingerprint,
    ) {
        let Ok(label) = in_cluster.label() else { return };
        if sealed.scope() != in_cluster.scope() {
            return;
        }
        let hints = sealed.hints();
        let items = self.by_label.entry(label).or_default();
        for (item, value) in sealed.values() {
            let Item::Named(name) = &item else { continue };
            let is_of_key = hints.sealed_with(name).is_none_or(|hint| hint == key);
            // Not every controller lets the opened value win over a template of the same name.
            let is_value = !sealed.template().data.contains_key(name);
            let is_there = in_cluster.value(&item) == Some(value);
            let (Some(plaintext), Ok(sealed)) = (opened.get(name), value.sealed_value()) else {
                continue;
            };
            if is_of_key && is_value && is_there {
                let plaintext = Plaintext::from(plaintext.expose().to_vec());
                items.insert(name.clone(), Known { plaintext, sealed: sealed.clone() });
            }
        }
        self.by_label.retain(|_, items| !items.is_empty());
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
