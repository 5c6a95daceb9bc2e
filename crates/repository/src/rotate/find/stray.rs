//! What looks like a sealed value and is no part of a document that could be read.

use std::ops::Range;

use kubeyaml::{Position, YamlError, YamlErrorKind};

use super::{Finding, LeftCause, NotedCause, Outcome, Places, Reading, Unreadable, words};
use crate::rotate::reading::Document;

/// Words in the text between the strings (in order) of all documents: in comments, in keys, and in documents that could
/// not be read.
pub(super) fn between(reading: &Reading, strings: &[Range<usize>]) -> Vec<Finding> {
    let text = reading.text();
    let mut places = Places::new(text.as_bytes());
    let is_covered = |word: &Range<usize>| {
        let before = strings.partition_point(|span| span.start <= word.start);
        before
            .checked_sub(1)
            .and_then(|at| strings.get(at))
            .is_some_and(|span| word.end <= span.end)
    };
    let stray = words::find_also_cut(text.as_bytes()).filter(|word| !is_covered(word));
    let finding = |word: Range<usize>| {
        let document = reading.document_at(word.start);
        let outcome = match document.map(|document| &document.content) {
            Some(Err(error)) => Outcome::Left(why_unread(error)),
            Some(Ok(_)) | None => Outcome::Noted(NotedCause::Comment),
        };
        stray_finding(document.map(|document| document.index), places.of(word.start), outcome)
    };
    stray.map(finding).collect()
}

/// Documents that could not be read and have no value that can be seen: those that are refused and name what holds sealed
/// values, and all of them beside documents that have some.
pub(super) fn unread(reading: &Reading, has_objects: bool) -> impl Iterator<Item = Finding> {
    reading.documents().iter().filter_map(move |document| {
        let error = document.content.as_ref().err()?;
        let text = text_of(reading, document);
        let in_utf16 = words::without_empty_bytes(text.as_bytes());
        let may_have_some = words::find_also_cut(&in_utf16).next().is_some()
            || (!is_unreadable(error) && words::mentions_sealed_secrets(text));
        let is_told = words::find_also_cut(text.as_bytes()).next().is_some();
        ((has_objects || may_have_some) && !is_told).then(|| at_error(Some(document.index), error))
    })
}

/// What looks like a sealed value in a file that cannot be split into documents.
pub(super) fn in_unreadable(unreadable: &Unreadable) -> Vec<Finding> {
    let Unreadable { error, text } = unreadable;
    let mut places = Places::new(text.as_bytes());
    let left = || Outcome::Left(LeftCause::Refused(error.clone()));
    let words = words::find_also_cut(text.as_bytes());
    let mut findings: Vec<Finding> =
        words.map(|word| stray_finding(None, places.of(word.start), left())).collect();
    if findings.is_empty() && words::mentions_sealed_secrets(text) {
        findings.push(at_error(None, error));
    }
    findings
}

fn text_of<'a>(reading: &'a Reading, document: &Document) -> &'a str {
    reading.text().get(document.span.clone()).unwrap_or_default()
}

fn at_error(document: Option<usize>, error: &YamlError) -> Finding {
    let position = Position { line: error.line, column: error.column };
    stray_finding(document, position, Outcome::Left(why_unread(error)))
}

fn stray_finding(document: Option<usize>, position: Position, outcome: Outcome) -> Finding {
    Finding { document, position, item: String::new(), bound: None, key: None, hint: None, outcome }
}

fn why_unread(error: &YamlError) -> LeftCause {
    match is_unreadable(error) {
        true => LeftCause::Unreadable(error.clone()),
        false => LeftCause::Refused(error.clone()),
    }
}

/// Whether kubectl fails at the document as well. What it reads all the same, in its own way, is refused.
fn is_unreadable(error: &YamlError) -> bool {
    use YamlErrorKind as Kind;
    matches!(
        error.kind,
        Kind::AliasInsideItself
            | Kind::AliasUndefined
            | Kind::ControlCharacter
            | Kind::Json(_)
            | Kind::KeyType
            | Kind::MergeValue
            | Kind::NotAMapping
            | Kind::NumberRange
            | Kind::Syntax(_)
            | Kind::Tag
    )
}
