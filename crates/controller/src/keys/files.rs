//! Sealing keys from a folder, without a cluster.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sealkit_core::{KeyOrder, Plaintext};
use sealkit_manifest::{Secret, key_secret};
use tracing::warn;
use zeroize::Zeroizing;

use super::{KeySet, KeySource};

/// The largest file: a backup of some thousand key Secrets.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// The most files.
const MAX_FILES: usize = 1000;

/// Reads the keys of a folder: `NAME.key` with `NAME.crt` beside it, in PEM, and backups of key Secrets in YAML or JSON.
///
/// All other files are passed over, and so are, with a warning, those that cannot be read as what their names say.
///
/// # Errors
/// The folder cannot be read, or has too many files.
pub fn read_directory(directory: &Path, order: KeyOrder) -> io::Result<KeySet> {
    let mut secrets = Vec::new();
    for path in files(directory)? {
        match read_file(&path) {
            Ok(found) => secrets.extend(found),
            Err(error) => warn!(file = %path.display(), %error, "a file of keys is not used"),
        }
    }
    Ok(KeySet::read(secrets.iter().map(|(source, secret)| (source, secret)), order))
}

/// In the order of their names. Those of hidden files are the business of whoever mounts the folder.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_hidden =
            path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && path.is_file() {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            return Err(io::Error::other(format!("it has more than {MAX_FILES} files")));
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> io::Result<Vec<(KeySource, Secret)>> {
    match path.extension().and_then(OsStr::to_str) {
        Some("key") => read_pair(path).map(|secret| vec![(named(path), secret)]),
        Some("yaml" | "yml" | "json") => read_backup(path),
        _ => Ok(Vec::new()),
    }
}

/// A private key and its certificate, as the Secret that a cluster would have.
fn read_pair(path: &Path) -> io::Result<Secret> {
    let mut secret = Secret::default();
    secret.data.insert("tls.key".to_owned(), Plaintext::from(read(path)?));
    match read(&path.with_extension("crt")) {
        Ok(certificate) => {
            secret.data.insert("tls.crt".to_owned(), Plaintext::from(certificate));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(secret)
}

fn read_backup(path: &Path) -> io::Result<Vec<(KeySource, Secret)>> {
    let secrets = key_secret::read_secrets(read(path)?).map_err(io::Error::other)?;
    let source = |secret: &Secret| format!("{}: {}", named(path), secret.metadata.name);
    Ok(secrets.into_iter().map(|secret| (source(&secret), secret)).collect())
}

fn named(path: &Path) -> KeySource {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads a file into memory that is wiped.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let expected = file.metadata()?.len().min(MAX_BYTES).saturating_add(1);
    // Room for all of it: what a buffer outgrows is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(expected).unwrap_or(0)));
    let read = file.take(expected).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read < expected) {
        return Ok(bytes);
    }
    Err(io::Error::other("it is too large, or was written to"))
}

#[cfg(test)]
mod tests {
    use super::*;

    use sealkit_core::{Certificate, PrivateKey};
    use sealkit_testkit::{Folder, fixture, read_fixture};

    fn set(folder: &Folder) -> KeySet {
        read_directory(folder.path(), KeyOrder::CertNotBefore).unwrap()
    }

    #[test]
    fn pairs_and_backups_are_read() {
        let folder = Folder::new();
        for file in ["production-new.key", "production-new.crt", "production-old.key"] {
            folder.write(file, read_fixture(&format!("gitops-keys/{file}")));
        }
        let key = PrivateKey::from_pem(&read_fixture("gitops-keys/test-new.key")).unwrap();
        let certificate = Certificate::from_pem(&read_fixture("gitops-keys/test-new.crt")).unwrap();
        let backup = key_secret::to_yaml(&key, &certificate, "kube-system");
        folder.write("backup.yaml", format!("{}---\n{}", *backup, *backup));
        folder.write("notes.txt", b"nothing");
        folder.write(".hidden.key", b"nothing");
        folder.write("damaged.yaml", b"kind: Secret\n");
        let keys = set(&folder);
        assert_eq!(keys.ring().len(), 3);
        assert!(keys.faults().is_empty());
        let sources: Vec<_> = keys.sources().values().cloned().collect();
        assert!(sources.contains(&"production-old.key".to_owned()), "{sources:?}");
        assert!(sources.iter().any(|source| source.starts_with("backup.yaml: sealed-secrets-key")));
        assert!(keys.served().is_some());
    }

    #[test]
    fn a_damaged_key_is_a_fault() {
        let folder = Folder::new();
        folder.write("a.key", b"-----BEGIN RSA PRIVATE KEY-----\n");
        let keys = set(&folder);
        assert_eq!((keys.ring().len(), keys.faults().len()), (0, 1));
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let file = fixture("keys/README.md");
        assert!(read_directory(&file, KeyOrder::CertNotBefore).is_err());
    }
}
