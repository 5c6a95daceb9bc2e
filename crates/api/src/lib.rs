//! The SealedSecret resource as the API server has it: what a service writes into its status.
//!
//! Types and names alone, without a client. The manifest of a SealedSecret, as people write it, is the business of
//! `sealkit-manifest`.

mod applied;
mod condition;
#[cfg(feature = "schema")]
mod resource;

pub use applied::{Applied, AppliedMode, AppliedSecret, KeysUsed};
pub use condition::{Condition, ConditionStatus, ConditionType, SealedSecretStatus};
#[cfg(feature = "schema")]
pub use resource::{Metadata, SealedSecret, SealedSecretSpec, SecretTemplate, TemplateMetadata};

/// API group of the resource.
pub const GROUP: &str = "bitnami.com";
/// Version of the resource.
pub const VERSION: &str = "v1alpha1";
/// Kind of the resource.
pub const KIND: &str = "SealedSecret";
/// Plural name of the resource, as in paths.
pub const PLURAL: &str = "sealedsecrets";
