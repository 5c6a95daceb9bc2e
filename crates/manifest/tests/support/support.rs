//! What the tests share: the keys of `fixtures/kubeseal`, a Secret, and both operations on a text, in process.

#![allow(dead_code, reason = "every file of tests uses a part of it")]

use std::fmt::Display;

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, Fingerprint, KeyRing, PrivateKey};
use sealkit_manifest::{
    Documents, Errors, Format, KeySecretErrors, Output, RenderContext, RenderLimits, SealErrors,
    SealRules, Stream, UnsealErrors, UnsealRules,
};
use sealkit_testkit::read_fixture;
use zeroize::Zeroizing;

/// The key that seals and opens where a test names none.
pub(crate) const KEY: &str = "rsa-2048";

/// Why an operation failed, as far as tests look at it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) reason: &'static str,
    pub(crate) document: Option<usize>,
    pub(crate) message: String,
}

impl Failed {
    fn of<K: Display>(errors: &Errors<K>, reason: &'static str) -> Self {
        Self { reason, document: errors.first().document(), message: errors.to_string() }
    }
}

impl From<SealErrors> for Failed {
    fn from(error: SealErrors) -> Self {
        Self::of(&error, error.first().kind().reason())
    }
}

impl From<UnsealErrors> for Failed {
    fn from(error: UnsealErrors) -> Self {
        Self::of(&error, error.first().kind().reason())
    }
}

impl From<KeySecretErrors> for Failed {
    fn from(error: KeySecretErrors) -> Self {
        Self::of(&error, error.first().kind().reason())
    }
}

/// Seals the Secrets of a text with [`KEY`] as YAML.
pub(crate) fn seal(text: impl AsRef<[u8]>) -> Result<String, Failed> {
    let stream = Stream::new(Format::Yaml);
    seal_with(text.as_ref(), KEY, &SealRules::default(), &stream).map(|output| written(&output))
}

/// Seals the Secrets of a text with the certificate of a name.
pub(crate) fn seal_with(
    text: &[u8],
    key: &str,
    rules: &SealRules<'_>,
    stream: &Stream<'_>,
) -> Result<Output, Failed> {
    let certificate = certificate(key);
    let documents = Documents::split(input(text)).map_err(SealErrors::from)?;
    let key = certificate.sealing_key();
    Ok(sealkit_manifest::seal(&documents, key, rules, stream, &random())?)
}

/// Opens the SealedSecrets of a text with [`KEY`] as YAML.
pub(crate) fn unseal(text: impl AsRef<[u8]>) -> Result<String, Failed> {
    unseal_with(text.as_ref(), &ring(&[KEY]), None, &Stream::new(Format::Yaml))
        .map(|output| written(&output))
}

/// Opens the SealedSecrets of a text; those that name no namespace are in the one given.
pub(crate) fn unseal_with(
    text: &[u8],
    keys: &KeyRing,
    namespace: Option<&str>,
    stream: &Stream<'_>,
) -> Result<Output, Failed> {
    let documents = Documents::split(input(text)).map_err(UnsealErrors::from)?;
    let rules = UnsealRules::new(&context).namespace(namespace);
    Ok(sealkit_manifest::unseal(&documents, keys, &rules, stream)?)
}

/// Opens one item with [`KEY`].
pub(crate) fn unseal_item(text: impl AsRef<[u8]>, item: &str) -> Result<Vec<u8>, Failed> {
    let stream = Stream::new(Format::Yaml);
    unseal_item_with(text.as_ref(), &ring(&[KEY]), None, &stream, item)
}

/// Opens one item, as [`unseal_with`] does all of them.
pub(crate) fn unseal_item_with(
    text: &[u8],
    keys: &KeyRing,
    namespace: Option<&str>,
    stream: &Stream<'_>,
    item: &str,
) -> Result<Vec<u8>, Failed> {
    let documents = Documents::split(input(text)).map_err(UnsealErrors::from)?;
    let rules = UnsealRules::new(&context).namespace(namespace);
    let value = sealkit_manifest::unseal_item(&documents, keys, &rules, stream, item)?;
    Ok(value.expose().to_vec())
}

/// The documents one after another.
pub(crate) fn written(output: &Output) -> String {
    output.chunks.iter().map(|chunk| chunk.as_str()).collect()
}

fn input(text: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    vec![Zeroizing::new(text.to_vec())]
}

pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&read_fixture(&format!("kubeseal/keys/{name}.crt"))).unwrap()
}

pub(crate) fn private_key(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&read_fixture(&format!("kubeseal/keys/{name}.key"))).unwrap()
}

pub(crate) fn ring(names: &[&str]) -> KeyRing {
    KeyRing::new(names.iter().map(|name| private_key(name)).collect())
}

pub(crate) fn fingerprint(name: &str) -> Fingerprint {
    private_key(name).fingerprint()
}

pub(crate) fn random() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

pub(crate) fn context() -> RenderContext {
    RenderContext::new(1_700_000_000, 0, random(), RenderLimits::default())
}
