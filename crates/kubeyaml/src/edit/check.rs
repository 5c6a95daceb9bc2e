//! Whether the edited file holds what it should.

use std::ops::Range;

use super::super::mapping::{DuplicateKeys, Mapping};
use super::super::node::{Node, Value};
use super::super::stream::{Input, RawDocument};
use super::super::tree::Tree;
use super::entries::Expected;
use super::{Change, Changes, EditError, Touched, replace};

/// Compares the file before and after the edits.
pub(super) fn check(
    old: &Input,
    new: &Input,
    changes: &Changes,
    touched: &[Touched],
) -> Result<(), EditError> {
    if is_same_outside(old, new, touched) && is_same_inside(new, changes, touched) {
        Ok(())
    } else {
        Err(EditError::NotTheSame)
    }
}

/// Whether all bytes outside of the edited documents are the same.
fn is_same_outside(old: &Input, new: &Input, touched: &[Touched]) -> bool {
    let (old_documents, new_documents) = (old.documents(), new.documents());
    if old_documents.len() != new_documents.len() {
        return false;
    }
    let mut touched = touched.iter().map(|document| document.number).peekable();
    let (mut old_done, mut new_done) = (0, 0);
    for (number, (before, after)) in old_documents.zip(new_documents).enumerate() {
        if touched.next_if_eq(&number).is_none() {
            // The same bytes, in another language, may say something else.
            if before.format() != after.format() {
                return false;
            }
            continue;
        }
        let (before, after) = match before.format() == after.format() {
            true => (before.span(), after.span()),
            // What is JSON by the edit ends with its brace, and has no white space around it.
            false => (trimmed(old, before), trimmed(new, after)),
        };
        if old.text().get(old_done..before.start) != new.text().get(new_done..after.start) {
            return false;
        }
        (old_done, new_done) = (before.end, after.end);
    }
    old.text().get(old_done..) == new.text().get(new_done..)
}

/// A document's place without the white space around it.
fn trimmed(input: &Input, document: RawDocument<'_>) -> Range<usize> {
    let span = document.span();
    let text = input.text().get(span.clone()).unwrap_or_default();
    let start = span.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

/// Whether the edited documents hold what they held, with the edits.
fn is_same_inside(new: &Input, changes: &Changes, touched: &[Touched]) -> bool {
    touched.iter().all(|document| {
        let after = new.document(document.number);
        let after = after.and_then(|after| after.parse_with(DuplicateKeys::LastCounts).ok());
        after.flatten().is_some_and(|after| is_edited(&document.node, &after, changes))
    })
}

/// Whether a node became what it should.
fn is_edited(old: &Node, new: &Node, changes: &Changes) -> bool {
    let change = changes.get(&old.place.start).filter(|_| !old.place.copied);
    match (old.value(), new.value()) {
        (Value::String(old_text), Value::String(text)) => match change {
            Some(Change::Replaced(replaced)) => {
                replace::is_result(old, old_text.expose(), replaced.expose(), text.expose())
            }
            _ => old_text.expose() == text.expose(),
        },
        (Value::Sequence(before), Value::Sequence(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(old, new)| is_edited(old, new, changes))
        }
        (Value::Mapping(before), Value::Mapping(after)) => {
            before.has_duplicates == after.has_duplicates
                && match change {
                    Some(Change::Entries(entries)) => {
                        are_edited(&entries.expected(&before.entries), after, changes)
                    }
                    _ => are_same_entries(before, after, changes),
                }
        }
        (Value::Null, Value::Mapping(after)) => match change {
            Some(Change::Entries(entries)) => {
                !after.has_duplicates && are_edited(&entries.expected(&[]), after, changes)
            }
            _ => false,
        },
        (Value::Null, Value::Null) => true,
        (Value::Bool(before), Value::Bool(after)) => before == after,
        (Value::Number(before), Value::Number(after)) => before == after,
        _ => false,
    }
}

fn are_same_entries(before: &Mapping, after: &Mapping, changes: &Changes) -> bool {
    before.len() == after.len()
        && before.iter().zip(after.iter()).all(|((old_key, old), (key, new))| {
            old_key.text() == key.text() && is_edited(old, new, changes)
        })
}

fn are_edited(expected: &[Expected<'_>], after: &Mapping, changes: &Changes) -> bool {
    expected.len() == after.len()
        && expected.iter().zip(after.iter()).all(|(expected, (key, node))| match expected {
            Expected::Old(old_key, old) => {
                old_key.text() == key.text() && is_edited(old, node, changes)
            }
            Expected::New(entry) => entry.key.expose() == key.text() && holds(node, &entry.value),
        })
}

/// Whether a node holds what was to be written.
fn holds(node: &Node, tree: &Tree) -> bool {
    match (node.value(), tree) {
        (Value::Null, Tree::Null) => true,
        (Value::Bool(found), Tree::Bool(value)) => found == value,
        (Value::Number(found), Tree::Number(number)) => found == number,
        (Value::String(found), Tree::String(text)) => found.expose() == text.expose(),
        (Value::Sequence(found), Tree::Sequence(items)) => {
            found.len() == items.len()
                && found.iter().zip(items).all(|(node, tree)| holds(node, tree))
        }
        (Value::Mapping(found), Tree::Mapping(entries)) => {
            found.len() == entries.len()
                && found.iter().zip(entries).all(|((key, node), (text, tree))| {
                    key.text() == text.expose() && holds(node, tree)
                })
        }
        _ => false,
    }
}
