//! Keys and certificates made here. Messages are Sprig's where they hold nothing of a key or certificate.

use std::net::IpAddr;
use std::rc::Rc;

use super::Wanted;
use crate::engine::context::RenderContext;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::function::Outcome;
use crate::engine::runtime::Runtime;
use crate::engine::value::{Certificate, List, Str, Value};
use crate::go::base64;
use crate::sprig::x509::{self, Algorithm, EncodedKey, Issuer, PrivateKey, Request, X509Error};

/// Steps for making a key of so many bits.
const RSA_STEPS: &[(usize, u64)] = &[(2048, 1_000_000), (4096, 3_000_000)];
/// Steps for making a DSA key and its parameters.
const DSA_STEPS: u64 = 5_000_000;

/// How often a name is copied on its way into a certificate, as subject and as issuer.
const COPIES_OF_NAMES: usize = 16;
/// How often a text is copied to read what is in it.
const COPIES_OF_PEM: usize = 3;

pub(super) fn private_key(runtime: &mut Runtime<'_>, kind: &Str) -> Outcome {
    let algorithm = match &**kind {
        b"" | b"rsa" => Algorithm::Rsa(4096),
        b"ecdsa" => Algorithm::Ecdsa,
        b"ed25519" => Algorithm::Ed25519,
        b"dsa" => {
            runtime.work(DSA_STEPS)?;
            let RenderContext { rng, deadline, .. } = &mut *runtime.context;
            let pem = x509::generate_dsa(&mut **rng, &mut || deadline.is_over()).map_err(fault)?;
            return runtime.string(pem);
        }
        _ => return runtime.string([b"Unknown type ", &**kind].concat()),
    };
    let key = generate(runtime, algorithm)?;
    let pem = key.to_pem().map_err(fault)?;
    runtime.string(pem)
}

fn generate(runtime: &mut Runtime<'_>, algorithm: Algorithm) -> Result<PrivateKey, Fault> {
    let steps = RSA_STEPS.iter().find(|(bits, _)| algorithm == Algorithm::Rsa(*bits));
    runtime.work(steps.map_or(10_000, |(_, steps)| *steps))?;
    let RenderContext { rng, deadline, .. } = &mut *runtime.context;
    PrivateKey::generate(algorithm, &mut **rng, &mut || deadline.is_over()).map_err(fault)
}

/// The key that is given, or a new one.
fn key_of(runtime: &mut Runtime<'_>, given: Option<&Str>) -> Result<PrivateKey, Fault> {
    match given {
        Some(text) => read_key(runtime, text, "parsing private key"),
        None => generate(runtime, Algorithm::Rsa(2048)),
    }
}

/// The key in `text`: what it takes to check it and to sign with it is charged by its size, before.
fn read_key(runtime: &mut Runtime<'_>, text: &[u8], doing: &str) -> Result<PrivateKey, Fault> {
    runtime.copies(text.len(), COPIES_OF_PEM)?;
    let key = EncodedKey::from_pem(text).map_err(|error| within(doing, error))?;
    let words = key.bits() as u64 / 64;
    runtime.work(1000 + words * words * words / 4)?;
    key.decode().map_err(|error| within(doing, error))
}

pub(super) fn custom(runtime: &mut Runtime<'_>, certificate: &Str, key: &Str) -> Outcome {
    let mut decode = |text: &Str, what: &str| {
        runtime.copies(text.len(), 1)?;
        base64::decode(text).map_err(|_| Fault::new(format!("unable to decode base64 {what}")))
    };
    let cert = decode(certificate, "certificate")?;
    let key = decode(key, "private key")?;
    read_certificate(runtime, &cert)?;
    x509::is_certificate(&cert).map_err(|error| match error {
        X509Error::NoPem => Fault::new("unable to decode certificate"),
        other => within("error parsing certificate: decodedCert.Bytes", other),
    })?;
    read_key(runtime, &key, "error parsing private key")?;
    pair(runtime, cert, key)
}

/// Charges for taking a certificate apart.
fn read_certificate(runtime: &mut Runtime<'_>, text: &[u8]) -> Result<(), Fault> {
    runtime.work(1000 + text.len() as u64 / 4)?;
    runtime.copies(text.len(), COPIES_OF_PEM)
}

pub(super) fn authority(runtime: &mut Runtime<'_>, wanted: &Wanted, key: Option<&Str>) -> Outcome {
    let key = key_of(runtime, key)?;
    let request = Request { is_authority: true, ..request(runtime, wanted)? };
    finish(runtime, x509::self_sign(&request, &key), &key)
}

pub(super) fn self_signed(
    runtime: &mut Runtime<'_>,
    wanted: &Wanted,
    key: Option<&Str>,
) -> Outcome {
    let key = key_of(runtime, key)?;
    let request = request(runtime, wanted)?;
    finish(runtime, x509::self_sign(&request, &key), &key)
}

pub(super) fn signed(
    runtime: &mut Runtime<'_>,
    wanted: &Wanted,
    signer: &Certificate,
    key: Option<&Str>,
) -> Outcome {
    let key = key_of(runtime, key)?;
    read_certificate(runtime, &signer.cert)?;
    let issuer = Issuer::from_pem(&signer.cert).map_err(|error| match error {
        X509Error::NoPem => Fault::new("unable to decode certificate"),
        other => within("error parsing certificate: decodedSignerCert.Bytes", other),
    })?;
    let signer_key = read_key(runtime, &signer.key, "error parsing private key")?;
    let signer = issuer.with_key(signer_key).map_err(fault)?;
    let request = request(runtime, wanted)?;
    finish(runtime, x509::issue(&request, &key, &signer), &key)
}

fn finish(
    runtime: &mut Runtime<'_>,
    made: Result<Vec<u8>, X509Error>,
    key: &PrivateKey,
) -> Outcome {
    let cert = made.map_err(fault)?;
    let key = key.to_pem().map_err(fault)?;
    pair(runtime, cert, key)
}

/// A certificate and its key as a value.
fn pair(runtime: &mut Runtime<'_>, cert: Vec<u8>, key: Vec<u8>) -> Outcome {
    runtime.charge(cert.len() + key.len() + 64)?;
    let certificate = Certificate { cert: Str::from(cert), key: Str::from(key) };
    Ok(Value::Certificate(Rc::new(certificate)))
}

fn request(runtime: &mut Runtime<'_>, wanted: &Wanted) -> Result<Request, Fault> {
    const DAY: i64 = 86_400_000_000_000;
    runtime.copies(wanted.common_name.len(), COPIES_OF_NAMES)?;
    let mut addresses = Vec::new();
    let mut dns_names = Vec::new();
    if let Some((ips, dns)) = &wanted.names {
        for address in texts(runtime, ips, "error parsing ip")? {
            addresses.push(parse_address(&address)?);
        }
        dns_names = texts(runtime, dns, "error processing alternate dns name")?;
    }
    let now = runtime.now();
    let mut serial = [0; 16];
    runtime.context.rng.fill_bytes(&mut serial);
    Ok(Request {
        common_name: wanted.common_name.to_vec(),
        addresses,
        dns_names,
        not_before: now.seconds,
        not_after: now.add(DAY.wrapping_mul(wanted.days)).seconds,
        is_authority: false,
        serial,
    })
}

fn texts(runtime: &mut Runtime<'_>, list: &List, what: &str) -> Result<Vec<Str>, Fault> {
    let mut texts = Vec::new();
    for position in 0..list.len() {
        match list.get(position) {
            Some(Value::Str(text)) => {
                runtime.copies(text.len() + size_of::<Str>(), COPIES_OF_NAMES)?;
                texts.push(text);
            }
            _ => return Err(Fault::new(format!("{what}: {REDACTED} is not a string"))),
        }
    }
    Ok(texts)
}

fn parse_address(text: &[u8]) -> Result<IpAddr, Fault> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| Fault::new(format!("error parsing ip: {REDACTED}")))
}

fn within(doing: &str, error: X509Error) -> Fault {
    match fault(error) {
        Fault::Message(message) => Fault::new(format!("{doing}: {message}")),
        other => other,
    }
}

fn fault(error: X509Error) -> Fault {
    match error {
        X509Error::NoPem => Fault::new("no PEM data in input"),
        X509Error::KeyMismatch => Fault::new(
            "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
        ),
        X509Error::Interrupted => Fault::DEADLINE,
        X509Error::TooLarge => Fault::Limit("a private key is larger than allowed"),
        X509Error::Unsupported => {
            Fault::Unsupported("only RSA, P-256 and Ed25519 keys are supported")
        }
        X509Error::WrongPemType
        | X509Error::BadKey
        | X509Error::BadCertificate
        | X509Error::BadName
        | X509Error::Signing => Fault::HIDDEN,
    }
}
