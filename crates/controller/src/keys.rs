//! The sealing keys of the installation: the ring that opens, and the certificate that is served.
//!
//! ```text
//! key Secrets ──→ watch ──→ store ──→ KeySet ──→ all who use keys
//!      ↑                                │
//!      └───────── renewal ←─────────────┘   (the leader's alone)
//! ```

mod api;
mod choice;
mod cluster_secret;
mod key_set;
mod renewal;
mod store;
#[cfg(test)]
mod testing;
mod watch;

pub use api::{KeyApiError, KeySecretsApi, KubeKeySecrets, Selection};
pub use cluster_secret::WipedSecret;
pub use key_set::{KeyFault, KeyInfo, KeySet, KeySource, Served};
pub use renewal::{Renewal, RenewalContext, RenewalOptions};
pub use watch::KeyWatch;

/// The keys in use. Readers take the value of the moment; whoever waits is woken by a change.
pub type Keys = tokio::sync::watch::Receiver<std::sync::Arc<KeySet>>;
