//! Private keys: RSA, ECDSA on P-256, Ed25519.

use ed25519_dalek::Signer as _;
use p256::ecdsa;
use rand_core::CryptoRng;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::{Pkcs1v15Sign, PrivateKey as RsaKey};
use sha2::{Digest as _, Sha256};

use super::prime::{IsOver, random_prime};
use super::{X509Error, der, pem};

/// Object identifiers, encoded.
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// The largest RSA key that is read, in bits: checking one takes time with the cube of its size.
const LARGEST_RSA: usize = 8192;

/// What key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSA with so many bits.
    Rsa(usize),
    Ecdsa,
    Ed25519,
}

/// A private key.
pub(crate) enum PrivateKey {
    Rsa(Box<RsaKey>),
    Ecdsa(Box<ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// A private key in the form in which it is written down: how large it is can be seen before it is read.
pub(crate) struct EncodedKey {
    form: Form,
    contents: Vec<u8>,
    bits: usize,
}

#[derive(Clone, Copy)]
enum Form {
    Pkcs1,
    Sec1,
    Ed25519,
}

impl EncodedKey {
    /// PKCS#1, SEC 1 or PKCS#8, as the block's label says.
    pub(crate) fn from_pem(text: &[u8]) -> Result<Self, X509Error> {
        let (label, contents) = pem::decode(text).ok_or(X509Error::NoPem)?;
        match label.as_str() {
            "PRIVATE KEY" => Self::from_pkcs8(&contents),
            "RSA PRIVATE KEY" => Self::from_pkcs1(&contents),
            "EC PRIVATE KEY" => Ok(Self::elliptic(Form::Sec1, &contents)),
            "DSA PRIVATE KEY" => Err(X509Error::Unsupported),
            _ => Err(X509Error::WrongPemType),
        }
    }

    /// `SEQUENCE { INTEGER 0, SEQUENCE { algorithm, parameters }, OCTET STRING key }`
    fn from_pkcs8(contents: &[u8]) -> Result<Self, X509Error> {
        let parsed = (|| {
            let (body, _) = der::expect(contents, der::SEQUENCE)?;
            let (_, rest) = der::expect(body, der::INTEGER)?;
            let (algorithm, rest) = der::expect(rest, der::SEQUENCE)?;
            let (_, algorithm, _) = der::read(algorithm)?;
            let (key, _) = der::expect(rest, der::OCTETS)?;
            Some((algorithm, key))
        })();
        let (algorithm, key) = parsed.ok_or(X509Error::BadKey)?;
        match algorithm {
            RSA => Self::from_pkcs1(key),
            EC => Ok(Self::elliptic(Form::Sec1, key)),
            ED25519 => Ok(Self::elliptic(Form::Ed25519, key)),
            _ => Err(X509Error::Unsupported),
        }
    }

    /// `SEQUENCE { INTEGER 0, INTEGER n, INTEGER e, … }`, of which no number may be larger than the modulus may.
    fn from_pkcs1(contents: &[u8]) -> Result<Self, X509Error> {
        let (mut rest, _) = der::expect(contents, der::SEQUENCE).ok_or(X509Error::BadKey)?;
        let mut largest = 0;
        while !rest.is_empty() {
            let (number, after) = der::expect(rest, der::INTEGER).ok_or(X509Error::BadKey)?;
            largest =
                largest.max(number.len().saturating_sub(usize::from(number.starts_with(&[0]))));
            rest = after;
        }
        if largest > LARGEST_RSA / 8 {
            return Err(X509Error::TooLarge);
        }
        Ok(Self { form: Form::Pkcs1, contents: contents.to_vec(), bits: largest * 8 })
    }

    fn elliptic(form: Form, contents: &[u8]) -> Self {
        Self { form, contents: contents.to_vec(), bits: 256 }
    }

    /// The size of an RSA modulus in bits, or a little more; 256 for the others.
    pub(crate) fn bits(&self) -> usize {
        self.bits
    }

    pub(crate) fn decode(&self) -> Result<PrivateKey, X509Error> {
        let key = match self.form {
            Form::Pkcs1 => RsaKey::from_pkcs1_der(&self.contents)
                .ok()
                .map(|key| PrivateKey::Rsa(Box::new(key))),
            Form::Sec1 => self.decode_sec1(),
            Form::Ed25519 => self.decode_ed25519(),
        };
        key.ok_or(X509Error::BadKey)
    }

    /// RFC 5915: `SEQUENCE { INTEGER 1, OCTET STRING scalar, … }`
    fn decode_sec1(&self) -> Option<PrivateKey> {
        let (body, _) = der::expect(&self.contents, der::SEQUENCE)?;
        let (_, rest) = der::expect(body, der::INTEGER)?;
        let (scalar, _) = der::expect(rest, der::OCTETS)?;
        let key = ecdsa::SigningKey::from_slice(scalar).ok()?;
        Some(PrivateKey::Ecdsa(Box::new(key)))
    }

    /// RFC 8410: `OCTET STRING seed`
    fn decode_ed25519(&self) -> Option<PrivateKey> {
        let (seed, _) = der::expect(&self.contents, der::OCTETS)?;
        let seed = <[u8; 32]>::try_from(seed).ok()?;
        Some(PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed))))
    }
}

impl PrivateKey {
    /// A new key; `is_over` is asked now and then whether to stop.
    pub(crate) fn generate(
        algorithm: Algorithm,
        rng: &mut dyn CryptoRng,
        is_over: IsOver<'_>,
    ) -> Result<Self, X509Error> {
        if let Algorithm::Rsa(bits) = algorithm {
            return generate_rsa(bits, rng, is_over);
        }
        loop {
            let mut seed = [0; 32];
            rng.fill_bytes(&mut seed);
            if algorithm == Algorithm::Ed25519 {
                let key = ed25519_dalek::SigningKey::from_bytes(&seed);
                return Ok(Self::Ed25519(Box::new(key)));
            }
            // Not every 32 bytes are a scalar of the curve; nearly all are.
            if let Ok(key) = ecdsa::SigningKey::from_slice(&seed) {
                return Ok(Self::Ecdsa(Box::new(key)));
            }
        }
    }

    /// PKCS#1 for RSA, SEC 1 for ECDSA, PKCS#8 for Ed25519.
    pub(crate) fn to_pem(&self) -> Result<Vec<u8>, X509Error> {
        match self {
            Self::Rsa(key) => {
                let contents = key.to_pkcs1_der().map_err(|_| X509Error::BadKey)?;
                Ok(pem::encode("RSA PRIVATE KEY", contents.as_bytes()))
            }
            Self::Ecdsa(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let contents = der::sequence(&[
                    &der::integer(&[1]),
                    &der::octets(&key.to_bytes()),
                    &der::element(0xA0, &der::oid(P256)),
                    &der::element(0xA1, &der::bits(point.as_bytes())),
                ]);
                Ok(pem::encode("EC PRIVATE KEY", &contents))
            }
            Self::Ed25519(key) => {
                let contents = der::sequence(&[
                    &der::integer(&[0]),
                    &der::sequence(&[&der::oid(ED25519)]),
                    &der::octets(&der::octets(key.as_bytes())),
                ]);
                Ok(pem::encode("PRIVATE KEY", &contents))
            }
        }
    }

    /// The public key's bits, without its algorithm.
    pub(super) fn public_bits(&self) -> Result<Vec<u8>, X509Error> {
        match self {
            Self::Rsa(key) => {
                let public = key.to_public_key().to_pkcs1_der().map_err(|_| X509Error::BadKey)?;
                Ok(public.as_bytes().to_vec())
            }
            Self::Ecdsa(key) => Ok(key.verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Self::Ed25519(key) => Ok(key.verifying_key().to_bytes().to_vec()),
        }
    }

    /// The `SubjectPublicKeyInfo` of RFC 5280.
    pub(super) fn public_key(&self) -> Result<Vec<u8>, X509Error> {
        let algorithm = match self {
            Self::Rsa(_) => der::sequence(&[&der::oid(RSA), &der::element(0x05, &[])]),
            Self::Ecdsa(_) => der::sequence(&[&der::oid(EC), &der::oid(P256)]),
            Self::Ed25519(_) => der::sequence(&[&der::oid(ED25519)]),
        };
        Ok(der::sequence(&[&algorithm, &der::bits(&self.public_bits()?)]))
    }

    /// The `AlgorithmIdentifier` of its signatures.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => der::sequence(&[&der::oid(SHA256_WITH_RSA), &der::element(0x05, &[])]),
            Self::Ecdsa(_) => der::sequence(&[&der::oid(ECDSA_WITH_SHA256)]),
            Self::Ed25519(_) => der::sequence(&[&der::oid(ED25519)]),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, X509Error> {
        match self {
            Self::Rsa(key) => {
                let digest = Sha256::digest(message);
                key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).map_err(|_| X509Error::Signing)
            }
            Self::Ecdsa(key) => {
                let signature: ecdsa::Signature =
                    key.try_sign(message).map_err(|_| X509Error::Signing)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
        }
    }
}

fn generate_rsa(
    bits: usize,
    rng: &mut dyn CryptoRng,
    is_over: IsOver<'_>,
) -> Result<PrivateKey, X509Error> {
    // One pair in thousands does not go with the exponent.
    const ATTEMPTS: usize = 10;
    const EXPONENT: u64 = 65537;
    for _ in 0..ATTEMPTS {
        let p = random_prime(bits / 16, rng, is_over)?;
        let q = random_prime(bits / 16, rng, is_over)?;
        if let Ok(key) = RsaKey::from_p_q(p, q, EXPONENT.into()) {
            return Ok(PrivateKey::Rsa(Box::new(key)));
        }
    }
    Err(X509Error::BadKey)
}
