//! The program as a library: a command line and three streams, without a process of its own.

use std::ffi::{OsStr, OsString};

use sealkit_cli::{InStream, OutStream, Streams};

use crate::support::{PASSWORD, SECRET, certificate, key};

/// Everything that the environment could say as well is said, so that it has no say.
const SEAL: [&str; 5] =
    ["--scope=strict", "--namespace=shop", "--name=database", "--format=yaml", "-w-"];

/// Which of the streams have a person at their other end.
#[derive(Clone, Copy, Default)]
struct Terminals {
    stdin: bool,
    stdout: bool,
    stderr: bool,
}

/// What a run left: its exit code and its two streams.
struct Done {
    code: u8,
    stdout: String,
    stderr: String,
}

fn run<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    stdin: impl AsRef<[u8]>,
    terminals: Terminals,
) -> Done {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let input = InStream::new(stdin.as_ref());
    let output = OutStream::new(&mut stdout);
    let errors = OutStream::new(&mut stderr);
    let streams = Streams {
        stdin: if terminals.stdin { input.as_terminal() } else { input },
        stdout: if terminals.stdout { output.as_terminal() } else { output },
        stderr: if terminals.stderr { errors.as_terminal() } else { errors },
    };
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
    let code = sealkit_cli::run(std::iter::once(OsString::from("seal")).chain(arguments), streams);
    let text = |bytes| String::from_utf8(bytes).expect("both streams are text");
    Done { code, stdout: text(stdout), stderr: text(stderr) }
}

fn seal(stdin: &str, terminals: Terminals) -> Done {
    let cert = [OsString::from("--cert"), certificate().into(), "-".into()];
    run(SEAL.map(OsString::from).into_iter().chain(cert), stdin, terminals)
}

#[test]
fn what_one_run_seals_another_opens() {
    let sealed = seal(SECRET, Terminals::default());
    assert_eq!((sealed.code, sealed.stderr.as_str()), (0, ""));
    let arguments =
        ["unseal", "--item=password", "-w-", "--format=yaml", "--key"].map(OsString::from);
    let arguments = arguments.into_iter().chain([key().into(), "-".into()]);
    let opened = run(arguments, sealed.stdout, Terminals::default());
    assert_eq!((opened.code, opened.stderr.as_str()), (0, ""));
    assert_eq!(opened.stdout, PASSWORD);
}

#[test]
fn errors_and_help_go_to_the_streams_that_were_given() {
    let failed = seal("kind: [", Terminals::default());
    assert_eq!((failed.code, failed.stdout.as_str()), (1, ""));
    assert!(failed.stderr.starts_with("error: standard input: document 1"), "{}", failed.stderr);
    let help = run(["--help"], "", Terminals::default());
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("Usage: seal") && !help.stdout.contains('\u{1b}'));
    let refused = run(["--no-such-flag"], "", Terminals::default());
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("--no-such-flag"), "{}", refused.stderr);
}

#[test]
fn a_person_who_is_waited_for_is_told_so() {
    let terminals = Terminals { stdin: true, ..Terminals::default() };
    let done = seal(SECRET, terminals);
    let note = "note: reading from the terminal; end with Ctrl-D, or name a file\n";
    assert_eq!((done.code, done.stderr.as_str()), (0, note));
}

#[test]
fn a_person_is_asked_for_one_value() {
    let terminals = Terminals { stdin: true, ..Terminals::default() };
    let arguments =
        ["raw", "--scope=strict", "-nshop", "--name=database", "--cert"].map(OsString::from);
    let raw =
        |stdin| run(arguments.iter().cloned().chain([certificate().into()]), stdin, terminals);
    let done = raw("hunter2\nwhat is typed later\n");
    let note = "note: type or paste the value; Enter ends it\n";
    assert_eq!((done.code, done.stderr.as_str()), (0, note));
    let document = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: database, namespace: shop}}\n\
         spec: {{encryptedData: {{password: {}}}}}\n",
        done.stdout
    );
    assert_eq!(crate::support::unsealed(&document, &["--item", "password"]), PASSWORD);
    let done = raw("");
    assert_eq!((done.code, done.stderr), (1, format!("{note}error: no value was typed\n")));
}

#[test]
fn a_terminal_gets_colours_and_progress() {
    let terminals = Terminals { stderr: true, ..Terminals::default() };
    let done = seal("kind: [", terminals);
    assert!(done.stderr.starts_with("\u{1b}[1m\u{1b}[31merror:"), "{:?}", done.stderr);
    let arguments =
        ["--scope=strict", "--name=", "--format=yaml", "-w-", "--cert"].map(OsString::from);
    let arguments = arguments.into_iter().chain([certificate().into(), "-".into()]);
    let done = run(arguments, vec![SECRET; 201].join("---\n"), terminals);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("\rsealing 201/201"), "{:?}", done.stderr);
    assert!(done.stderr.ends_with("\r\u{1b}[K"), "{:?}", done.stderr);
}

#[test]
fn a_private_key_is_not_shown_on_a_terminal() {
    let terminals = Terminals { stdout: true, ..Terminals::default() };
    let refused = run(["keygen", "--as=secret"], "", terminals);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    let message = "a private key is not printed on a terminal";
    assert!(refused.stderr.contains(message), "{}", refused.stderr);
}

#[test]
fn a_ciphertext_on_a_terminal_ends_its_line() {
    for (stdout, ends) in [(true, true), (false, false)] {
        let arguments = ["raw", "--scope=cluster-wide", "--cert"].map(OsString::from);
        let arguments = arguments.into_iter().chain([certificate().into()]);
        let done = run(arguments, PASSWORD, Terminals { stdout, ..Terminals::default() });
        assert_eq!((done.code, done.stdout.ends_with('\n')), (0, ends));
    }
}
