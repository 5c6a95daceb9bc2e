//! Sprig's functions, one module for each kind, and the table of all that templates call.

mod cast;
mod certificates;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod json;
mod lists;
mod math;
mod merge;
mod paths;
mod random;
mod reflection;
mod regex;
mod strings;
mod urls;
mod versions;
mod words;
mod wrap;
#[cfg(feature = "certificates")]
mod x509;

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::engine::builtins;
use crate::engine::function::Function;

const TABLES: &[&[Function]] = &[
    builtins::FUNCTIONS,
    builtins::ESCAPES,
    certificates::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    merge::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflection::FUNCTIONS,
    regex::FUNCTIONS,
    strings::FUNCTIONS,
    urls::FUNCTIONS,
    versions::FUNCTIONS,
    words::FUNCTIONS,
    wrap::FUNCTIONS,
];

/// The function of that name.
pub(crate) fn find(name: &[u8]) -> Option<&'static Function> {
    static INDEX: OnceLock<HashMap<&'static [u8], &'static Function>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        TABLES
            .iter()
            .copied()
            .flatten()
            .map(|function| (function.name.as_bytes(), function))
            .collect()
    });
    index.get(name).copied()
}

/// The names of all functions, sorted.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> =
        TABLES.iter().copied().flatten().map(|function| function.name).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests;
