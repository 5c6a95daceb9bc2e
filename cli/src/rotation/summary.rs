//! How many values there are of each kind, in all, by environment and by key.

use std::collections::BTreeMap;

use sealkit_core::Fingerprint;
use sealkit_repository::rotate::{Finding, NotedCause, Outcome};

use super::not_read::{NotRead, State};
use super::{Fate, FileResult};

/// Counts of values.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Counts {
    pub(crate) rotated: usize,
    /// To be rotated.
    pub(crate) stale: usize,
    /// Looked at, where no certificate says which key they should be sealed for.
    pub(crate) sealed: usize,
    pub(crate) current: usize,
    pub(crate) left: usize,
    /// Looked at, and not known to be current or stale.
    pub(crate) unknown: usize,
    /// Not rotated, although a key may open them.
    pub(crate) noted: usize,
}

/// All that is counted.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) all: Counts,
    /// Files with values that are rotated, or would be.
    pub(crate) files_rotated: usize,
    /// They are not written.
    pub(crate) is_shown: bool,
    /// Files that wait for another run.
    pub(crate) files_over_limit: usize,
    /// Files of which something is left, and files that failed.
    pub(crate) files_left: usize,
    /// Files that failed as a whole.
    pub(crate) files_failed: usize,
    /// Files that were not looked into and stand for others, which may hold sealed values.
    pub(crate) files_unknown: usize,
    /// By the environment of the files' rules.
    pub(crate) by_environment: BTreeMap<Option<String>, Counts>,
    /// By the key that values are sealed for, as far as that is known, after the run.
    pub(crate) by_key: BTreeMap<Option<Fingerprint>, usize>,
    /// The keys that rotated values were sealed for before, and how many.
    pub(crate) from_keys: BTreeMap<Fingerprint, usize>,
    /// Values of which a hint was believed.
    pub(crate) believed: usize,
    /// How many times a controller was asked; where nothing is sent, how many times at least that would be.
    pub(crate) requests: usize,
}

impl Summary {
    pub(super) fn of(results: &[FileResult<'_>], not_read: &[NotRead]) -> Self {
        let count = |state| not_read.iter().filter(|it| it.state == state).count();
        let failed = count(State::Left);
        let mut summary = Self {
            files_failed: failed,
            files_left: failed,
            files_unknown: count(State::Unknown),
            ..Self::default()
        };
        results.iter().for_each(|result| summary.add(result));
        summary
    }

    fn add(&mut self, result: &FileResult<'_>) {
        let mut counts = Counts::default();
        for finding in &result.report.findings {
            counts.add(finding, result);
            self.add_key(finding, result);
        }
        let environment = result.file.environment().map(str::to_owned);
        self.by_environment.entry(environment).or_default().include(counts);
        self.all.include(counts);
        self.requests += result.report.requests;
        self.files_rotated += usize::from(result.is_rotated());
        self.is_shown |= matches!(result.fate, Fate::Shown(_));
        self.files_over_limit += usize::from(matches!(result.fate, Fate::OverLimit));
        self.files_failed += usize::from(result.has_failed());
        self.files_left += usize::from(result.has_failed() || counts.left > 0);
    }

    fn add_key(&mut self, finding: &Finding, result: &FileResult<'_>) {
        if !is_value(finding) {
            return;
        }
        let key = finding.key.or(finding.hint);
        let is_rotated = finding.outcome == Outcome::Rotated && result.is_rotated();
        if let (true, Some(key)) = (is_rotated, key) {
            *self.from_keys.entry(key).or_default() += 1;
        }
        let is_written = is_rotated && matches!(result.fate, Fate::Written(_));
        let now = if is_written { result.report.target } else { key };
        *self.by_key.entry(now).or_default() += 1;
        self.believed += usize::from(matches!(
            finding.outcome,
            Outcome::Current { is_proved: false }
                | Outcome::Stale { is_proved: false }
                | Outcome::Sealed { is_proved: false }
        ));
    }

    /// Whether no old key opens anything, as far as is known.
    pub(crate) fn is_all_current(&self) -> bool {
        let Counts { stale, left, unknown, noted, .. } = self.all;
        stale + left + unknown + noted + self.files_failed + self.files_unknown == 0
    }
}

impl Counts {
    /// Each with its word, in the order in which they are told.
    pub(crate) fn in_words(self) -> [(usize, &'static str); 7] {
        [
            (self.rotated, "rotated"),
            (self.stale, "stale"),
            (self.sealed, "sealed"),
            (self.current, "current"),
            (self.left, "left"),
            (self.unknown, "unknown"),
            (self.noted, "noted"),
        ]
    }

    fn add(&mut self, finding: &Finding, result: &FileResult<'_>) {
        match &finding.outcome {
            Outcome::Rotated => match result.fate {
                Fate::Written(_) | Fate::Shown(_) => self.rotated += 1,
                Fate::OverLimit => self.stale += 1,
                Fate::Unchanged | Fate::ChangedMeanwhile | Fate::Failed(_) => self.left += 1,
            },
            Outcome::Stale { .. } | Outcome::ToBeSent => self.stale += 1,
            Outcome::Sealed { .. } => self.sealed += 1,
            Outcome::Current { .. } => self.current += 1,
            Outcome::Left(_) if result.is_inspected => self.unknown += 1,
            Outcome::Left(_) => self.left += 1,
            Outcome::Noted(cause) => self.noted += usize::from(cause.could_be_opened()),
        }
    }

    fn include(&mut self, other: Self) {
        self.rotated += other.rotated;
        self.stale += other.stale;
        self.sealed += other.sealed;
        self.current += other.current;
        self.left += other.left;
        self.unknown += other.unknown;
        self.noted += other.noted;
    }
}

/// Whether there is anything that a key could open.
fn is_value(finding: &Finding) -> bool {
    !matches!(&finding.outcome, Outcome::Noted(cause) if !NotedCause::could_be_opened(*cause))
}
