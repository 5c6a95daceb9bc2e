//! A sealing key as a Secret of type `kubernetes.io/tls`, as clusters keep it, and back.

use kubeyaml::{Format, Node};
use sealkit_core::{Certificate, DatedKey, Plaintext, PrivateKey};
use zeroize::Zeroizing;

use crate::documents::{Documents, Located, Met, Others};
use crate::error::{Errors, KeySecretError, KeySecretErrorKind, KeySecretErrors, ReadErrorKind};
use crate::output;
use crate::secret::{self, Secret};

/// Label of a key Secret; its value says whether the key is in use.
pub const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";
/// Value of [`KEY_LABEL`] of a key in use. Any other retires it.
pub const KEY_ACTIVE: &str = "active";
/// What the names of key Secrets begin with.
pub const KEY_PREFIX: &str = "sealed-secrets-key";

const TLS_TYPE: &str = "kubernetes.io/tls";
const PRIVATE_KEY: &str = "tls.key";
const CERTIFICATE: &str = "tls.crt";

/// What a key Secret holds. Has no `Debug`.
#[non_exhaustive]
pub struct KeySecret {
    /// The private key, the start of its certificate's validity, and the creation of the Secret.
    pub key: DatedKey,
    /// Why its certificate cannot be read. The key is as good without.
    pub damaged_certificate: Option<KeySecretError>,
}

impl KeySecret {
    /// Reads a Secret, whatever its type and its labels.
    ///
    /// # Errors
    /// It has no private key, one that cannot be used, or the certificate of another key.
    pub fn from_secret(secret: &Secret) -> Result<Self, KeySecretError> {
        let private_key = private_key(secret)?;
        let pem = secret.data.get(CERTIFICATE);
        let (not_before, damaged_certificate) =
            match pem.map(|pem| Certificate::from_pem(pem.expose())) {
                None => (None, None),
                Some(Ok(certificate)) if certificate.fingerprint() != private_key.fingerprint() => {
                    return Err(KeySecretErrorKind::CertificateOfAnotherKey.into());
                }
                Some(Ok(certificate)) => (Some(certificate.not_before()), None),
                Some(Err(error)) => {
                    let error = KeySecretError::new(KeySecretErrorKind::Certificate(error));
                    (None, Some(error.in_field(CERTIFICATE)))
                }
            };
        let key = DatedKey { key: private_key, not_before, created: secret.created };
        Ok(Self { key, damaged_certificate })
    }

    /// Says where the damaged certificate stands.
    fn locate_damage(mut self, locate: impl FnOnce(KeySecretError) -> KeySecretError) -> Self {
        self.damaged_certificate = self.damaged_certificate.map(locate);
        self
    }
}

fn private_key(secret: &Secret) -> Result<PrivateKey, KeySecretError> {
    let pem = secret.data.get(PRIVATE_KEY).ok_or(KeySecretErrorKind::NoPrivateKey)?;
    PrivateKey::from_pem(pem.expose()).map_err(|error| {
        KeySecretError::new(KeySecretErrorKind::PrivateKey(error)).in_field(PRIVATE_KEY)
    })
}

/// What a backup of key Secrets holds.
#[non_exhaustive]
pub struct Backup {
    /// The keys, in the order of the backup; at least one.
    pub keys: Vec<KeySecret>,
    /// Secrets that are no usable key, and why.
    pub skipped: Vec<KeySecretError>,
}

/// Reads a backup of key Secrets: YAML or JSON, one, several or a List.
///
/// # Errors
/// If the text cannot be read, holds something other than Secrets, or no usable key.
pub fn read_backup(text: Zeroizing<Vec<u8>>) -> Result<Backup, KeySecretErrors> {
    let documents = Documents::split(vec![text])?;
    let found = documents.process(Others::Refuse, &|| (), |document| {
        let mut keys = Vec::new();
        for met in document.each(secret::KIND, Others::Refuse)? {
            match met? {
                Met::Wanted(resource) => keys.push(read_key(resource.node())),
                Met::Passing(_) => {}
            }
        }
        Ok::<_, KeySecretErrors>(keys)
    })?;
    let mut backup = Backup { keys: Vec::new(), skipped: Vec::new() };
    for Located { input, document, result } in found {
        let locate = |error: KeySecretError| error.in_document(input, document);
        for key in result {
            match key {
                Ok(key) => backup.keys.push(key.locate_damage(locate)),
                Err(errors) => backup.skipped.extend(errors.map(locate)),
            }
        }
    }
    if backup.keys.is_empty() {
        let none = || KeySecretErrorKind::Read(ReadErrorKind::NoDocuments).into();
        return Err(Errors::of(backup.skipped).unwrap_or_else(none));
    }
    Ok(backup)
}

/// Reads the Secrets of a backup of key Secrets, in its order, whatever is in them: YAML or JSON, one, several or a List.
///
/// # Errors
/// If the text cannot be read, or holds something other than Secrets.
pub fn read_secrets(text: Zeroizing<Vec<u8>>) -> Result<Vec<Secret>, KeySecretErrors> {
    let documents = Documents::split(vec![text])?;
    let found = documents.process(Others::Refuse, &|| (), |document| {
        let mut secrets = Vec::new();
        for met in document.each(secret::KIND, Others::Refuse)? {
            if let Met::Wanted(resource) = met? {
                secrets.push(Secret::read(resource.node())?);
            }
        }
        Ok::<_, KeySecretErrors>(secrets)
    })?;
    Ok(found.into_iter().flat_map(|located| located.result).collect())
}

fn read_key(node: &Node) -> Result<KeySecret, KeySecretErrors> {
    let secret = Secret::read(node)?;
    let name = secret.metadata.resource(secret::KIND.kind);
    let locate = |error: KeySecretError| error.located_in(node).in_resource(name.clone());
    Ok(KeySecret::from_secret(&secret).map_err(locate)?.locate_damage(locate))
}

/// The Secret that a cluster takes as its sealing key.
///
/// Its name is [`KEY_PREFIX`] and eight characters that come from the key's fingerprint.
#[must_use]
pub fn to_secret(key: &PrivateKey, certificate: &Certificate, namespace: &str) -> Secret {
    let mut secret = Secret { secret_type: TLS_TYPE.to_owned(), ..Secret::default() };
    secret.metadata.name = format!("{KEY_PREFIX}-{}", suffix(key));
    secret.metadata.namespace = namespace.to_owned();
    secret.metadata.labels.insert(KEY_LABEL.to_owned(), KEY_ACTIVE.to_owned());
    let private_key = Plaintext::from(key.to_pkcs1_pem().as_bytes().to_vec());
    secret.data.insert(PRIVATE_KEY.to_owned(), private_key);
    secret.data.insert(CERTIFICATE.to_owned(), Plaintext::from(certificate.to_pem().into_bytes()));
    secret
}

/// [`to_secret`] as one YAML document.
#[must_use]
pub fn to_yaml(key: &PrivateKey, certificate: &Certificate, namespace: &str) -> Zeroizing<String> {
    output::write(Format::Yaml, &to_secret(key, certificate, namespace).to_tree())
}

/// Names of Kubernetes objects have neither upper case nor `+` and `/`: hexadecimal.
fn suffix(key: &PrivateKey) -> String {
    key.fingerprint().as_bytes().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
