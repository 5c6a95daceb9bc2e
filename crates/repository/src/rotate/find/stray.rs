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
    let stray = words::find(text).filter(|word| !is_covered(word));
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

/// Documents that are refused and name what holds sealed values, but have none that can be seen.
pub(super) fn refused(reading: &Reading) -> impl Iterator<Item = Finding> {
    reading.documents().iter().filter_map(|document| {
        let error = document.content.as_ref().err().filter(|error| !is_unreadable(error))?;
        let text = text_of(reading, document);
        (words::mentions_sealed_secrets(text) && words::find(text).next().is_none())
            .then(|| at_error(Some(document.index), error))
    })
}

/// What looks like a sealed value in a file that cannot be split into documents.
pub(super) fn in_unreadable(unreadable: &Unreadable) -> Vec<Finding> {
    let Unreadable { error, text } = unreadable;
    let mut places = Places::new(text.as_bytes());
    let left = || Outcome::Left(LeftCause::Refused(error.clone()));
    let words = words::find(text);
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
