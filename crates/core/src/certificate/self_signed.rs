//! Making certificates.
//!
//! `rcgen` writes them. Without its default features it brings two small crates, has no cryptography of
//! its own and signs through our backend.

use rand_core::CryptoRng;
use rcgen::{
    BasicConstraints, DistinguishedName, DnType, IsCa, KeyIdMethod, KeyUsagePurpose,
    PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};

use super::Certificate;
use crate::error::SelfSignError;
use crate::primitives::{PublicKey, SealingBackend as _};
use crate::private_key::PrivateKey;
use crate::unix_time::UnixTime;

const SERIAL_NUMBER_BYTES: usize = 16;
const KEY_IDENTIFIER_BYTES: usize = 20;

/// What goes into a new certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateParams {
    /// The subject's common name; the subject is empty where this is.
    pub common_name: String,
    /// The first second of its validity.
    pub not_before: UnixTime,
    /// The last second of its validity.
    pub not_after: UnixTime,
}

impl Certificate {
    /// Makes a certificate for a key, signed by that key with RSASSA-PKCS1-v1_5 and SHA-256.
    ///
    /// It has the fields that upstream's have: version 3, a random serial number from `rng`, key usage
    /// `encipherOnly` (critical), basic constraints `CA:TRUE` (critical), and the subject key identifier
    /// that belongs to a CA's certificate.
    ///
    /// # Errors
    /// The validity ends before it starts or lies outside the years 0 to 9999, or the backend failed.
    pub fn self_signed(
        key: &PrivateKey,
        params: &CertificateParams,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SelfSignError> {
        let signer = Signer { key, public_key_der: key.sealing_key().numbers().to_pkcs1_der() };
        let certificate = to_rcgen(params, &signer, rng)?
            .self_signed(&signer)
            .map_err(|_| SelfSignError::Backend)?;
        Self::from_der(certificate.der()).map_err(|_| SelfSignError::Backend)
    }
}

fn to_rcgen(
    params: &CertificateParams,
    signer: &Signer<'_>,
    rng: &mut impl CryptoRng,
) -> Result<rcgen::CertificateParams, SelfSignError> {
    if params.not_after < params.not_before {
        return Err(SelfSignError::InvalidPeriod);
    }
    let date = |time: UnixTime| time.to_date_time().ok_or(SelfSignError::InvalidPeriod);
    let mut rcgen = rcgen::CertificateParams::default();
    rcgen.not_before = date(params.not_before)?;
    rcgen.not_after = date(params.not_after)?;
    rcgen.serial_number = Some(random_serial_number(rng));
    rcgen.distinguished_name = subject(&params.common_name);
    rcgen.key_usages = vec![KeyUsagePurpose::EncipherOnly];
    rcgen.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    rcgen.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier(signer));
    Ok(rcgen)
}

/// A positive number: 127 random bits ([RFC 5280], section 4.1.2.2).
///
/// [RFC 5280]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2
fn random_serial_number(rng: &mut impl CryptoRng) -> SerialNumber {
    let mut bytes = [0; SERIAL_NUMBER_BYTES];
    rng.fill_bytes(&mut bytes);
    let positive = u128::from_be_bytes(bytes) & (u128::MAX >> 1) | 1;
    SerialNumber::from_slice(&positive.to_be_bytes())
}

fn subject(common_name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    if !common_name.is_empty() {
        subject.push(DnType::CommonName, common_name);
    }
    subject
}

/// The leftmost 160 bits of SHA-256 of the public key ([RFC 7093], section 2, method 1).
///
/// [RFC 7093]: https://www.rfc-editor.org/rfc/rfc7093#section-2
fn key_identifier(signer: &Signer<'_>) -> Vec<u8> {
    let mut hash = PublicKey::sha256(&signer.public_key_der).to_vec();
    hash.truncate(KEY_IDENTIFIER_BYTES);
    hash
}

/// Lets `rcgen` sign with our key.
struct Signer<'a> {
    key: &'a PrivateKey,
    public_key_der: Vec<u8>,
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public_key_der
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.key.sign(message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
