//! The report for programs.

use std::path::Path;

use kubeyaml::{Position, Tree, to_json};
use sealkit_core::{Fingerprint, Scope};
use sealkit_repository::rotate::{Finding, Warning};

use super::ending::Ending;
use super::not_read::NotRead;
use super::{Counts, FileResult, Problem, Report, Summary, show};
use crate::report::{number, optional};

/// All that there is to tell, as one object.
pub(super) fn object(report: &Report<'_>) -> String {
    let told = report.results.iter().filter(|result| {
        !(result.report.findings.is_empty() && result.report.warnings.is_empty())
            || result.problem().is_some()
    });
    let files = told.map(looked_into).chain(report.not_read.iter().map(not_read));
    let object = Tree::mapping([
        ("files", Tree::Sequence(files.collect())),
        ("summary", sums(&report.summary)),
    ]);
    to_json(&object).to_string()
}

fn sums(summary: &Summary) -> Tree {
    let environments = summary.by_environment.iter().map(|(environment, sums)| {
        let name = [("environment", optional(environment.as_deref()))];
        Tree::mapping(name.into_iter().chain(counts(*sums)))
    });
    let keys = summary.by_key.iter().map(|(key, values)| {
        Tree::mapping([("key", fingerprint(*key)), ("values", number(*values))])
    });
    let sums = [
        ("filesRotated", number(summary.files_rotated)),
        ("filesRemaining", number(summary.files_over_limit)),
        ("filesLeft", number(summary.files_left)),
        ("filesUnknown", number(summary.files_unknown)),
        ("believedFromHints", number(summary.believed)),
        ("environments", Tree::Sequence(environments.collect())),
        ("keys", Tree::Sequence(keys.collect())),
    ];
    Tree::mapping(counts(summary.all).chain(sums))
}

fn counts(counts: Counts) -> impl Iterator<Item = (&'static str, Tree)> {
    counts.in_words().into_iter().map(|(values, word)| (word, number(values)))
}

/// What a program is told of a file; every one has all fields.
struct FileFields<'f> {
    path: &'f Path,
    verdict: &'static str,
    environment: Option<&'f str>,
    key: Option<Fingerprint>,
    problem: Option<&'f Problem>,
    values: Vec<Tree>,
    warnings: Vec<Tree>,
}

impl FileFields<'_> {
    fn into_tree(self) -> Tree {
        Tree::mapping([
            ("file", Tree::from(self.path.display().to_string())),
            ("verdict", Tree::from(self.verdict)),
            ("environment", optional(self.environment)),
            ("certificateKey", fingerprint(self.key)),
            ("reason", optional(self.problem.map(|problem| problem.reason))),
            ("problem", optional(self.problem.map(|problem| problem.message.as_str()))),
            ("values", Tree::Sequence(self.values)),
            ("warnings", Tree::Sequence(self.warnings)),
        ])
    }
}

fn looked_into(result: &FileResult<'_>) -> Tree {
    let problem = result.problem();
    let fields = FileFields {
        path: &result.path,
        verdict: show::verdict(result),
        environment: result.file.environment(),
        key: result.report.target,
        problem: problem.as_ref(),
        values: result.report.findings.iter().map(|finding| value(finding, result)).collect(),
        warnings: result.report.warnings.iter().map(warning).collect(),
    };
    fields.into_tree()
}

fn not_read(it: &NotRead) -> Tree {
    let fields = FileFields {
        path: &it.path,
        verdict: it.state.word(),
        environment: None,
        key: None,
        problem: Some(&it.problem),
        values: Vec::new(),
        warnings: Vec::new(),
    };
    fields.into_tree()
}

fn value(finding: &Finding, result: &FileResult<'_>) -> Tree {
    let ending = Ending::of(finding, result);
    let binding = finding.bound.as_ref().map(|bound| &bound.binding);
    Tree::mapping([
        ("document", finding.document.map_or(Tree::Null, number)),
        ("line", number(finding.position.line)),
        ("column", number(finding.position.column)),
        ("item", Tree::from(finding.item.as_str())),
        ("outcome", Tree::from(ending.word)),
        ("reason", Tree::from(ending.reason)),
        ("message", optional(with_place(&ending).as_deref())),
        ("scope", optional(binding.map(|binding| Scope::as_str(binding.scope)))),
        ("namespace", optional(binding.map(|binding| binding.namespace.as_str()))),
        ("name", optional(binding.map(|binding| binding.name.as_str()))),
        ("boundBy", optional(finding.bound.as_ref().map(|bound| bound.source.reason()))),
        ("isProved", Tree::from(finding.is_opened())),
        ("key", fingerprint(finding.key.or(finding.hint))),
    ])
}

/// The reason in words, with its place where that is another than the value's.
fn with_place(ending: &Ending) -> Option<String> {
    let message = ending.message.as_ref()?;
    Some(match ending.place {
        Some(Position { line, column }) => format!("line {line}, column {column}: {message}"),
        None => message.clone(),
    })
}

fn warning(warning: &Warning) -> Tree {
    Tree::mapping([
        ("line", number(warning.position.line)),
        ("column", number(warning.position.column)),
        ("reason", Tree::from(warning.kind.reason())),
        ("message", Tree::from(warning.kind.to_string())),
    ])
}

fn fingerprint(key: Option<Fingerprint>) -> Tree {
    key.map_or(Tree::Null, |key| Tree::from(key.to_string()))
}
