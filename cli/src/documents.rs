//! Inputs of documents, and messages about them with the names of their files.

use sealkit_manifest::{Error as ManifestError, Inputs, Reason, Warning};

use crate::error::Error;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::ui::Ui;

/// Reads all inputs and finds their documents.
pub(crate) fn read(sources: &[Source], ui: &mut Ui<'_>) -> Result<Inputs, Error> {
    let texts: Result<Vec<_>, Error> =
        sources.iter().map(|source| source.read(MANIFEST_LIMIT, ui)).collect();
    Inputs::read(texts?).map_err(|error| failed(sources, &error))
}

/// Says which file an error is about, and what to do.
pub(crate) fn failed(sources: &[Source], error: &ManifestError) -> Error {
    let failed = Error::failed(error);
    let failed = match error.input().and_then(|input| sources.get(input)) {
        Some(source) => failed.about(source),
        None => failed,
    };
    match hint(error.reason()) {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

/// Shows what the operation warned about.
pub(crate) fn show_warnings(sources: &[Source], warnings: &[Warning], ui: &mut Ui<'_>) {
    for warning in warnings {
        match sources.get(warning.input) {
            Some(source) => ui.warning(format!("{source}: {warning}")),
            None => ui.warning(warning),
        }
    }
}

fn hint(reason: &Reason) -> Option<&'static str> {
    match reason {
        Reason::OtherKind { .. } => Some("--skip-other passes other documents through unchanged"),
        Reason::NoData { unknown } if !unknown.is_empty() => Some("correct the field's name"),
        Reason::NoData { .. } => Some("--allow-empty-data seals it all the same"),
        Reason::Missing { field: "metadata.name" } => Some("--name NAME gives one"),
        Reason::Missing { field: "metadata.namespace" } => Some("--namespace NAMESPACE gives one"),
        Reason::NoSuchItem | Reason::ItemInSeveralDocuments => {
            Some("--item takes the name of an item of spec.encryptedData in one document")
        }
        Reason::NameForSeveral { .. } => Some("leave --name out, or seal one Secret at a time"),
        Reason::NamespaceMismatch { .. } => Some("correct the document or the flag"),
        Reason::NotBase64 => Some("values of data are base64; plain text belongs into stringData"),
        Reason::Unseal(cause) => cause.hint(),
        _ => None,
    }
}
