//! Runs a command beside a test cluster, for `scripts/cluster`: `cluster [--definition FILE]… COMMAND…`.

#![expect(clippy::expect_used, reason = "there is nothing to do but to say what is wrong")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use sealkit_testkit::cluster::{ADMIN, Cluster};

fn main() -> ExitCode {
    let (definitions, command) = arguments();
    let (program, arguments) = command.split_first().expect("a command is to be run");
    let cluster = Cluster::start_with(&definitions);
    let status = Command::new(program)
        .args(arguments)
        .env("KUBECONFIG", cluster.kubeconfig_file(ADMIN))
        .status()
        .expect("the command can be run");
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The definitions, and the command behind them.
fn arguments() -> (Vec<PathBuf>, Vec<OsString>) {
    let mut definitions = Vec::new();
    let mut rest = std::env::args_os().skip(1).peekable();
    while rest.next_if(|argument| argument == "--definition").is_some() {
        definitions.push(rest.next().expect("--definition is followed by a file").into());
    }
    (definitions, rest.collect())
}
