//! Finding out what a value was sealed for, for whoever holds the private keys.

use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::fingerprint::Fingerprint;
use crate::hybrid;
use crate::key_hint::KeyHint;
use crate::key_ring::KeyRing;
use crate::private_key::PrivateKey;

/// The questions that only the holder of the private keys may ask: from [`KeyRing::diagnosing`].
///
/// The answers tell a wrong key from a wrong label from damaged data, and so for whom a copied value was sealed. They are
/// for messages to a person who has the keys. A service must not let an answer, nor its absence, depend on them.
#[derive(Clone, Copy)]
pub struct Diagnosing<'a>(pub(crate) &'a KeyRing);

impl Diagnosing<'_> {
    /// Finds the key that opens a value's session key under a label. That says for whom the value was sealed,
    /// and nothing about whether its data is whole: with [`KeyRing::unseal`] it tells damaged data from a wrong key or
    /// label.
    #[must_use]
    pub fn find_key(
        self,
        value: &SealedValue,
        label: &EncryptionLabel,
        hint: KeyHint,
    ) -> Option<Fingerprint> {
        let places = self.0.all_after(self.0.places_of(hint)).into_iter();
        let mut keys = places.filter_map(|place| self.0.get(place));
        let opens = |key: &&PrivateKey| hybrid::open_session_key(key, value, label).is_some();
        keys.find(opens).map(PrivateKey::fingerprint)
    }

    /// The keys that are asked.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        self.0
    }
}
