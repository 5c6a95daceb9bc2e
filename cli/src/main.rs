//! The `seal` program: keeps Kubernetes Secrets in Git.

use std::process::ExitCode;

use sealkit_cli::{Streams, forbid_core_dumps, run};

/// musl's own allocator asks the system for memory at every turn: a fifth of the time of sealing one Secret.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    forbid_core_dumps();
    ExitCode::from(run(std::env::args_os(), Streams::of_process()))
}
