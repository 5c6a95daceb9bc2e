//! Which keys to try first.

use crate::fingerprint::Fingerprint;

/// Which keys probably open a value, the likeliest first. A hint only changes the order in which keys are
/// tried: it never keeps a key from being tried, and it is no proof of anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyHint([Option<Fingerprint>; Self::MAX]);

impl KeyHint {
    /// The most keys that a hint names. A hint comes with the value and nobody has signed it, so it must not
    /// cost much when it is wrong.
    pub const MAX: usize = 2;

    /// Nothing is known.
    pub const NONE: Self = Self([None; Self::MAX]);

    /// These keys are tried first, in this order; what exceeds [`KeyHint::MAX`] is left out.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = Fingerprint>) -> Self {
        let mut keys = keys.into_iter();
        Self([(); Self::MAX].map(|()| keys.next()))
    }

    pub(crate) fn keys(self) -> impl Iterator<Item = Fingerprint> {
        self.0.into_iter().flatten()
    }
}

impl From<Fingerprint> for KeyHint {
    fn from(key: Fingerprint) -> Self {
        Self::new([key])
    }
}
