//! Private keys from files: PEM, DER, or backups of key Secrets.

use std::path::PathBuf;

use sealkit_core::{DatedKey, KeyError, KeyOrder, KeyRing, PrivateKey};
use sealkit_manifest::key_secret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::hints;
use crate::input::{KEY_LIMIT, Source, Variable, ascii_from_utf16, is_web_page};
use crate::named;
use crate::ui::Ui;

/// The variable that names key files, or holds one.
const VARIABLE: &str = "SEALED_SECRETS_RECOVERY_PRIVATE_KEY";

/// Where private keys are read from.
pub(crate) enum KeySource {
    Local(Source),
    /// The content of an environment variable.
    Variable(Variable),
}

impl KeySource {
    /// The files named, or the variable where it holds keys itself. That PEM came as an argument was refused before.
    pub(crate) fn from_arguments(paths: &[PathBuf]) -> Vec<Self> {
        // PEM with commas in it was taken for a list.
        if paths.iter().any(|path| named::is_content(path.as_os_str())) {
            return vec![Self::Variable(Variable(VARIABLE))];
        }
        paths.iter().map(|path| Self::Local(Source::from_argument(path))).collect()
    }

    /// The input that is read for it, to be compared with others.
    pub(crate) fn local(&self) -> Option<&Source> {
        match self {
            Self::Local(source) => Some(source),
            Self::Variable(_) => None,
        }
    }

    fn read(&self, ui: &mut Ui<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self {
            Self::Local(source) => source.read(KEY_LIMIT, ui),
            Self::Variable(variable) => Ok(variable.read()),
        }
    }
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(source) => source.fmt(f),
            Self::Variable(variable) => variable.fmt(f),
        }
    }
}

/// All keys of all files as one ring: dated ones newest first, before those without a date.
pub(crate) fn load(sources: &[KeySource], ui: &mut Ui<'_>) -> Result<KeyRing, Error> {
    let mut keys = Vec::new();
    for source in sources {
        let text = ascii_from_utf16(source.read(ui)?);
        let file = KeyFile::parse(text).map_err(|error| error.about(source))?;
        for warning in &file.warnings {
            ui.warning(format!("{source}: {warning}"));
        }
        keys.extend(file.keys);
    }
    Ok(KeyRing::newest_first(keys, KeyOrder::CertNotBefore))
}

/// What one file holds.
struct KeyFile {
    keys: Vec<DatedKey>,
    /// What could not be used of it.
    warnings: Vec<String>,
}

impl KeyFile {
    fn parse(text: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        if text.trim_ascii().is_empty() {
            Err(Error::failed("there is no key in it"))
        } else if is_pem(&text) {
            Self::from_keys(PrivateKey::all_from_pem(&text))
        } else if holds_pem(&text) {
            Self::from_backup(text)
        } else {
            match PrivateKey::all_from_bytes(&text) {
                Err(KeyError::NotPem) if is_web_page(&text) => {
                    Err(unusable("this is a web page, not a private key"))
                }
                Err(KeyError::NotPem) => Self::from_backup(text),
                keys => Self::from_keys(keys),
            }
        }
    }

    fn from_keys(keys: Result<Vec<PrivateKey>, KeyError>) -> Result<Self, Error> {
        let keys = keys.map_err(unusable)?.into_iter().map(DatedKey::undated).collect();
        Ok(Self { keys, warnings: Vec::new() })
    }

    fn from_backup(text: Zeroizing<Vec<u8>>) -> Result<Self, Error> {
        let backup = key_secret::read_backup(text).map_err(unusable)?;
        let skipped = backup.skipped.iter().map(|warning| format!("skipped: {warning}"));
        let damaged = backup.keys.iter().filter_map(|key| key.damaged_certificate.as_ref());
        let undated = damaged.map(|warning| format!("the key is used without its date: {warning}"));
        let warnings = skipped.chain(undated).collect();
        Ok(Self { keys: backup.keys.into_iter().map(|key| key.key).collect(), warnings })
    }
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::failed(error).hint(hints::KEY_FILE)
}

const BEGIN: &[u8] = b"-----BEGIN";

/// A PEM block begins at the start of a line, of the file, or of a variable in a file of them; in YAML and JSON it
/// never does.
fn is_pem(text: &[u8]) -> bool {
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    text.trim_ascii_start().starts_with(BEGIN)
        || text
            .split(|byte| matches!(byte, b'\n' | b'\r'))
            .any(|line| value(line).starts_with(BEGIN))
}

/// What stands behind `NAME=` or `export NAME=`, and behind a quote; else the line itself.
fn value(line: &[u8]) -> &[u8] {
    let value = line.iter().position(|byte| *byte == b'=').and_then(|equals| {
        let (name, value) = line.split_at_checked(equals)?;
        let name = name.strip_prefix(b"export ").unwrap_or(name);
        let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        value.get(1..).filter(|_| is_name)
    });
    let value = value.unwrap_or(line);
    value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value)
}

fn holds_pem(text: &[u8]) -> bool {
    text.windows(BEGIN.len()).any(|window| window == BEGIN)
}
