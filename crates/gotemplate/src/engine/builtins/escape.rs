//! Escaping for HTML, JavaScript and URL queries.

use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::Type::Any;
use crate::engine::function::{Call, Function, Outcome, variadic};
use crate::engine::value::{Str, Value};
use crate::go::rune;
use crate::go::url;

pub(crate) const ESCAPES: &[Function] = &[
    variadic("html", &[], Any, |call| escape_with(call, html)),
    variadic("js", &[], Any, |call| escape_with(call, javascript)),
    variadic("urlquery", &[], Any, |call| escape_with(call, url::query_escape)),
];

fn escape_with(call: &mut Call<'_, '_>, escape: fn(&[u8]) -> Vec<u8>) -> Outcome {
    let text = text_of(call)?;
    // Six bytes for one at most.
    let escaped = call.runtime.escaped(&text, 6, escape)?;
    call.runtime.charged_string(escaped)
}

/// The arguments as `print` writes them, but for nil.
fn text_of(call: &mut Call<'_, '_>) -> Result<Vec<u8>, Fault> {
    let shown: Vec<Value> = call
        .args
        .iter()
        .map(|arg| if arg.is_nil() { Value::Str(Str::from("<no value>")) } else { arg.clone() })
        .collect();
    fmt::sprint(call.runtime, &shown)
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
