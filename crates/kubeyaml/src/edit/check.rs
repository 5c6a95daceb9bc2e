//! Whether the edited file holds what it should.

use super::super::mapping::DuplicateKeys;
use super::super::node::{Node, Value};
use super::super::stream::Input;
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
    if old.format() != new.format() || old_documents.len() != new_documents.len() {
        return false;
    }
    let mut touched = touched.iter().map(|document| document.number).peekable();
    let (mut old_done, mut new_done) = (0, 0);
    for (number, (before, after)) in old_documents.zip(new_documents).enumerate() {
        if touched.next_if_eq(&number).is_none() {
            continue;
        }
        let (before, after) = (before.span(), after.span());
        if old.text().get(old_done..before.start) != new.text().get(new_done..after.start) {
            return false;
        }
        (old_done, new_done) = (before.end, after.end);
    }
    old.text().get(old_done..) == new.text().get(new_done..)
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
                && before.len() == after.len()
                && before.iter().zip(after.iter()).all(|((old_key, old), (key, new))| {
                    old_key.text() == key.text() && is_edited(old, new, changes)
                })
        }
        (Value::Null, Value::Null) => true,
        (Value::Bool(before), Value::Bool(after)) => before == after,
        (Value::Number(before), Value::Number(after)) => before == after,
        _ => false,
    }
}
