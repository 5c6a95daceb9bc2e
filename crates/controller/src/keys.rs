//! The sealing keys of the installation: the ring that opens, and the certificate that is served.

mod files;
mod key_set;

pub use files::read_directory;
pub use key_set::{KeyFault, KeySet, KeySource, Served};

/// The keys in use. Readers take the value of the moment; whoever waits is woken by a change.
pub type Keys = tokio::sync::watch::Receiver<std::sync::Arc<KeySet>>;
