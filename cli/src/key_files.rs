//! Private keys from files: PEM, or backups of key Secrets.

use sealkit_core::{DatedKey, KeyOrder, KeyRing, PrivateKey};
use sealkit_manifest::key_secret;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::hints;
use crate::input::{KEY_LIMIT, Source, ascii_from_utf16};
use crate::ui::Ui;

/// All keys of all files as one ring: dated ones newest first, before those without a date.
pub(crate) fn load(sources: &[Source], ui: &mut Ui<'_>) -> Result<KeyRing, Error> {
    let mut keys = Vec::new();
    for source in sources {
        let text = ascii_from_utf16(source.read(KEY_LIMIT, ui)?);
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
            Self::from_pem(&text)
        } else {
            Self::from_backup(text)
        }
    }

    fn from_pem(text: &[u8]) -> Result<Self, Error> {
        let keys = PrivateKey::all_from_pem(text).map_err(unusable)?;
        Ok(Self { keys: keys.into_iter().map(DatedKey::undated).collect(), warnings: Vec::new() })
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

/// A PEM block begins at the start of a line, or is indented from the start of the file; in YAML and JSON it
/// never does either.
fn is_pem(text: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    text.trim_ascii_start().starts_with(BEGIN)
        || text.split(|byte| matches!(byte, b'\n' | b'\r')).any(|line| line.starts_with(BEGIN))
}
