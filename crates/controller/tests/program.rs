//! The program: its exit codes, streams and signals.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sealkit_testkit::{Folder, Program, fixture};
use support::{CANARY, Sealed, get, post};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_seal-controller"))
}

/// The program at work, with the keys of a folder.
struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// What it has written to standard output.
    log: String,
    address: SocketAddr,
}

impl Served {
    fn start(flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seal-controller"));
        command.env_clear().arg("--keys-dir").arg(fixture("gitops-keys"));
        command.args(["--listen-addr=127.0.0.1:0", "--listen-metrics-addr=127.0.0.1:0"]);
        command.args(flags).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut log = String::new();
        // The first address is that of the endpoints; the keys come last.
        while !log.contains("the keys are loaded") {
            assert!(stdout.read_line(&mut log).unwrap() > 0, "it ended: {log}");
        }
        let (_, address) = log.split_once("127.0.0.1:").unwrap_or_else(|| panic!("{log}"));
        let port: String = address.chars().take_while(char::is_ascii_digit).collect();
        let address = format!("127.0.0.1:{port}").parse().unwrap();
        Self { child, stdout, log, address }
    }

    /// Ends it, and gives its exit code and all that it has written.
    fn end(mut self, signal: Signal) -> (Option<i32>, String, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.stdout.read_to_string(&mut self.log).unwrap();
        let mut problems = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut problems).unwrap();
        (self.child.wait().unwrap().code(), self.log, problems)
    }
}

#[test]
fn the_version_goes_to_standard_output() {
    let done = program().arg("--version").run().success();
    let expected = format!("controller version: v{}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((done.stdout_text(), done.stderr_text()), (expected.as_str(), ""));
}

#[test]
fn a_flag_that_cannot_be_read_is_a_usage_error() {
    let done = program().arg("--key-ttl=long").run().exited(2);
    assert!(done.stderr_text().contains("not a duration, such as 720h30m, 2m or 0"));
}

#[test]
fn a_start_that_fails_says_why() {
    let folder = Folder::new();
    let listen = ["--listen-addr=127.0.0.1:0", "--listen-metrics-addr=127.0.0.1:0"];
    let done = program().args(listen).arg("--keys-dir").arg(folder.path()).run().exited(1);
    assert!(done.stderr_text().contains("there is no key in "), "{}", done.stderr_text());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("--listen-addr={}", taken.local_addr().unwrap());
    let done = program().arg(address).run().exited(1);
    assert!(done.stderr_text().contains("cannot listen on 127.0.0.1:"), "{}", done.stderr_text());
}

#[test]
fn signals_end_it_in_peace() {
    for signal in [Signal::TERM, Signal::INT] {
        let served = Served::start(&[]);
        assert_eq!(get(served.address, "/readyz").code, 200);
        let (code, log, problems) = served.end(signal);
        assert_eq!((code, problems.as_str()), (Some(0), ""), "{log}");
        assert!(log.contains("the service has ended"), "{log}");
    }
}

#[test]
fn notices_are_warnings_and_go_to_standard_error() {
    let served = Served::start(&["--update-status", "false", "--max-unseal-retries=3"]);
    let (_, log, problems) = served.end(Signal::TERM);
    assert_eq!(problems.lines().count(), 2, "{problems}");
    assert!(problems.contains("\"false\" is ignored") && !log.contains("is ignored"));
}

#[test]
fn no_log_holds_a_value_or_a_key() {
    for format in ["--log-format=text", "--log-format=json"] {
        let served = Served::start(&["--log-level=debug", format, "--rate-limit-burst=100"]);
        let good =
            || Sealed::new().value("a", Sealed::canary("production-old", "shop", "database"));
        let failing = good().template("b", "{{ fail .a }}");
        let bodies = [good().json(), failing.json(), good().name("other").json()];
        for body in &bodies {
            for path in ["/v1/verify", "/v1/rotate"] {
                post(served.address, path, body.as_bytes());
            }
        }
        post(served.address, "/v1/verify", CANARY.as_bytes());
        let (_, log, problems) = served.end(Signal::TERM);
        let written = log + &problems;
        for secret in [CANARY, "PRIVATE KEY", "Y2FuYXJ5LWh1bnRlcj"] {
            assert!(!written.contains(secret), "{written}");
        }
    }
}
