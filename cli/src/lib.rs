//! What the `seal` program does, apart from the process that it runs in: [`run`] takes a command line and the
//! three standard streams.

mod args;
mod certificate;
mod clock;
mod cluster;
mod command_line;
mod commands;
mod documents;
#[cfg(unix)]
mod editor;
#[cfg(not(unix))]
#[path = "editor_elsewhere.rs"]
mod editor;
mod error;
mod fetch;
mod generated;
mod guard;
mod heap;
mod hints;
mod in_file;
mod input;
mod key_files;
mod kubeconfig;
mod kubeseal;
mod memory;
mod named;
mod output;
mod random;
mod report;
mod rotation;
mod rules;
mod signals;
mod streams;
mod text;
mod typed;
mod ui;
mod walked;

use std::ffi::OsString;

pub use memory::forbid_core_dumps;
pub use streams::{InStream, OutStream, Streams};

/// Runs the program and gives its exit code. `arguments` begin with the program's own name: under that of `kubeseal` it is
/// that program. The environment is that of the process.
pub fn run(arguments: impl Iterator<Item = OsString>, streams: Streams<'_>) -> u8 {
    let mut ui = ui::Ui::new(streams);
    let arguments: Vec<OsString> = arguments.collect();
    let outcome = match kubeseal::is_meant(&arguments) {
        true => kubeseal::run(&arguments, &mut ui),
        false => command_line::parse(&arguments).and_then(|command| command.run(&mut ui)),
    };
    match outcome {
        Ok(()) => 0,
        Err(error) => ui.report(&error),
    }
}
