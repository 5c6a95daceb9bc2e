//! Signals that end the program leave no unfinished file behind.

#![expect(clippy::disallowed_methods, reason = "the program itself, looked at while it runs")]

use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sealkit_testkit::{Finished, Folder, Program};

use crate::support::{SECRET, certificate, ending_signals, skipped};

/// Files of the folder that have a name before they are whole.
fn unfinished(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names.filter(|name| name.to_string_lossy().starts_with(".seal-")).count()
}

/// A large file is written where files need a name from the start: without `/proc` they cannot get one later.
fn write_under_a_name(program: &str, folder: &Folder) -> Child {
    let script = "mount -t tmpfs none /proc && exec \"$@\"";
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "/bin/sh", "-c", script, "sh"])
        .arg(program)
        .args(["raw", "--scope=cluster-wide", "value", "-w", "out/sealed", "--cert"])
        .arg(certificate())
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started")
}

/// Stops the program while the unfinished file has a name; false where it ended before that.
fn stop_in_the_middle(child: &mut Child, folder: &Path) -> bool {
    let pid = Pid::from_child(child);
    loop {
        if unfinished(folder) > 0 {
            kill_process(pid, Signal::STOP).expect("a child gets signals");
            // The signal needs a moment; a process that is stopped changes nothing any more.
            let stat = format!("/proc/{}/stat", child.id());
            while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") T ")) {
                if child.try_wait().expect("a child can be waited for").is_some() {
                    return false;
                }
            }
            if unfinished(folder) > 0 {
                return true;
            }
            kill_process(pid, Signal::CONT).expect("a child gets signals");
            child.wait().expect("a child can be waited for");
            return false;
        }
        if child.try_wait().expect("a child can be waited for").is_some() {
            return false;
        }
    }
}

/// A file has its passing name for some milliseconds.
const TRIES: usize = 200;

#[test]
fn an_unfinished_file_with_a_name_is_removed() {
    let folder = Folder::new();
    folder.write("value", vec![b'x'; 3 << 20]);
    let out = folder.join("out");
    std::fs::create_dir(&out).expect("a folder can be made");
    let start = |program| write_under_a_name(program, &folder);
    if !start("/bin/true").wait().expect("it was started").success() {
        skipped(
            "an_unfinished_file_with_a_name_is_removed",
            "user namespaces are not allowed here",
        );
        return;
    }
    for signal in ending_signals() {
        let stopped = (0..TRIES).find_map(|_| {
            let mut child = start(env!("CARGO_BIN_EXE_seal"));
            stop_in_the_middle(&mut child, &out).then_some(child)
        });
        let mut child = stopped.expect("the program is not always faster than the test");
        let pid = Pid::from_child(&child);
        kill_process(pid, signal).expect("a child gets signals");
        kill_process(pid, Signal::CONT).expect("a child gets signals");
        let status = child.wait().expect("a child can be waited for");
        let ended_by = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!((ended_by, unfinished(&out)), (Some(signal.as_raw()), 0));
    }
}

/// Replaces a file and gets the signal when the whole new one has got its passing name: at the second `linkat`.
/// `before` is given to the shell that starts the program. None where there is no `strace`.
fn replace_and_get(signal: &str, before: &str, folder: &Folder) -> Option<Finished> {
    let strace = |inject: &str| {
        Program::new("/bin/sh").args([
            "-c",
            "exec strace -qq -o /dev/null \"$@\"",
            "sh",
            "-e",
            inject,
        ])
    };
    strace("trace=none").arg("/bin/true").run().code().filter(|code| *code == 0)?;
    let inject = format!("inject=linkat:signal={signal}:when=2");
    let script = format!("{before} exec \"$0\" --cert \"$1\" -w sealed.yaml");
    let program = strace(&inject).args(["/bin/sh", "-c", &script, env!("CARGO_BIN_EXE_seal")]);
    folder.write("sealed.yaml", "old");
    Some(program.arg(certificate()).current_dir(folder.path()).stdin(SECRET).run())
}

#[test]
fn a_whole_file_gets_its_name_before_the_program_ends() {
    let test = "a_whole_file_gets_its_name_before_the_program_ends";
    let folder = Folder::new();
    for signal in ending_signals() {
        let Some(done) = replace_and_get(&signal.as_raw().to_string(), "", &folder) else {
            return skipped(test, "strace is not there, or may not trace");
        };
        assert_eq!(done.code(), None, "the signal ends it");
        assert_eq!(folder.names(), ["sealed.yaml"]);
        assert!(folder.read("sealed.yaml").starts_with(b"---\n"));
    }
}

#[test]
fn a_signal_that_is_to_be_ignored_is() {
    let folder = Folder::new();
    let Some(done) = replace_and_get("SIGHUP", "trap '' HUP;", &folder) else {
        return skipped(
            "a_signal_that_is_to_be_ignored_is",
            "strace is not there, or may not trace",
        );
    };
    done.success();
    assert!(folder.read("sealed.yaml").starts_with(b"---\n"));
}
