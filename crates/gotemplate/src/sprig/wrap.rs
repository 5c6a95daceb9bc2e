//! Lines of a given length.

use crate::engine::argument::function;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("wrap", |runtime, width: i64, text: Str| wrap(runtime, width, &text, b"\n", false)),
    function!("wrapWith", |runtime, width: i64, separator: Str, text: Str| {
        let separator = if separator.is_empty() { b"\n" } else { &*separator };
        wrap(runtime, width, &text, separator, true)
    }),
];

fn wrap(
    runtime: &mut Runtime<'_>,
    width: i64,
    text: &[u8],
    separator: &[u8],
    break_words: bool,
) -> Outcome {
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > width {
        runtime.step()?;
        if let [b' ', after @ ..] = rest {
            rest = after;
            continue;
        }
        let (line, next) = line(rest, width, break_words);
        runtime.append(&mut out, rest.get(..line).unwrap_or(rest))?;
        if next > rest.len() {
            return runtime.charged_string(out);
        }
        runtime.append(&mut out, separator)?;
        rest = rest.get(next..).unwrap_or_default();
    }
    runtime.append(&mut out, rest)?;
    runtime.charged_string(out)
}

/// Where the line ends and where the next begins; beyond the end if there is none.
fn line(rest: &[u8], width: usize, break_words: bool) -> (usize, usize) {
    if let Some(space) = rest.get(..=width).and_then(|window| memchr::memrchr(b' ', window)) {
        return (space, space + 1);
    }
    if break_words {
        return (width, width);
    }
    match rest.get(width..).and_then(|tail| memchr::memchr(b' ', tail)) {
        Some(space) => (width + space, width + space + 1),
        None => (rest.len(), usize::MAX),
    }
}
