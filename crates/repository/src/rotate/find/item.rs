//! What stands in the place of a sealed value.

use kubeyaml::{EditError, Node, Value};
use sealkit_core::{EnvelopeError, SealedValue};

use crate::rotate::binding;
use crate::rotate::outcome::{LeftCause, NotedCause, Outcome};
use crate::rotate::words;

/// The least characters of a text that is taken for a damaged sealed value and not for a word in its place.
const MIN_DAMAGED: usize = 64;

/// The sealed value that stands in a node and can be replaced there; else what becomes of what stands there.
pub(super) fn read(node: &Node) -> Result<SealedValue, Outcome> {
    if node.is_copied() {
        return Err(Outcome::Left(LeftCause::Alias));
    }
    let text = match node.value() {
        Value::String(text) if !text.expose().trim().is_empty() => text.expose(),
        Value::String(_) | Value::Null => return Err(Outcome::Noted(NotedCause::Empty)),
        _ => return Err(Outcome::Noted(NotedCause::Placeholder)),
    };
    let sealed = text.parse().map_err(|error| without_value(text, error))?;
    obstacle(node).map_or(Ok(sealed), |cause| Err(Outcome::Left(cause)))
}

/// Whether a template or a variable stands in the place of a value, or of its name: the value is elsewhere.
pub(super) fn is_variable(name: &str, node: &Node) -> bool {
    let is_variable = |text| binding::is_variable(text) && words::find(text).next().is_none();
    is_variable(name) || node.as_str().is_some_and(is_variable)
}

/// The sealed value that is a word of the text in a node; else what becomes of it.
pub(super) fn read_word(node: &Node, word: &str) -> Result<SealedValue, Outcome> {
    let sealed = word.parse().map_err(|error| Outcome::Left(LeftCause::Malformed(error)))?;
    obstacle(node).map_or(Ok(sealed), |cause| Err(Outcome::Left(cause)))
}

/// Why what stands in a string cannot be replaced.
pub(super) fn obstacle(node: &Node) -> Option<LeftCause> {
    if node.is_binary() {
        Some(LeftCause::Binary)
    } else if node.is_shared() {
        Some(LeftCause::NotEditable(EditError::Shared))
    } else {
        None
    }
}

fn without_value(text: &str, error: EnvelopeError) -> Outcome {
    let joined: String = text.split_ascii_whitespace().collect();
    if joined.len() < text.len() && joined.parse::<SealedValue>().is_ok() {
        Outcome::Left(LeftCause::Folded)
    } else if joined.len() >= MIN_DAMAGED && words::begins_envelope(&joined) {
        Outcome::Left(LeftCause::Malformed(error))
    } else {
        Outcome::Noted(NotedCause::Placeholder)
    }
}
