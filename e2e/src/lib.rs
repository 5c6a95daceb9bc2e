//! Sealkit's built binaries against the real peers, and in a real cluster: what the tests in `tests/` share.
//!
//! The tests are run by `scripts/e2e`, which builds the programs and says where they are.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot be set up fails the test there and then"
)]

pub mod canary;
mod clusters;
pub mod deployment;
pub mod documents;
pub mod http;
mod key_pair;
pub mod load;
pub mod objects;
mod programs;
mod scope;
pub mod sealing;
pub mod service;

pub use clusters::{cluster, namespace, shared_cluster};
pub use key_pair::KeyPair;
pub use programs::{
    kubeseal, kubeseal_raw, kubeseal_unseal, seal, seal_raw, seal_unseal, upstream_controller,
    upstream_fingerprint,
};
pub use scope::{SCOPES, Scope};
