//! What the tests of the program share.

use std::io::Write as _;
use std::path::PathBuf;

use sealkit_testkit::{Finished, Program, fixture};
pub(crate) use sealkit_testkit::{PASSWORD, SECRET};

/// The built program in an empty environment.
pub(crate) fn seal() -> Program {
    Program::new(env!("CARGO_BIN_EXE_seal"))
}

/// The program with a certificate of 2048 bits.
pub(crate) fn seal_with_certificate() -> Program {
    seal().arg("--cert").arg(certificate())
}

/// `seal unseal` with the private key of [`certificate`].
pub(crate) fn unseal() -> Program {
    seal().arg("unseal").arg("--key").arg(key())
}

pub(crate) fn certificate() -> PathBuf {
    fixture("kubeseal/keys/rsa-2048.crt")
}

pub(crate) fn key() -> PathBuf {
    fixture("kubeseal/keys/rsa-2048.key")
}

/// Seals with the certificate of the fixtures; gives standard output.
pub(crate) fn sealed(secret: &str, flags: &[&str]) -> String {
    let done = seal_with_certificate().args(flags).stdin(secret).run().success();
    done.stdout_text().to_owned()
}

/// Opens with the key of the fixtures; gives standard output.
pub(crate) fn unsealed(sealed: &str, flags: &[&str]) -> String {
    let done = unseal().args(flags).stdin(sealed).run().success();
    done.stdout_text().to_owned()
}

/// Holds a run to a failure that says `message` and nothing on standard output.
pub(crate) fn refuses(done: Finished, code: i32, message: &str) {
    let done = done.exited(code);
    assert!(done.stderr_text().contains(message), "{message:?} not in:\n{}", done.stderr_text());
    assert!(!done.stderr_text().contains("panicked"), "{}", done.stderr_text());
    assert!(!done.stderr_text().contains(PASSWORD), "{}", done.stderr_text());
    assert!(done.stdout.is_empty(), "standard output: {}", String::from_utf8_lossy(&done.stdout));
}

/// Says, past the test harness, that a test proves nothing on this machine.
#[expect(clippy::disallowed_methods, reason = "the harness keeps back what a passing test prints")]
pub(crate) fn skipped(test: &str, reason: &str) {
    writeln!(std::io::stderr(), "{test}: skipped: {reason}")
        .expect("standard error can be written");
}

/// The signals that end the program. Whoever started the tests may have had some ignored, as `nohup` does, and then the
/// program ignores them too: those are left out.
#[cfg(unix)]
pub(crate) fn ending_signals() -> impl Iterator<Item = rustix::process::Signal> {
    use rustix::process::Signal;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored =
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT]
        .into_iter()
        .filter(move |signal| ignored & (1 << (signal.as_raw() - 1)) == 0)
}
