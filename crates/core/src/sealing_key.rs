//! The public half of a sealing key: it seals.

use std::fmt;
use std::sync::Arc;

use rand_core::CryptoRng;

use crate::encryption_label::EncryptionLabel;
use crate::envelope::SealedValue;
use crate::error::{KeyError, SealError};
use crate::fingerprint::Fingerprint;
use crate::hybrid;
use crate::primitives::{self, SealingBackend as _};
use crate::rsa_numbers::RsaNumbers;

/// An RSA public key of 2048 to 8192 bits, read once and ready to seal any number of values. Clones share
/// it.
#[derive(Clone)]
pub struct SealingKey(Arc<Inner>);

struct Inner {
    numbers: RsaNumbers,
    fingerprint: Fingerprint,
    backend: primitives::PublicKey,
}

impl SealingKey {
    /// From `SubjectPublicKeyInfo` in DER ([RFC 5280], section 4.1), what a PEM block `PUBLIC KEY` holds.
    ///
    /// # Errors
    /// Not RSA, too small, too large, or damaged.
    ///
    /// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(RsaNumbers::from_spki_der(der)?)
    }

    /// From `RSAPublicKey` in DER ([RFC 8017], appendix A.1.1), what a PEM block `RSA PUBLIC KEY` holds.
    ///
    /// # Errors
    /// Too small, too large, or damaged.
    ///
    /// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(RsaNumbers::from_pkcs1_der(der)?)
    }

    pub(crate) fn new(numbers: RsaNumbers) -> Result<Self, KeyError> {
        let backend = primitives::PublicKey::new(&numbers).map_err(|_| KeyError::Damaged)?;
        let fingerprint = Fingerprint::of(&numbers);
        Ok(Self(Arc::new(Inner { numbers, fingerprint, backend })))
    }

    /// Seals a value for whoever holds the private key and gives the same label.
    ///
    /// The session key comes from `rng`. The seed of RSA-OAEP is the backend's own with feature `aws-lc`,
    /// and from `rng` without.
    ///
    /// # Errors
    /// The sealed value would be larger than [`SealedValue::MAX_BYTES`], or the backend failed.
    pub fn seal(
        &self,
        plaintext: &[u8],
        label: &EncryptionLabel,
        rng: &mut impl CryptoRng,
    ) -> Result<SealedValue, SealError> {
        hybrid::seal(&self.0.backend, plaintext, label, rng)
    }

    /// The key's name.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint
    }

    /// The modulus' length in bits.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.0.numbers.bits()
    }

    #[cfg(feature = "aws-lc")]
    pub(crate) fn numbers(&self) -> &RsaNumbers {
        &self.0.numbers
    }
}

impl PartialEq for SealingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.numbers == other.0.numbers
    }
}

impl Eq for SealingKey {}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey")
            .field("fingerprint", &self.fingerprint())
            .field("bits", &self.bits())
            .finish()
    }
}

#[cfg(test)]
mod tests;
