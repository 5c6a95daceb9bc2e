//! The loose conversions of the library that Sprig uses.

use crate::engine::value::{IntType, Value};
use crate::go::conversion;
use crate::go::strconv;

/// `cast.ToInt64`: what is no number is 0.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        // Durations are no int64 to the library that converts.
        Value::Int(_, IntType::Duration) => 0,
        Value::Int(number, _) => *number,
        Value::Uint(number, _) => number.cast_signed(),
        Value::Float(number) => conversion::to_int64(*number),
        Value::Bool(flag) => i64::from(*flag),
        Value::Str(text) => strconv::parse_int(without_zero_fraction(text), 0).unwrap_or(0),
        _ => 0,
    }
}

/// `cast.ToFloat64`.
#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(_, IntType::Duration) => 0.0,
        Value::Int(number, _) => *number as f64,
        Value::Uint(number, _) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Str(text) => strconv::parse_float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// "8.00" without ".00"; "8." and "8.10" stay.
fn without_zero_fraction(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    let whole = text.get(..text.len() - zeros).unwrap_or(text);
    match whole.split_last() {
        Some((b'.', head)) if zeros > 0 => head,
        _ => text,
    }
}
