//! Seal and unseal: session key, RSA-OAEP and AES-GCM put together.

use rand_core::CryptoRng;

use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::error::SealError;
#[cfg(feature = "aws-lc")]
use crate::plaintext::Plaintext;
#[cfg(feature = "aws-lc")]
use crate::primitives::aes_gcm_decrypt;
use crate::primitives::{BackendError, SealingBackend};
#[cfg(feature = "aws-lc")]
use crate::private_key::PrivateKey;
use crate::session_key::SessionKey;

/// Encrypts a value under a new session key, and the session key for the public key.
pub(crate) fn seal<B: SealingBackend>(
    public_key: &B,
    plaintext: &[u8],
    label: &EncryptionLabel,
    rng: &mut impl CryptoRng,
) -> Result<SealedValue, SealError> {
    if plaintext.len() > SealedValue::MAX_BYTES {
        return Err(SealError::TooLarge);
    }
    let session_key = SessionKey::generate(rng);
    let encrypted_session_key =
        public_key.oaep_encrypt(session_key.expose(), label.as_bytes(), rng)?;
    let ciphertext = B::aes_256_gcm_encrypt(&session_key, plaintext)?;
    SealedValue::from_parts(encrypted_session_key, ciphertext).map_err(|_| SealError::TooLarge)
}

/// Opens a value with one private-key operation, or with none where the key cannot fit. `None` stands for
/// every cryptographic failure.
#[cfg(feature = "aws-lc")]
pub(crate) fn unseal(
    private_key: &PrivateKey,
    value: &SealedValue,
    label: &EncryptionLabel,
) -> Option<Plaintext> {
    let session_key = open_session_key(private_key, value, label)?;
    aes_gcm_decrypt(&session_key, value.ciphertext()).ok().map(Plaintext::from)
}

/// Opens the session key alone: what [`unseal`] spends its private-key operation on.
#[cfg(feature = "aws-lc")]
pub(crate) fn open_session_key(
    private_key: &PrivateKey,
    value: &SealedValue,
    label: &EncryptionLabel,
) -> Option<SessionKey> {
    let encrypted = left_padded(value.encrypted_session_key(), private_key.modulus_bytes())?;
    let decrypted = private_key.backend().oaep_decrypt(&encrypted, label.as_bytes()).ok()?;
    SessionKey::from_decrypted(decrypted)
}

/// Puts back the leading zero bytes that a writer may have dropped. `None`: longer than the modulus, so
/// not for this key.
#[cfg(feature = "aws-lc")]
fn left_padded(encrypted: &[u8], length: usize) -> Option<std::borrow::Cow<'_, [u8]>> {
    let missing = length.checked_sub(encrypted.len())?;
    if missing == 0 {
        return Some(encrypted.into());
    }
    let mut padded = vec![0; missing];
    padded.extend_from_slice(encrypted);
    Some(padded.into())
}

impl From<BackendError> for SealError {
    fn from(_: BackendError) -> Self {
        Self::Backend
    }
}

#[cfg(test)]
mod tests;
