//! What a person reads: what could not be done, file by file, and the sums.

use std::path::Path;

use sealkit_repository::rotate::{Bound, Finding, Outcome, Verdict, Warning};
use sealkit_repository::tree::Survey;

use super::{Counts, Fate, FileResult, Summary};
use crate::rules::Here;
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
pub(crate) fn people(
    results: &[FileResult<'_>],
    survey: &Survey,
    summary: &Summary,
    detail: Detail,
) -> String {
    let mut text = String::new();
    for result in results {
        add_file(&mut text, result, detail);
    }
    add_not_read(&mut text, survey);
    add_sums(&mut text, summary);
    text
}

fn add_file(text: &mut String, result: &FileResult<'_>, detail: Detail) {
    let path = one_line(&result.path.display().to_string());
    if let Some(problem) = result.problem() {
        line(text, "left", &format!("{path}: {problem}"));
    }
    let is_shown = matches!(result.fate, Fate::Shown(_)) && result.verdict() == Verdict::Rotated;
    let word = if is_shown { "rotate" } else { verdict(result) };
    let is_told = detail != Detail::Exceptions && result.verdict() != Verdict::Skipped;
    if is_told && result.problem().is_none() {
        line(text, word, &format!("{path}{}", counted(result)));
    }
    for finding in &result.report.findings {
        // What --text only shows.
        let is_shown = matches!(finding.outcome, Outcome::Stale { .. }) && !result.is_inspected;
        if detail == Detail::Items || is_shown || is_exception(&finding.outcome) {
            line(text, outcome(result, finding), &in_one_line(&path, finding));
        }
    }
    for warning in &result.report.warnings {
        line(text, "warning", &warned(&path, warning));
    }
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
        Outcome::Left(_) | Outcome::Noted(_) => true,
        Outcome::Rotated
        | Outcome::Stale { .. }
        | Outcome::Sealed { .. }
        | Outcome::Current { .. } => false,
    }
}

fn in_one_line(path: &str, finding: &Finding) -> String {
    let place = finding.position;
    let item = match finding.item.as_str() {
        "" => String::new(),
        item => format!(" {item}"),
    };
    format!("{path}:{}:{}{item}: {}", place.line, place.column, said(finding))
}

fn said(finding: &Finding) -> String {
    let bound = finding.bound.as_ref().map(Bound::to_string);
    let bound = bound.unwrap_or_else(|| "bound to what is not known".to_owned());
    let key = match (finding.key, finding.hint) {
        (Some(key), _) => format!("key {key}"),
        (None, Some(key)) => format!("key {key} as the hint says"),
        (None, None) => "key not known".to_owned(),
    };
    match &finding.outcome {
        Outcome::Left(cause) => cause.to_string(),
        Outcome::Noted(cause) => cause.to_string(),
        Outcome::Rotated => format!("{bound}, from {key}"),
        Outcome::Stale { .. } | Outcome::Sealed { .. } | Outcome::Current { .. } => {
            format!("{bound}, {key}")
        }
    }
}

fn warned(path: &str, warning: &Warning) -> String {
    let place = warning.position;
    format!("{path}:{}:{}: {}", place.line, place.column, warning.kind)
}

fn outcome(result: &FileResult<'_>, finding: &Finding) -> &'static str {
    match (&finding.outcome, &result.fate) {
        (Outcome::Rotated, Fate::Written(_)) => "rotated",
        (Outcome::Rotated, Fate::Shown(_)) => "rotate",
        (Outcome::Rotated, Fate::OverLimit) | (Outcome::Stale { .. }, _) => "stale",
        (Outcome::Sealed { .. }, _) => "sealed",
        (Outcome::Current { .. }, _) => "current",
        (Outcome::Left(_), _) if result.is_inspected => "unknown",
        (Outcome::Rotated | Outcome::Left(_), _) => "left",
        (Outcome::Noted(_), _) => "noted",
    }
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

/// What was not looked into, and may hold sealed values.
fn add_not_read(text: &mut String, survey: &Survey) {
    let here = Here::find();
    let seen = |path: &Path| here.sees(path).display().to_string();
    for error in &survey.errors {
        line(text, "left", &format!("{}: cannot be read: {}", seen(error.path()), error.cause()));
    }
    for (path, error) in &survey.unreadable {
        line(text, "left", &format!("{}: cannot be read: {error}", seen(path)));
    }
    for path in &survey.too_large {
        let limit = sealkit_repository::tree::MAX_FILE >> 20;
        let what = format!("holds sealed values and is larger than {limit} MiB: split it");
        line(text, "left", &format!("{}: {what}", seen(path)));
    }
    for path in &survey.left_over {
        let what = "is left over from a run that was killed: remove it";
        line(text, "skipped", &format!("{}: {what}", seen(path)));
    }
    for path in &survey.stand_ins {
        let what = "stands for a file that is not here (Git LFS, git-crypt)";
        line(text, "skipped", &format!("{}: {what}", seen(path)));
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
