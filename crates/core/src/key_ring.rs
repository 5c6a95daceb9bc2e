//! The private keys of a cluster: which to try, and which one opened a value.

use crate::diagnosing::Diagnosing;
use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::error::{KeyError, UnsealError};
use crate::fingerprint::Fingerprint;
use crate::key_hint::KeyHint;
use crate::key_order::{DatedKey, KeyOrder};
use crate::plaintext::Plaintext;
use crate::private_key::PrivateKey;
use crate::trials::{TrialLimit, Trials};

/// Private keys in the order in which they are tried. Clones share the keys.
///
/// It cannot be printed:
/// ```compile_fail,E0277
/// # fn print(keys: sealkit_core::KeyRing) {
/// println!("{keys:?}");
/// # }
/// ```
#[derive(Clone)]
pub struct KeyRing(Vec<PrivateKey>);

/// An opened value, and the key that opened it.
pub struct Unsealed {
    /// The value.
    pub plaintext: Plaintext,
    /// The key that opened it: a good hint for values sealed together with this one.
    pub fingerprint: Fingerprint,
}

impl KeyRing {
    /// Keeps the order given. Of keys with the same fingerprint the first is kept.
    #[must_use]
    pub fn new(keys: Vec<PrivateKey>) -> Self {
        let mut ring = Self(Vec::with_capacity(keys.len()));
        for key in keys {
            if !ring.contains(&key.fingerprint()) {
                ring.0.push(key);
            }
        }
        ring
    }

    /// Puts keys in order, newest first: those without a time come last; of two with the same time, the one that was
    /// created earlier is the newer, then the one with the lower fingerprint.
    #[must_use]
    pub fn newest_first(keys: impl IntoIterator<Item = DatedKey>, order: KeyOrder) -> Self {
        let mut keys: Vec<DatedKey> = keys.into_iter().collect();
        keys.sort_by(|a, b| order.compare(a, b));
        Self::new(keys.into_iter().map(|dated| dated.key).collect())
    }

    /// Reads every private key of a PEM file, in the file's order. Other blocks, such as the keys'
    /// certificates, are passed over.
    ///
    /// # Errors
    /// There is no private key, or one of them cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        PrivateKey::all_from_pem(pem).map(Self::new)
    }

    /// Opens a single value, with whatever it takes: first with the keys of the hint that the ring has, then with the
    /// others in order. [`KeyRing::trials`] opens several that belong together.
    ///
    /// # Errors
    /// The ring is empty, or no key opens the value under this label.
    pub fn unseal(
        &self,
        value: &SealedValue,
        label: &EncryptionLabel,
        hint: KeyHint,
    ) -> Result<Unsealed, UnsealError> {
        self.trials(TrialLimit::Unlimited).unseal(value, label, hint)
    }

    /// One search, to be shared by the values of one object.
    #[must_use]
    pub fn trials(&self, limit: TrialLimit) -> Trials<'_> {
        Trials::new(self, limit)
    }

    /// What only the holder of the private keys may ask. A service must not answer a request with it.
    #[must_use]
    pub fn diagnosing(&self) -> Diagnosing<'_> {
        Diagnosing(self)
    }

    /// The first key: the newest, where the ring was made by [`KeyRing::newest_first`].
    #[must_use]
    pub fn newest(&self) -> Option<&PrivateKey> {
        self.0.first()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&PrivateKey> {
        self.0.get(place)
    }

    /// The places of the keys that a hint names and the ring has.
    pub(crate) fn places_of(&self, hint: KeyHint) -> impl Iterator<Item = usize> {
        let place = |name| self.0.iter().position(|key| key.fingerprint() == name);
        hint.keys().filter_map(place)
    }

    /// The places of all keys, each once: first those given, then the others in order.
    pub(crate) fn all_after(&self, first: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut places = Vec::with_capacity(self.len());
        for place in first.chain(0..self.len()) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &PrivateKey> {
        self.0.iter()
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fingerprints of the keys, in order.
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint> {
        self.0.iter().map(PrivateKey::fingerprint)
    }

    /// Whether a key is in the ring.
    #[must_use]
    pub fn contains(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprints().any(|own| own == *fingerprint)
    }
}

#[cfg(test)]
mod tests;
