//! Lines of a given length.

use crate::engine::function::Type::{Int, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("wrap", &[Int, Text], |call| {
        let text = call.text(1);
        wrap(call, &text, b"\n", false)
    }),
    fixed("wrapWith", &[Int, Text, Text], |call| {
        let (separator, text) = (call.text(1), call.text(2));
        wrap(call, &text, if separator.is_empty() { b"\n" } else { &separator }, true)
    }),
];

fn wrap(call: &mut Call<'_, '_>, text: &[u8], separator: &[u8], break_words: bool) -> Outcome {
    let width = usize::try_from(call.int(0)).unwrap_or(0).max(1);
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > width {
        call.runtime.step()?;
        if let [b' ', after @ ..] = rest {
            rest = after;
            continue;
        }
        let (line, next) = line(rest, width, break_words);
        call.runtime.append(&mut out, rest.get(..line).unwrap_or(rest))?;
        if next > rest.len() {
            return call.runtime.charged_string(out);
        }
        call.runtime.append(&mut out, separator)?;
        rest = rest.get(next..).unwrap_or_default();
    }
    call.runtime.append(&mut out, rest)?;
    call.runtime.charged_string(out)
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
