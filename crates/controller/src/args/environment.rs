//! Flags from environment variables: `--key-prefix` from `SEALED_SECRETS_KEY_PREFIX`.

use std::ffi::OsString;

use clap::{Arg, CommandFactory as _, Parser as _};

use super::flags::Flags;

/// The variables that can be read, as arguments, and a notice for each that cannot.
pub(super) fn as_arguments(
    environment: impl Fn(&str) -> Option<OsString>,
) -> (Vec<OsString>, Vec<String>) {
    let (mut arguments, mut notices) = (Vec::new(), Vec::new());
    for flag in Flags::command().get_arguments().flat_map(names) {
        let variable = variable_of(&flag);
        let Some(value) = environment(&variable) else { continue };
        let mut argument = OsString::from(format!("--{flag}="));
        argument.push(value);
        match Flags::try_parse_from([OsString::new(), argument.clone()]) {
            Ok(_) => arguments.push(argument),
            Err(_) => notices.push(format!("{variable} is ignored: it is no value of --{flag}")),
        }
    }
    (arguments, notices)
}

/// The names of a flag, those out of use first: the others have the last word.
fn names(argument: &Arg) -> Vec<String> {
    let aliases = argument.get_all_aliases().unwrap_or_default();
    aliases.into_iter().chain(argument.get_long()).map(str::to_owned).collect()
}

fn variable_of(flag: &str) -> String {
    format!("SEALED_SECRETS_{}", flag.replace('-', "_").to_ascii_uppercase())
}
