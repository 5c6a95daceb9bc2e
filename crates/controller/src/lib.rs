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
pub mod keys;
pub mod metrics;
mod readiness;
mod shutdown;
mod workers;

pub use clock::Clock;
pub use readiness::Readiness;
pub use shutdown::{Shutdown, Trigger};
pub use workers::{Busy, Share, Workers};
