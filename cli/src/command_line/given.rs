//! What is given on the command line and in the environment, looked at before anything is done with it: a value that
//! cannot be what it is given for may be a password or a key, and is refused without being shown.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::error::Error;
use crate::hints;
use crate::named::{self, Misfit};

/// Refuses arguments that cannot be meant as they stand, before they are parsed: keys, and texts of several lines.
pub(crate) fn refuse_misfits(arguments: &[OsString]) -> Result<(), Error> {
    for (number, argument) in arguments.iter().enumerate().skip(1) {
        if let Some(misfit) = named::misfit(value_in(argument)) {
            return Err(refused(misfit, number));
        }
    }
    Ok(())
}

/// Refuses what is given as an input, names no file, and does not look like a file's name either.
pub(crate) fn refuse_no_files(command: &Command, matches: &ArgMatches) -> Result<(), Error> {
    for argument in command.get_arguments().filter(|argument| is_input(command, argument)) {
        let id = argument.get_id().as_str();
        let values = matches.get_raw(id).into_iter().flatten();
        let from_environment = matches.value_source(id) == Some(ValueSource::EnvVariable);
        for (index, value) in values.enumerate() {
            let is_taken = from_environment && takes_content(id) && named::is_content(value);
            if !is_taken && !may_name_inputs(argument, value) {
                return Err(no_file(&place(argument, from_environment, index), command));
            }
        }
    }
    match matches.subcommand() {
        Some((name, matches)) => match command.find_subcommand(name) {
            Some(command) => refuse_no_files(command, matches),
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// What stands behind `--name=`, or the whole argument.
fn value_in(argument: &OsStr) -> &OsStr {
    let Some(text) = argument.to_str().filter(|text| text.starts_with('-')) else {
        return argument;
    };
    let is_flag =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match text.split_once('=') {
        Some((flag, value)) if is_flag(flag) => OsStr::new(value),
        _ => argument,
    }
}

fn refused(misfit: Misfit, number: usize) -> Error {
    match misfit {
        Misfit::PrivateKey => {
            Error::usage("a private key itself is given as an argument, not the name of its file")
                .hint(hints::KEY_IN_PROCESS_LIST)
                .hint(hints::KEY_AS_ARGUMENT)
        }
        Misfit::Pem => Error::usage("PEM itself is given as an argument, not the name of its file")
            .hint(hints::PEM_AS_ARGUMENT),
        Misfit::ControlCharacter => Error::usage(format!(
            "argument {number} holds a line feed or another control character"
        ))
        .hint(hints::NOT_SHOWN),
        Misfit::TooLong => {
            Error::usage(format!("argument {number} is longer than any name or path"))
                .hint(hints::NOT_SHOWN)
        }
    }
}

/// Whether the argument names files that are read, as opposed to one that is written, and to other text.
fn is_input(command: &Command, argument: &Arg) -> bool {
    let is_written = ["write", "message_file"].contains(&argument.get_id().as_str());
    let is_file = takes(argument, "FILE") || takes(argument, "PATH");
    is_file && !is_written && command.get_name() != "keygen"
}

/// Whether help shows the argument's value by this name.
fn takes(argument: &Arg, kind: &str) -> bool {
    let names = argument.get_value_names().unwrap_or_default();
    names.iter().any(|name| name.split('|').any(|name| name == kind))
}

/// Whether the argument's variable may hold what its file would.
fn takes_content(id: &str) -> bool {
    matches!(id, "keys" | "cert")
}

/// Key files may stand in one argument, with commas between.
fn may_name_inputs(argument: &Arg, value: &OsStr) -> bool {
    let is_list = argument.get_id() == "keys" && !Path::new(value).exists();
    match value.to_str().filter(|_| is_list) {
        Some(list) => list.split(',').all(|one| may_name_an_input(argument, OsStr::new(one))),
        None => may_name_an_input(argument, value),
    }
}

fn may_name_an_input(argument: &Arg, value: &OsStr) -> bool {
    let has_scheme = || value.to_str().is_some_and(|text| text.contains("://"));
    let is_url = || takes(argument, "URL") && has_scheme();
    value.is_empty() || value == "-" || named::may_be_shown(Path::new(value)) || is_url()
}

fn place(argument: &Arg, from_environment: bool, index: usize) -> String {
    let variable = argument.get_env().and_then(OsStr::to_str).filter(|_| from_environment);
    match (variable, argument.get_long()) {
        (Some(variable), _) => variable.to_owned(),
        (None, Some(long)) => format!("--{long}"),
        (None, None) => format!("the {} argument", ordinal(index + 1)),
    }
}

fn no_file(place: &str, command: &Command) -> Error {
    let error = Error::failed(format!("{place} names no file"));
    match command.get_name() {
        "raw" if place.ends_with(" argument") => error.hint(hints::VALUE_AS_ARGUMENT),
        _ => error,
    }
    .hint(hints::NOT_SHOWN)
}

fn ordinal(number: usize) -> String {
    const WORDS: [&str; 9] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    match number.checked_sub(1).and_then(|index| WORDS.get(index)) {
        Some(word) => (*word).to_owned(),
        None => format!("{number}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_a_flag_stands_behind_its_equals_sign() {
        for (argument, value) in [
            ("--key=a", "a"),
            ("--key=a=b", "a=b"),
            ("-k=a", "a"),
            ("a=b", "a=b"),
            ("--key", "--key"),
            ("-----BEGIN X-----a=", "-----BEGIN X-----a="),
        ] {
            assert_eq!(value_in(OsStr::new(argument)), value);
        }
    }
}
