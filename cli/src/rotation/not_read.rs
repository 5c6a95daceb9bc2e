//! What of a working tree was not looked into: one list for the sums, people and programs.

use std::path::{Path, PathBuf};

use sealkit_repository::tree::{MAX_FILE, Survey};
use sealkit_repository::walk::Reason;

use super::Problem;
use crate::rules::Here;
use crate::walked;

/// A file or a folder that was not looked into, and why.
pub(crate) struct NotRead {
    /// As people name it.
    pub(super) path: PathBuf,
    pub(super) state: State,
    pub(super) problem: Problem,
}

/// What is known of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It should have been looked into, and that failed.
    Left,
    /// It stands for what may hold sealed values.
    Unknown,
    /// It is no part of what is rotated.
    Skipped,
    /// The same, and a person has been warned of it.
    Warned,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Unknown => "unknown",
            Self::Skipped | Self::Warned => "skipped",
        }
    }
}

impl NotRead {
    /// All of them, the gravest first.
    pub(super) fn all_of(survey: &Survey) -> Vec<Self> {
        let here = Here::find();
        let of = |path: &Path, (state, reason, message): (State, &'static str, String)| Self {
            path: here.sees(path),
            state,
            problem: Problem { reason, message },
        };
        let errors = survey.errors.iter().map(|error| (error.path(), error.cause()));
        let unreadable = survey.unreadable.iter().map(|(path, error)| (path.as_path(), error));
        let failed = errors.chain(unreadable).map(|(path, cause)| {
            of(path, (State::Left, "NotRead", format!("cannot be read: {cause}")))
        });
        let too_large = survey.too_large.iter().map(|path| of(path, too_large()));
        let stand_ins = survey.stand_ins.iter().map(|path| of(path, stand_in()));
        let left_over = survey.left_over.iter().map(|path| of(path, left_over()));
        let passed_over = survey.passed_over.iter();
        let passed_over = passed_over.map(|it| of(&it.folder, passed_over_for(&it.reason)));
        let known = failed.chain(too_large).chain(stand_ins);
        known.chain(left_over).chain(passed_over).collect()
    }
}

fn too_large() -> (State, &'static str, String) {
    let limit = MAX_FILE >> 20;
    let message = format!(
        "may hold sealed values and is larger than {limit} MiB: split it, or give --exclude"
    );
    (State::Left, "TooLarge", message)
}

fn stand_in() -> (State, &'static str, String) {
    let message = "stands for a file that is not here (Git LFS, git-crypt): fetch or open that one";
    (State::Unknown, "StandIn", message.to_owned())
}

fn left_over() -> (State, &'static str, String) {
    let message = "is left over from a run that was killed: remove it";
    (State::Skipped, "LeftOver", message.to_owned())
}

fn passed_over_for(reason: &Reason) -> (State, &'static str, String) {
    let (state, name) = match reason {
        Reason::WorkingTree => (State::Skipped, "WorkingTree"),
        Reason::Rendered => (State::Skipped, "Rendered"),
        Reason::GitIsSilent(_) => (State::Warned, "GitIsSilent"),
    };
    (state, name, walked::why(reason))
}
