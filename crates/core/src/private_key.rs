//! The private half of a sealing key: it opens.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::encoding::{DerKind, Encoding};
use crate::envelope::SealedValue;
use crate::error::KeyError;
use crate::fingerprint::Fingerprint;
use crate::pem::{self, Block};
use crate::primitives::{self, BackendError};
use crate::rsa_numbers::{self, RsaNumbers};
use crate::sealing_key::SealingKey;

/// An RSA private key of 2048 to 8192 bits, read and checked once. Clones share it; it is wiped when the last one is
/// dropped. It cannot be printed:
/// ```compile_fail,E0277
/// # fn print(key: sealkit_core::PrivateKey) {
/// println!("{key:?}");
/// # }
/// ```
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    pkcs1_der: Zeroizing<Vec<u8>>,
    backend: primitives::PrivateKey,
    sealing_key: SealingKey,
}

impl PrivateKey {
    /// Makes a new key of 2048, 3072, 4096 or 8192 bits, from the backend's own randomness. This takes
    /// from tenths of a second to a minute.
    ///
    /// # Errors
    /// Another size, or the backend failed.
    pub fn generate(bits: u32) -> Result<Self, KeyError> {
        let pkcs1 = primitives::generate_pkcs1_der(bits)
            .ok_or(KeyError::UnsupportedSize { bits })?
            .map_err(|_| KeyError::Backend)?;
        Self::from_pkcs1_der(&pkcs1)
    }

    /// Reads the first private key of a PEM file: `RSA PRIVATE KEY` (PKCS#1, [RFC 8017]) or `PRIVATE KEY`
    /// (PKCS#8, [RFC 5958]). Other blocks before it, such as its certificate, are passed over.
    ///
    /// # Errors
    /// What the input is instead of a private key, or what is wrong with the key.
    ///
    /// [RFC 5958]: https://www.rfc-editor.org/rfc/rfc5958
    /// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let blocks = pem::blocks(pem);
        let Some(block) = blocks.iter().find(|block| is_private_key(block)) else {
            return Err(not_a_private_key(pem, blocks.first()));
        };
        Self::from_block(block)
    }

    /// Reads every private key of a PEM file, in the file's order. Other blocks, such as the keys'
    /// certificates, are passed over.
    ///
    /// # Errors
    /// There is no private key, or one of them cannot be read.
    pub fn all_from_pem(pem: &[u8]) -> Result<Vec<Self>, KeyError> {
        let blocks = pem::blocks(pem);
        let keys: Vec<_> = blocks.iter().filter(|block| is_private_key(block)).collect();
        if keys.is_empty() {
            return Err(not_a_private_key(pem, blocks.first()));
        }
        keys.into_iter().map(Self::from_block).collect()
    }

    /// Reads every private key of a file in any form that they are found in: PEM, DER (PKCS#1 or PKCS#8), and base64
    /// of either, as it stands in the `data` of a Kubernetes Secret.
    ///
    /// # Errors
    /// There is no private key, or one of them cannot be read.
    pub fn all_from_bytes(input: &[u8]) -> Result<Vec<Self>, KeyError> {
        match Encoding::of(input) {
            Encoding::Der(der) => Self::from_der(der).map(|key| vec![key]),
            Encoding::Base64(inner) => Self::all_from_bytes(&inner),
            Encoding::Pem | Encoding::Other => Self::all_from_pem(input),
        }
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        match DerKind::of(der) {
            Some(DerKind::RsaPrivateKey) => Self::from_pkcs1_der(der),
            Some(DerKind::PrivateKey) => Self::from_pkcs1_der(rsa_numbers::pkcs1_in_pkcs8(der)?),
            Some(DerKind::EncryptedPrivateKey) => Err(KeyError::Encrypted),
            Some(DerKind::EcPrivateKey) => Err(KeyError::NotRsa { algorithm: "EC".to_owned() }),
            Some(DerKind::PublicKey) => Err(KeyError::PublicKey),
            Some(DerKind::Certificate) => Err(KeyError::Certificate),
            Some(DerKind::Pkcs12) => Err(KeyError::Pkcs12),
            None => Err(KeyError::Damaged),
        }
    }

    fn from_block(block: &Block<'_>) -> Result<Self, KeyError> {
        if block.encrypted {
            return Err(KeyError::Encrypted);
        }
        let der = || block.content.as_deref().map(Vec::as_slice).ok_or(KeyError::Damaged);
        match block.label {
            pem::RSA_PRIVATE_KEY => Self::from_pkcs1_der(der()?),
            "PRIVATE KEY" => Self::from_pkcs1_der(rsa_numbers::pkcs1_in_pkcs8(der()?)?),
            "ENCRYPTED PRIVATE KEY" => Err(KeyError::Encrypted),
            "EC PRIVATE KEY" => Err(KeyError::NotRsa { algorithm: "EC".to_owned() }),
            "DSA PRIVATE KEY" => Err(KeyError::NotRsa { algorithm: "DSA".to_owned() }),
            _ => Err(other_pem(block)),
        }
    }

    fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        // The public half first: it says what is wrong with a key's size.
        let sealing_key = SealingKey::new(RsaNumbers::from_private_pkcs1_der(der)?)?;
        let backend = primitives::PrivateKey::from_pkcs1_der(der).map_err(|_| KeyError::Damaged)?;
        let pkcs1_der = Zeroizing::new(der.to_vec());
        Ok(Self(Arc::new(Inner { pkcs1_der, backend, sealing_key })))
    }

    /// Writes the key as PEM `RSA PRIVATE KEY` (PKCS#1), as upstream stores it.
    #[must_use]
    pub fn to_pkcs1_pem(&self) -> Zeroizing<String> {
        pem::encode(pem::RSA_PRIVATE_KEY, &self.0.pkcs1_der)
    }

    /// The public half.
    #[must_use]
    pub fn sealing_key(&self) -> &SealingKey {
        &self.0.sealing_key
    }

    /// The key's name, the same as its public half's.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.sealing_key.fingerprint()
    }

    pub(crate) fn modulus_bytes(&self) -> usize {
        self.0.sealing_key.numbers().modulus().len()
    }

    /// Whether the value's session key may be encrypted for this key, by its length.
    pub(crate) fn fits(&self, value: &SealedValue) -> bool {
        value.encrypted_session_key().len() <= self.modulus_bytes()
    }

    /// An RSASSA-PKCS1-v1_5 signature with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BackendError> {
        primitives::sign_pkcs1_sha256(&self.0.pkcs1_der, message)
    }

    pub(crate) fn backend(&self) -> &primitives::PrivateKey {
        &self.0.backend
    }
}

fn is_private_key(block: &Block<'_>) -> bool {
    block.label.ends_with("PRIVATE KEY")
}

/// What input without a private key is instead.
fn not_a_private_key(input: &[u8], first: Option<&Block<'_>>) -> KeyError {
    match first {
        Some(block) => match block.label {
            pem::CERTIFICATE => KeyError::Certificate,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => KeyError::PublicKey,
            _ => other_pem(block),
        },
        None => match Encoding::of(input) {
            Encoding::Der(_) => KeyError::Der,
            Encoding::Base64(_) => KeyError::Base64,
            Encoding::Other if input.trim_ascii().is_empty() => KeyError::Empty,
            Encoding::Pem | Encoding::Other => KeyError::NotPem,
        },
    }
}

fn other_pem(block: &Block<'_>) -> KeyError {
    match block.known_label() {
        Some(label) => KeyError::OtherPem { label: label.to_owned() },
        None => KeyError::UnknownPem,
    }
}

#[cfg(test)]
mod tests;
