//! Inputs of documents, and messages about them with the names of their files.

use std::error::Error as StdError;

use sealkit_manifest::{
    Documents, Error as ManifestError, Errors, SealedSecret, Warning, sealed_secrets,
};

use crate::error::Error;
use crate::hints::Hint;
use crate::input::{MANIFEST_LIMIT, Source};
use crate::ui::Ui;

/// More errors, or more warnings, than this a person does not read at once.
const MAX_SHOWN: usize = 20;

/// Reads all inputs and finds their documents.
pub(crate) fn read(sources: &[Source], ui: &mut Ui<'_>) -> Result<Documents, Error> {
    let texts: Result<Vec<_>, Error> =
        sources.iter().map(|source| source.read(MANIFEST_LIMIT, ui)).collect();
    Documents::split(texts?).map_err(|error| failed(sources, error))
}

/// The SealedSecrets of an input, which has one at least.
pub(crate) fn read_sealed_secrets(
    source: &Source,
    ui: &mut Ui<'_>,
) -> Result<Vec<SealedSecret>, Error> {
    let sources = std::slice::from_ref(source);
    let (found, unread) = sealed_secrets(&read(sources, ui)?);
    match unread {
        Some(errors) => Err(failed(sources, errors)),
        None if found.is_empty() => Err(Error::failed("it has no SealedSecret").about(source)),
        None => Ok(found.into_iter().map(|(_, sealed)| sealed).collect()),
    }
}

/// Says which files the errors are about, and what to do.
pub(crate) fn failed<K>(sources: &[Source], errors: Errors<K>) -> Error
where
    K: Hint + StdError + Send + Sync + 'static,
{
    let left_out = errors.count().saturating_sub(MAX_SHOWN);
    let mut shown = errors.into_iter().take(MAX_SHOWN).map(|error| failed_once(sources, error));
    let first = shown.next().unwrap_or_else(|| Error::failed("the operation failed"));
    first.and(shown.collect(), left_out)
}

fn failed_once<K>(sources: &[Source], error: ManifestError<K>) -> Error
where
    K: Hint + StdError + Send + Sync + 'static,
{
    let failed = Error::failed(&error);
    let failed = match error.input().and_then(|input| sources.get(input)) {
        Some(source) => failed.about(source),
        None => failed,
    };
    let failed = match error.kind().hint() {
        Some(hint) => failed.hint(hint),
        None => failed,
    };
    match error.kind().detail() {
        Some(detail) => failed.caused_by(detail),
        None => failed.caused_by(error),
    }
}

/// Shows what the operation warned about.
pub(crate) fn show_warnings(sources: &[Source], warnings: &[Warning], ui: &mut Ui<'_>) {
    for warning in warnings.iter().take(MAX_SHOWN) {
        match sources.get(warning.input) {
            Some(source) => ui.warning(format!("{source}: {warning}")),
            None => ui.warning(warning),
        }
    }
    if let Some(more @ 1..) = warnings.len().checked_sub(MAX_SHOWN) {
        ui.warning(format!("and {more} more warnings"));
    }
}
