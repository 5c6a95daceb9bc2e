//! Escaping for HTML, JavaScript and URL queries.

use crate::engine::argument::function;
use crate::engine::fmt;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Str, Value};
use crate::go::rune;
use crate::go::url;

pub(crate) const ESCAPES: &[Function] = &[
    function!("html", |runtime; values: [Value]| escape_with(runtime, values, html)),
    function!("js", |runtime; values: [Value]| escape_with(runtime, values, javascript)),
    function!("urlquery", |runtime; values: [Value]| {
        escape_with(runtime, values, url::query_escape)
    }),
];

/// The arguments as `print` writes them, but for nil, escaped.
fn escape_with(
    runtime: &mut Runtime<'_>,
    mut values: Vec<Value>,
    escape: fn(&[u8]) -> Vec<u8>,
) -> Outcome {
    for value in values.iter_mut().filter(|value| value.is_nil()) {
        *value = Value::Str(Str::from("<no value>"));
    }
    let text = fmt::sprint(runtime, &values)?;
    // Six bytes for one at most.
    let escaped = runtime.escaped(&text, 6, escape)?;
    runtime.charged_string(escaped)
}

fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

fn javascript(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, rune, width) in rune::runes(text) {
        match rune {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\'' => out.extend_from_slice(b"\\'"),
            '"' => out.extend_from_slice(b"\\\""),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes());
            }
            _ if rune.is_ascii() || rune::is_print(rune) => {
                out.extend_from_slice(text.get(at..at + width).unwrap_or_default());
            }
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes()),
        }
    }
    out
}
