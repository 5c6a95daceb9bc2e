//! The command line reference, `docs/cli.md`: made from the program's own help, so it is never stale.

use sealkit_testkit::repository;

use crate::support::seal;

const COMMANDS: [&str; 18] = [
    "",
    "unseal",
    "raw",
    "set",
    "unset",
    "merge",
    "edit",
    "view",
    "validate",
    "rotate",
    "status",
    "keygen",
    "cert",
    "cert show",
    "cert fetch",
    "config",
    "completions",
    "man",
];

/// `scripts/generate` sets this to write the file instead of comparing it.
const WRITE: &str = "SEALKIT_GENERATE";

#[test]
fn the_reference_is_what_help_says() {
    let reference = reference();
    let path = repository().join("docs/cli.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &reference).expect("the reference can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference, "docs/cli.md is out of date: run scripts/generate");
}

fn reference() -> String {
    let mut text =
        "# Command line reference\n\nMade by `scripts/generate` from `--help`.\n".to_owned();
    for command in COMMANDS {
        let help = seal().args(command.split_whitespace()).arg("--help").run().success();
        let heading = format!("seal {command}");
        text.push_str(&format!("\n## {}\n\n```\n{}```\n", heading.trim_end(), help.stdout_text()));
    }
    text
}

#[test]
fn every_command_is_in_the_reference() {
    let help = seal().arg("--help").run().success();
    let listed = help.stdout_text().lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed: Vec<&str> = listed
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for command in listed.iter().filter(|command| **command != "help") {
        assert!(COMMANDS.contains(command), "{command}");
    }
    let of_the_program = COMMANDS.iter().filter(|command| !command.contains(' ')).count();
    assert!(listed.len() >= of_the_program, "{listed:?}");
}

#[test]
fn completions_and_manual_pages_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = seal().args(["completions", shell]).run().success();
        assert!(done.stdout_text().contains("unseal"), "{shell}");
    }
    for command in COMMANDS {
        let done = seal().arg("man").args(command.split_whitespace()).run().success();
        assert!(done.stdout_text().contains(".SH"), "{command}");
    }
}

#[test]
fn version_and_help_go_to_standard_output() {
    let version = seal().arg("--version").run().success();
    assert_eq!(version.stdout_text(), format!("seal {}\n", env!("CARGO_PKG_VERSION")));
    for command in COMMANDS {
        let help = seal().args(command.split_whitespace()).arg("-h").run().success();
        assert!(help.stdout_text().contains("Usage: seal"), "{command}");
        assert!(!help.stdout_text().contains('\u{1b}'), "no colours into a pipe");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the program itself, with its output redirected")]
fn help_that_nobody_can_read_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_seal"))
        .arg("--help")
        .stdout(full)
        .status()
        .expect("it runs");
    assert_eq!(status.code(), Some(1));
}
