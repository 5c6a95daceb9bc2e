//! Certificates (RFC 5280), with the extensions that Sprig asks Go for, in Go's order.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;

use super::{PrivateKey, X509Error, der, pem};
use crate::engine::value::Str;
use crate::go::time::{Time, Zone};

const CRITICAL: &[u8] = &[0x01, 0x01, 0xFF];

/// What a certificate shall say.
pub(crate) struct Request {
    pub(crate) common_name: Vec<u8>,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) dns_names: Vec<Str>,
    /// Seconds since 1970.
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    pub(crate) is_authority: bool,
    /// A random number.
    pub(crate) serial: [u8; 16],
}

/// What of a certificate stands in those that it signs.
pub(crate) struct Issuer {
    subject: Vec<u8>,
    key_id: Vec<u8>,
    public_key: Vec<u8>,
}

/// A certificate that signs others, with its key.
pub(crate) struct Authority {
    issuer: Issuer,
    key: PrivateKey,
}

impl Issuer {
    pub(crate) fn from_pem(certificate: &[u8]) -> Result<Self, X509Error> {
        let (_, contents) = pem::decode(certificate).ok_or(X509Error::NoPem)?;
        let (_, parsed) =
            X509Certificate::from_der(&contents).map_err(|_| X509Error::BadCertificate)?;
        let key_id =
            parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
                _ => None,
            });
        Ok(Self {
            subject: parsed.subject().as_raw().to_vec(),
            key_id: key_id.unwrap_or_default(),
            public_key: parsed.public_key().raw.to_vec(),
        })
    }

    /// Together with its private key; any other is refused.
    pub(crate) fn with_key(self, key: PrivateKey) -> Result<Authority, X509Error> {
        if self.public_key != key.public_key()? {
            return Err(X509Error::KeyMismatch);
        }
        Ok(Authority { issuer: self, key })
    }
}

/// Whether the PEM text holds a certificate.
pub(crate) fn is_certificate(text: &[u8]) -> Result<(), X509Error> {
    let (_, contents) = pem::decode(text).ok_or(X509Error::NoPem)?;
    match X509Certificate::from_der(&contents) {
        Ok(([], _)) => Ok(()),
        _ => Err(X509Error::BadCertificate),
    }
}

/// A certificate for `key`, signed by itself, as PEM.
pub(crate) fn self_sign(request: &Request, key: &PrivateKey) -> Result<Vec<u8>, X509Error> {
    let subject = name(&request.common_name)?;
    signed(request, key, &subject, &subject, &[], key)
}

/// A certificate for `key`, signed by `authority`, as PEM.
pub(crate) fn issue(
    request: &Request,
    key: &PrivateKey,
    authority: &Authority,
) -> Result<Vec<u8>, X509Error> {
    let subject = name(&request.common_name)?;
    let issuer = &authority.issuer;
    let key_id = if subject == issuer.subject { &[][..] } else { &issuer.key_id };
    signed(request, key, &subject, &issuer.subject, key_id, &authority.key)
}

fn signed(
    request: &Request,
    key: &PrivateKey,
    subject: &[u8],
    issuer: &[u8],
    authority_id: &[u8],
    signer: &PrivateKey,
) -> Result<Vec<u8>, X509Error> {
    let algorithm = signer.signature_algorithm();
    let extensions = extensions(request, key, authority_id, subject.len() == 2)?;
    let body = der::sequence(&[
        &der::element(0xA0, &der::integer(&[2])),
        &der::integer(&request.serial),
        &algorithm,
        issuer,
        &der::sequence(&[&moment(request.not_before)?, &moment(request.not_after)?]),
        subject,
        &key.public_key()?,
        &der::element(0xA3, &der::sequence(&[&extensions])),
    ]);
    let signature = der::bits(&signer.sign(&body)?);
    let certificate = der::sequence(&[&body, &algorithm, &signature]);
    Ok(pem::encode("CERTIFICATE", &certificate))
}

/// A name of a common name alone, or of nothing.
fn name(common_name: &[u8]) -> Result<Vec<u8>, X509Error> {
    if common_name.is_empty() {
        return Ok(der::sequence(&[]));
    }
    let text = std::str::from_utf8(common_name).map_err(|_| X509Error::BadName)?;
    let printable =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte));
    let value = der::element(if printable { 0x13 } else { 0x0C }, common_name);
    let attribute = der::sequence(&[&der::oid(&[0x55, 0x04, 0x03]), &value]);
    Ok(der::sequence(&[&der::element(der::SET, &attribute)]))
}

/// UTCTime up to 2049, GeneralizedTime otherwise.
fn moment(seconds: i64) -> Result<Vec<u8>, X509Error> {
    let time = Time::new(seconds, 0, Zone::Utc);
    match time.civil().year {
        1950..=2049 => Ok(der::element(0x17, &time.format(b"060102150405Z"))),
        0..=9999 => Ok(der::element(0x18, &time.format(b"20060102150405Z"))),
        _ => Err(X509Error::BadName),
    }
}

fn extensions(
    request: &Request,
    key: &PrivateKey,
    authority_id: &[u8],
    no_subject: bool,
) -> Result<Vec<u8>, X509Error> {
    // Digital signature and key encipherment; for an authority certificate signing as well.
    let usage: &[u8] = if request.is_authority { &[2, 0xA4] } else { &[5, 0xA0] };
    let purpose = |last| der::oid(&[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, last]);
    let constraints = if request.is_authority { CRITICAL } else { &[] };
    let mut all = vec![
        extension(0x0F, true, &der::element(0x03, usage)),
        extension(0x25, false, &der::sequence(&[&purpose(1), &purpose(2)])),
        extension(0x13, true, &der::sequence(&[constraints])),
    ];
    if request.is_authority {
        let digest = Sha256::digest(key.public_bits()?);
        let id = digest.get(..20).unwrap_or_default();
        all.push(extension(0x0E, false, &der::octets(id)));
    }
    if !authority_id.is_empty() {
        all.push(extension(0x23, false, &der::sequence(&[&der::element(0x80, authority_id)])));
    }
    let names = alternative_names(request)?;
    if !names.is_empty() {
        all.push(extension(0x11, no_subject, &der::sequence(&[&names])));
    }
    Ok(all.concat())
}

/// An extension of RFC 5280's own, by the last part of its identifier.
fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let mark = if critical { CRITICAL } else { &[] };
    der::sequence(&[&der::oid(&[0x55, 0x1D, last]), mark, &der::octets(value)])
}

fn alternative_names(request: &Request) -> Result<Vec<u8>, X509Error> {
    let mut names = Vec::new();
    for name in &request.dns_names {
        if !name.is_ascii() {
            return Err(X509Error::BadName);
        }
        names.extend(der::element(0x82, name));
    }
    for address in &request.addresses {
        names.extend(match address.to_canonical() {
            IpAddr::V4(address) => der::element(0x87, &address.octets()),
            IpAddr::V6(address) => der::element(0x87, &address.octets()),
        });
    }
    Ok(names)
}
