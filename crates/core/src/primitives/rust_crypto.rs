//! By the crates `rsa`, `aes-gcm` and `sha2`, in pure Rust: sealing only.
//!
//! RUSTSEC-2023-0071 is about the timing of rsa's private-key operations. None is used here.

mod aes_gcm;

use rand_core::CryptoRng;
use rsa::oaep::EncryptingKey;
use rsa::traits::RandomizedEncryptor as _;
use rsa::{BoxedUint, PublicKey as RsaPublicKey};
use sha2::{Digest as _, Sha256};

use super::{BackendError, SealingBackend, ZERO_NONCE};
use crate::rsa_numbers::{MAX_BITS, MIN_BITS, RsaNumbers};
use crate::session_key::SessionKey;

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

    fn aes_256_gcm_encrypt(
        session_key: &SessionKey,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, BackendError> {
        aes_gcm::encrypt(session_key.expose(), ZERO_NONCE, &[], plaintext)
    }

    fn sha256(message: &[u8]) -> [u8; 32] {
        Sha256::digest(message).into()
    }
}

#[cfg(test)]
mod tests;
