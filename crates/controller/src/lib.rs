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
mod clock;
pub mod events;
pub mod index;
pub mod keys;
pub mod object;
pub mod observer;
pub mod plan;
pub mod queue;
pub mod reconcile;
pub mod record;
pub mod status;
pub mod watches;
mod workers;

pub use clock::Clock;
pub use workers::{Busy, Share, Workers};
