//! What stands where a file is named, and whether it may be shown: it may be a password or a key, given by mistake.

use std::ffi::OsStr;
use std::path::{Component, Path};

/// The longest path that Linux takes, and the longest name in one.
const MAX_PATH_BYTES: usize = 4096;
const MAX_NAME_BYTES: usize = 255;

/// What `-----BEGIN ` and `-----BEGIN CERTIFICATE-----` begin with in base64.
const BEGIN_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTi";
const BEGIN_CERTIFICATE_IN_BASE64: &[u8] = b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS";

/// Files that people name end in these.
const EXTENSIONS: [&str; 22] = [
    "asc", "b64", "bak", "cer", "cert", "conf", "crt", "csr", "der", "env", "json", "key", "lock",
    "md", "p12", "pem", "pfx", "pub", "toml", "txt", "yaml", "yml",
];

/// Why something names no file, and is not even like one that does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Misfit {
    /// It holds a private key, in PEM or in base64 of PEM.
    PrivateKey,
    /// It holds other PEM, or base64 of it.
    Pem,
    /// It holds a line feed or another control character.
    ControlCharacter,
    /// It is longer than a path, or a name in one, can be.
    TooLong,
}

/// What is wrong with `given` as a path, or as any other argument; nothing where a file of that name exists.
pub(crate) fn misfit(given: &OsStr) -> Option<Misfit> {
    let bytes = given.as_encoded_bytes();
    let is_base64 = holds(bytes, BEGIN_IN_BASE64);
    let found = if holds(bytes, b"-----BEGIN") && holds(bytes, b"PRIVATE")
        || is_base64 && !holds(bytes, BEGIN_CERTIFICATE_IN_BASE64)
    {
        Misfit::PrivateKey
    } else if is_base64 || holds(bytes, b"-----BEGIN") {
        Misfit::Pem
    } else if bytes.iter().any(u8::is_ascii_control) {
        Misfit::ControlCharacter
    } else if bytes.len() > MAX_PATH_BYTES {
        Misfit::TooLong
    } else {
        return None;
    };
    (!exists(Path::new(given))).then_some(found)
}

/// Whether `path` may stand in a message: a file that exists, or text that is most likely meant as one.
pub(crate) fn may_be_shown(path: &Path) -> bool {
    exists(path)
        || (misfit(path.as_os_str()).is_none() && has_short_names(path) && is_like_a_path(path))
}

/// Whether `given` cannot be a path, but the content of a file: PEM, base64 of it, or text of several lines.
pub(crate) fn is_content(given: &OsStr) -> bool {
    misfit(given).is_some()
        || (!exists(Path::new(given)) && is_long_base64(given.as_encoded_bytes()))
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn has_short_names(path: &Path) -> bool {
    path.components().all(|name| name.as_os_str().len() <= MAX_NAME_BYTES)
}

/// Whether a path that leads nowhere looks like one: by its ending, by a folder that exists, or because it has a slash
/// or a dot and nothing else that paths seldom have and passwords often. A URL may hold a password.
fn is_like_a_path(path: &Path) -> bool {
    let Some(text) = path.to_str() else { return begins_in_a_folder(path) };
    if text.contains("://") || text.contains('@') {
        return false;
    }
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
        || begins_in_a_folder(path)
        || is_plain(text)
}

/// Whether a folder that is more than the root is named, and is there.
fn begins_in_a_folder(path: &Path) -> bool {
    let mut folders = path.ancestors().skip(1);
    folders
        .any(|folder| folder.components().any(|part| part != Component::RootDir) && folder.is_dir())
}

fn is_plain(text: &str) -> bool {
    let in_paths = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'/' | b'.' | b'-' | b'_')
    };
    text.contains(['/', '.']) && text.bytes().all(in_paths)
}

fn is_long_base64(bytes: &[u8]) -> bool {
    let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    bytes.len() > MAX_NAME_BYTES && bytes.iter().all(in_base64)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_path_is_shown_if_it_exists_or_looks_like_one() {
        let folder = sealkit_testkit::Folder::new();
        let strange = folder.write("P4$$ word\n", "");
        let in_folder = folder.join("P4$$word");
        for shown in [
            strange.to_str().expect("it is text"),
            in_folder.to_str().expect("it is text"),
            "secret.yaml",
            "Prod Secrets.YAML",
            "no/such/folder",
            "./x",
            "../P4$$word",
            "/no/such/file",
        ] {
            assert!(may_be_shown(Path::new(shown)), "{shown:?}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not() {
        let long = format!("{}.yaml", "n".repeat(300));
        let longer = "n/".repeat(3000);
        for hidden in [
            "hunter2",
            "correct horse battery staple",
            "P4$$w0rd.x",
            "kJH3/abc+9Q==",
            "/S3cret",
            "Pa55.Word",
            "a\nb.yaml",
            "http://user:hunter2@h/a.yaml",
            "user:hunter2@h/a.yaml",
            "-----BEGIN X-----.yaml",
            long.as_str(),
            longer.as_str(),
        ] {
            assert!(!may_be_shown(Path::new(hidden)), "{hidden:?}");
        }
    }

    #[test]
    fn a_key_is_told_from_a_path() {
        let read = |path: &str| {
            String::from_utf8(sealkit_testkit::read_fixture(path)).expect("PEM is text")
        };
        let misfit = |text: &str| misfit(OsStr::new(text));
        let (key, certificate) = (read("keys/rsa-2048.key"), read("keys/rsa-2048.crt"));
        assert_eq!(misfit(&key), Some(Misfit::PrivateKey));
        assert_eq!(misfit(&key.replace('\n', "")), Some(Misfit::PrivateKey));
        assert_eq!(misfit(&read("keys/rsa-2048.pkcs8.key")), Some(Misfit::PrivateKey));
        assert_eq!(misfit(&STANDARD.encode(&certificate)), Some(Misfit::Pem));
        assert_eq!(misfit(&certificate), Some(Misfit::Pem));
        assert_eq!(misfit("a\tb"), Some(Misfit::ControlCharacter));
        assert_eq!(misfit(&"a".repeat(4097)), Some(Misfit::TooLong));
        assert_eq!(misfit("cluster.key"), None);
        for content in [key.as_str(), &STANDARD.encode(&key), &STANDARD.encode([7; 1200])] {
            assert!(is_content(OsStr::new(content)), "{content}");
        }
        assert!(!is_content(OsStr::new("cluster.key")));
    }
}
