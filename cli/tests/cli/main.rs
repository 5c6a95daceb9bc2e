//! The `seal` program as a person or a job meets it: exit codes, both streams, files.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up has failed"
)]

mod all_contexts;
mod bad_input;
mod canaries;
mod certificate;
mod command_line;
mod completions;
mod config;
#[cfg(target_os = "linux")]
mod crash;
mod describe;
#[cfg(target_os = "linux")]
mod edit;
mod files;
mod forms;
mod gitops;
mod in_process;
mod json;
mod keygen;
mod keys;
// What the system says of its errors is Linux's.
#[cfg(target_os = "linux")]
mod messages;
mod offline;
mod pins;
mod raw;
mod reference;
mod rotate;
#[cfg(target_os = "linux")]
mod rotate_faults;
mod seal;
mod shapes;
// Needs `setpriv`.
#[cfg(target_os = "linux")]
mod signals;
#[cfg(target_os = "linux")]
mod strangers;
mod support;
mod terminal;
mod tls_server;
mod unseal;

/// A file that is not listed above would be left out without a word.
#[test]
fn every_file_of_tests_is_listed() {
    let listed = include_str!("main.rs");
    let folder = sealkit_testkit::repository().join("cli/tests/cli");
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        let name = path.file_stem().and_then(std::ffi::OsStr::to_str).expect("a name in ASCII");
        let line = format!("mod {name};");
        assert!(name == "main" || listed.lines().any(|listed| listed == line), "{line}");
    }
}
