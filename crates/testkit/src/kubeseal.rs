//! The index of `fixtures/kubeseal/`: what the real kubeseal sealed, and what it must open to.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::{fixture, read_fixture};

/// Everything the index lists.
#[derive(Deserialize)]
pub struct Index {
    /// The version of kubeseal that sealed the files, such as `v0.38.4`.
    pub kubeseal: String,
    /// The keys they are sealed for.
    pub keys: Vec<Key>,
    /// Files of whole SealedSecrets.
    pub documents: Vec<Documents>,
    /// Single values, made by `kubeseal --raw`.
    pub values: Vec<Value>,
}

/// A key pair.
#[derive(Deserialize)]
pub struct Key {
    /// By which the other entries name it.
    pub name: String,
    /// The size of its modulus.
    pub bits: u32,
    /// The PEM file of the private key.
    pub private_key: FixturePath,
    /// The PEM file of the certificate.
    pub certificate: FixturePath,
    /// `SHA256:…`, as the upstream code computes it.
    pub fingerprint: String,
}

/// A file of one or more SealedSecrets.
#[derive(Deserialize)]
pub struct Documents {
    /// The file that kubeseal wrote.
    pub sealed: FixturePath,
    /// The file that it read.
    pub input: FixturePath,
    /// `yaml` or `json`.
    pub format: String,
    /// The name of the key.
    pub key: String,
    /// What the documents open to, in their order.
    pub secrets: Vec<Secret>,
    /// Whether `kubeseal --recovery-unseal` opens them, too: it refuses the deprecated form, which
    /// the controller opens.
    #[serde(default = "yes")]
    pub kubeseal_opens: bool,
}

/// What a SealedSecret opens to.
#[derive(Deserialize)]
pub struct Secret {
    /// `strict`, `namespace-wide` or `cluster-wide`.
    pub scope: String,
    /// The Kubernetes Secret: metadata without owner references, `type`, `immutable`, and `data`
    /// in base64.
    pub secret: serde_json::Value,
}

/// A single value.
#[derive(Deserialize)]
pub struct Value {
    /// The file with the base64 text that kubeseal wrote.
    pub sealed: FixturePath,
    /// The file that it read.
    pub input: FixturePath,
    /// The name of the key.
    pub key: String,
    /// `strict`, `namespace-wide` or `cluster-wide`.
    pub scope: String,
    /// Empty where the scope does not bind it.
    pub namespace: String,
    /// Empty where the scope does not bind it.
    pub name: String,
    plaintext: String,
}

/// A path relative to `fixtures/kubeseal/`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct FixturePath(String);

impl Index {
    /// Reads the index.
    ///
    /// # Panics
    ///
    /// If it is not as described here.
    #[must_use]
    pub fn load() -> Self {
        serde_json::from_slice(&read_fixture("kubeseal/index.json"))
            .expect("the index is as described here")
    }

    /// The key of a name.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn key(&self, name: &str) -> &Key {
        let found = self.keys.iter().find(|key| key.name == name);
        found.unwrap_or_else(|| panic!("the index has no key {name}"))
    }
}

impl Value {
    /// What it opens to.
    ///
    /// # Panics
    ///
    /// If the index does not hold base64 there.
    #[must_use]
    pub fn plaintext(&self) -> Vec<u8> {
        STANDARD.decode(&self.plaintext).expect("a plaintext is base64")
    }
}

impl FixturePath {
    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        fixture(&self.relative())
    }

    /// What the file holds.
    #[must_use]
    pub fn read(&self) -> Vec<u8> {
        read_fixture(&self.relative())
    }

    fn relative(&self) -> String {
        format!("kubeseal/{}", self.0)
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn every_entry_has_its_files() {
        let index = Index::load();
        for key in &index.keys {
            assert!(key.private_key.read().starts_with(b"-----BEGIN "));
            assert!(key.certificate.read().starts_with(b"-----BEGIN CERTIFICATE-----"));
        }
        for document in &index.documents {
            assert!(!document.sealed.read().is_empty() && !document.input.read().is_empty());
            assert!(!document.secrets.is_empty());
            assert_eq!(index.key(&document.key).name, document.key);
        }
        for value in &index.values {
            assert!(STANDARD.decode(value.sealed.read()).unwrap().len() > 256);
            assert!(value.input.read() == value.plaintext());
            assert_eq!(index.key(&value.key).name, value.key);
        }
    }

    #[test]
    fn every_sealed_file_is_listed() {
        let index = Index::load();
        let documents = index.documents.iter().map(|document| document.sealed.path());
        let listed: BTreeSet<PathBuf> =
            documents.chain(index.values.iter().map(|value| value.sealed.path())).collect();
        let present: BTreeSet<PathBuf> = ["kubeseal/sealed", "kubeseal/raw"]
            .iter()
            .flat_map(|folder| fs::read_dir(fixture(folder)).unwrap())
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(listed, present);
    }
}
