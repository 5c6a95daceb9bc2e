//! Base64 and base32; an error is told as text.

use crate::engine::function::Type::Str as Text;
use crate::engine::function::{Function, fixed};
use crate::go::base64;

pub(super) const FUNCTIONS: &[Function] =
    &[
        fixed("b64enc", &[Text], |call| {
            let text = call.text(0);
            call.string(base64::encode(&text))
        }),
        fixed("b64dec", &[Text], |call| {
            let decoded = base64::decode(&call.text(0));
            call.string(decoded.unwrap_or_else(|at| {
                format!("illegal base64 data at input byte {at}").into_bytes()
            }))
        }),
        fixed("b32enc", &[Text], |call| {
            let text = call.text(0);
            call.string(base64::encode_base32(&text))
        }),
        fixed("b32dec", &[Text], |call| {
            let decoded = base64::decode_base32(&call.text(0));
            call.string(decoded.unwrap_or_else(|at| {
                format!("illegal base32 data at input byte {at}").into_bytes()
            }))
        }),
    ];
