//! The `seal` program: keeps Kubernetes Secrets in Git.

mod args;
mod certificate;
mod clock;
mod commands;
mod documents;
mod error;
mod fetch;
mod hints;
mod input;
mod key_files;
mod kubeconfig;
mod output;
mod random;
mod ui;

use std::process::ExitCode;

/// musl's own allocator asks the system for memory at every turn: a fifth of the time of sealing one Secret.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let mut ui = ui::Ui::new();
    let outcome =
        args::parse(std::env::args_os()).and_then(|command| commands::run(command, &mut ui));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ui.report(&error),
    }
}
