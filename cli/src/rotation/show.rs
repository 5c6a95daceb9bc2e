//! What a person reads: what could not be done, file by file, and the sums.

use sealkit_repository::rotate::{Bound, Finding, LeftCause, Outcome, Verdict, Warning};

use super::ending::Ending;
use super::not_read::State;
use super::{Counts, Fate, FileResult, Report, Summary};
use crate::text::one_line;

/// What is told beside the sums.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What was left and noted, value by value.
    Exceptions,
    /// Also a line for each file with sealed values.
    Files,
    /// Also a line for each value.
    Items,
}

/// The report.
pub(super) fn people(report: &Report<'_>, detail: Detail) -> String {
    let mut text = String::new();
    for result in report.results {
        add_file(&mut text, result, detail);
    }
    for it in report.not_read.iter().filter(|it| it.state != State::Warned) {
        line(&mut text, it.state.word(), &format!("{}: {}", it.path.display(), it.problem.message));
    }
    add_sums(&mut text, &report.summary);
    text
}

fn add_file(text: &mut String, result: &FileResult<'_>, detail: Detail) {
    let path = one_line(&result.path.display().to_string());
    if let Some(problem) = result.problem() {
        line(text, "left", &format!("{path}: {}", problem.message));
    }
    let is_shown = matches!(result.fate, Fate::Shown(_)) && result.verdict() == Verdict::Rotated;
    let word = if is_shown { "rotate" } else { verdict(result) };
    let is_broken_off = is_broken_off(result);
    let is_told = match detail {
        Detail::Exceptions => is_broken_off,
        Detail::Files | Detail::Items => result.verdict() != Verdict::Skipped,
    };
    if is_told && result.problem().is_none() {
        line(text, word, &format!("{path}{}", counted(result)));
    }
    let mut before = String::new();
    for finding in &result.report.findings {
        // What --text only shows.
        let is_shown = matches!(finding.outcome, Outcome::Stale { .. }) && !result.is_inspected;
        let is_exception = match &finding.outcome {
            // Told of the whole file.
            Outcome::Left(LeftCause::WithTheFile) if is_broken_off => false,
            outcome => is_exception(outcome),
        };
        if detail == Detail::Items || is_shown || is_exception {
            let told = value(&path, finding, result);
            // What keeps a document from being read is told once, not for each of its values.
            if told != before {
                text.push_str(&told);
            }
            before = told;
        }
    }
    for warning in &result.report.warnings {
        line(text, "warning", &warned(&path, warning));
    }
}

/// Whether the controller failed before all values of the file were sealed again.
fn is_broken_off(result: &FileResult<'_>) -> bool {
    let failed = Outcome::Left(LeftCause::ControllerFailed);
    result.report.findings.iter().any(|finding| finding.outcome == failed)
}

/// `: 3 values, production`
fn counted(result: &FileResult<'_>) -> String {
    let values = count(result.report.findings.len(), "value");
    let environment = result.file.environment().map(|name| format!(", {name}"));
    format!(": {values}{}", environment.unwrap_or_default())
}

fn line(text: &mut String, label: &str, message: &str) {
    text.push_str(&format!("{label:<8} {}\n", one_line(message)));
}

/// What has to be told of a value in any case: it is not rotated, and a key may open it.
fn is_exception(outcome: &Outcome) -> bool {
    match outcome {
        // Of the whole file that is told.
        Outcome::Left(LeftCause::ControllerFailed) => false,
        Outcome::Left(_) | Outcome::Noted(_) => true,
        Outcome::Rotated
        | Outcome::Stale { .. }
        | Outcome::ToBeSent
        | Outcome::Sealed { .. }
        | Outcome::Current { .. } => false,
    }
}

/// The line of a value.
fn value(path: &str, finding: &Finding, result: &FileResult<'_>) -> String {
    let ending = Ending::of(finding, result);
    let is_shown = ending.word == "rotated" && matches!(result.fate, Fate::Shown(_));
    let word = if is_shown { "rotate" } else { ending.word };
    // Where the reader stopped, keys are not known.
    let (place, item) = match (ending.place, finding.item.as_str()) {
        (None, "") => (finding.position, String::new()),
        (None, item) => (finding.position, format!(" {item}")),
        (Some(place), _) => (place, String::new()),
    };
    let said = ending.message.unwrap_or_else(|| said(finding));
    let mut text = String::new();
    line(&mut text, word, &format!("{path}:{}:{}{item}: {said}", place.line, place.column));
    text
}

/// What a value is bound to, and its key.
fn said(finding: &Finding) -> String {
    let bound = finding.bound.as_ref().map(Bound::to_string);
    let bound = bound.unwrap_or_else(|| "bound to what is not known".to_owned());
    let from = if finding.outcome == Outcome::Rotated { "from " } else { "" };
    let key = match (finding.key, finding.hint) {
        (Some(key), _) => format!("key {key}"),
        (None, Some(key)) => format!("key {key} as the hint says"),
        (None, None) => "key not known".to_owned(),
    };
    format!("{bound}, {from}{key}")
}

fn warned(path: &str, warning: &Warning) -> String {
    let place = warning.position;
    format!("{path}:{}:{}: {}", place.line, place.column, warning.kind)
}

/// For programs, and for people where nothing is said about what is only shown.
pub(super) fn verdict(result: &FileResult<'_>) -> &'static str {
    match result.verdict() {
        Verdict::Rotated => "rotated",
        Verdict::Stale => "stale",
        Verdict::Sealed => "sealed",
        Verdict::Current => "current",
        Verdict::Left if result.is_inspected && !result.has_failed() => "unknown",
        Verdict::Left => "left",
        Verdict::Noted => "noted",
        Verdict::Skipped => "skipped",
    }
}

fn add_sums(text: &mut String, summary: &Summary) {
    let mut sums = in_words(summary.all);
    if summary.files_rotated > 0 {
        let word = if summary.is_shown { "to be rotated" } else { "rotated" };
        let rotated = format!("{word} in {}", count(summary.files_rotated, "file"));
        sums = sums.replacen("rotated", &rotated, 1);
    }
    let sums = if sums.is_empty() { "no sealed values" } else { &sums };
    text.push_str(&format!("{sums}\n"));
    if summary.by_environment.keys().any(Option::is_some) {
        for (environment, counts) in &summary.by_environment {
            let name = environment.as_deref().unwrap_or("no environment");
            let sums = in_words(*counts);
            if !sums.is_empty() {
                text.push_str(&format!("  {}: {sums}\n", one_line(name)));
            }
        }
    }
    for (key, values) in &summary.by_key {
        let key = key.map_or_else(|| "a key that is not known".to_owned(), |key| key.to_string());
        text.push_str(&format!("  sealed for {key}: {values}\n"));
    }
}

/// `3 rotated, 1 left`
fn in_words(counts: Counts) -> String {
    let words = counts.in_words().into_iter().filter(|(values, _)| *values > 0);
    let words: Vec<String> = words.map(|(values, word)| format!("{values} {word}")).collect();
    words.join(", ")
}

/// `1 file`, `2 files`
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", plural(number, "", "s"))
}

pub(crate) fn plural<'a>(number: usize, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}
