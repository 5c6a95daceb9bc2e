//! The report for programs.

use kubeyaml::{Tree, to_json};
use sealkit_core::{Fingerprint, Scope};
use sealkit_repository::rotate::{Finding, Outcome, Warning};
use sealkit_repository::tree::Survey;

use super::show;
use super::{Counts, FileResult, Summary};
use crate::report::{number, optional};
use crate::rules::Here;

/// All that there is to tell, as one object.
pub(crate) struct Report<'r> {
    pub(crate) results: &'r [FileResult<'r>],
    pub(crate) survey: &'r Survey,
    pub(crate) summary: &'r Summary,
}

impl Report<'_> {
    pub(crate) fn to_json(&self) -> String {
        let told = self.results.iter().filter(|result| {
            !(result.report.findings.is_empty() && result.report.warnings.is_empty())
                || result.problem().is_some()
        });
        let report = Tree::mapping([
            ("files", Tree::Sequence(told.map(file).chain(self.not_read()).collect())),
            ("summary", self.sums()),
        ]);
        to_json(&report).to_string()
    }

    /// Files that were not looked into, and may hold sealed values.
    fn not_read(&self) -> impl Iterator<Item = Tree> {
        let Survey { unreadable, too_large, errors, .. } = self.survey;
        let unreadable = unreadable.iter().map(|(path, error)| (path.as_path(), error.to_string()));
        let errors = errors.iter().map(|error| (error.path(), error.cause().to_string()));
        let here = Here::find();
        let too_large = too_large.iter().map(|path| (path.as_path(), "too large".to_owned()));
        unreadable.chain(errors).chain(too_large).map(move |(path, problem)| {
            Tree::mapping([
                ("file", Tree::from(here.sees(path).display().to_string())),
                ("verdict", Tree::from("left")),
                ("problem", Tree::from(problem)),
                ("values", Tree::Sequence(Vec::new())),
            ])
        })
    }

    fn sums(&self) -> Tree {
        let summary = self.summary;
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
            ("believedFromHints", number(summary.believed)),
            ("environments", Tree::Sequence(environments.collect())),
            ("keys", Tree::Sequence(keys.collect())),
        ];
        Tree::mapping(counts(summary.all).chain(sums))
    }
}

fn counts(counts: Counts) -> impl Iterator<Item = (&'static str, Tree)> {
    counts.in_words().into_iter().map(|(values, word)| (word, number(values)))
}

fn file(result: &FileResult<'_>) -> Tree {
    let values = result.report.findings.iter().map(value);
    let warnings = result.report.warnings.iter().map(warning);
    Tree::mapping([
        ("file", Tree::from(result.path.display().to_string())),
        ("verdict", Tree::from(show::verdict(result))),
        ("environment", optional(result.file.environment())),
        ("certificateKey", fingerprint(result.report.target)),
        ("problem", optional(result.problem().as_deref())),
        ("values", Tree::Sequence(values.collect())),
        ("warnings", Tree::Sequence(warnings.collect())),
    ])
}

fn value(finding: &Finding) -> Tree {
    let message = match &finding.outcome {
        Outcome::Left(cause) => Some(cause.to_string()),
        Outcome::Noted(cause) => Some(cause.to_string()),
        Outcome::Rotated
        | Outcome::Stale { .. }
        | Outcome::Sealed { .. }
        | Outcome::Current { .. } => None,
    };
    let binding = finding.bound.as_ref().map(|bound| &bound.binding);
    Tree::mapping([
        ("document", finding.document.map_or(Tree::Null, number)),
        ("line", number(finding.position.line)),
        ("column", number(finding.position.column)),
        ("item", Tree::from(finding.item.as_str())),
        ("reason", Tree::from(finding.outcome.reason())),
        ("message", optional(message.as_deref())),
        ("scope", optional(binding.map(|binding| Scope::as_str(binding.scope)))),
        ("namespace", optional(binding.map(|binding| binding.namespace.as_str()))),
        ("name", optional(binding.map(|binding| binding.name.as_str()))),
        ("boundBy", optional(finding.bound.as_ref().map(|bound| bound.source.reason()))),
        ("isProved", Tree::from(finding.key.is_some())),
        ("key", fingerprint(finding.key.or(finding.hint))),
    ])
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
