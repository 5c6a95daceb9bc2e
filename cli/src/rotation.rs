//! `seal rotate` and `seal status` over a working tree, apart from their arguments: keys, certificates, the run itself, and
//! what is told of it.

mod diff;
mod ending;
mod json;
mod keys;
mod message;
mod not_read;
mod prepared;
mod show;
mod summary;
mod through;

use std::path::{Path, PathBuf};

use sealkit_core::Fingerprint;
use sealkit_repository::rotate::{Options, Verdict};
use sealkit_repository::tree::{
    Change, FileProblem, FileReport, FoundRule, Job, Survey, TreeFile, Turns, for_each,
    threads_of_processors,
};

use crate::args::ReportForm;
use crate::certificate::pins;
use crate::cluster::MOST_AT_ONCE;
use crate::error::Error;
use crate::output::{self, Replaced};
use crate::random;
use crate::rules::{self, Here};
use crate::ui::Ui;

pub(crate) use diff::unified;
pub(crate) use message::commit_message;
use not_read::NotRead;
pub(crate) use prepared::Prepared;
pub(crate) use show::{Detail, count, plural};
use summary::Counts;
pub(crate) use summary::Summary;
use through::{Plan, Through};

/// All that there is to tell of a run.
pub(crate) struct Report<'r> {
    pub(crate) results: &'r [FileResult<'r>],
    not_read: Vec<NotRead>,
    pub(crate) summary: Summary,
}

/// What is done with the new content of files.
pub(crate) enum Writing {
    /// It is written, of at most `limit` files, and kept to be shown if it has to be.
    Files { limit: usize, keep: bool },
    /// It is shown.
    Nothing,
}

/// What became of a file, and of its new content.
pub(crate) struct FileResult<'t> {
    pub(crate) file: &'t TreeFile,
    /// As people name it.
    pub(crate) path: PathBuf,
    pub(crate) report: FileReport,
    /// It was only looked at.
    pub(crate) is_inspected: bool,
    pub(crate) fate: Fate,
}

/// What became of the new content of a file.
pub(crate) enum Fate {
    /// There is none.
    Unchanged,
    Written(Option<Change>),
    /// Nothing is written in this run.
    Shown(Change),
    /// As many files are written as was asked for.
    OverLimit,
    /// Somebody else changed the file meanwhile.
    ChangedMeanwhile,
    Failed(Error),
}

/// Looks into all files that are covered, and rotates them where that is the job. The results come in the files' order.
fn run<'t>(
    survey: &'t Survey,
    job: &Job<'_>,
    through: Option<&Through>,
    writing: &Writing,
    verb: &'static str,
    ui: &mut Ui<'_>,
) -> Vec<FileResult<'t>> {
    let is_covered = |file: &&TreeFile| file.is_of(job.environment);
    let files: Vec<&TreeFile> = survey.files.iter().filter(is_covered).collect();
    let here = Here::find();
    let turns = match writing {
        Writing::Files { limit, .. } if *limit < files.len() => Some(Turns::new(*limit)),
        _ => None,
    };
    let mut results: Vec<Option<FileResult<'t>>> = Vec::new();
    results.resize_with(files.len(), || None);
    let mut plan = through.map(|_| plan(&files, job));
    let bar = ui.bar(verb, files.len(), "files");
    for_each(
        &files,
        threads(job, writing),
        |place, file| {
            let (report, fate) = run_one(file, place, job, writing, turns.as_ref());
            let path = here.sees(&file.path);
            let is_inspected = job.options.inspect && job.re_encrypter.is_none();
            FileResult { file, path, report, is_inspected, fate }
        },
        |place, result| {
            if let Some(slot) = results.get_mut(place) {
                *slot = Some(result);
            }
            bar.advance();
            let interval = through.and_then(Through::interval);
            if let Some(long) = plan.as_mut().and_then(|plan| plan.done(place, interval)) {
                bar.aside(|| ui.note(long));
            }
        },
    );
    drop(bar);
    results.into_iter().flatten().collect()
}

/// How many files are worked on at once.
fn threads(job: &Job<'_>, writing: &Writing) -> usize {
    match (job.re_encrypter, writing) {
        (None, _) => threads_of_processors(),
        // What is sent for files beyond the limit is sent in vain.
        (Some(_), Writing::Files { limit, .. }) => MOST_AT_ONCE.min(*limit).max(1),
        (Some(_), Writing::Nothing) => threads_of_processors(),
    }
}

/// How many requests the run takes, as a look at all files tells.
fn plan(files: &[&TreeFile], job: &Job<'_>) -> Plan {
    let looking = looking(job);
    let mut requests = vec![0; files.len()];
    for_each(
        files,
        threads_of_processors(),
        |_, file| looking.run(file, &mut random::system()).requests,
        |place, of_file| {
            if let Some(slot) = requests.get_mut(place) {
                *slot = of_file;
            }
        },
    );
    Plan::new(requests)
}

/// The same job, in which nothing is sent or sealed.
fn looking<'a>(job: &Job<'a>) -> Job<'a> {
    Job { options: Options { inspect: true, ..job.options }, ..job.clone() }
}

fn run_one(
    file: &TreeFile,
    place: usize,
    job: &Job<'_>,
    writing: &Writing,
    turns: Option<&Turns>,
) -> (FileReport, Fate) {
    let is_over = job.re_encrypter.is_some() && turns.is_some_and(Turns::are_over);
    let mut report = match is_over {
        true => looking(job).run(file, &mut random::system()),
        false => job.run(file, &mut random::system()),
    };
    let change = report.change.take();
    let may_write = turns.is_none_or(|turns| turns.ask(place, change.is_some()));
    let fate = match (change, writing) {
        (None, _) if is_over && report.requests > 0 => Fate::OverLimit,
        (None, _) => Fate::Unchanged,
        (Some(change), Writing::Nothing) => Fate::Shown(change),
        (Some(_), Writing::Files { .. }) if !may_write => Fate::OverLimit,
        (Some(change), Writing::Files { keep, .. }) => write(&file.path, change, *keep),
    };
    (report, fate)
}

fn write(path: &Path, change: Change, keep: bool) -> Fate {
    match output::replace(path, &change.before, &change.after) {
        Ok(Replaced::Done) => Fate::Written(keep.then_some(change)),
        Ok(Replaced::ChangedMeanwhile) => Fate::ChangedMeanwhile,
        Err(error) => Fate::Failed(error),
    }
}

impl FileResult<'_> {
    /// Whether the file could not be dealt with at all.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.fate, Fate::ChangedMeanwhile | Fate::Failed(_))
            || self.report.problem.is_some()
    }

    /// Whether it has new content, or would have.
    pub(crate) fn is_rotated(&self) -> bool {
        matches!(self.fate, Fate::Written(_) | Fate::Shown(_))
    }

    /// What became of the file, in a word.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.fate {
            _ if self.has_failed() => Verdict::Left,
            Fate::OverLimit => Verdict::Stale,
            _ => Verdict::of(&self.report.findings, self.is_rotated()),
        }
    }

    /// Why the file could not be dealt with.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let (reason, message) = match (&self.report.problem, &self.fate) {
            (Some(FileProblem::Read(error)), _) => {
                ("NotRead", format!("cannot be read: {error}"))
            }
            (Some(FileProblem::NoCertificate), _) => (
                "NoCertificate",
                "nothing tells which certificate its values are sealed for: give --cert, or write a rule".to_owned(),
            ),
            (Some(FileProblem::NotPinned(key)), _) => ("NotPinned", self.not_pinned(*key)),
            (None, Fate::ChangedMeanwhile) => (
                "ChangedMeanwhile",
                "was changed by somebody else meanwhile: it is as they left it; run again".to_owned(),
            ),
            (None, Fate::Failed(error)) => ("NotWritten", error.with_causes()),
            (None, Fate::Unchanged | Fate::Written(_) | Fate::Shown(_) | Fate::OverLimit) => return None,
        };
        Some(Problem { reason, message })
    }

    fn not_pinned(&self, key: Fingerprint) -> String {
        let found = self.file.rule.as_ref();
        found.map_or_else(String::new, |FoundRule { config, rule }| {
            pins::refusal(key, rule.pins(), rules::place(config, rule))
        })
    }
}

/// Why a file, or a part of the tree, was not dealt with.
pub(crate) struct Problem {
    /// A name for programs, which stays the same.
    reason: &'static str,
    message: String,
}

impl<'r> Report<'r> {
    pub(crate) fn of(results: &'r [FileResult<'r>], survey: &Survey) -> Self {
        let not_read = NotRead::all_of(survey);
        let summary = Summary::of(results, &not_read);
        Self { results, not_read, summary }
    }

    /// As text for people, or as JSON for programs.
    pub(crate) fn in_form(&self, form: ReportForm, detail: Detail) -> String {
        match form {
            ReportForm::Text => show::people(self, detail),
            ReportForm::Json => json::object(self),
        }
    }
}
