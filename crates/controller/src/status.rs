//! `status`, from what became of a SealedSecret. It always tells the last outcome of the generation, and is written only
//! where it would tell something else.

use sealkit_api::{Condition, ConditionStatus, ConditionType, SealedSecretStatus};
use sealkit_core::UnixTime;

use crate::index::Sealed;
use crate::plan::{Outcome, reason};

/// What goes into a status.
#[derive(Clone, Copy, Debug)]
pub struct Content {
    /// `Ready` and `Stalled` beside `Synced`, and the record.
    pub extra: bool,
    /// The record: not where the installed definition of the resource drops it.
    pub record: bool,
}

/// What a condition says, without its times.
struct Statement {
    kind: ConditionType,
    status: ConditionStatus,
    reason: &'static str,
    message: String,
}

/// The status to be written; none where the one that is there says the same.
#[must_use]
pub fn next(
    sealed: &Sealed,
    outcome: &Outcome,
    content: Content,
    now: UnixTime,
) -> Option<SealedSecretStatus> {
    let there = &sealed.status;
    let statements = statements(outcome, content.extra);
    let applied = match outcome {
        _ if !(content.extra && content.record) => None,
        Outcome::Synced { applied, .. } => Some(applied.as_ref().clone()),
        // What was applied earlier still is: a failure takes nothing away.
        Outcome::Failed(_) => there.applied.clone(),
    };
    let says_the_same = there.observed_generation == Some(sealed.generation)
        && (applied == there.applied || (!content.record && content.extra))
        && says_the_same(there, &statements);
    (!says_the_same).then(|| SealedSecretStatus {
        observed_generation: Some(sealed.generation),
        conditions: conditions(there, statements, now),
        applied,
    })
}

/// Of several conditions, `Synced` stands first: printer columns read that one.
fn statements(outcome: &Outcome, extra: bool) -> Vec<Statement> {
    let (status, reason, message) = match outcome {
        Outcome::Synced { .. } => (ConditionStatus::True, reason::UNSEALED, String::new()),
        Outcome::Failed(failure) => {
            (ConditionStatus::False, failure.reason, failure.condition_message())
        }
    };
    let statement = |kind, status| Statement { kind, status, reason, message: message.clone() };
    let mut statements = vec![statement(ConditionType::Synced, status)];
    if extra {
        statements.push(statement(ConditionType::Ready, status));
        if matches!(outcome, Outcome::Failed(failure) if failure.is_stalled()) {
            statements.push(statement(ConditionType::Stalled, ConditionStatus::True));
        }
    }
    statements
}

fn is_ours(condition: &Condition) -> bool {
    let ours = [ConditionType::Synced, ConditionType::Ready, ConditionType::Stalled];
    ours.iter().any(|kind| condition.kind == kind.as_str())
}

fn says_the_same(there: &SealedSecretStatus, statements: &[Statement]) -> bool {
    let ours: Vec<&Condition> =
        there.conditions.iter().filter(|condition| is_ours(condition)).collect();
    let is_first = there.conditions.first().is_some_and(is_ours);
    is_first
        && ours.len() == statements.len()
        && ours.iter().zip(statements).all(|(condition, statement)| {
            condition.kind == statement.kind.as_str()
                && condition.status == statement.status
                && condition.reason == statement.reason
                && condition.message == statement.message
        })
}

/// Ours with their times, then those of others as they were.
fn conditions(
    there: &SealedSecretStatus,
    statements: Vec<Statement>,
    now: UnixTime,
) -> Vec<Condition> {
    let written = statements.into_iter().map(|statement| {
        let earlier = there.condition(statement.kind);
        let kept = earlier.filter(|earlier| earlier.status == statement.status);
        let since = kept.and_then(|earlier| earlier.last_transition_time.clone());
        Condition {
            kind: statement.kind.as_str().to_owned(),
            status: statement.status,
            reason: statement.reason.to_owned(),
            message: statement.message,
            last_update_time: Some(now.to_string()),
            last_transition_time: Some(since.unwrap_or_else(|| now.to_string())),
        }
    });
    let others = there.conditions.iter().filter(|condition| !is_ours(condition)).cloned();
    written.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use sealkit_api::{AppliedMode, KeysUsed};

    use super::*;
    use crate::index::{SecretMetadata, object};
    use crate::plan::Failure;
    use crate::record;

    const ALL: Content = Content { extra: true, record: true };

    fn sealed(status: &SealedSecretStatus) -> Sealed {
        Sealed::read(object("{}", "{}", &serde_json::to_string(status).unwrap())).unwrap()
    }

    fn synced(sealed: &Sealed) -> Outcome {
        let keys = KeysUsed::One("SHA256:k".to_owned());
        let secret = SecretMetadata::default();
        let applied = record::of(sealed, &secret, keys, AppliedMode::Full, UnixTime(0));
        Outcome::Synced { applied: Box::new(applied), has_changed: true }
    }

    fn kinds(status: &SealedSecretStatus) -> Vec<&str> {
        status.conditions.iter().map(|condition| condition.kind.as_str()).collect()
    }

    #[test]
    fn nothing_is_written_twice() {
        let empty = sealed(&SealedSecretStatus::default());
        for outcome in [
            synced(&empty),
            Outcome::Failed(Failure::not_managed("a")),
            Outcome::Failed(Failure::paused()),
        ] {
            let status = next(&empty, &outcome, ALL, UnixTime(5)).unwrap();
            assert_eq!(status.observed_generation, Some(3));
            let synced = status.condition(ConditionType::Synced).unwrap();
            assert_eq!(synced.last_update_time, synced.last_transition_time);
            assert_eq!(next(&sealed(&status), &outcome, ALL, UnixTime(9)), None);
        }
    }

    #[test]
    fn times_move_as_upstreams_do() {
        let first = sealed(&SealedSecretStatus::default());
        let status = next(&first, &synced(&first), ALL, UnixTime(5)).unwrap();
        let mut later = sealed(&status);
        later.generation = 4;
        let status = next(&later, &synced(&later), ALL, UnixTime(9)).unwrap();
        let condition = status.condition(ConditionType::Synced).unwrap();
        assert_eq!(condition.last_update_time.as_deref(), Some("1970-01-01T00:00:09Z"));
        assert_eq!(condition.last_transition_time.as_deref(), Some("1970-01-01T00:00:05Z"));
        let failed = Outcome::Failed(Failure::paused());
        let status = next(&sealed(&status), &failed, ALL, UnixTime(11)).unwrap();
        let condition = status.condition(ConditionType::Synced).unwrap();
        assert_eq!(condition.last_transition_time.as_deref(), Some("1970-01-01T00:00:11Z"));
        assert!(status.applied.is_some(), "the older Secret lives on");
    }

    #[test]
    fn synced_stands_first_and_what_others_wrote_stays() {
        let other = Condition {
            kind: "Backup".to_owned(),
            status: ConditionStatus::True,
            reason: String::new(),
            message: "m".to_owned(),
            last_update_time: None,
            last_transition_time: None,
        };
        let there = SealedSecretStatus { conditions: vec![other], ..Default::default() };
        let there = sealed(&there);
        let failed = Outcome::Failed(Failure::not_managed("a"));
        let status = next(&there, &failed, ALL, UnixTime(5)).unwrap();
        assert_eq!(kinds(&status), ["Synced", "Ready", "Stalled", "Backup"]);
        // What helped ends the standstill.
        let status = next(&sealed(&status), &synced(&there), ALL, UnixTime(6)).unwrap();
        assert_eq!(kinds(&status), ["Synced", "Ready", "Backup"]);
        let plain = Content { extra: false, record: true };
        let status = next(&sealed(&status), &synced(&there), plain, UnixTime(7)).unwrap();
        assert_eq!(kinds(&status), ["Synced", "Backup"]);
        assert!(status.applied.is_none());
        assert_eq!(next(&sealed(&status), &synced(&there), plain, UnixTime(8)), None);
    }

    #[test]
    fn where_the_record_is_dropped_it_is_not_written_again_and_again() {
        let empty = sealed(&SealedSecretStatus::default());
        let status = next(&empty, &synced(&empty), ALL, UnixTime(5)).unwrap();
        let dropped = sealed(&SealedSecretStatus { applied: None, ..status });
        let without = Content { extra: true, record: false };
        assert_eq!(next(&dropped, &synced(&empty), without, UnixTime(6)), None);
    }
}
