//! What became of a value in the end: as its finding says, unless the new content of its file is not in the file.

use kubeyaml::Position;
use sealkit_repository::rotate::{Finding, Outcome};

use super::{Fate, FileResult, Problem};

/// What became of a value.
pub(super) struct Ending {
    /// The word for it; `rotated` is also what is only shown.
    pub(super) word: &'static str,
    /// A name for programs, which stays the same.
    pub(super) reason: &'static str,
    /// The reason in words, where there is something to say.
    pub(super) message: Option<String>,
    /// Where the reason is to be put right, where that is not where the value stands.
    pub(super) place: Option<Position>,
}

impl Ending {
    pub(super) fn of(finding: &Finding, result: &FileResult<'_>) -> Self {
        if finding.outcome == Outcome::Rotated
            && let Some(ending) = Self::unwritten(result)
        {
            return ending;
        }
        let (word, message) = match &finding.outcome {
            Outcome::Rotated => ("rotated", None),
            Outcome::Stale { .. } | Outcome::ToBeSent => ("stale", None),
            Outcome::Sealed { .. } => ("sealed", None),
            Outcome::Current { .. } => ("current", None),
            Outcome::Left(cause) if result.is_inspected => ("unknown", Some(cause.to_string())),
            Outcome::Left(cause) => ("left", Some(cause.to_string())),
            Outcome::Noted(cause) => ("noted", Some(cause.to_string())),
        };
        let place = match &finding.outcome {
            Outcome::Left(cause) => cause.place().filter(|place| *place != finding.position),
            _ => None,
        };
        Self { word, reason: finding.outcome.reason(), message, place }
    }

    /// Of a value whose new ciphertext was not written.
    fn unwritten(result: &FileResult<'_>) -> Option<Self> {
        if matches!(result.fate, Fate::OverLimit) {
            let message = Some("--limit holds its file back: run again".to_owned());
            return Some(Self { word: "stale", reason: "BeyondLimit", message, place: None });
        }
        let Problem { reason, message } = result.problem()?;
        Some(Self { word: "left", reason, message: Some(message), place: None })
    }
}
