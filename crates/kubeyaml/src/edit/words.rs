//! Words in a string in the place of others.

use std::collections::HashMap;
use std::ops::Range;

use super::super::node::{Node, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::EditError;
use super::plan::Splice;

/// New words by the old ones that they take the place of.
pub(super) type Words = HashMap<String, SecretText>;

/// Whether the node is a string whose text in the file has each of the words as often as its value has, and at least once.
pub(super) fn check(text: &str, node: &Node, words: &Words) -> Result<(), EditError> {
    let Value::String(value) = node.value() else {
        return Err(EditError::NotAString);
    };
    if node.place.binary {
        return Err(EditError::Binary);
    }
    let are_words = words.iter().all(|(old, new)| is_word(old) && is_word(new.expose()));
    let (written, meant) = (counts(written(text, node), words), counts(value.expose(), words));
    let is_written = are_words && written.len() == words.len() && written == meant;
    if is_written { Ok(()) } else { Err(EditError::WordMissing) }
}

/// The new words where the old ones stand in the file.
pub(super) fn plan<'a>(
    text: &'a str,
    node: &Node,
    words: &'a Words,
) -> impl Iterator<Item = Splice> + 'a {
    let start = node.span().start;
    found(written(text, node), words).map(move |(at, new)| Splice {
        start: start + at.start,
        end: start + at.end,
        new: new.clone(),
    })
}

/// Whether a value that was read back is the old one with the new words in it.
pub(super) fn is_result(old: &str, words: &Words, read: &str) -> bool {
    let mut expected = SecretBuilder::with_capacity(old.len());
    let mut done = 0;
    for (at, new) in found(old, words) {
        expected.push_str(old.get(done..at.start).unwrap_or_default());
        expected.push_str(new.expose());
        done = at.end;
    }
    expected.push_str(old.get(done..).unwrap_or_default());
    expected.finish().expose() == read
}

/// The node's text in the file.
fn written<'a>(text: &'a str, node: &Node) -> &'a str {
    text.get(node.span()).unwrap_or_default()
}

/// How often each word stands in a text, less those that do not.
fn counts<'a>(text: &'a str, words: &Words) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for (at, _) in found(text, words) {
        *counts.entry(text.get(at).unwrap_or_default()).or_default() += 1;
    }
    counts
}

/// Where words stand in a text that others take the place of.
fn found<'a>(
    text: &'a str,
    words: &'a Words,
) -> impl Iterator<Item = (Range<usize>, &'a SecretText)> {
    runs(text).filter_map(|at| Some((at.clone(), words.get(text.get(at)?)?)))
}

/// The runs of base64 characters, each with its padding.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut done = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(done..)?;
        let start = done + rest.iter().position(|byte| is_base64(*byte))?;
        let run = bytes.get(start..)?;
        let len = run.iter().take_while(|byte| is_base64(**byte)).count();
        let padding = run.iter().skip(len).take(2).take_while(|byte| **byte == b'=').count();
        done = start + len + padding;
        Some(start..done)
    })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn is_word(text: &str) -> bool {
    runs(text).next() == Some(0..text.len())
}
