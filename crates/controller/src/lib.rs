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

pub mod client;
mod clock;
mod fresh_stream;
pub mod installation;
pub mod keys;
pub mod leader;
mod workers;

pub use clock::Clock;
pub use workers::{Busy, Share, Workers};
