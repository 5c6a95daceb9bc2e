//! Whole documents of a file in the place of others.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::EditError;
use crate::stream::{Input, split};
use crate::text::SecretText;

/// The file with other documents in the place of some: `documents` are by their number, counted from 1. The separators
/// between documents stay, and so does every byte of the other documents.
///
/// # Errors
/// There is no such document, the file would be too large, or the documents would not stand where they should.
pub(crate) fn replace(
    input: &Input,
    documents: &BTreeMap<usize, SecretText>,
) -> Result<Zeroizing<Vec<u8>>, EditError> {
    let room: usize = documents.values().map(|new| 2 * new.expose().len() + 2).sum();
    // With room for all, no copy of a part is left behind.
    let mut text = Zeroizing::new(String::with_capacity(input.text().len() + room));
    let mut done = 0;
    for raw in input.documents() {
        let Some(new) = documents.get(&raw.index()) else { continue };
        let span = raw.span();
        let old = input.text().get(span.clone()).unwrap_or_default();
        let separator = separator_of(old);
        text.push_str(input.text().get(done..span.start + separator.len()).unwrap_or_default());
        push(&mut text, new.expose(), line_break_of(input.text()));
        if !old.ends_with('\n') {
            let end = text.trim_end_matches(['\r', '\n']).len();
            text.truncate(end);
        }
        done = span.end;
    }
    text.push_str(input.text().get(done..).unwrap_or_default());
    let file = input.encoding().encode(&text);
    check(input, documents, &file)?;
    Ok(file)
}

/// The first document of a file may begin with its separator.
fn separator_of(document: &str) -> &str {
    let line = document.find('\n').map_or("", |end| document.get(..=end).unwrap_or_default());
    if line.trim_start_matches(crate::encoding::BYTE_ORDER_MARK).trim_end() == "---" {
        line
    } else {
        ""
    }
}

fn line_break_of(text: &str) -> &'static str {
    let end = text.find('\n').unwrap_or_default();
    if text.get(..end).is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
}

fn push(text: &mut String, document: &str, line_break: &str) {
    for line in document.lines() {
        text.push_str(line);
        text.push_str(line_break);
    }
}

/// As many documents as before, and those that were not replaced are the same.
fn check(
    before: &Input,
    documents: &BTreeMap<usize, SecretText>,
    file: &[u8],
) -> Result<(), EditError> {
    let after = split(file).map_err(|_| EditError::NotTheSame)?;
    let count = before.documents().len();
    let is_same = count == after.documents().len()
        && documents.keys().all(|number| (1..=count).contains(number))
        && before.documents().zip(after.documents()).all(|(old, new)| {
            documents.contains_key(&old.index())
                || before.text().get(old.span()) == after.text().get(new.span())
        });
    if is_same { Ok(()) } else { Err(EditError::NotTheSame) }
}
