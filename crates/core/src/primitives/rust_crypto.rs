//! RSA by the `rsa` crate, in pure Rust: sealing only.
//!
//! RUSTSEC-2023-0071 is about the timing of its private-key operations. None is used here.

use rand_core::CryptoRng;
use rsa::oaep::EncryptingKey;
use rsa::traits::RandomizedEncryptor as _;
use rsa::{BoxedUint, PublicKey as RsaPublicKey};
use sha2::Sha256;

use super::{BackendError, SealingBackend};
use crate::rsa_numbers::{MAX_BITS, MIN_BITS, RsaNumbers};

/// A public key, ready for use.
pub(crate) struct PublicKey(RsaPublicKey);

impl SealingBackend for PublicKey {
    fn new(numbers: &RsaNumbers) -> Result<Self, BackendError> {
        let limits = MIN_BITS as usize..=MAX_BITS as usize;
        let modulus = BoxedUint::from_be_slice_vartime(numbers.modulus());
        let exponent = BoxedUint::from_be_slice_vartime(numbers.exponent());
        RsaPublicKey::new_with_size_limits(modulus, exponent, limits)
            .map(Self)
            .map_err(|_| BackendError)
    }

    fn oaep_encrypt(
        &self,
        message: &[u8],
        label: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, BackendError> {
        EncryptingKey::<Sha256>::new_with_label(self.0.clone(), label)
            .encrypt_with_rng(rng, message)
            .map_err(|_| BackendError)
    }
}
