//! Measures the decryption service in test clusters, beside upstream's, and prints Markdown: for `scripts/bench-service`.
//!
//! `bench_service [--objects N] [--turns N] [--keys N] [--without-peer] [SECTION]…`

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "what cannot be set up ends the run there and then; the figures are what it is for"
)]

mod figures;
mod floor;
mod options;
mod process;
mod progress;
mod sections;
mod stage;

use options::Options;

fn main() {
    let options = Options::from_arguments(std::env::args().skip(1));
    for section in &options.sections {
        eprintln!("bench-service: {}", section.name);
        (section.run)(&options);
    }
}
