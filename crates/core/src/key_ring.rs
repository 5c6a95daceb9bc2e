//! The private keys of a cluster: which to try, and which one opened a value.

use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::error::{KeyError, UnsealError};
use crate::fingerprint::Fingerprint;
use crate::hybrid;
use crate::plaintext::Plaintext;
use crate::private_key::PrivateKey;

/// Private keys in the order in which they are tried, newest first.
///
/// It cannot be printed:
/// ```compile_fail,E0277
/// # fn print(keys: sealkit_core::KeyRing) {
/// println!("{keys:?}");
/// # }
/// ```
pub struct KeyRing(Vec<PrivateKey>);

/// Which key probably opens a value. A hint only changes the order in which keys are tried: it never
/// keeps a key from being tried, and it is no proof of anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyHint {
    /// Nothing is known.
    #[default]
    None,
    /// This one is tried first.
    Fingerprint(Fingerprint),
    /// The first of these is tried first, then the second.
    Either(Fingerprint, Fingerprint),
}

impl KeyHint {
    /// The keys to be tried before all others, in order.
    fn keys(self) -> [Option<Fingerprint>; 2] {
        match self {
            Self::None => [None, None],
            Self::Fingerprint(first) => [Some(first), None],
            Self::Either(first, second) => [Some(first), Some(second)],
        }
    }
}

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

    /// Reads every private key of a PEM file, in the file's order. Other blocks, such as the keys'
    /// certificates, are passed over.
    ///
    /// # Errors
    /// There is no private key, or one of them cannot be read.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        PrivateKey::all_from_pem(pem).map(Self::new)
    }

    /// Opens a value: first with the keys of the hint that the ring has, then with the others in order.
    /// A key whose modulus is shorter than the encrypted session key is passed over; trying any other
    /// costs one private-key operation.
    ///
    /// # Errors
    /// The ring is empty, or no key opens the value under this label.
    pub fn unseal(
        &self,
        value: &SealedValue,
        label: &EncryptionLabel,
        hint: KeyHint,
    ) -> Result<Unsealed, UnsealError> {
        if self.is_empty() {
            return Err(UnsealError::NoKeys);
        }
        self.in_order(hint)
            .find_map(|key| {
                let plaintext = hybrid::unseal(key, value, label)?;
                Some(Unsealed { plaintext, fingerprint: key.fingerprint() })
            })
            .ok_or(UnsealError::NotOpened)
    }

    /// Finds the key that opens a value's session key under a label. That says for whom the value was
    /// sealed, and nothing about whether its data is whole: with [`KeyRing::unseal`] it tells damaged
    /// data from a wrong key or label. For messages to whoever holds the private keys; a service must
    /// not pass the difference on to its callers.
    #[must_use]
    pub fn find_key(
        &self,
        value: &SealedValue,
        label: &EncryptionLabel,
        hint: KeyHint,
    ) -> Option<Fingerprint> {
        let opens = |key: &&PrivateKey| hybrid::open_session_key(key, value, label).is_some();
        self.in_order(hint).find(opens).map(PrivateKey::fingerprint)
    }

    fn in_order(&self, hint: KeyHint) -> impl Iterator<Item = &PrivateKey> {
        let hinted = hint.keys();
        let place = move |key: &PrivateKey| {
            let fingerprint = Some(key.fingerprint());
            hinted.iter().position(|hint| *hint == fingerprint).unwrap_or(hinted.len())
        };
        let places = 0..=hinted.len();
        places.flat_map(move |wanted| self.0.iter().filter(move |key| place(key) == wanted))
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
