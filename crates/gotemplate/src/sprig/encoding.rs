//! Base64 and base32; an error is told as text.

use crate::engine::argument::function;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::Str;
use crate::go::base64;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("b64enc", |runtime, text: Str| encode(runtime, &text, base64::encode)),
    function!("b64dec", |runtime, text: Str| decode(runtime, &text, "base64", base64::decode)),
    function!("b32enc", |runtime, text: Str| encode(runtime, &text, base64::encode_base32)),
    function!("b32dec", |runtime, text: Str| decode(
        runtime,
        &text,
        "base32",
        base64::decode_base32
    )),
];

fn encode(runtime: &mut Runtime<'_>, text: &[u8], encode: fn(&[u8]) -> Vec<u8>) -> Outcome {
    let encoded = runtime.escaped(text, 2, encode)?;
    runtime.charged_string(encoded)
}

fn decode(
    runtime: &mut Runtime<'_>,
    text: &[u8],
    name: &str,
    decode: fn(&[u8]) -> Result<Vec<u8>, usize>,
) -> Outcome {
    runtime.scan(text.len())?;
    // What is decoded, and the text without its line breaks.
    runtime.charge(text.len().saturating_mul(2))?;
    let decoded = decode(text)
        .unwrap_or_else(|at| format!("illegal {name} data at input byte {at}").into_bytes());
    runtime.charged_string(decoded)
}
