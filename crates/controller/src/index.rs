//! What the service knows of the cluster, from its watches and its own writes. Metadata, and specs until they are applied.

mod sealed;
mod secret;
mod store;

pub use sealed::{Sealed, TemplateMetadata};
pub use secret::{FIELD_MANAGER, Fields, Ownership, PAUSED, SecretMetadata};
pub use store::{Change, Entry, Index};

#[cfg(test)]
pub(crate) use sealed::tests::object;
#[cfg(test)]
pub(crate) use secret::tests::metadata;
