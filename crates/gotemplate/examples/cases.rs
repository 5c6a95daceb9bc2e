//! Checks a case file: `cargo run -q --release -p gotemplate --example cases -- FILE.json`.
//!
//! Prints the id of each case that failed and, at the end, how many passed and failed. With `-v` before the file,
//! what differs is printed as well.

#![expect(clippy::print_stdout, reason = "its output is for a person")]
#![expect(clippy::expect_used, reason = "a broken case file stops it")]
#![expect(clippy::disallowed_methods, reason = "an example has arguments and reads files")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (flags, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument == "-v");
    let mut failures = 0;
    for file in files {
        let json = std::fs::read_to_string(&file).expect("the case file can be read");
        let report = support::run(&json, &HashSet::new());
        for (id, problem) in &report.failed {
            if flags.is_empty() { println!("{id}") } else { println!("{id}: {problem}") }
        }
        failures += report.failed.len();
        println!("{} passed, {} failed", report.passed, report.failed.len());
    }
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
