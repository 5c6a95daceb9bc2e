//! What a walk through files could not visit, and what it has passed over.

use sealkit_repository::walk::{PassedOver, Reason, WalkError};

use crate::error::Error;
use crate::rules::as_seen;
use crate::ui::Ui;

/// More errors than this a person does not read at once.
const MAX_SHOWN: usize = 20;

/// Says what was passed over; what could not be visited is an error.
pub(crate) fn tell(
    passed_over: &[PassedOver],
    errors: &[WalkError],
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    tell_passed_over(passed_over, ui);
    let mut shown = errors.iter().take(MAX_SHOWN).map(failed);
    match shown.next() {
        Some(first) => Err(first.and(shown.collect(), errors.len().saturating_sub(MAX_SHOWN))),
        None => Ok(()),
    }
}

fn tell_passed_over(passed_over: &[PassedOver], ui: &mut Ui<'_>) {
    for PassedOver { folder, reason } in passed_over {
        if !matches!(reason, Reason::GitIsSilent(_)) {
            ui.note(format!("{} {}", as_seen(folder).display(), why(reason)));
        }
    }
    warn_of_silence(passed_over, ui);
}

/// Warns where Git did not say which ignored files it tracks.
pub(crate) fn warn_of_silence(passed_over: &[PassedOver], ui: &mut Ui<'_>) {
    for PassedOver { folder, reason } in passed_over {
        if matches!(reason, Reason::GitIsSilent(_)) {
            ui.warning(format!("{}: {}", as_seen(folder).display(), why(reason)));
        }
    }
}

/// Why something was passed over, to be said behind its name.
pub(crate) fn why(reason: &Reason) -> String {
    match reason {
        Reason::WorkingTree => "is passed over: it is a repository of its own".to_owned(),
        Reason::Rendered => {
            "is passed over: hydrator.metadata says that it is rendered from other files".to_owned()
        }
        Reason::GitIsSilent(cause) => {
            format!("ignored files are passed over, also those that Git tracks: {cause}")
        }
    }
}

fn failed(error: &WalkError) -> Error {
    Error::failed("cannot be read")
        .about(as_seen(error.path()).display())
        .caused_by(error.cause().to_string())
}
