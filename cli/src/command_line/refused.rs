//! What the parser refuses, told without the words that it refused: they may be a password in the wrong place.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

/// The parser's message, or one of the program's own in its place. `arguments` are those that it parsed.
pub(crate) fn told(mut error: clap::Error, arguments: &[OsString]) -> Error {
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooManyValues => {
            match text(&error, ContextKind::InvalidValue) {
                Some(value) if !value.is_empty() && !is_words(value) => value_refused(&error),
                _ => error.into(),
            }
        }
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => {
            let word = text(&error, ContextKind::InvalidArg);
            if !word.is_some_and(|word| is_flag(word) && stands_alone(word, arguments)) {
                without_words(&mut error);
            }
            error.into()
        }
        // A word behind a file, where a command could stand: with all else the parser names its own arguments.
        ErrorKind::ArgumentConflict if error.get(ContextKind::InvalidSubcommand).is_some() => {
            let mut unexpected = clap::Error::new(ErrorKind::UnknownArgument);
            if let Some(usage) = error.remove(ContextKind::Usage) {
                unexpected.insert(ContextKind::Usage, usage);
            }
            unexpected.into()
        }
        _ => error.into(),
    }
}

/// Takes the words away that the parser's message would repeat.
fn without_words(error: &mut clap::Error) {
    for kind in [
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
        ContextKind::TrailingArg,
        ContextKind::Suggested,
    ] {
        error.remove(kind);
    }
}

fn value_refused(error: &clap::Error) -> Error {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or("an argument");
    let refused = Error::usage(match error.kind() {
        ErrorKind::TooManyValues => format!("too many values for {argument}"),
        _ => format!("invalid value for {argument}"),
    });
    let refused = match error.get(ContextKind::SuggestedValue) {
        Some(ContextValue::String(near)) => refused.hint(format!("did you mean {near}?")),
        _ => refused,
    };
    let refused = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
            refused.hint(format!("it is one of {}", valid.join(", ")))
        }
        _ => refused,
    };
    match reason(error) {
        Some(reason) => refused.hint(reason),
        None => refused,
    }
}

/// Why a value was refused, where that can be told without the value.
fn reason(error: &clap::Error) -> Option<String> {
    let reason = error.source()?.to_string();
    let value = text(error, ContextKind::InvalidValue)?;
    match reason.strip_prefix(value) {
        Some(rest) => Some(format!("it{rest}")),
        None => Some(reason).filter(|reason| !reason.contains(value)),
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

/// Whether the word is all of an argument, or all of it up to an equals sign: the parser takes `-password` for `-p`
/// and more.
fn stands_alone(word: &str, arguments: &[OsString]) -> bool {
    arguments.iter().filter_map(|argument| argument.to_str()).any(|argument| {
        argument.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// A letter or words behind dashes.
fn is_flag(word: &str) -> bool {
    match word.strip_prefix("--") {
        Some(name) => is_words(name),
        None => word.strip_prefix('-').is_some_and(|letter| letter.len() == 1),
    }
}

/// Lower-case words with dashes between them, as all flags and their fixed values are.
fn is_words(text: &str) -> bool {
    const MAX_CHARACTERS: usize = 40;
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.len() <= MAX_CHARACTERS && text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::is_flag;

    #[test]
    fn the_names_of_flags_are_told_from_other_words() {
        for flag in ["-x", "--cret", "--no-such-flag"] {
            assert!(is_flag(flag), "{flag}");
        }
        let long = format!("--{}", "a".repeat(41));
        for word in
            ["x", "-", "--", "-xy", "--P4ss", "--a--b", "--s3cret", "-----BEGIN", long.as_str()]
        {
            assert!(!is_flag(word), "{word}");
        }
    }
}
