//! The two numbers of an RSA public key, and the DER structures that hold them.

mod encode;

#[cfg(feature = "aws-lc")]
pub(crate) use encode::pkcs1_to_pkcs8;

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Oid, Tag};
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use crate::error::KeyError;

/// Sealing keys have at least this many bits.
pub(crate) const MIN_BITS: u32 = 2048;
/// Sealing keys have at most this many bits.
pub(crate) const MAX_BITS: u32 = 8192;
/// A message names no object identifier that is longer.
const MAX_IDENTIFIER_CHARACTERS: usize = 64;

/// Modulus and public exponent: positive, big-endian, without leading zero bytes; the modulus within
/// [`MIN_BITS`] and [`MAX_BITS`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaNumbers {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl RsaNumbers {
    /// From `SubjectPublicKeyInfo` ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    pub(crate) fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, spki) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Damaged)?;
        require_end(rest)?;
        Self::from_spki(&spki)
    }

    pub(crate) fn from_spki(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyError> {
        require_rsa(&spki.algorithm.algorithm)?;
        Self::from_pkcs1_der(&spki.subject_public_key.data)
    }

    /// From `RSAPublicKey` (RFC 8017, appendix A.1.1).
    pub(crate) fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        let content = only_sequence(der)?;
        let (rest, modulus) = integer(content)?;
        let (rest, exponent) = integer(rest)?;
        require_end(rest)?;
        Self::new(modulus, exponent)
    }

    /// The public part of `RSAPrivateKey` (RFC 8017, appendix A.1.2).
    pub(crate) fn from_private_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, _version) = integer(only_sequence(der)?)?;
        let (rest, modulus) = integer(rest)?;
        let (_private_numbers, exponent) = integer(rest)?;
        Self::new(modulus, exponent)
    }

    fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let modulus = positive(modulus)?;
        let exponent = positive(exponent)?;
        match bit_length(modulus) {
            bits @ ..MIN_BITS => Err(KeyError::TooSmall { bits }),
            MIN_BITS..=MAX_BITS => {
                Ok(Self { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
            }
            bits => Err(KeyError::TooLarge { bits }),
        }
    }

    pub(crate) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    pub(crate) fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// The modulus' length in bits.
    pub(crate) fn bits(&self) -> u32 {
        bit_length(&self.modulus)
    }
}

/// The `RSAPrivateKey` inside a PKCS#8 `PrivateKeyInfo` ([RFC 5208], [RFC 5958]).
///
/// [RFC 5208]: https://www.rfc-editor.org/rfc/rfc5208#section-5
/// [RFC 5958]: https://www.rfc-editor.org/rfc/rfc5958#section-2
pub(crate) fn pkcs1_in_pkcs8(der: &[u8]) -> Result<&[u8], KeyError> {
    let (rest, _version) = integer(only_sequence(der)?)?;
    let (rest, algorithm) = AlgorithmIdentifier::from_der(rest).map_err(|_| KeyError::Damaged)?;
    require_rsa(&algorithm.algorithm)?;
    let (_attributes, key) = element(rest, Tag::OctetString)?;
    Ok(key)
}

fn require_rsa(oid: &Oid<'_>) -> Result<(), KeyError> {
    if *oid == OID_PKCS1_RSAENCRYPTION {
        return Ok(());
    }
    Err(KeyError::NotRsa { algorithm: algorithm_name(oid) })
}

fn algorithm_name(oid: &Oid<'_>) -> String {
    let identifier = oid.to_id_string();
    match identifier.as_str() {
        "1.2.840.10045.2.1" => "EC".to_owned(),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        "1.2.840.113549.1.1.10" => "RSASSA-PSS".to_owned(),
        "1.3.101.110" => "X25519".to_owned(),
        "1.3.101.112" => "Ed25519".to_owned(),
        "1.3.101.113" => "Ed448".to_owned(),
        _ if identifier.len() > MAX_IDENTIFIER_CHARACTERS => "an unknown algorithm".to_owned(),
        _ => identifier,
    }
}

/// The content of a SEQUENCE that is all there is.
fn only_sequence(der: &[u8]) -> Result<&[u8], KeyError> {
    let (rest, content) = element(der, Tag::Sequence)?;
    require_end(rest)?;
    Ok(content)
}

fn integer(der: &[u8]) -> Result<(&[u8], &[u8]), KeyError> {
    element(der, Tag::Integer)
}

/// The rest of the input, and the content of its first element.
fn element(der: &[u8], tag: Tag) -> Result<(&[u8], &[u8]), KeyError> {
    let (rest, any) = Any::from_der(der).map_err(|_| KeyError::Damaged)?;
    if any.class() != Class::Universal || any.tag() != tag {
        return Err(KeyError::Damaged);
    }
    Ok((rest, any.data))
}

fn require_end(rest: &[u8]) -> Result<(), KeyError> {
    if rest.is_empty() { Ok(()) } else { Err(KeyError::Damaged) }
}

/// The magnitude of a positive INTEGER's content.
fn positive(content: &[u8]) -> Result<&[u8], KeyError> {
    match content {
        // DER puts a zero byte before a number only where it would otherwise read as negative.
        [0, magnitude @ ..] if matches!(magnitude, [0x80..=0xff, ..]) => Ok(magnitude),
        [0x01..=0x7f, ..] => Ok(content),
        _ => Err(KeyError::Damaged),
    }
}

/// The length in bits of a number without leading zero bytes.
fn bit_length(magnitude: &[u8]) -> u32 {
    let unused = magnitude.first().map_or(0, |byte| byte.leading_zeros());
    u32::try_from(magnitude.len() * 8).unwrap_or(u32::MAX).saturating_sub(unused)
}

#[cfg(test)]
mod tests;
