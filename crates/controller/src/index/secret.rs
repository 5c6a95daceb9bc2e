//! What is kept of a Secret: its metadata, and who owns its data. Never the data.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    ManagedFieldsEntry, ObjectMeta, OwnerReference,
};
use sealkit_core::UnixTime;
use sealkit_manifest::annotations;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The name under which the service writes.
pub const FIELD_MANAGER: &str = "sealkit";
/// The name under which upstream's controller wrote.
const FORMER_FIELD_MANAGER: &str = "controller";

/// Put on a Secret by a person on call: nothing is written to it as long as it is there.
pub const PAUSED: &str = "sealkit.dev/paused";

/// Metadata of a Secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecretMetadata {
    /// `uid`.
    pub uid: String,
    /// `resourceVersion`.
    pub resource_version: String,
    /// `labels`.
    pub labels: BTreeMap<String, String>,
    /// `annotations`.
    pub annotations: BTreeMap<String, String>,
    /// `finalizers`.
    pub finalizers: Vec<String>,
    /// `ownerReferences`.
    pub owner_references: Vec<OwnerReference>,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// Who owns its data, type and immutability.
    pub ownership: Ownership,
    /// Names of the labels that the service, or the former one, has put there.
    pub our_labels: Fields,
    /// Names of the annotations that the service, or the former one, has put there.
    pub our_annotations: Fields,
}

/// Names that managers have put into a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Those of the service.
    pub own: BTreeSet<String>,
    /// Those of upstream's controller.
    pub former: BTreeSet<String>,
}

/// Digest of the entries of `managedFields` that own data, type or immutability.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    /// Of manager, operation, time and names, in hexadecimal.
    pub digest: String,
    /// The newest time of these entries.
    pub newest: Option<UnixTime>,
}

/// Of the fields of a Secret, those whose owners the digest is made of.
const OWNED: [&str; 3] = ["f:data", "f:type", "f:immutable"];

impl From<ObjectMeta> for SecretMetadata {
    fn from(metadata: ObjectMeta) -> Self {
        let entries = metadata.managed_fields.unwrap_or_default();
        Self {
            uid: metadata.uid.unwrap_or_default(),
            resource_version: metadata.resource_version.unwrap_or_default(),
            labels: metadata.labels.unwrap_or_default(),
            annotations: metadata.annotations.unwrap_or_default(),
            finalizers: metadata.finalizers.unwrap_or_default(),
            owner_references: metadata.owner_references.unwrap_or_default(),
            is_deleting: metadata.deletion_timestamp.is_some(),
            ownership: Ownership::of(&entries),
            our_labels: Fields::of(&entries, "f:labels"),
            our_annotations: Fields::of(&entries, "f:annotations"),
        }
    }
}

impl SecretMetadata {
    /// Whose it is: the reference that says `controller: true`.
    #[must_use]
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller == Some(true))
    }

    /// The SealedSecret whose it is, by its uid. Another version of the resource is the same resource.
    #[must_use]
    pub fn sealed_secret_owner(&self) -> Option<&OwnerReference> {
        self.controller().filter(|owner| {
            let group = owner.api_version.split('/').next();
            owner.kind == sealkit_api::KIND && group == Some(sealkit_api::GROUP)
        })
    }

    /// Whether it may be taken over.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        annotations::is_set(&self.annotations, annotations::MANAGED)
    }

    /// Whether items are put into it, and nothing is taken away.
    #[must_use]
    pub fn is_patched(&self) -> bool {
        annotations::is_set(&self.annotations, annotations::PATCH)
    }

    /// Whether a person holds writes back.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        annotations::is_set(&self.annotations, PAUSED)
    }
}

impl Ownership {
    fn of(entries: &[ManagedFieldsEntry]) -> Self {
        let mut owned: Vec<String> = entries.iter().filter_map(owned_fields).collect();
        owned.sort_unstable();
        let mut hash = Sha256::new();
        for entry in &owned {
            // Lengths keep two lists from being taken for one.
            hash.update(entry.len().to_be_bytes());
            hash.update(entry);
        }
        let digest = hash.finalize();
        let times = entries.iter().filter(|entry| owned_fields(entry).is_some());
        let newest = times.filter_map(|entry| entry.time.as_ref()).map(|time| time.0.as_second());
        Self {
            digest: digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect(),
            newest: newest.max().map(UnixTime),
        }
    }
}

/// Manager, operation, time and what it owns of a Secret's content; none where that is nothing.
fn owned_fields(entry: &ManagedFieldsEntry) -> Option<String> {
    let fields = &entry.fields_v1.as_ref()?.0;
    let owned = OWNED.into_iter().filter_map(|name| Some((name, fields.get(name)?)));
    let owned: Vec<String> = owned.map(|(name, value)| format!("{name}={value}")).collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = entry.time.as_ref().map(|time| time.0.as_second()).unwrap_or_default();
    let (manager, operation) = (text(&entry.manager), text(&entry.operation));
    (!owned.is_empty()).then(|| format!("{manager}\0{operation}\0{time}\0{}", owned.join("\0")))
}

impl Fields {
    fn of(entries: &[ManagedFieldsEntry], map: &str) -> Self {
        let of_manager = |manager: &str| {
            let entries = entries.iter().filter(|entry| entry.manager.as_deref() == Some(manager));
            entries.flat_map(|entry| metadata_names(entry, map)).collect()
        };
        Self { own: of_manager(FIELD_MANAGER), former: of_manager(FORMER_FIELD_MANAGER) }
    }
}

/// The names in a map of `metadata` that an entry owns: `{"f:metadata": {"f:labels": {"f:app": {}}}}`.
fn metadata_names(entry: &ManagedFieldsEntry, map: &str) -> Vec<String> {
    let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
    let map = fields.and_then(|fields| fields.get("f:metadata")?.get(map));
    let names = map.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name);
    names.filter_map(|name| name.strip_prefix("f:")).map(str::to_owned).collect()
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tables read better with `json!` in place")]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// Metadata of a Secret from JSON.
    pub(crate) fn metadata(json: Value) -> SecretMetadata {
        SecretMetadata::from(serde_json::from_value::<ObjectMeta>(json).unwrap())
    }

    fn owned_by(entries: Value) -> SecretMetadata {
        metadata(json!({"name": "a", "managedFields": entries}))
    }

    fn entry(manager: &str, time: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields})
    }

    #[test]
    fn the_digest_tells_who_owns_the_data() {
        let ours =
            entry("sealkit", "2026-01-01T00:00:00Z", json!({"f:data": {"f:a": {}}, "f:type": {}}));
        let alone = owned_by(json!([ours]));
        assert_eq!(alone.ownership.newest, Some(UnixTime(1_767_225_600)));
        let label = entry(
            "kubectl",
            "2026-01-02T00:00:00Z",
            json!({"f:metadata": {"f:labels": {"f:x": {}}}}),
        );
        let labelled = owned_by(json!([label, ours]));
        assert_eq!(labelled.ownership, alone.ownership, "a label touches no data");
        for changed in [
            entry("sealkit", "2026-01-01T00:00:01Z", json!({"f:data": {"f:a": {}}, "f:type": {}})),
            entry("sealkit", "2026-01-01T00:00:00Z", json!({"f:data": {"f:b": {}}, "f:type": {}})),
            entry("other", "2026-01-01T00:00:00Z", json!({"f:data": {"f:a": {}}, "f:type": {}})),
            entry(
                "sealkit",
                "2026-01-01T00:00:00Z",
                json!({"f:data": {"f:a": {}}, "f:type": {}, "f:immutable": {}}),
            ),
        ] {
            assert_ne!(owned_by(json!([changed])).ownership.digest, alone.ownership.digest);
        }
        assert_ne!(owned_by(json!([])).ownership.digest, alone.ownership.digest);
    }

    #[test]
    fn labels_and_annotations_are_told_apart_by_who_put_them_there() {
        let fields = |name: &str| json!({"f:metadata": {"f:labels": {".": {}, format!("f:{name}"): {}}, "f:annotations": {"f:note": {}}}});
        let time = "2026-01-01T00:00:00Z";
        let secret = owned_by(json!([
            entry("sealkit", time, fields("a")),
            entry("controller", time, fields("b/c")),
            entry("kubectl", time, fields("d")),
        ]));
        assert_eq!(secret.our_labels.own, BTreeSet::from(["a".to_owned()]));
        assert_eq!(secret.our_labels.former, BTreeSet::from(["b/c".to_owned()]));
        assert!(secret.our_annotations.own.contains("note"));
    }

    #[test]
    fn the_owner_is_the_controlling_reference_to_a_sealed_secret() {
        let owner = |kind: &str, group: &str, controller: bool| json!({"apiVersion": format!("{group}/v1alpha1"), "kind": kind, "name": "a", "uid": "u", "controller": controller});
        let owned = |owner: Value| metadata(json!({"ownerReferences": [owner]}));
        assert!(owned(owner("SealedSecret", "bitnami.com", true)).sealed_secret_owner().is_some());
        assert!(owned(owner("SealedSecret", "bitnami.com", false)).sealed_secret_owner().is_none());
        assert!(owned(owner("SealedSecret", "example.com", true)).sealed_secret_owner().is_none());
        assert!(owned(owner("Deployment", "bitnami.com", true)).sealed_secret_owner().is_none());
    }
}
