//! Base64 and base32; an error is told as text.

use crate::engine::function::Type::Str as Text;
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::go::base64;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("b64enc", &[Text], |call| encode(call, base64::encode)),
    fixed("b64dec", &[Text], |call| decode(call, "base64", base64::decode)),
    fixed("b32enc", &[Text], |call| encode(call, base64::encode_base32)),
    fixed("b32dec", &[Text], |call| decode(call, "base32", base64::decode_base32)),
];

fn encode(call: &mut Call<'_, '_>, encode: fn(&[u8]) -> Vec<u8>) -> Outcome {
    let text = call.text(0);
    let encoded = call.runtime.escaped(&text, 2, encode)?;
    call.runtime.charged_string(encoded)
}

fn decode(
    call: &mut Call<'_, '_>,
    name: &str,
    decode: fn(&[u8]) -> Result<Vec<u8>, usize>,
) -> Outcome {
    let text = call.text(0);
    call.runtime.scan(text.len())?;
    // What is decoded, and the text without its line breaks.
    call.runtime.charge(text.len().saturating_mul(2))?;
    let decoded = decode(&text)
        .unwrap_or_else(|at| format!("illegal {name} data at input byte {at}").into_bytes());
    call.runtime.charged_string(decoded)
}
