//! The whole resource, for its schema alone: the API server checks by it, and `kubectl explain` shows the comments.
//!
//! What is valid under upstream's definition is valid here.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::condition::SealedSecretStatus;

/// A Secret whose values are encrypted for one cluster, so that it can be kept in Git. A controller inside that cluster makes
/// the Secret of the same name and namespace from it.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedSecret {
    /// The version of this representation: `bitnami.com/v1alpha1`.
    #[serde(default)]
    pub api_version: String,
    /// The kind of this representation: `SealedSecret`.
    #[serde(default)]
    pub kind: String,
    /// Name and namespace are part of what values are encrypted for. The annotations `sealedsecrets.bitnami.com/namespace-wide`
    /// and `sealedsecrets.bitnami.com/cluster-wide`, with the value `"true"`, say which of the two were left out.
    #[serde(default)]
    pub metadata: Metadata,
    /// The encrypted values, and what the Secret looks like otherwise.
    pub spec: SealedSecretSpec,
    /// What became of it.
    #[serde(default)]
    pub status: SealedSecretStatus,
}

/// What the API server knows by itself.
#[derive(Default, Deserialize, JsonSchema)]
pub struct Metadata {}

/// The encrypted values, and what the Secret looks like otherwise.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedSecretSpec {
    /// The Secret's items by their names, each encrypted by itself, in base64.
    #[schemars(extend("x-kubernetes-preserve-unknown-fields" = true))]
    pub encrypted_data: BTreeMap<String, String>,
    /// The Secret, in all but its encrypted items.
    #[serde(default)]
    pub template: SecretTemplate,
    /// Deprecated: a whole Secret as one encrypted value. `encryptedData` has to be empty beside it.
    #[serde(default)]
    #[schemars(extend("format" = "byte"))]
    pub data: String,
}

/// The Secret, in all but its encrypted items.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretTemplate {
    /// The Secret's metadata. Its name and namespace are always those of the SealedSecret.
    #[serde(default)]
    pub metadata: Option<TemplateMetadata>,
    /// The Secret's type; `Opaque` where there is none.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Whether the Secret's items are never to change again.
    #[serde(default)]
    pub immutable: bool,
    /// Further items, as Go templates over the decrypted values by their names: `{{ .password }}`. Where an item is in
    /// `encryptedData` as well, the decrypted value is taken. An item that is null is left out of the Secret, and templates can
    /// still use its decrypted value.
    #[serde(default)]
    pub data: Option<BTreeMap<String, Option<String>>>,
}

/// The Secret's metadata.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-preserve-unknown-fields" = true))]
pub struct TemplateMetadata {
    /// Labels of the Secret.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the Secret. `sealedsecrets.bitnami.com/skip-set-owner-references`, with the value `"true"`, lets the
    /// Secret outlive its SealedSecret.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Finalizers of the Secret, set when it is created.
    #[serde(default)]
    pub finalizers: Vec<String>,
    /// Not looked at.
    #[serde(default)]
    pub name: String,
    /// Not looked at.
    #[serde(default)]
    pub namespace: String,
}

/// Whatever there is: a schema for the API server is of one type.
pub(crate) fn any_type(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"x-kubernetes-preserve-unknown-fields": true})
}
