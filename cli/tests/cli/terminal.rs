//! `seal raw` at a terminal: what is typed is not shown.

#![expect(clippy::disallowed_methods, reason = "the program itself, looked at while it runs")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Termios, tcgetattr};

use crate::support::{PASSWORD, certificate, ending_signals, unsealed};

/// Milliseconds in which the program asks, on a busy machine.
const TRIES: usize = 60_000;

/// A terminal with the program at it, and nobody else.
struct Terminal {
    /// The person's side.
    person: File,
    program_side: OwnedFd,
    program: Child,
    before: Termios,
}

/// What the program left.
struct Done {
    code: Option<i32>,
    signal: Option<i32>,
    stdout: String,
    stderr: String,
    /// What the person saw of what they typed.
    seen: String,
}

impl Terminal {
    /// With the program waiting for a value.
    fn start() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let person = openpt(flags).expect("a terminal can be made");
        grantpt(&person).expect("a terminal can be made");
        unlockpt(&person).expect("a terminal can be made");
        let name = ptsname(&person, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let program_side = openat(CWD, name, flags, Mode::empty()).expect("it can be opened");
        let before = tcgetattr(&program_side).expect("it is a terminal");
        let program = Command::new(env!("CARGO_BIN_EXE_seal"))
            .args(["raw", "--namespace=shop", "--name=database", "--cert"])
            .arg(certificate())
            .env_clear()
            .stdin(program_side.try_clone().expect("it can be opened once more"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it can be started");
        let mut terminal = Self { person: File::from(person), program_side, program, before };
        terminal.wait_until_unseen();
        terminal
    }

    fn modes(&self) -> LocalModes {
        tcgetattr(&self.program_side).expect("it is a terminal").local_modes
    }

    fn wait_until_unseen(&mut self) {
        let is_unseen = (0..TRIES).any(|_| {
            std::thread::sleep(Duration::from_millis(1));
            !self.modes().contains(LocalModes::ECHO)
        });
        if !is_unseen {
            self.program.kill().expect("a child can be killed");
        }
        assert!(is_unseen, "what is typed is shown");
    }

    fn types(mut self, text: &str) -> Done {
        self.person.write_all(text.as_bytes()).expect("a person can type");
        self.finish()
    }

    fn gets(self, signal: Signal) -> Done {
        kill_process(Pid::from_child(&self.program), signal).expect("a child gets signals");
        self.finish()
    }

    fn finish(self) -> Done {
        let Self { person, program_side, program, before } = self;
        let output = program.wait_with_output().expect("a child can be waited for");
        let after = tcgetattr(&program_side).expect("it is a terminal");
        assert_eq!(after.local_modes, before.local_modes);
        // With its last program gone, the terminal gives out what it has shown, and then an error.
        drop(program_side);
        let mut seen = Vec::new();
        drop((&person).read_to_end(&mut seen));
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Done {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            seen: text(seen),
        }
    }
}

const NOTE: &str = "note: type or paste the value, which is not shown; Enter ends it\n";

#[test]
fn what_is_typed_is_sealed_and_not_shown() {
    // Enter; Ctrl-D twice; a mistake that is corrected.
    let mistake = format!("x\u{7f}{PASSWORD}\n");
    for typed in [format!("{PASSWORD}\n"), format!("{PASSWORD}\u{4}\u{4}"), mistake] {
        let done = Terminal::start().types(&typed);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), NOTE), "{typed:?}");
        assert_eq!(done.seen.trim(), "", "{typed:?}");
        let document = format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: database, namespace: shop}}\n\
             spec: {{encryptedData: {{password: {}}}}}\n",
            done.stdout
        );
        assert_eq!(unsealed(&document, &["--item", "password"]), PASSWORD);
    }
}

#[test]
fn what_a_line_cannot_hold_is_refused() {
    let long = format!("{}\n", "x".repeat(5000));
    for (typed, message) in [
        ("first\nsecond\n", "the value has several lines"),
        ("first\nsecond", "the value has several lines"),
        (&long, "the value is longer than a terminal takes"),
        ("\n", "no value was typed"),
        ("\u{4}", "no value was typed"),
    ] {
        let done = Terminal::start().types(typed);
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{typed:?}");
        assert!(done.stderr.contains(message), "{typed:?}: {}", done.stderr);
        assert_eq!(done.seen.trim(), "", "{typed:?}");
    }
}

#[test]
fn signals_leave_the_terminal_as_it_was() {
    for signal in ending_signals() {
        let done = Terminal::start().gets(signal);
        assert_eq!((done.signal, done.stdout.as_str()), (Some(signal.as_raw()), ""));
        assert!(NOTE.starts_with(&done.stderr), "{}", done.stderr);
    }
}
