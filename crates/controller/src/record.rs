//! `status.applied` against what is there: whether a Secret is still what was applied, without looking at its data.

use sealkit_api::{Applied, AppliedMode, AppliedSecret, KeysUsed};
use sealkit_core::UnixTime;

use crate::index::{Sealed, SecretMetadata};

/// How a Secret compares with the record of what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has written since.
    Same,
    /// Somebody has written, and touched neither data nor type nor immutability.
    OnlyMetadata,
    /// It may be another.
    Different,
}

/// Times in `managedFields` have steps of a second: two writes within one look like one. What is at least this many seconds
/// older than the record was there when it was made.
const DISTINCT: i64 = 2;

/// Compares a Secret with the record. The record is about this very state of the SealedSecret:
/// [`Sealed::is_source_of`] tells.
#[must_use]
pub fn standing(applied: &Applied, secret: &SecretMetadata) -> Standing {
    if applied.secret.uid != secret.uid {
        return Standing::Different;
    }
    if applied.secret.resource_version == secret.resource_version {
        return Standing::Same;
    }
    match applied.secret.ownership == secret.ownership.digest && is_settled(applied, secret) {
        true => Standing::OnlyMetadata,
        false => Standing::Different,
    }
}

fn is_settled(applied: &Applied, secret: &SecretMetadata) -> bool {
    let time: Option<UnixTime> = applied.time.parse().ok();
    match (time, secret.ownership.newest) {
        (Some(time), Some(newest)) => newest.0.saturating_add(DISTINCT) <= time.0,
        _ => false,
    }
}

/// The record of a write.
#[must_use]
pub fn of(
    sealed: &Sealed,
    secret: &SecretMetadata,
    keys: KeysUsed,
    mode: AppliedMode,
    time: UnixTime,
) -> Applied {
    Applied {
        uid: sealed.uid.clone(),
        generation: sealed.generation,
        annotations: sealed.annotations.clone(),
        secret: AppliedSecret {
            uid: secret.uid.clone(),
            resource_version: secret.resource_version.clone(),
            ownership: secret.ownership.digest.clone(),
        },
        keys,
        mode,
        time: time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::index::{metadata, object};

    fn secret(uid: &str, version: &str, manager: &str, time: &str) -> SecretMetadata {
        let entry: Value = json!({"manager": manager, "operation": "Update", "time": time, "fieldsV1": {"f:data": {"f:a": {}}}});
        metadata(json!({"uid": uid, "resourceVersion": version, "managedFields": [entry]}))
    }

    #[test]
    fn whoever_may_have_touched_data_shows() {
        let sealed = Sealed::read(object("{}", "{}", "null")).unwrap();
        let written = secret("s", "5", "sealkit", "2026-01-01T00:00:10Z");
        let record = |time: &str| {
            let keys = KeysUsed::One("SHA256:k".to_owned());
            of(&sealed, &written, keys, AppliedMode::Full, time.parse().unwrap())
        };
        let applied = record("2026-01-01T00:00:12Z");
        assert!(sealed.is_source_of(&applied));
        let standing_of = |secret| standing(&applied, &secret);
        assert_eq!(
            standing_of(secret("s", "5", "sealkit", "2026-01-01T00:00:10Z")),
            Standing::Same
        );
        assert_eq!(
            standing_of(secret("s", "6", "sealkit", "2026-01-01T00:00:10Z")),
            Standing::OnlyMetadata
        );
        assert_eq!(
            standing_of(secret("t", "5", "sealkit", "2026-01-01T00:00:10Z")),
            Standing::Different
        );
        assert_eq!(
            standing_of(secret("s", "6", "kubectl", "2026-01-01T00:00:10Z")),
            Standing::Different
        );
        assert_eq!(
            standing_of(secret("s", "6", "sealkit", "2026-01-01T00:00:11Z")),
            Standing::Different
        );
        // A write in the second of the record, or in the one before, cannot be told from the service's own.
        for time in ["2026-01-01T00:00:10Z", "2026-01-01T00:00:11Z", "no time"] {
            let applied = Applied { time: time.to_owned(), ..applied.clone() };
            let moved = secret("s", "6", "sealkit", "2026-01-01T00:00:10Z");
            assert_eq!(standing(&applied, &moved), Standing::Different, "{time}");
        }
    }
}
