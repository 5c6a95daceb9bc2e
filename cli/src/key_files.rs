//! Private keys from files: PEM, or backups of key Secrets.

use sealkit_core::{DatedKey, KeyOrder, KeyRing, PrivateKey};
use sealkit_manifest::key_secret;

use crate::error::Error;
use crate::hints;
use crate::input::{KEY_LIMIT, Source, ascii_from_utf16};
use crate::ui::Ui;

/// All keys of all files as one ring: dated ones newest first, before those without a date.
pub(crate) fn load(sources: &[Source], ui: &mut Ui<'_>) -> Result<KeyRing, Error> {
    let mut keys = Vec::new();
    for source in sources {
        let text = ascii_from_utf16(source.read(KEY_LIMIT, ui)?);
        if text.trim_ascii().is_empty() {
            return Err(Error::failed("there is no key in it").about(source));
        }
        if is_pem(&text) {
            let undated = PrivateKey::all_from_pem(&text);
            let undated = undated.map_err(|error| unusable(error).about(source))?;
            keys.extend(undated.into_iter().map(DatedKey::undated));
        } else {
            let backup = key_secret::read_backup(text);
            let backup = backup.map_err(|error| unusable(error).about(source))?;
            for warning in &backup.skipped {
                ui.warning(format!("{source}: skipped: {warning}"));
            }
            for warning in backup.keys.iter().filter_map(|key| key.damaged_certificate.as_ref()) {
                ui.warning(format!("{source}: the key is used without its date: {warning}"));
            }
            keys.extend(backup.keys.into_iter().map(|key| key.key));
        }
    }
    Ok(KeyRing::newest_first(keys, KeyOrder::CertNotBefore))
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
