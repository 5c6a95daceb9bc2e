//! AES-GCM under a session key that encrypts one message.

use ::aes_gcm::aead::KeyInit;
use ::aes_gcm::aead::consts::{U12, U16};
use ::aes_gcm::aes::Aes192;
use ::aes_gcm::{AeadInOut, Aes128Gcm, Aes256Gcm, AesGcm, Nonce, Tag};
use zeroize::Zeroizing;

use super::BackendError;
use crate::session_key::SessionKey;

/// Bytes that encryption adds.
pub(crate) const TAG_BYTES: usize = 16;

/// A nonce must never repeat under one key. A session key encrypts one message, so any fixed nonce will
/// do; the format's is zero.
const ZERO_NONCE: [u8; 12] = [0; 12];

type Aes192Gcm = AesGcm<Aes192, U12>;

/// `AES-256-GCM[session_key](nonce = 0, plaintext)`: ciphertext and tag
/// ([NIST SP 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)), no associated data.
pub(crate) fn encrypt(key: &SessionKey, plaintext: &[u8]) -> Result<Vec<u8>, BackendError> {
    let mut sealed = Vec::with_capacity(plaintext.len() + TAG_BYTES);
    sealed.extend_from_slice(plaintext);
    let tag = Aes256Gcm::new_from_slice(key.expose())
        .map_err(|_| BackendError)?
        .encrypt_inout_detached(&Nonce::from(ZERO_NONCE), &[], sealed.as_mut_slice().into());
    match tag {
        Ok(tag) => {
            sealed.extend_from_slice(&tag);
            Ok(sealed)
        }
        Err(_) => {
            drop(Zeroizing::new(sealed));
            Err(BackendError)
        }
    }
}

/// Undoes [`encrypt`]; session keys of 16 and 24 bytes mean AES-128 and AES-192.
pub(crate) fn decrypt(
    key: &SessionKey,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BackendError> {
    decrypt_with(key.expose(), ZERO_NONCE, &[], ciphertext)
}

fn decrypt_with(
    key: &[u8],
    nonce: [u8; 12],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BackendError> {
    match key.len() {
        16 => open::<Aes128Gcm>(key, nonce, associated_data, ciphertext),
        24 => open::<Aes192Gcm>(key, nonce, associated_data, ciphertext),
        32 => open::<Aes256Gcm>(key, nonce, associated_data, ciphertext),
        _ => Err(BackendError),
    }
}

fn open<Cipher>(
    key: &[u8],
    nonce: [u8; 12],
    associated_data: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BackendError>
where
    Cipher: AeadInOut<NonceSize = U12, TagSize = U16> + KeyInit,
{
    let (encrypted, tag) = ciphertext.split_last_chunk::<TAG_BYTES>().ok_or(BackendError)?;
    let mut plaintext = Zeroizing::new(encrypted.to_vec());
    Cipher::new_from_slice(key)
        .map_err(|_| BackendError)?
        .decrypt_inout_detached(
            &Nonce::from(nonce),
            associated_data,
            plaintext.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .map_err(|_| BackendError)?;
    Ok(plaintext)
}

#[cfg(test)]
mod tests;
