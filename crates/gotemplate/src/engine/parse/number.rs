//! Number constants: one text under every type that can hold it.

use super::item::Kind;
use super::unquote;
use crate::engine::node::Number;
use crate::go::conversion;
use crate::go::rune::lossy;
use crate::go::strconv::{self, quote};

/// Parses the text of a number item; the error is Go's message.
pub(super) fn parse(text: &[u8], kind: Kind) -> Result<Number, String> {
    match kind {
        Kind::CharConstant => character(text),
        Kind::Complex => {
            complex(text).ok_or_else(|| "syntax error scanning complex number".to_owned())
        }
        _ => real(text),
    }
}

fn character(text: &[u8]) -> Result<Number, String> {
    let body = text.get(1..).unwrap_or_default();
    let (unit, tail) =
        unquote::character(body, b'\'').ok_or_else(|| "invalid syntax".to_owned())?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", lossy(text)));
    }
    let value = unit.value();
    Ok(Number {
        text: lossy(text),
        int: Some(i64::from(value)),
        uint: Some(u64::from(value)),
        float: Some(f64::from(value)),
        complex: None,
    })
}

fn complex(text: &[u8]) -> Option<Number> {
    let exponent: &[u8] =
        if text.starts_with(b"0x") || text.starts_with(b"0X") { b"pP" } else { b"eEpP" };
    let split = (1..text.len()).find(|&at| {
        matches!(text.get(at), Some(b'+' | b'-'))
            && text.get(at - 1).is_some_and(|b| !exponent.contains(b))
    })?;
    let (real, imaginary) = text.split_at(split);
    let real = strconv::parse_float(real).ok()?;
    let imaginary = strconv::parse_float(imaginary.strip_suffix(b"i")?).ok()?;
    Some(simplify(lossy(text), real, imaginary))
}

/// A complex number, and the real ones that equal it.
fn simplify(text: String, real: f64, imaginary: f64) -> Number {
    let mut number = Number { text, complex: Some((real, imaginary)), ..Number::default() };
    if imaginary == 0.0 {
        number.float = Some(real);
        number.int = exact_int(real);
        number.uint = exact_uint(real);
    }
    number
}

fn real(text: &[u8]) -> Result<Number, String> {
    let shown = lossy(text);
    if let Some(imaginary) = text.strip_suffix(b"i")
        && let Ok(imaginary) = strconv::parse_float(imaginary)
    {
        return Ok(simplify(shown, 0.0, imaginary));
    }
    let quoted = || lossy(&quote::double(text));
    let mut number = Number { text: shown, ..Number::default() };
    number.uint = strconv::parse_uint(text, 0).ok();
    number.int = strconv::parse_int(text, 0).ok();
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "Go promotes integer constants to float64 with rounding"
    )]
    {
        number.float = number.int.map(|i| i as f64).or(number.uint.map(|u| u as f64));
    }
    if number.float.is_some() {
        return Ok(number);
    }
    let Ok(float) = strconv::parse_float(text) else {
        return Err(format!("illegal number syntax: {}", quoted()));
    };
    if !text.iter().any(|byte| b".eEpP".contains(byte)) {
        return Err(format!("integer overflow: {}", quoted()));
    }
    number.float = Some(float);
    number.int = exact_int(float);
    number.uint = exact_uint(float);
    Ok(number)
}

/// The integer that `float` is, if it is one. `float64(int64(f)) == f` in Go.
fn exact_int(float: f64) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
    (conversion::to_int64(float) as f64 == float).then(|| conversion::to_int64(float))
}

fn exact_uint(float: f64) -> Option<u64> {
    #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
    (conversion::to_uint64(float) as f64 == float).then(|| conversion::to_uint64(float))
}
