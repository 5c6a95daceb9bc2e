//! `status` and its conditions.

use serde::{Deserialize, Serialize};

use crate::applied::Applied;

/// `status` of a SealedSecret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SealedSecretStatus {
    /// The generation of the SealedSecret that the conditions are about, also when handling it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// What became of it. `Synced` is the first, since printer columns read that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// What was applied last, so that a restart need not open anything again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
}

/// One condition, with the six fields that upstream's resource definition keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Which one.
    #[serde(rename = "type")]
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    // Others may write anything here, and could upstream.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub status: ConditionStatus,
    /// Why, in one word that programs can go by: one of a documented list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Why, for people; empty on success.
    #[serde(default)]
    pub message: String,
    /// When an outcome was last written here, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub last_update_time: Option<String>,
    /// When `status` last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub last_transition_time: Option<String>,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody can tell.
    #[serde(other)]
    Unknown,
}

/// The conditions that the service writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConditionType {
    /// Upstream's: the Secret is what the SealedSecret says.
    Synced,
    /// The same for tools that wait for the usual name: Flux, `kubectl wait`.
    Ready,
    /// Nothing but a change of the object, of a key or of a foreign Secret can help (kstatus).
    Stalled,
}

impl ConditionType {
    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Synced => "Synced",
            Self::Ready => "Ready",
            Self::Stalled => "Stalled",
        }
    }
}

impl ConditionStatus {
    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

impl From<bool> for ConditionStatus {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl SealedSecretStatus {
    /// The condition of that type.
    #[must_use]
    pub fn condition(&self, kind: ConditionType) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_as_upstream_writes_it_is_read_and_written_back() {
        let text = r#"{"observedGeneration":2,"conditions":[{"type":"Synced","status":"True","message":"","lastUpdateTime":"2026-01-02T03:04:05Z","lastTransitionTime":"2026-01-02T03:04:05Z"}]}"#;
        let status: SealedSecretStatus = serde_json::from_str(text).unwrap();
        assert_eq!(status.observed_generation, Some(2));
        let synced = status.condition(ConditionType::Synced).unwrap();
        assert_eq!(synced.status, ConditionStatus::True);
        assert_eq!(serde_json::to_string(&status).unwrap(), text);
    }

    #[test]
    fn what_others_wrote_does_not_stop_the_rest() {
        let text = r#"{"conditions":[{"type":"Other","status":"Perhaps"}],"more":1}"#;
        let status: SealedSecretStatus = serde_json::from_str(text).unwrap();
        assert_eq!(status.conditions[0].status, ConditionStatus::Unknown);
        assert!(status.applied.is_none());
    }
}
