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

/// Says what was passed over.
pub(crate) fn tell_passed_over(passed_over: &[PassedOver], ui: &mut Ui<'_>) {
    passed_over.iter().for_each(|it| tell_one(it, ui));
}

fn tell_one(PassedOver { folder, reason }: &PassedOver, ui: &mut Ui<'_>) {
    let folder = as_seen(folder);
    let folder = folder.display();
    match reason {
        Reason::WorkingTree => {
            ui.note(format!("{folder} is passed over: it is a repository of its own"));
        }
        Reason::Rendered => ui.note(format!(
            "{folder} is passed over: hydrator.metadata says that it is rendered from other files"
        )),
        Reason::GitIsSilent(cause) => ui.warning(format!(
            "{folder}: ignored files are passed over, also those that Git tracks: {cause}"
        )),
    }
}

fn failed(error: &WalkError) -> Error {
    Error::failed("cannot be read")
        .about(as_seen(error.path()).display())
        .caused_by(error.cause().to_string())
}
