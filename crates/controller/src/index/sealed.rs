//! What is kept of a SealedSecret: enough to see that it is in sync, and its spec until it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealkit_api::{Applied, ConditionStatus, ConditionType, SealedSecretStatus};
use sealkit_manifest::{ReadErrors, SealedSecret, annotations};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::object::{ObjectKey, SealedSecretObject};

/// The annotations that have a meaning to the service. They move no generation, so that the record has them.
const ANNOTATIONS: [&str; 4] = [
    annotations::CLUSTER_WIDE,
    annotations::NAMESPACE_WIDE,
    annotations::SEALED_WITH,
    annotations::SEALED_FOR,
];

/// A label by which upstream's metrics tell the objects of one application.
const INSTANCE_LABEL: &str = "app.kubernetes.io/instance";

/// A SealedSecret of the cluster.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Which one.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.resourceVersion`.
    pub resource_version: String,
    /// `metadata.generation`.
    pub generation: i64,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// Those of its annotations that are read.
    pub annotations: BTreeMap<String, String>,
    /// The label `app.kubernetes.io/instance`; empty without.
    pub instance: String,
    /// `status`; empty where it cannot be read.
    pub status: SealedSecretStatus,
    /// Labels and annotations that its template asks for.
    pub template: Arc<TemplateMetadata>,
    /// `spec`; none where the status tells that it was applied.
    pub spec: Option<Arc<RawValue>>,
}

/// Labels and annotations of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct TemplateMetadata {
    /// `labels`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// `annotations`.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl Sealed {
    /// As [`Sealed::read_whole`], without the spec where the status tells that it was applied.
    #[must_use]
    pub fn read(object: SealedSecretObject) -> Option<Self> {
        let mut sealed = Self::read_whole(object)?;
        if sealed.status.applied.as_ref().is_some_and(|applied| sealed.is_source_of(applied)) {
            sealed.spec = None;
        }
        Some(sealed)
    }

    /// None for an object without name and namespace.
    #[must_use]
    pub fn read_whole(object: SealedSecretObject) -> Option<Self> {
        let key = ObjectKey::of(&object.metadata)?;
        let metadata = object.metadata;
        let mut all = metadata.annotations.unwrap_or_default();
        let annotations = ANNOTATIONS.into_iter().filter_map(|name| all.remove_entry(name));
        let status = object.status.and_then(|status| serde_json::from_str(status.get()).ok());
        let template = object.spec.as_deref().map(template_metadata).unwrap_or_default();
        Some(Self {
            key,
            uid: metadata.uid.unwrap_or_default(),
            resource_version: metadata.resource_version.unwrap_or_default(),
            generation: metadata.generation.unwrap_or_default(),
            is_deleting: metadata.deletion_timestamp.is_some(),
            annotations: annotations.collect(),
            instance: metadata
                .labels
                .unwrap_or_default()
                .remove(INSTANCE_LABEL)
                .unwrap_or_default(),
            status: status.unwrap_or_default(),
            template: Arc::new(template),
            spec: object.spec.map(Arc::from),
        })
    }

    /// Whether somebody waits for it: it is new, or has failed.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        let synced = self.status.condition(ConditionType::Synced);
        self.status.observed_generation != Some(self.generation)
            || synced.is_none_or(|synced| synced.status != ConditionStatus::True)
    }

    /// Whether what was applied came from this very state of it.
    #[must_use]
    pub fn is_source_of(&self, applied: &Applied) -> bool {
        applied.uid == self.uid
            && applied.generation == self.generation
            && applied.annotations == self.annotations
    }

    /// Whether its spec, or what else is read of it, differs from `earlier`. Status and labels do not count.
    #[must_use]
    pub fn differs_from(&self, earlier: &Self) -> bool {
        self.uid != earlier.uid
            || self.generation != earlier.generation
            || self.annotations != earlier.annotations
            || self.is_deleting != earlier.is_deleting
    }

    /// Reads the document; none without its spec at hand.
    ///
    /// # Errors
    /// It is no SealedSecret that can be used.
    pub fn document(&self) -> Option<Result<SealedSecret, ReadErrors>> {
        let spec = self.spec.as_deref()?;
        // Names, annotations and a spec that was JSON before: writing them as JSON cannot fail.
        let text = serde_json::to_vec(&Document::of(self, spec)).unwrap_or_default();
        Some(SealedSecret::from_text(&text))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: String,
    kind: &'static str,
    metadata: DocumentMetadata<'a>,
    spec: &'a RawValue,
}

#[derive(Serialize)]
struct DocumentMetadata<'a> {
    name: &'a str,
    namespace: &'a str,
    annotations: &'a BTreeMap<String, String>,
}

impl<'a> Document<'a> {
    fn of(sealed: &'a Sealed, spec: &'a RawValue) -> Self {
        let ObjectKey { namespace, name } = &sealed.key;
        Self {
            api_version: format!("{}/{}", sealkit_api::GROUP, sealkit_api::VERSION),
            kind: sealkit_api::KIND,
            metadata: DocumentMetadata { name, namespace, annotations: &sealed.annotations },
            spec,
        }
    }
}

/// What cannot be read has none: reading the whole document will say why.
fn template_metadata(spec: &RawValue) -> TemplateMetadata {
    #[derive(Deserialize)]
    struct Spec {
        template: Option<Template>,
    }
    #[derive(Deserialize)]
    struct Template {
        metadata: Option<TemplateMetadata>,
    }
    let spec = serde_json::from_str::<Spec>(spec.get()).ok();
    spec.and_then(|spec| spec.template?.metadata).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A SealedSecret as the API server has it.
    pub(crate) fn object(annotations: &str, spec: &str, status: &str) -> SealedSecretObject {
        let text = format!(
            r#"{{"metadata":{{"name":"database","namespace":"shop","uid":"u1","resourceVersion":"10","generation":3,
            "labels":{{"app.kubernetes.io/instance":"web"}},"annotations":{annotations}}},"spec":{spec},"status":{status}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    const APPLIED: &str = r#"{"applied":{"uid":"u1","generation":3,"annotations":{"sealedsecrets.bitnami.com/cluster-wide":"true"},
        "secret":{"uid":"s1","resourceVersion":"9","ownership":"x"},"keys":"SHA256:k","mode":"full","time":"2026-01-01T00:00:00Z"}}"#;

    #[test]
    fn of_an_applied_one_the_spec_is_not_kept() {
        let spec = r#"{"encryptedData":{"a":"b"},"template":{"metadata":{"labels":{"l":"1"},"name":"x"}}}"#;
        let annotations = r#"{"sealedsecrets.bitnami.com/cluster-wide":"true","other":"x"}"#;
        let sealed = Sealed::read(object(annotations, spec, APPLIED)).unwrap();
        assert!(sealed.spec.is_none());
        assert_eq!(sealed.instance, "web");
        assert_eq!(sealed.template.labels["l"], "1");
        assert_eq!(sealed.annotations.len(), 1);
        // Its scope changed, or its spec: what was applied came from another state of it.
        let other = Sealed::read(object("{}", spec, APPLIED)).unwrap();
        assert!(other.spec.is_some());
        assert!(sealed.differs_from(&other));
        let again = Sealed::read(object(annotations, spec, r#"{"applied":7}"#)).unwrap();
        assert!(again.spec.is_some() && !again.differs_from(&sealed));
    }

    #[test]
    fn the_document_has_name_namespace_scope_and_spec() {
        let spec = r#"{"encryptedData":{"a":"AAAA"}}"#;
        let annotations = r#"{"sealedsecrets.bitnami.com/namespace-wide":"true"}"#;
        let sealed = Sealed::read(object(annotations, spec, "null")).unwrap();
        let document = sealed.document().unwrap().unwrap();
        assert_eq!(document.metadata().name, "database");
        assert_eq!(document.scope(), sealkit_core::Scope::NamespaceWide);
        assert_eq!(document.values().count(), 1);
        let wrong = Sealed::read(object("{}", r#"{"encryptedData":7}"#, "null")).unwrap();
        assert!(wrong.document().unwrap().is_err());
    }
}
