//! A word that is meant as a command, where sealing would take it for a file.

use std::ffi::OsStr;
use std::path::Path;

use crate::error::Error;

/// Refuses a file to seal that is none, but a command's name or nearly one. `commands` gives the names; it is
/// called only for a word that names no file.
pub(super) fn refuse_file(
    file: &OsStr,
    commands: impl FnOnce() -> Vec<String>,
) -> Result<(), Error> {
    let Some(word) = meant_as_command(file) else { return Ok(()) };
    let commands = commands();
    if commands.iter().any(|name| name == word) {
        return Err(Error::usage(format!("there is no file \"{word}\""))
            .hint(format!("a command comes first: seal {word}")));
    }
    refuse_near(word, &commands)
}

/// Refuses a first word that is no command and no file, but nearly a command's name.
pub(super) fn refuse_command(
    first: &OsStr,
    commands: impl FnOnce() -> Vec<String>,
) -> Result<(), Error> {
    match meant_as_command(first) {
        Some(word) => refuse_near(word, &commands()),
        None => Ok(()),
    }
}

/// A word that is spelt as commands are, and names no file.
fn meant_as_command(word: &OsStr) -> Option<&str> {
    let word = word.to_str().filter(|word| is_plain(word))?;
    Path::new(word).symlink_metadata().is_err().then_some(word)
}

/// What other programs call it, and how it is done here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["seal", "encrypt", "enc", "lock"],
        "sealing needs no command: seal --cert cluster.pem secret.yaml",
    ),
    (
        &["decrypt", "dec", "unlock", "reveal"],
        "values are opened by seal unseal --key backup.yaml sealed.yaml",
    ),
    (
        &["updatekeys", "rekey", "reencrypt", "re-encrypt"],
        "values are sealed again for a new key by seal rotate --key backup.yaml --cert cluster.pem",
    ),
    (
        &["export-keys", "backup", "backup-keys"],
        "kubectl exports keys: kubectl get secret -n kube-system -l sealedsecrets.bitnami.com/sealed-secrets-key -o yaml",
    ),
    (&["add", "put"], "one value is changed by seal set FILE ITEM"),
    (&["rm", "remove", "delete", "del"], "items are taken out by seal unset FILE ITEM"),
    (
        &["show", "inspect", "get", "list", "ls", "cat"],
        "seal view FILE shows what a SealedSecret holds; seal unseal --item shows a value",
    ),
    (&["merge-into"], "the values of a Secret are put into a file by seal merge FILE"),
    (&["fetch-cert"], "a cluster's certificate is fetched by seal cert fetch"),
    (
        &["init", "generate-key", "genkey", "age-keygen"],
        "seal keygen makes a key of your own; most clusters have one: seal cert",
    ),
];

fn refuse_near(word: &str, commands: &[String]) -> Result<(), Error> {
    let no_command = || Error::usage(format!("there is no command \"{word}\", and no such file"));
    let elsewhere = ELSEWHERE.iter().find(|(words, _)| words.contains(&word));
    if let Some((_, way)) = elsewhere {
        return Err(no_command().hint(way));
    }
    match nearest(word, commands) {
        Some(name) => Err(no_command()
            .hint(format!("did you mean seal {name}? A file of that name is given as ./{word}"))),
        None => Ok(()),
    }
}

/// What has a slash or a dot is meant as a file.
fn is_plain(word: &str) -> bool {
    let in_words = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !word.starts_with('-') && word.bytes().all(in_words)
}

/// The name that `word` differs from by the fewest slips, at most one in three letters; none for a name itself.
fn nearest<'a>(word: &str, names: &'a [String]) -> Option<&'a str> {
    let distances = names.iter().map(|name| (strsim::osa_distance(word, name), name.as_str()));
    let near = distances.filter(|(distance, name)| *distance <= name.len() / 3);
    near.min().filter(|(distance, _)| *distance > 0).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{ELSEWHERE, nearest};

    #[test]
    fn no_verb_of_others_is_a_command_here() {
        let names = crate::command_line::names();
        let words = ELSEWHERE.iter().flat_map(|(words, _)| words.iter());
        assert_eq!(words.filter(|word| names.iter().any(|name| name == *word)).count(), 0);
    }

    #[test]
    fn a_slip_or_two_are_near() {
        let names = ["unseal", "raw", "cert", "completions"].map(str::to_owned);
        for (word, name) in [
            ("unseall", Some("unseal")),
            ("nsael", Some("unseal")),
            ("Unseal", Some("unseal")),
            ("rwa", Some("raw")),
            ("certs", Some("cert")),
            ("completion", Some("completions")),
            ("unseal", None),
            ("sael", None),
            ("secret", None),
            ("secrets", None),
            ("now", None),
        ] {
            assert_eq!(nearest(word, &names), name, "{word}");
        }
    }
}
