//! A sealing key as a Secret of type `kubernetes.io/tls`, as clusters keep it, and back.

use sealkit_core::{Certificate, Plaintext, PrivateKey, UnixTime};
use zeroize::Zeroizing;

use crate::documents::{Inputs, Located};
use crate::error::{Error, Reason};
use crate::output;
use crate::secret::{self, Secret};
use kubeyaml::{Format, Node};

/// Label of a key Secret; its value says whether the key is in use.
pub const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// Value of [`KEY_LABEL`] of a key in use. Any other retires it.
pub const KEY_ACTIVE: &str = "active";
/// What the names of key Secrets begin with.
pub const KEY_PREFIX: &str = "sealed-secrets-key";

const TLS_TYPE: &str = "kubernetes.io/tls";
const PRIVATE_KEY: &str = "tls.key";
const CERTIFICATE: &str = "tls.crt";

/// A private key with its date. Has no `Debug`.
#[non_exhaustive]
pub struct BackupKey {
    /// The key.
    pub private_key: PrivateKey,
    /// From when on its certificate is valid; none without a certificate that can be read.
    pub not_before: Option<UnixTime>,
    /// Why its certificate cannot be read. The key is as good without.
    pub damaged_certificate: Option<Error>,
}

impl BackupKey {
    /// Says where the damaged certificate stands.
    fn locate_damage(mut self, locate: impl FnOnce(Error) -> Error) -> Self {
        self.damaged_certificate = self.damaged_certificate.map(locate);
        self
    }
}

/// What a backup of key Secrets holds.
#[non_exhaustive]
pub struct Backup {
    /// The keys, in the order of the backup; at least one.
    pub keys: Vec<BackupKey>,
    /// Secrets that are no usable key, and why.
    pub skipped: Vec<Error>,
}

/// Reads a backup of key Secrets: YAML or JSON, one, several or a List.
///
/// # Errors
/// If the text can't be read, holds something other than Secrets, or no usable key.
pub fn read_backup(text: Zeroizing<Vec<u8>>) -> Result<Backup, Error> {
    let inputs = Inputs::read(vec![text])?;
    let documents = inputs.process(&|| (), |document| {
        let resources = document.resources()?.into_iter();
        let keys = resources.map(|resource| {
            if resource.is(secret::KIND) {
                Ok(read_key(resource.node))
            } else {
                Err(resource.refused(secret::KIND))
            }
        });
        keys.collect::<Result<Vec<_>, Error>>()
    })?;
    let mut backup = Backup { keys: Vec::new(), skipped: Vec::new() };
    for Located { input, document, result } in documents {
        let locate = |error: Error| error.in_document(input, document);
        for key in result {
            match key {
                Ok(key) => backup.keys.push(key.locate_damage(locate)),
                Err(error) => backup.skipped.push(locate(error)),
            }
        }
    }
    if backup.keys.is_empty() {
        let first = backup.skipped.into_iter().next();
        return Err(first.unwrap_or_else(|| Reason::NoDocuments.into()));
    }
    Ok(backup)
}

/// The Secret that a cluster takes as its sealing key, as one YAML document.
///
/// Its name is [`KEY_PREFIX`] and eight characters that come from the key's fingerprint.
pub fn to_yaml(key: &PrivateKey, certificate: &Certificate, namespace: &str) -> Zeroizing<String> {
    let mut secret = Secret { secret_type: TLS_TYPE.to_owned(), ..Secret::default() };
    secret.metadata.name = format!("{KEY_PREFIX}-{}", suffix(key));
    secret.metadata.namespace = namespace.to_owned();
    secret.metadata.labels.insert(KEY_LABEL.to_owned(), KEY_ACTIVE.to_owned());
    let private_key = Plaintext::from(key.to_pkcs1_pem().as_bytes().to_vec());
    secret.data.insert(PRIVATE_KEY.to_owned(), private_key);
    secret.data.insert(CERTIFICATE.to_owned(), Plaintext::from(certificate.to_pem().into_bytes()));
    output::write(Format::Yaml, &secret.to_tree())
}

/// Names of Kubernetes objects have neither upper case nor `+` and `/`: hexadecimal.
fn suffix(key: &PrivateKey) -> String {
    key.fingerprint().as_bytes().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

fn read_key(node: &Node) -> Result<BackupKey, Error> {
    let secret = Secret::read(node)?;
    let name = secret.metadata.resource(secret::KIND.kind);
    let locate = |error: Error| error.located_in(node).in_resource(name.clone());
    Ok(key_of(&secret).map_err(locate)?.locate_damage(locate))
}

fn key_of(secret: &Secret) -> Result<BackupKey, Error> {
    let pem = secret.data.get(PRIVATE_KEY).ok_or(Reason::NoPrivateKey)?;
    let private_key = PrivateKey::from_pem(pem.expose())
        .map_err(|error| Error::new(Reason::PrivateKey(error)).in_field(PRIVATE_KEY))?;
    let certificate = secret.data.get(CERTIFICATE).map(|pem| Certificate::from_pem(pem.expose()));
    let (not_before, damaged_certificate) = match certificate {
        None => (None, None),
        Some(Ok(certificate)) if certificate.fingerprint() != private_key.fingerprint() => {
            return Err(Reason::CertificateOfAnotherKey.into());
        }
        Some(Ok(certificate)) => (Some(certificate.not_before()), None),
        Some(Err(error)) => {
            (None, Some(Error::new(Reason::Certificate(error)).in_field(CERTIFICATE)))
        }
    };
    Ok(BackupKey { private_key, not_before, damaged_certificate })
}
