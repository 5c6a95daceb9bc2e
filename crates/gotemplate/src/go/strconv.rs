//! Numbers as text, as Go's strconv reads and writes them.

pub(crate) mod quote;

use std::borrow::Cow;

use crate::go::rune;

/// Why a number could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberError {
    Syntax,
    Range,
}

/// `strconv.ParseInt(text, base, 64)`; base 0 takes the prefix, and underscores as in Go's syntax.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits, base)?;
    if negative {
        if magnitude > 1 << 63 {
            return Err(NumberError::Range);
        }
        return Ok(0_i64.wrapping_sub_unsigned(magnitude));
    }
    i64::try_from(magnitude).map_err(|_| NumberError::Range)
}

/// `strconv.ParseUint(text, base, 64)`.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumberError> {
    let (radix, digits) = if base == 0 { prefix(text) } else { (base, text) };
    if digits.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut value = Some(0_u64);
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or(NumberError::Syntax)?;
        value = value.and_then(|v| v.checked_mul(u64::from(radix))?.checked_add(u64::from(digit)));
    }
    if underscores && !underscores_ok(text) {
        return Err(NumberError::Syntax);
    }
    value.ok_or(NumberError::Range)
}

fn prefix(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'x' | b'X', _, ..] => (16, text.get(2..).unwrap_or_default()),
        [b'0', b'b' | b'B', _, ..] => (2, text.get(2..).unwrap_or_default()),
        [b'0', b'o' | b'O', _, ..] => (8, text.get(2..).unwrap_or_default()),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, text),
    }
}

/// Whether underscores stand only between digits, or between a base prefix and a digit.
fn underscores_ok(text: &[u8]) -> bool {
    let mut rest = match text {
        [b'-' | b'+', rest @ ..] => rest,
        _ => text,
    };
    let mut last = b'^';
    let mut hexadecimal = false;
    if let [b'0', letter, tail @ ..] = rest
        && matches!(letter.to_ascii_lowercase(), b'b' | b'o' | b'x')
    {
        hexadecimal = letter.eq_ignore_ascii_case(&b'x');
        last = b'0';
        rest = tail;
    }
    for byte in rest {
        if byte.is_ascii_digit() || (hexadecimal && byte.is_ascii_hexdigit()) {
            last = b'0';
        } else if *byte == b'_' {
            if last != b'0' {
                return false;
            }
            last = b'_';
        } else if last == b'_' {
            return false;
        } else {
            last = b'!';
        }
    }
    last != b'_'
}

/// `strconv.Atoi` with its error dropped: what does not fit is the nearest that does.
pub(crate) fn atoi(text: &[u8]) -> i64 {
    parse_int_or_nearest(text, 10)
}

/// `strconv.ParseInt` with its error dropped.
pub(crate) fn parse_int_or_nearest(text: &[u8], base: u32) -> i64 {
    match parse_int(text, base) {
        Ok(value) => value,
        Err(NumberError::Syntax) => 0,
        Err(NumberError::Range) if text.first() == Some(&b'-') => i64::MIN,
        Err(NumberError::Range) => i64::MAX,
    }
}

/// `strconv.ParseFloat(text, 64)`.
pub(crate) fn parse_float(text: &[u8]) -> Result<f64, NumberError> {
    let text = std::str::from_utf8(text).map_err(|_| NumberError::Syntax)?;
    if let Some(special) = special(text) {
        return Ok(special);
    }
    let (negative, body) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if body.contains(&b'_') && !underscores_ok(body) {
        return Err(NumberError::Syntax);
    }
    let digits = if body.contains(&b'_') {
        Cow::Owned(body.iter().copied().filter(|byte| *byte != b'_').collect())
    } else {
        Cow::Borrowed(body)
    };
    let value = match &*digits {
        [b'0', b'x' | b'X', rest @ ..] => parse_hex_float(rest)?,
        all => parse_decimal_float(all)?,
    };
    if value.is_infinite() {
        return Err(NumberError::Range);
    }
    Ok(if negative { -value } else { value })
}

fn special(text: &str) -> Option<f64> {
    const LONGEST: usize = "+infinity".len();
    if text.len() > LONGEST {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (negative, name) = match lower.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, lower.strip_prefix('+').unwrap_or(&lower)),
    };
    match name {
        "inf" | "infinity" if negative => Some(f64::NEG_INFINITY),
        "inf" | "infinity" => Some(f64::INFINITY),
        "nan" if name.len() == lower.len() => Some(f64::NAN),
        _ => None,
    }
}

fn parse_decimal_float(digits: &[u8]) -> Result<f64, NumberError> {
    let plain = digits
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let begins = digits.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    if !plain || !begins {
        return Err(NumberError::Syntax);
    }
    std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).ok_or(NumberError::Syntax)
}

/// `h.hhhp±d`, rounded to nearest even.
fn parse_hex_float(text: &[u8]) -> Result<f64, NumberError> {
    let split =
        text.iter().position(|byte| matches!(byte, b'p' | b'P')).ok_or(NumberError::Syntax)?;
    let (mantissa, exponent) = text.split_at(split);
    let exponent = parse_int(exponent.get(1..).unwrap_or_default(), 10);
    let mut exponent = match exponent {
        Ok(value) => value.clamp(-1_000_000, 1_000_000),
        Err(NumberError::Range) => return Err(NumberError::Range),
        Err(NumberError::Syntax) => return Err(NumberError::Syntax),
    };
    let (mut value, mut sticky, mut seen_dot, mut any) = (0_u64, false, false, false);
    for byte in mantissa {
        if *byte == b'.' {
            if std::mem::replace(&mut seen_dot, true) {
                return Err(NumberError::Syntax);
            }
            continue;
        }
        let digit = char::from(*byte).to_digit(16).ok_or(NumberError::Syntax)?;
        any = true;
        if value >> 59 == 0 {
            value = value << 4 | u64::from(digit);
            exponent -= if seen_dot { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            exponent += if seen_dot { 0 } else { 4 };
        }
    }
    if !any {
        return Err(NumberError::Syntax);
    }
    Ok(scale(value << 1 | u64::from(sticky), exponent - 1))
}

/// `value * 2^exponent`, rounded once.
fn scale(value: u64, exponent: i64) -> f64 {
    if value == 0 {
        return 0.0;
    }
    let bits = 64 - i64::from(value.leading_zeros());
    // The exponent of the last bit that the result can hold.
    let last = (exponent + bits - 53).max(-1074);
    let drop = last - exponent;
    if drop <= 0 {
        return power(value, exponent);
    }
    if drop > 64 {
        return 0.0;
    }
    let (kept, lost) =
        if drop == 64 { (0, value) } else { (value >> drop, value & ((1 << drop) - 1)) };
    let half = 1_u64 << (drop - 1);
    let up = lost > half || (lost == half && kept & 1 == 1);
    power(kept + u64::from(up), last)
}

#[expect(clippy::cast_precision_loss, reason = "the value has at most 53 bits here")]
fn power(value: u64, exponent: i64) -> f64 {
    let mut result = value as f64;
    let mut left = exponent;
    while left > 0 {
        let step = left.min(1000);
        result *= 2_f64.powi(i32::try_from(step).unwrap_or(0));
        left -= step;
        if result.is_infinite() {
            return result;
        }
    }
    while left < 0 {
        let step = left.max(-1000);
        result *= 2_f64.powi(i32::try_from(step).unwrap_or(0));
        left -= step;
    }
    result
}

/// `strconv.FormatFloat` in the formats `e`, `f` and `g`; a negative precision is the shortest that reads back.
pub(crate) fn format_float(value: f64, format: u8, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    match (format.to_ascii_lowercase(), precision) {
        (b'f', None) => format!("{value}"),
        (b'f', Some(precision)) => {
            let exact = precision.min(MOST_DIGITS);
            let mut text = format!("{value:.exact$}");
            text.extend(std::iter::repeat_n('0', precision - exact));
            text
        }
        (b'e', precision) => exponential(value, precision, format),
        _ => general(value, precision, format),
    }
}

/// No float has more digits than these; what is beyond is zeros.
const MOST_DIGITS: usize = 1200;

/// `%e` with Go's exponent: a sign and at least two digits.
fn exponential(value: f64, precision: Option<usize>, letter: u8) -> String {
    let exact = precision.map(|precision| precision.min(MOST_DIGITS));
    let text = match exact {
        None => format!("{value:e}"),
        Some(exact) => format!("{value:.exact$e}"),
    };
    let zeros = "0".repeat(precision.unwrap_or(0) - exact.unwrap_or(0));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}{zeros}{}{sign}{digits:0>2}", char::from(letter))
}

/// `%g`: the exponent decides between the two forms.
fn general(value: f64, precision: Option<usize>, letter: u8) -> String {
    let digits = precision.map(|p| p.clamp(1, MOST_DIGITS));
    let scientific = match digits {
        None => format!("{value:e}"),
        Some(digits) => format!("{value:.*e}", digits - 1),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let mantissa = match digits {
        Some(_) if mantissa.contains('.') => mantissa.trim_end_matches('0').trim_end_matches('.'),
        _ => mantissa,
    };
    let count = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let count = i64::try_from(count).unwrap_or(0);
    let bound = match digits.map(|d| i64::try_from(d).unwrap_or(i64::MAX)) {
        None => 6,
        Some(wanted) if wanted > count && count > exponent => count,
        Some(wanted) => wanted,
    };
    if exponent < -4 || exponent >= bound {
        let e = if letter.is_ascii_uppercase() { 'E' } else { 'e' };
        let (sign, size) = if exponent < 0 { ('-', -exponent) } else { ('+', exponent) };
        return format!("{mantissa}{e}{sign}{size:02}");
    }
    let after = usize::try_from(count - 1 - exponent).unwrap_or(0);
    match digits {
        None => format!("{value}"),
        Some(_) => format!("{value:.after$}"),
    }
}

/// Whether `text` is UTF-8 without a byte that Go shows escaped in back quotes.
pub(crate) fn can_backquote(text: &[u8]) -> bool {
    rune::runes(text).all(|(_, rune, width)| {
        if width > 1 {
            return rune != '\u{FEFF}';
        }
        rune != rune::REPLACEMENT
            && (rune >= ' ' || rune == '\t')
            && rune != '`'
            && rune != '\u{7F}'
    })
}

#[cfg(test)]
mod tests;
