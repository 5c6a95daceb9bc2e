//! The value of `--context`: the scripts ask the program for the kubeconfig's names.
//!
//! `clap_complete` knows no values that are found out while a person types, so they are put into what it has written.

use std::path::Path;

use crate::kubeconfig::{Overrides, Wanted};

/// As many as anybody looks through.
const MOST: usize = 1000;

/// The names of the contexts, a line each. Nobody is told of anything that is wrong: a person is typing.
pub(super) fn names(kubeconfig: Option<&Path>) -> String {
    let wanted = Wanted { kubeconfig, context: None, overrides: &Overrides::default() };
    let names = wanted.contexts().unwrap_or_default();
    let of_one_line = names.iter().filter(|name| !name.chars().any(char::is_control));
    of_one_line.take(MOST).map(|name| format!("{name}\n")).collect()
}

/// The script with what completes contexts in it: a function of ours is asked first.
pub(super) fn in_bash(script: &str) -> String {
    let (functions, registered) = script.split_at(script.rfind("\nif ").unwrap_or(script.len()));
    let registered = registered.replace("complete -F _seal ", "complete -F _seal_with_contexts ");
    [functions, "\n", include_str!("contexts.bash"), &registered].concat()
}

/// The same.
pub(super) fn in_zsh(script: &str) -> String {
    let (head, rest) = script.split_at(script.find("\n_seal() {").unwrap_or(0));
    let rest = replaced_in_lines(rest, "'--context=[", ":NAME:_default'", ":NAME:_seal_contexts'");
    [head, "\n", include_str!("contexts.zsh"), &rest].concat()
}

/// The same: a line of its own, as the others do not count where no command is named yet.
pub(super) fn in_fish(script: &str) -> String {
    [script, include_str!("contexts.fish")].concat()
}

fn replaced_in_lines(script: &str, begin: &str, from: &str, to: &str) -> String {
    let lines = script.split_inclusive('\n').map(|line| match line.starts_with(begin) {
        true => line.replacen(from, to, 1),
        false => line.to_owned(),
    });
    lines.collect()
}
