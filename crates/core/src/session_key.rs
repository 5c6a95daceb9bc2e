//! The key that encrypts one value.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// The AES key of one value: random, used once, wiped when dropped. It has no `Debug` and no `Clone`.
pub(crate) struct SessionKey(Zeroizing<Vec<u8>>);

impl SessionKey {
    /// Bytes of a new key: AES-256.
    pub(crate) const BYTES: usize = 32;

    /// A new key, filled in place.
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new(vec![0; Self::BYTES]);
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// A key found in an envelope: 16, 24 or 32 bytes, for AES-128, AES-192 or AES-256.
    pub(crate) fn from_decrypted(bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        matches!(bytes.len(), 16 | 24 | 32).then_some(Self(bytes))
    }

    /// The only way to the bytes.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}
