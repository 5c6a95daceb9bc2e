//! The decryption service: SealedSecrets become Secrets inside their cluster.
//!
//! It takes the place of Bitnami's controller: the same resource, keys, endpoints and flags.
//!
//! ```text
//! key Secrets ──→ keys::KeySet ──┬──→ server: certificate, verify, rotate
//!                                │
//! SealedSecrets ─┐               ↓
//!                ├─→ index ──→ plan ──→ reconcile ──→ Secret, status, event
//! Secrets ───────┘   (metadata alone)
//! ```

pub mod api;
pub mod args;
pub mod client;
mod clock;
mod cluster;
pub mod events;
mod fresh_stream;
pub mod index;
pub mod installation;
pub mod keys;
pub mod leader;
pub mod metrics;
pub mod object;
pub mod observer;
pub mod plan;
mod process;
pub mod queue;
mod readiness;
pub mod reconcile;
pub mod record;
pub mod restores;
mod run;
pub mod server;
mod shutdown;
pub mod status;
mod telemetry;
mod trouble;
pub mod watches;
mod workers;

pub use clock::Clock;
pub use cluster::Parts;
pub use readiness::Readiness;
pub use run::{RunError, run, start};
pub use shutdown::{Shutdown, Trigger};
pub use workers::{Busy, Share, Workers};
