//! AES-GCM by aws-lc ([NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)).
//!
//! aws-lc wipes the expanded key when it frees it. No plaintext is in a buffer that leaves here on failure.

use aws_lc_rs::aead::{
    AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey,
};
use zeroize::Zeroizing;

use crate::primitives::{AES_GCM_TAG_BYTES, AesGcmNonce, BackendError};

/// Encrypts with AES-256: ciphertext and tag.
pub(super) fn encrypt(
    key: &[u8],
    nonce: AesGcmNonce,
    associated_data: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, BackendError> {
    let mut sealed = vec![0; plaintext.len() + AES_GCM_TAG_BYTES];
    let (ciphertext, tag) = sealed.split_at_mut(plaintext.len());
    ready(&AES_256_GCM, key)?.seal_out_of_place_scatter(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated_data),
        plaintext,
        ciphertext,
        &[],
        tag,
    )?;
    Ok(sealed)
}

/// Decrypts ciphertext and tag; the key's length says which AES.
pub(super) fn decrypt(
    key: &[u8],
    nonce: AesGcmNonce,
    associated_data: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BackendError> {
    let algorithm = match key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        32 => &AES_256_GCM,
        _ => return Err(BackendError),
    };
    let (ciphertext, tag) = sealed.split_last_chunk::<AES_GCM_TAG_BYTES>().ok_or(BackendError)?;
    let mut plaintext = Zeroizing::new(vec![0; ciphertext.len()]);
    ready(algorithm, key)?.open_separate_gather(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated_data),
        ciphertext,
        tag,
        &mut plaintext,
    )?;
    Ok(plaintext)
}

fn ready(algorithm: &'static Algorithm, key: &[u8]) -> Result<LessSafeKey, BackendError> {
    Ok(LessSafeKey::new(UnboundKey::new(algorithm, key)?))
}
