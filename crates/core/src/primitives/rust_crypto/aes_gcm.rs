//! AES-256-GCM by the `aes-gcm` crate ([NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)): sealing
//! only.

use aes_gcm::aead::KeyInit as _;
use aes_gcm::{AeadInOut as _, Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use crate::primitives::{AES_GCM_TAG_BYTES, AesGcmNonce, BackendError};

/// Encrypts: ciphertext and tag.
pub(super) fn encrypt(
    key: &[u8],
    nonce: AesGcmNonce,
    associated_data: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, BackendError> {
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| BackendError)?;
    // Wiped unless the plaintext in it has been encrypted.
    let mut sealed = Zeroizing::new(Vec::with_capacity(plaintext.len() + AES_GCM_TAG_BYTES));
    sealed.extend_from_slice(plaintext);
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(nonce), associated_data, sealed.as_mut_slice().into())
        .map_err(|_| BackendError)?;
    sealed.extend_from_slice(&tag);
    Ok(std::mem::take(&mut *sealed))
}
