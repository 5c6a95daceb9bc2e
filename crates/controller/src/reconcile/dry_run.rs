//! A dry run: what would be written, and why. Nothing is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::secret::Request;
use super::{Next, Reconciler};
use crate::api::ApiError;
use crate::index::{Entry, Sealed};
use crate::plan::{Outcome, Target, Unsealed};

/// What would become of a Secret.
#[derive(Debug, PartialEq, Eq)]
enum Preview {
    Made,
    Changed(Vec<String>),
    Kept,
}

impl Reconciler {
    /// Says what would become of a Secret.
    pub(super) async fn would_write(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
    ) -> Next {
        let object = &entry.sealed.key;
        match self.preview(entry, target, unsealed).await {
            Ok(Preview::Made) => {
                tracing::info!(%object, why = "there is none", "dry run: its Secret would be made");
            }
            Ok(Preview::Changed(fields)) => {
                let changes = fields.join(", ");
                tracing::info!(%object, why = why(target), changes, "dry run: its Secret would be changed");
            }
            Ok(Preview::Kept) => {
                tracing::info!(%object, "dry run: its Secret is as it should be, and would stay so");
            }
            Err(error) => {
                tracing::warn!(%object, %error, "dry run: its Secret cannot be compared");
                return Next::Later;
            }
        }
        Next::Wait
    }

    async fn preview(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
    ) -> Result<Preview, ApiError> {
        let (Request::Create(body) | Request::Replace(body)) =
            self.request(entry, target, unsealed).await?;
        let Some(there) = self.api.secret(&entry.sealed.key).await? else {
            return Ok(Preview::Made);
        };
        // What was written here can be read here.
        let wanted = serde_json::from_slice(&body).unwrap_or_default();
        let changes = changes(&there, &wanted);
        Ok(if changes.is_empty() { Preview::Kept } else { Preview::Changed(changes) })
    }

    /// Says what the status would tell.
    pub(super) fn would_report(&self, sealed: &Sealed, outcome: &Outcome) -> Next {
        let object = &sealed.key;
        match outcome {
            Outcome::Synced { .. } => {
                tracing::info!(%object, "dry run: its Secret is as it should be, and would stay so");
            }
            Outcome::Failed(failure) => {
                let reason = failure.reason;
                tracing::info!(%object, reason, "dry run: its status would say: {}", failure.condition_message());
            }
        }
        Next::Wait
    }
}

fn why(target: Target) -> &'static str {
    match target {
        Target::Create => "it is not known yet",
        Target::Replace { takes_over: false } => "it is this SealedSecret's",
        Target::Replace { takes_over: true } => "it may be taken over",
        Target::Merge { .. } => "items are to be put into it",
    }
}

/// The names of what differs, never a value.
fn changes(there: &Value, wanted: &Value) -> Vec<String> {
    let maps =
        [("data", "/data"), ("label", "/metadata/labels"), ("annotation", "/metadata/annotations")];
    let mut changes: Vec<String> = maps
        .into_iter()
        .flat_map(|(kind, path)| {
            let names = changed_names(map_at(there, path), map_at(wanted, path));
            names.into_iter().map(move |name| format!("{kind} {name}"))
        })
        .collect();
    for (field, path) in [("type", "/type"), ("owners", "/metadata/ownerReferences")] {
        if there.pointer(path) != wanted.pointer(path) {
            changes.push(field.to_owned());
        }
    }
    let is_immutable =
        |secret: &Value| secret.get("immutable").and_then(Value::as_bool) == Some(true);
    if is_immutable(there) != is_immutable(wanted) {
        changes.push("immutable".to_owned());
    }
    changes
}

fn map_at<'a>(secret: &'a Value, path: &str) -> Option<&'a Map<String, Value>> {
    secret.pointer(path)?.as_object()
}

fn changed_names<'a>(
    there: Option<&'a Map<String, Value>>,
    wanted: Option<&'a Map<String, Value>>,
) -> BTreeSet<&'a str> {
    let names = there.into_iter().chain(wanted).flat_map(Map::keys).map(String::as_str);
    let value = |map: Option<&'a Map<String, Value>>, name: &str| map.and_then(|map| map.get(name));
    names.filter(|name| value(there, name) != value(wanted, name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_named_and_never_shown() {
        let there = json!({
            "metadata": {"labels": {"a": "1"}, "uid": "u"},
            "data": {"v": "b25l", "w": "dHdv"},
            "type": "Opaque",
        });
        assert!(changes(&there, &there).is_empty());
        let same = json!({"metadata": {"labels": {"a": "1"}, "annotations": {}}, "data": {"v": "b25l", "w": "dHdv"}, "type": "Opaque", "immutable": false});
        assert!(changes(&there, &same).is_empty());
        let wanted = json!({
            "metadata": {"ownerReferences": [{"uid": "s"}]},
            "data": {"v": "b25l", "w": "b25l", "x": ""},
            "type": "example.com/mine",
            "immutable": true,
        });
        let expected = ["data w", "data x", "label a", "type", "owners", "immutable"];
        assert_eq!(changes(&there, &wanted), expected);
    }
}
