//! What the service is asked to do: flags and environment variables, by upstream's names, read into [`Options`].

mod duration;
mod environment;
mod flags;
mod options;
mod values;

use std::ffi::OsString;

use clap::Parser as _;

use flags::Flags;
pub use options::{
    ClientOptions, KeyOptions, LogFormat, LogOptions, Namespaces, Options, ReconcileOptions,
    RequestRate, ServerOptions,
};

/// Reads the command line, without the program's name in front, and the environment.
///
/// A flag that is given on both counts as on the command line; of one that is given twice, the last counts. A variable that
/// cannot be read is passed over, as upstream does, with a notice.
///
/// # Errors
/// A flag that is unknown or cannot be read; also the texts of `--help` and `--version`, which are no failures:
/// [`clap::Error`] knows where to print itself and what exit code it has.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Options, clap::Error> {
    let program = OsString::from("seal-controller");
    let (variables, mut notices) = environment::as_arguments(&environment);
    let arguments = std::iter::once(program).chain(variables).chain(arguments);
    let mut options = Flags::try_parse_from(arguments)?.into_options();
    notices.append(&mut options.notices);
    Ok(Options { notices, ..options })
}

#[cfg(test)]
mod tests;
