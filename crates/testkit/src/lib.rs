//! What Sealkit's tests share: fixtures, a Secret, a folder of one's own, programs run in an empty
//! environment, a web server with one answer, programs that run beside a test, a disk that is full, and (feature `cluster`) a Kubernetes control plane.
//!
//! For tests only: a helper that cannot do its work panics, for then the test has failed.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot be set up fails the test there and then"
)]

#[cfg(feature = "cluster")]
pub mod cluster;
mod daemon;
mod fixtures;
mod folder;
pub mod kubeseal;
mod patience;
mod program;
mod secret;
mod small_disk;
mod web_server;

pub use daemon::Daemon;
pub use fixtures::{fixture, read_fixture, replaced, repository};
pub use folder::Folder;
pub use patience::eventually;
pub use program::{Finished, Program};
pub use secret::{PASSWORD, SECRET};
pub use small_disk::{AfterRun, SmallDisk};
pub use web_server::{Answer, Request, WebServer};
