//! The search for the keys that open the values of one object.

use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::error::UnsealError;
use crate::hybrid;
use crate::key_hint::KeyHint;
use crate::key_ring::{KeyRing, Unsealed};

/// How many private-key operations the values of one object may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrialLimit {
    /// One for each value, and in all 16 for each key of the ring and 256 more. A thousand values under the oldest of
    /// sixty keys take one search; values under a dozen keys still open; values that were sealed with many keys in
    /// turn, to keep a service busy, do not.
    #[default]
    PerObject,
    /// Every key for every value if need be: for the holder of the keys, where whatever can be opened must be.
    Unlimited,
}

/// One search through a [`KeyRing`], shared by all values of an object: from [`KeyRing::trials`].
///
/// Values that belong together were mostly sealed together, so the keys that opened one are the first to be tried for
/// the next.
pub struct Trials<'a> {
    keys: &'a KeyRing,
    limit: TrialLimit,
    /// Places of the keys that opened a value, the latest first.
    known: Vec<usize>,
    /// The hint of the value before was wrong: that of the next one will be, too.
    is_misled: bool,
    operations: usize,
    /// Operations beyond the first one of each value.
    further: usize,
}

impl<'a> Trials<'a> {
    pub(crate) fn new(keys: &'a KeyRing, limit: TrialLimit) -> Self {
        Self { keys, limit, known: Vec::new(), is_misled: false, operations: 0, further: 0 }
    }

    /// Opens a value: with the keys of the hint, then those that opened a value before, the latest first, then the
    /// others, newest first. After a hint that was wrong, those that opened a value before come first. A key whose modulus is shorter than the encrypted session key is passed over; trying any
    /// other costs one private-key operation.
    ///
    /// # Errors
    /// The ring is empty, no key opens the value under this label, or the limit was reached: which of the last two it
    /// was cannot be told.
    pub fn unseal(
        &mut self,
        value: &SealedValue,
        label: &EncryptionLabel,
        hint: KeyHint,
    ) -> Result<Unsealed, UnsealError> {
        if self.keys.is_empty() {
            return Err(UnsealError::NoKeys);
        }
        let mut first = true;
        for place in self.places(hint) {
            let Some(key) = self.keys.get(place).filter(|key| key.fits(value)) else { continue };
            if !first && !self.may_go_on() {
                break;
            }
            self.operations += 1;
            self.further += usize::from(!first);
            first = false;
            if let Some(plaintext) = hybrid::unseal(key, value, label) {
                let fingerprint = key.fingerprint();
                self.is_misled =
                    hint != KeyHint::NONE && !hint.keys().any(|key| key == fingerprint);
                self.remember(place);
                return Ok(Unsealed { plaintext, fingerprint });
            }
        }
        Err(UnsealError::NotOpened)
    }

    /// How many private-key operations there have been.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.operations
    }

    fn places(&self, hint: KeyHint) -> Vec<usize> {
        let hinted = self.keys.places_of(hint);
        let known = self.known.iter().copied();
        if self.is_misled {
            self.keys.all_after(known.chain(hinted))
        } else {
            self.keys.all_after(hinted.chain(known))
        }
    }

    fn may_go_on(&self) -> bool {
        match self.limit {
            TrialLimit::PerObject => self.further < 16 * self.keys.len() + 256,
            TrialLimit::Unlimited => true,
        }
    }

    fn remember(&mut self, place: usize) {
        self.known.retain(|known| *known != place);
        self.known.insert(0, place);
    }
}

#[cfg(test)]
mod tests;
