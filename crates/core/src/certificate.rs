//! Sealing certificates: X.509 ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).

#[cfg(feature = "aws-lc")]
mod self_signed;

#[cfg(feature = "aws-lc")]
pub use self_signed::CertificateParams;

use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::X509Name;

use crate::encoding::{DerKind, Encoding};
use crate::error::{CertificateError, KeyError};
use crate::fingerprint::Fingerprint;
use crate::pem::{self, Block};
use crate::rsa_numbers::RsaNumbers;
use crate::sealing_key::SealingKey;
use crate::unix_time::UnixTime;

/// A certificate that carries a sealing key. Its signature is not checked: whoever hands out the
/// certificate is trusted, as upstream does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    sealing_key: SealingKey,
    subject: String,
    not_before: UnixTime,
    not_after: UnixTime,
}

/// A certificate's state at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Its validity has not started.
    NotYetValid,
    /// It is valid for so many seconds more.
    Valid {
        /// Zero in the last second.
        remaining_seconds: i64,
    },
    /// Its validity is over.
    Expired,
}

impl Certificate {
    /// Reads the first block `CERTIFICATE` of a PEM file.
    ///
    /// # Errors
    /// What the input is instead of a certificate, or what is wrong with it or its key.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        let blocks = pem::blocks(pem);
        let Some(block) = blocks.iter().find(|block| block.label == pem::CERTIFICATE) else {
            return Err(not_a_certificate(pem, blocks.first()));
        };
        Self::from_der(block.content.as_deref().ok_or(CertificateError::Damaged)?)
    }

    /// Reads a certificate in any form that it is found in: PEM, DER, and base64 of either, as it stands in the `data`
    /// of a Kubernetes Secret.
    ///
    /// # Errors
    /// What the input is instead of a certificate, or what is wrong with it or its key.
    pub fn from_bytes(input: &[u8]) -> Result<Self, CertificateError> {
        match Encoding::of(input) {
            Encoding::Der(der) => match DerKind::of(der) {
                Some(DerKind::Certificate) | None => Self::from_der(der),
                Some(DerKind::PublicKey) => Err(CertificateError::PublicKey),
                Some(DerKind::Pkcs12) => Err(CertificateError::Pkcs12),
                Some(
                    DerKind::RsaPrivateKey
                    | DerKind::PrivateKey
                    | DerKind::EncryptedPrivateKey
                    | DerKind::EcPrivateKey,
                ) => Err(CertificateError::PrivateKey),
            },
            Encoding::Base64(inner) => Self::from_bytes(&inner),
            Encoding::Pem | Encoding::Other => Self::from_pem(input),
        }
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (rest, x509) = X509Certificate::from_der(der).map_err(|_| CertificateError::Damaged)?;
        if !rest.is_empty() {
            return Err(CertificateError::Damaged);
        }
        let sealing_key = RsaNumbers::from_spki(x509.public_key()).and_then(SealingKey::new)?;
        Ok(Self {
            der: der.to_vec(),
            sealing_key,
            subject: name_of(x509.subject()),
            not_before: UnixTime(x509.validity().not_before.timestamp()),
            not_after: UnixTime(x509.validity().not_after.timestamp()),
        })
    }

    /// Writes the certificate as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        std::mem::take(&mut *pem::encode(pem::CERTIFICATE, &self.der))
    }

    /// The key to seal with. Whether the certificate is still valid is another question:
    /// [`Certificate::validity_at`].
    #[must_use]
    pub const fn sealing_key(&self) -> &SealingKey {
        &self.sealing_key
    }

    /// The fingerprint of the key, the same for every certificate of it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.sealing_key.fingerprint()
    }

    /// The distinguished name of the subject, such as `CN=sealing`; often empty. Of a name that is longer than 1,024
    /// characters, the rest is left out behind `…`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The first second of its validity.
    #[must_use]
    pub const fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// The last second of its validity.
    #[must_use]
    pub const fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// Whether the certificate is valid at a time. Both ends belong to its validity (RFC 5280, section
    /// 4.1.2.5).
    #[must_use]
    pub const fn validity_at(&self, now: UnixTime) -> Validity {
        if now.0 < self.not_before.0 {
            Validity::NotYetValid
        } else if now.0 > self.not_after.0 {
            Validity::Expired
        } else {
            Validity::Valid { remaining_seconds: self.not_after.0.saturating_sub(now.0) }
        }
    }
}

/// What input without a certificate is instead.
fn not_a_certificate(input: &[u8], first: Option<&Block<'_>>) -> CertificateError {
    match first {
        Some(block) if block.label.ends_with("PRIVATE KEY") => CertificateError::PrivateKey,
        Some(block) => match block.known_label() {
            Some(label) => CertificateError::OtherPem { label: label.to_owned() },
            None => CertificateError::UnknownPem,
        },
        None => match Encoding::of(input) {
            Encoding::Der(_) => CertificateError::Der,
            Encoding::Base64(_) => CertificateError::Base64,
            Encoding::Other if input.trim_ascii().is_empty() => CertificateError::Empty,
            Encoding::Pem | Encoding::Other => CertificateError::NotPem,
        },
    }
}

impl From<KeyError> for CertificateError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::NotRsa { algorithm } => Self::NotRsa { algorithm },
            KeyError::TooSmall { bits } => Self::TooSmall { bits },
            KeyError::TooLarge { bits } => Self::TooLarge { bits },
            _ => Self::Damaged,
        }
    }
}

/// Upstream's certificates name nobody, and printing a name sets up a table of all attributes first.
fn name_of(subject: &X509Name<'_>) -> String {
    const MAX_CHARACTERS: usize = 1024;
    if subject.iter().next().is_none() {
        return String::new();
    }
    let mut name = subject.to_string();
    if let Some((end, _)) = name.char_indices().nth(MAX_CHARACTERS) {
        name.truncate(end);
        name.push('…');
        name.shrink_to_fit();
    }
    name
}

#[cfg(test)]
mod tests;
