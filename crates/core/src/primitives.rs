//! The cryptographic operations. Nothing outside this module names a backend.
//!
//! They come from one of two backends with the same functions for sealing: `aws_lc` does everything,
//! `rust_crypto` seals where C does not compile.

#[cfg(feature = "aws-lc")]
pub(crate) mod aws_lc;
// Beside aws-lc it is there for the tests only, which run all of sealing on both.
#[cfg(any(test, all(feature = "rust-crypto", not(feature = "aws-lc"))))]
pub(crate) mod rust_crypto;

#[cfg(feature = "aws-lc")]
pub(crate) use aws_lc::{
    PrivateKey, PublicKey, aes_gcm_decrypt, generate_pkcs1_der, sign_pkcs1_sha256,
};
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc")))]
pub(crate) use rust_crypto::PublicKey;

#[cfg(not(any(feature = "aws-lc", feature = "rust-crypto")))]
compile_error!("sealkit-core needs one of its features `aws-lc` and `rust-crypto`");

use rand_core::CryptoRng;

use crate::rsa_numbers::RsaNumbers;
use crate::session_key::SessionKey;

/// Bytes that AES-GCM adds.
pub(crate) const AES_GCM_TAG_BYTES: usize = 16;

type AesGcmNonce = [u8; 12];

/// A nonce must never repeat under one key. A session key encrypts one message, so any fixed nonce will
/// do; the format's is zero.
const ZERO_NONCE: AesGcmNonce = [0; 12];

/// What a backend must do to seal: a public key, ready for use.
pub(crate) trait SealingBackend: Sized {
    /// Takes over a public key.
    fn new(numbers: &RsaNumbers) -> Result<Self, BackendError>;

    /// `RSA-OAEP[SHA-256, MGF1-SHA-256, label](message)`: RSAES-OAEP-ENCRYPT of [RFC 8017], section
    /// 7.1.1. The result is as long as the modulus.
    ///
    /// OAEP's seed is the backend's own where it has a source of randomness, and from `rng` where it has
    /// none.
    ///
    /// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017#section-7.1.1
    fn oaep_encrypt(
        &self,
        message: &[u8],
        label: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, BackendError>;

    /// `AES-256-GCM[session_key](nonce = 0, plaintext)`: ciphertext and tag ([NIST SP 800-38D]), no
    /// associated data.
    ///
    /// [NIST SP 800-38D]: https://doi.org/10.6028/NIST.SP.800-38D
    fn aes_256_gcm_encrypt(
        session_key: &SessionKey,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, BackendError>;

    /// SHA-256 ([FIPS 180-4](https://doi.org/10.6028/NIST.FIPS.180-4)).
    fn sha256(message: &[u8]) -> [u8; 32];
}

/// A backend could not do its work. Backends do not say why, and where secrets are involved nobody may
/// know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackendError;

#[cfg(test)]
pub(crate) mod operations;
#[cfg(test)]
mod tests;
