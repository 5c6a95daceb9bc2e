//! No argument is told in a message: each of every command is given what may be a password or a key.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

use super::definition;
use crate::kubeseal;
use crate::streams::{InStream, OutStream, Streams};

/// Passwords, and what passwords become when they are put into something else.
const CANARIES: [&str; 9] = [
    "k4nArYZp7hTqX0wBVd2",
    "k4nArY+Zp7hT/qX0wB==",
    "k4nArY Zp7hT qX0wBVd2",
    "k4nArY.Zp7hT",
    "--k4nArYZp7hT",
    "-k4nArYZp7hT",
    "k4nArYZp7hT\nqX0wBVd2",
    "-----BEGIN RSA PRIVATE KEY-----k4nArYZp7hT-----END RSA PRIVATE KEY-----",
    "http://user:k4nArYZp7hT/k4nArYZp7hT?k4nArYZp7hT@127.0.0.1:1/",
];

/// What is found of all of them.
const TELLING: [&str; 4] = ["k4nAr", "ArYZp", "Zp7hT", "qX0wB"];

/// Names that messages and documents are there to show, and files that are made under the name given.
const SHOWN: [(&str, &str); 20] = [
    ("seal", "namespace"),
    ("seal", "name"),
    ("seal", "write"),
    ("unseal", "namespace"),
    ("unseal", "item"),
    ("unseal", "write"),
    ("raw", "namespace"),
    ("raw", "name"),
    ("raw", "write"),
    ("rotate", "namespace"),
    ("rotate", "name"),
    ("rotate", "message_file"),
    ("status", "namespace"),
    ("status", "name"),
    ("keygen", "key"),
    ("keygen", "cert"),
    ("keygen", "write"),
    ("kubeseal", "namespace"),
    ("kubeseal", "name"),
    ("kubeseal", "write"),
];

/// A command, how it is called, and what lets it come to its work.
struct Called {
    /// The program's name, and the command's.
    words: Vec<String>,
    command: Command,
    needs: Vec<OsString>,
}

fn all_commands() -> Vec<Called> {
    let mut program = definition();
    program.build();
    let mut kubeseal = kubeseal::definition();
    kubeseal.build();
    let mut called: Vec<Called> = [program, kubeseal]
        .into_iter()
        .map(|command| {
            let name = command.get_name().to_owned();
            Called { needs: needs(&name), command, words: vec![name] }
        })
        .collect();
    let mut next = 0;
    while let Some(Called { command, words, .. }) = called.get(next) {
        let below = command.get_subcommands().filter(|below| below.get_name() != "help");
        let below: Vec<Called> = below
            .map(|below| Called {
                command: below.clone(),
                words: [words.clone(), vec![below.get_name().to_owned()]].concat(),
                needs: needs(below.get_name()),
            })
            .collect();
        called.extend(below);
        next += 1;
    }
    called
}

fn needs(command: &str) -> Vec<OsString> {
    let file = |name: &str| sealkit_testkit::fixture(name).into_os_string();
    let certificate = || vec!["--cert".into(), file("keys/rsa-2048.crt")];
    match command {
        "seal" | "kubeseal" => certificate(),
        "raw" => [certificate(), vec!["--scope=cluster-wide".into()]].concat(),
        "unseal" => vec!["--key".into(), file("keys/rsa-2048.key")],
        // One file, in which nothing is sealed: not the folder of the sources.
        "rotate" => {
            let keys = vec!["--key".into(), file("keys/rsa-2048.key")];
            [certificate(), keys, vec![file("keys/rsa-2048.crt")]].concat()
        }
        "status" => vec![file("keys/rsa-2048.crt")],
        _ => Vec::new(),
    }
}

/// What lets a rotation ask a controller, in place of what it needs otherwise.
fn through_a_controller() -> Vec<OsString> {
    let nothing = sealkit_testkit::fixture("keys/rsa-2048.crt").into_os_string();
    vec!["--through-controller".into(), nothing]
}

/// All ways to give a value to an argument.
fn ways(argument: &Arg, value: &str) -> Vec<Vec<OsString>> {
    if argument.is_positional() {
        return vec![
            vec![value.into()],
            vec!["--".into(), value.into()],
            vec!["a.yaml".into(), value.into()],
        ];
    }
    let long = argument.get_long().map(|long| format!("--{long}"));
    let short = argument.get_short().map(|short| format!("-{short}"));
    let flags = long.iter().map(|long| format!("{long}={value}"));
    let mut ways: Vec<Vec<OsString>> = flags
        .chain(short.iter().map(|short| format!("{short}{value}")))
        .map(|joined| vec![joined.into()])
        .collect();
    if matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) {
        ways.extend(long.iter().chain(&short).map(|flag| vec![flag.into(), value.into()]));
    }
    ways
}

/// Standard output and standard error of a run. The arguments begin with the program's name.
fn printed(arguments: &[OsString]) -> String {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: InStream::new(SECRET.as_bytes()),
        stdout: OutStream::new(&mut stdout),
        stderr: OutStream::new(&mut stderr),
    };
    crate::run(arguments.iter().cloned(), streams);
    String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned()
}

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: database, namespace: shop}
stringData: {password: hunter2}
";

fn assert_untold(arguments: &[OsString]) {
    let printed = printed(arguments);
    for part in TELLING {
        assert!(!printed.contains(part), "{part} of {arguments:?} is told:\n{printed}");
    }
}

/// Whether the parser or the look at the arguments refuses the value, whatever it is given for.
fn is_refused_anywhere(canary: &str) -> bool {
    canary.contains(['\n', '\r']) || canary.contains("-----BEGIN")
}

#[test]
fn no_argument_is_told_in_a_message() {
    let mut runs = 0;
    for Called { command, words, needs } in all_commands() {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        for argument in command.get_arguments() {
            let is_shown = SHOWN.contains(&(command.get_name(), argument.get_id().as_str()));
            for canary in CANARIES {
                if is_shown && !is_refused_anywhere(canary) {
                    continue;
                }
                for way in ways(argument, canary) {
                    assert_untold(&[words.clone(), way.clone()].concat());
                    assert_untold(&[words.clone(), needs.clone(), way.clone()].concat());
                    runs += 2;
                    if command.get_name() == "rotate" {
                        assert_untold(&[words.clone(), through_a_controller(), way].concat());
                        runs += 1;
                    }
                }
            }
        }
    }
    assert!(runs > 1000, "{runs}");
}

#[test]
fn what_no_command_takes_is_not_told_either() {
    for Called { words, needs, .. } in all_commands() {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        for canary in CANARIES {
            for way in [
                vec![OsString::from(canary)],
                vec!["a.yaml".into(), "b.yaml".into(), canary.into()],
                vec![format!("--no-such-flag={canary}").into()],
                vec!["--no-such-flag".into(), canary.into()],
                vec![format!("--{canary}").into()],
                vec![format!("-{canary}").into()],
                vec![canary.into(), "--help".into(), canary.into()],
            ] {
                assert_untold(&[words.clone(), way.clone()].concat());
                assert_untold(&[words.clone(), needs.clone(), way].concat());
            }
        }
    }
}

#[test]
fn every_name_that_is_shown_is_an_argument() {
    let commands = all_commands();
    for (name, id) in SHOWN {
        let command = commands.iter().find(|called| called.command.get_name() == name);
        let mut arguments = command.expect("a command").command.get_arguments();
        assert!(arguments.any(|argument| argument.get_id() == id), "{name} {id}");
    }
}
