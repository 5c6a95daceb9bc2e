//! By aws-lc: constant time, and fast. Everything that Sealkit does.
//!
//! Private keys live in memory that aws-lc allocates, and aws-lc wipes every block of memory that it
//! frees. DER that leaves it is wiped by aws-lc-rs when dropped. What passes through here on the way in
//! and out is held in [`Zeroizing`].

mod aes_gcm;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{BackendError, SealingBackend, ZERO_NONCE};
use crate::rsa_numbers::{RsaNumbers, pkcs1_in_pkcs8, pkcs1_to_pkcs8};
use crate::session_key::SessionKey;

/// A public key, ready for use.
pub(crate) struct PublicKey(OaepPublicEncryptingKey);

impl SealingBackend for PublicKey {
    fn new(numbers: &RsaNumbers) -> Result<Self, BackendError> {
        let key =
            PublicEncryptingKey::from_der(&numbers.to_spki_der()).map_err(|_| BackendError)?;
        Ok(Self(OaepPublicEncryptingKey::new(key)?))
    }

    fn oaep_encrypt(
        &self,
        message: &[u8],
        label: &[u8],
        _rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, BackendError> {
        let mut ciphertext = vec![0; self.0.ciphertext_size()];
        self.0.encrypt(&OAEP_SHA256_MGF1SHA256, message, &mut ciphertext, Some(label))?;
        Ok(ciphertext)
    }

    fn aes_256_gcm_encrypt(
        session_key: &SessionKey,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, BackendError> {
        aes_gcm::encrypt(session_key.expose(), ZERO_NONCE, &[], plaintext)
    }

    fn sha256(message: &[u8]) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, message).as_ref());
        hash
    }
}

/// Undoes [`SealingBackend::aes_256_gcm_encrypt`]; session keys of 16 and 24 bytes mean AES-128 and AES-192.
pub(crate) fn aes_gcm_decrypt(
    session_key: &SessionKey,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BackendError> {
    aes_gcm::decrypt(session_key.expose(), ZERO_NONCE, &[], ciphertext)
}

/// A private key, ready for use.
pub(crate) struct PrivateKey(OaepPrivateDecryptingKey);

impl PrivateKey {
    /// From `RSAPrivateKey` (RFC 8017, appendix A.1.2). aws-lc checks that its numbers fit together.
    pub(crate) fn from_pkcs1_der(der: &[u8]) -> Result<Self, BackendError> {
        #[cfg(test)]
        super::operations::count_key();
        // aws-lc-rs reads decryption keys from PKCS#8 only.
        let key =
            PrivateDecryptingKey::from_pkcs8(&pkcs1_to_pkcs8(der)).map_err(|_| BackendError)?;
        Ok(Self(OaepPrivateDecryptingKey::new(key)?))
    }

    /// RSAES-OAEP-DECRYPT of RFC 8017, section 7.1.2, with SHA-256, MGF1-SHA-256 and the label. The
    /// ciphertext is as long as the modulus.
    pub(crate) fn oaep_decrypt(
        &self,
        ciphertext: &[u8],
        label: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, BackendError> {
        #[cfg(test)]
        super::operations::count_one();
        let mut message = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let length =
            self.0.decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, &mut message, Some(label))?.len();
        message.truncate(length);
        Ok(message)
    }
}

/// A new private key from aws-lc's own randomness, public exponent 65537, as `RSAPrivateKey` in DER.
/// `None`: not a size that it makes.
pub(crate) fn generate_pkcs1_der(bits: u32) -> Option<Result<Zeroizing<Vec<u8>>, BackendError>> {
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        8192 => KeySize::Rsa8192,
        _ => return None,
    };
    Some(generate(size))
}

fn generate(size: KeySize) -> Result<Zeroizing<Vec<u8>>, BackendError> {
    let pkcs8: Pkcs8V1Der<'_> = PrivateDecryptingKey::generate(size)?.as_der()?;
    let pkcs1 = pkcs1_in_pkcs8(pkcs8.as_ref()).map_err(|_| BackendError)?;
    Ok(Zeroizing::new(pkcs1.to_vec()))
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2), by a private key in DER: signing is rare, so
/// no key is kept ready for it.
pub(crate) fn sign_pkcs1_sha256(pkcs1_der: &[u8], message: &[u8]) -> Result<Vec<u8>, BackendError> {
    let key = RsaKeyPair::from_der(pkcs1_der).map_err(|_| BackendError)?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
    Ok(signature)
}

impl From<aws_lc_rs::error::Unspecified> for BackendError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
