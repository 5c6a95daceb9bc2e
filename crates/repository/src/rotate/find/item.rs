//! What stands in the place of a sealed value.

use kubeyaml::{EditError, Node, Style, Value};
use sealkit_core::{EnvelopeError, SealedValue};
use zeroize::Zeroizing;

use super::object::Place;
use crate::rotate::binding;
use crate::rotate::outcome::{LeftCause, NotedCause, Outcome};
use crate::rotate::words::{self, Word};

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

/// Where sealed values stand in an item: it is one, or has some in it; what is neither is a place as well.
pub(super) fn places(node: &Node) -> Vec<Place<'_>> {
    let text = node.as_str().unwrap_or_default();
    let mut places = if is_cut_into_lines(text) { Vec::new() } else { places_of_words(node, text) };
    if places.is_empty() {
        places.push(Place::Whole(node));
    }
    places
}

/// Where words of a text stand that begin as envelopes do. In a block, only the word is replaced: the line of its indicator
/// may have a comment.
pub(super) fn places_of_words<'n>(node: &'n Node, text: &str) -> Vec<Place<'n>> {
    let is_block = matches!(node.style(), Style::Literal | Style::Folded);
    let place = |word: Word| match word.sealed() == text && !is_block {
        true => Place::Whole(node),
        false => Place::Word(node, word),
    };
    words::words(text).map(place).collect()
}

/// Whether a text is one sealed value, with blanks or line breaks in it. Two values with a blank between may look like one.
pub(super) fn is_cut_into_lines(text: &str) -> bool {
    let text = text.trim();
    words::begins_envelope(text)
        && text.contains(char::is_whitespace)
        && words::find(text.as_bytes()).nth(1).is_none()
        && joined(text).parse::<SealedValue>().is_ok()
}

/// Whether what stands around a word keeps a cluster from opening it. What a template puts there is not known.
pub(super) fn is_obstructed(node: &Node, word: &Word) -> bool {
    let text = node.as_str().unwrap_or_default();
    text.trim_matches(['\r', '\n']) != word.sealed() && !binding::is_variable(text)
}

/// Whether a template or a variable stands in the place of a value, or of its name: the value is elsewhere.
pub(super) fn is_variable(name: &str, node: &Node) -> bool {
    let text = node.as_str().unwrap_or_default();
    (binding::is_variable(name) || binding::is_variable(text))
        && words::find_also_cut(text.as_bytes()).next().is_none()
}

/// The sealed value that is a word of the text in a node; else what becomes of it.
pub(super) fn read_word(node: &Node, word: &Word) -> Result<SealedValue, Outcome> {
    let sealed =
        word.sealed().parse().map_err(|error| Outcome::Left(LeftCause::Malformed(error)))?;
    obstacle(node).map_or(Ok(sealed), |cause| Err(Outcome::Left(cause)))
}

/// Why what stands in a string cannot be replaced.
pub(super) fn obstacle(node: &Node) -> Option<LeftCause> {
    if node.is_copied() {
        Some(LeftCause::Alias)
    } else if node.is_binary() {
        Some(LeftCause::Binary)
    } else if node.is_shared() {
        Some(LeftCause::NotEditable(EditError::Shared))
    } else {
        None
    }
}

/// A text without its blanks and line breaks.
fn joined(text: &str) -> Zeroizing<String> {
    // It may be plaintext, in the place of a sealed value: with room for all, no copy of a part is left behind.
    let mut joined = Zeroizing::new(String::with_capacity(text.len()));
    joined.extend(text.split_ascii_whitespace());
    joined
}

fn without_value(text: &str, error: EnvelopeError) -> Outcome {
    let joined = joined(text);
    if joined.len() < text.len() && joined.parse::<SealedValue>().is_ok() {
        Outcome::Left(LeftCause::Folded)
    } else if joined.len() >= MIN_DAMAGED && words::begins_envelope(&joined) {
        Outcome::Left(LeftCause::Malformed(error))
    } else {
        Outcome::Noted(NotedCause::Placeholder)
    }
}
