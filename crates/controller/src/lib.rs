//! The decryption service: SealedSecrets become Secrets inside their cluster.
//!
//! It takes the place of Bitnami's controller: the same resource, keys, endpoints and flags.
//!
//! ```text
//! key Secrets ──→ keys::KeySet ──┬──→ server: certificate, verify, rotate
//!                                │
//! SealedSecrets ──┐              ↓
//!                 ├─→ index ─→ plan ─→ apply ─→ Secret, status, event
//! Secrets ────────┘   (metadata alone)
//! ```

pub mod args;
mod clock;
mod cluster;
pub mod keys;
pub mod metrics;
mod process;
mod readiness;
mod run;
pub mod server;
mod shutdown;
mod telemetry;
mod workers;

pub use clock::Clock;
pub use cluster::Parts;
pub use readiness::Readiness;
pub use run::{RunError, run, start};
pub use shutdown::{Shutdown, Trigger};
pub use workers::{Busy, Share, Workers};
