//! Inputs of documents, and messages about them with the names of their files.

use sealkit_manifest::{Documents, Error as ManifestError, Warning};

use crate::error::Error;
use crate::hints::Hint;
use crate::input::{MANIFEST_LIMIT, Source, stdin_twice};
use crate::ui::Ui;

/// Reads all inputs and finds their documents.
pub(crate) fn read(sources: &[Source], ui: &mut Ui) -> Result<Documents, Error> {
    let texts: Result<Vec<_>, Error> =
        sources.iter().map(|source| source.read(MANIFEST_LIMIT, ui)).collect();
    Documents::split(texts?).map_err(|error| failed(sources, &error))
}

/// Standard input can't hold the documents and `other` as well.
pub(crate) fn refuse_second_stdin(sources: &[Source], other: Option<&Source>) -> Result<(), Error> {
    match other {
        Some(Source::Stdin) if sources.contains(&Source::Stdin) => Err(stdin_twice()),
        _ => Ok(()),
    }
}

/// Says which file an error is about, and what to do.
pub(crate) fn failed<K: std::fmt::Display + Hint>(
    sources: &[Source],
    error: &ManifestError<K>,
) -> Error {
    let failed = Error::failed(error);
    let failed = match error.input().and_then(|input| sources.get(input)) {
        Some(source) => failed.about(source),
        None => failed,
    };
    match error.kind().hint() {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

/// Shows what the operation warned about.
pub(crate) fn show_warnings(sources: &[Source], warnings: &[Warning], ui: &mut Ui) {
    for warning in warnings {
        match sources.get(warning.input) {
            Some(source) => ui.warning(format!("{source}: {warning}")),
            None => ui.warning(warning),
        }
    }
}
