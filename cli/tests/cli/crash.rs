//! A crash leaves no memory behind: secrets are in it.

#![expect(clippy::disallowed_methods, reason = "the program itself, looked at while it runs")]

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};

use sealkit_testkit::Folder;

use crate::support::{certificate, key, skipped};

/// Where core dumps are allowed, runs `program` until it has read all of its input but the end, and aborts it.
fn aborted(program: &[&str]) -> ExitStatus {
    let folder = Folder::new();
    let script = "ulimit -c unlimited && exec \"$@\"";
    let mut child = Command::new("/bin/bash")
        .args(["-c", script, "bash"])
        .args(program)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it can be started");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A pipe holds less: when all is written, all but the end has been read.
    let more_than_a_pipe_holds = vec![b'#'; 1 << 20];
    std::io::Write::write_all(&mut stdin, &more_than_a_pipe_holds).expect("it is read");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::ABORT).expect("it is running");
    child.wait().expect("it has been started")
}

#[test]
fn no_core_is_dumped() {
    let cat = aborted(&["/bin/cat", "-"]);
    if !cat.core_dumped() {
        skipped("no_core_is_dumped", "this machine dumps no cores at all");
        return;
    }
    let program = env!("CARGO_BIN_EXE_seal");
    let (certificate, key) = (certificate(), key());
    let certificate = certificate.to_str().expect("a path in ASCII");
    let key = key.to_str().expect("a path in ASCII");
    for arguments in [
        &[program, "--cert", certificate][..],
        &[program, "raw", "--scope=cluster-wide", "--cert", certificate],
        &[program, "unseal", "--key", key],
    ] {
        let status = aborted(arguments);
        let abort = rustix::process::Signal::ABORT.as_raw();
        assert_eq!((status.signal(), status.core_dumped()), (Some(abort), false), "{arguments:?}");
    }
}
