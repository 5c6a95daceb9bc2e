//! SealedSecrets as the API server sends them, read leniently: one that nobody could have meant must not stop the others.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::NamespaceResourceScope;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Namespace and name of a SealedSecret, and of the Secret that it becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// `metadata.namespace`.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
}

impl ObjectKey {
    /// Of an object's metadata; none where it has no name or namespace, as objects of an old cluster-scoped definition.
    #[must_use]
    pub fn of(metadata: &ObjectMeta) -> Option<Self> {
        let namespace = metadata.namespace.clone().filter(|namespace| !namespace.is_empty())?;
        let name = metadata.name.clone().filter(|name| !name.is_empty())?;
        Some(Self { namespace, name })
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// A SealedSecret whose spec and status are not read yet.
#[derive(Clone, Serialize, Deserialize)]
pub struct SealedSecretObject {
    /// `metadata`.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// `spec`, as it stands in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<Box<RawValue>>,
    /// `status`, as it stands in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Box<RawValue>>,
}

/// Which object it is; what it holds may be long.
impl fmt::Debug for SealedSecretObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ObjectMeta { namespace, name, .. } = &self.metadata;
        f.debug_struct("SealedSecretObject")
            .field("namespace", namespace)
            .field("name", name)
            .finish_non_exhaustive()
    }
}

impl kube::Resource for SealedSecretObject {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        sealkit_api::KIND.into()
    }

    fn group((): &()) -> Cow<'_, str> {
        sealkit_api::GROUP.into()
    }

    fn version((): &()) -> Cow<'_, str> {
        sealkit_api::VERSION.into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        sealkit_api::PLURAL.into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

#[cfg(test)]
mod tests {
    use kube::core::{ObjectList, WatchEvent};

    use super::*;

    const OBJECT: &str = r#"{"apiVersion":"bitnami.com/v1alpha1","kind":"SealedSecret","metadata":{"name":"a","namespace":"n"},"spec":{"encryptedData":["no map"]},"status":7}"#;

    #[test]
    fn whatever_stands_in_spec_and_status_an_object_is_read() {
        let event = format!(r#"{{"type":"ADDED","object":{OBJECT}}}"#);
        let WatchEvent::Added(object) =
            serde_json::from_str::<WatchEvent<SealedSecretObject>>(&event).unwrap()
        else {
            panic!("another event");
        };
        assert_eq!(object.spec.unwrap().get(), r#"{"encryptedData":["no map"]}"#);
        let list = format!(
            r#"{{"kind":"SealedSecretList","apiVersion":"bitnami.com/v1alpha1","metadata":{{}},"items":[{OBJECT}]}}"#
        );
        let list: ObjectList<SealedSecretObject> = serde_json::from_str(&list).unwrap();
        assert_eq!(list.items[0].status.as_ref().unwrap().get(), "7");
        assert_eq!(ObjectKey::of(&list.items[0].metadata).unwrap().to_string(), "n/a");
    }
}
