//! Object metadata (Kubernetes API, meta/v1 ObjectMeta), less what only a server writes.

use std::collections::BTreeMap;

use kubeyaml::Tree;

use crate::annotations::{self, Annotations};
use crate::error::{ReadError, shortened};
use crate::fields::Fields;

/// All fields that `metadata` has.
pub(crate) const FIELDS: [&str; 16] = [
    "annotations",
    "clusterName",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// `metadata` of a resource or of a template. `uid`, `resourceVersion`, `generation`, timestamps,
/// `ownerReferences`, `managedFields` and the like are not read: they belong to one stored object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// `name`; may be empty.
    pub name: String,
    /// `namespace`; may be empty.
    pub namespace: String,
    /// `labels`.
    pub labels: BTreeMap<String, String>,
    /// `annotations`, less the copies of the whole object that `kubectl apply` and kubecfg keep there.
    pub annotations: Annotations,
    /// `finalizers`.
    pub finalizers: Vec<String>,
}

impl Metadata {
    /// Reads the field `metadata` of `fields`.
    pub(crate) fn read(fields: Fields<'_>) -> Result<Self, ReadError> {
        Self::read_with(fields, annotations::read)
    }

    /// As [`Metadata::read`], for a Secret, whose annotations may hold its values.
    pub(crate) fn read_of_secret(fields: Fields<'_>) -> Result<Self, ReadError> {
        Self::read_with(fields, annotations::read_of_secret)
    }

    fn read_with(
        fields: Fields<'_>,
        annotations: impl Fn(Fields<'_>) -> Result<Annotations, ReadError>,
    ) -> Result<Self, ReadError> {
        let metadata = fields.object("metadata")?;
        let read = || {
            Ok(Self {
                name: metadata.text("name")?,
                namespace: metadata.text("namespace")?,
                labels: metadata.text_map("labels")?,
                annotations: annotations(metadata)?,
                finalizers: metadata.texts("finalizers")?,
            })
        };
        read().map_err(|error: ReadError| error.in_field("metadata"))
    }

    /// The object, without fields that are empty.
    pub(crate) fn to_tree(&self) -> Tree {
        let texts = |map: &BTreeMap<String, String>| {
            Tree::mapping(
                map.iter().map(|(name, value)| (name.clone(), Tree::from(value.as_str()))),
            )
        };
        let mut fields = Vec::new();
        if !self.annotations.is_empty() {
            fields.push(("annotations".to_owned(), texts(&self.annotations)));
        }
        if !self.finalizers.is_empty() {
            let finalizers = self.finalizers.iter().map(|name| Tree::from(name.as_str())).collect();
            fields.push(("finalizers".to_owned(), Tree::Sequence(finalizers)));
        }
        if !self.labels.is_empty() {
            fields.push(("labels".to_owned(), texts(&self.labels)));
        }
        if !self.name.is_empty() {
            fields.push(("name".to_owned(), Tree::from(self.name.as_str())));
        }
        if !self.namespace.is_empty() {
            fields.push(("namespace".to_owned(), Tree::from(self.namespace.as_str())));
        }
        Tree::mapping(fields)
    }

    /// The resource as messages name it: `Secret shop/database`.
    pub(crate) fn resource(&self, kind: &str) -> String {
        let kind = shortened(kind);
        match (shortened(&self.namespace).as_str(), shortened(&self.name).as_str()) {
            ("", "") => kind,
            ("", name) => format!("{kind} {name}"),
            (namespace, "") => format!("{kind} in namespace {namespace}"),
            (namespace, name) => format!("{kind} {namespace}/{name}"),
        }
    }
}
