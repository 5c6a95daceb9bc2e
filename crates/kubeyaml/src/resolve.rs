//! What a scalar stands for: YAML 1.1 as `go-yaml` version 2 understands it.

use zeroize::Zeroizing;

use super::Style;
use super::error::YamlErrorKind;
use super::text::SecretText;
use crate::go_base64;

/// A scalar's value, with the kinds that make a difference between keys.
pub(super) enum Resolved {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer above the signed range.
    Unsigned(u64),
    Float(f64),
    Text(SecretText),
    /// The text that a `!!binary` scalar encodes.
    Binary(SecretText),
}

/// The value of a scalar with this tag in its long form.
pub(super) fn resolve(
    text: SecretText,
    style: Style,
    tag: Option<&[u8]>,
) -> Result<Resolved, YamlErrorKind> {
    let Some(tag) = tag else {
        return Ok(if style == Style::Plain { resolve_plain(text) } else { Resolved::Text(text) });
    };
    let Some(tag) = tag.strip_prefix(b"tag:yaml.org,2002:") else {
        return Ok(Resolved::Text(text));
    };
    match tag {
        b"binary" => decode_binary(text.expose()).map(Resolved::Binary),
        b"bool" | b"int" | b"float" | b"null" => resolve_tagged(text, tag),
        b"timestamp" => Err(YamlErrorKind::Tag),
        _ => Ok(Resolved::Text(text)),
    }
}

/// Whether an untagged scalar without quotes is a string in YAML 1.1, with the numbers to the base
/// of 60, dates and merge keys that kubectl's reader leaves out.
pub(super) fn stays_text(text: &str) -> bool {
    let date = text
        .as_bytes()
        .first_chunk::<5>()
        .is_some_and(|[year @ .., dash]| year.iter().all(u8::is_ascii_digit) && *dash == b'-');
    let base_60 = text.contains(':')
        && text.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-:._".contains(&byte));
    !date
        && !base_60
        && text != "<<"
        && resolve_word(text).is_none()
        && resolve_number(text).is_none()
}

fn resolve_tagged(text: SecretText, tag: &[u8]) -> Result<Resolved, YamlErrorKind> {
    match (tag, resolve_plain(text)) {
        (b"float", Resolved::Integer(integer)) => Ok(Resolved::Float(as_float(integer))),
        (b"bool", found @ Resolved::Bool(_))
        | (b"int", found @ (Resolved::Integer(_) | Resolved::Unsigned(_)))
        | (b"float", found @ Resolved::Float(_))
        | (b"null", found @ Resolved::Null) => Ok(found),
        _ => Err(YamlErrorKind::Tag),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the original rounds")]
fn as_float(integer: i64) -> f64 {
    integer as f64
}

fn decode_binary(text: &str) -> Result<SecretText, YamlErrorKind> {
    let bytes = go_base64::decode(text).ok_or(YamlErrorKind::Tag)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| YamlErrorKind::BinaryNotText)?;
    Ok(SecretText::from(text))
}

/// An untagged scalar without quotes.
fn resolve_plain(text: SecretText) -> Resolved {
    resolve_word(text.expose())
        .or_else(|| resolve_number(text.expose()))
        .unwrap_or(Resolved::Text(text))
}

fn resolve_word(text: &str) -> Option<Resolved> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn resolve_number(text: &str) -> Option<Resolved> {
    match text.as_bytes().first()? {
        b'.' => underscores_separate_digits(text)
            .then(|| parse_float(&without_underscores(text)))
            .flatten(),
        b'+' | b'-' | b'0'..=b'9' => {
            let text = without_underscores(text);
            parse_integer(&text).or_else(|| parse_float(&text)).or_else(|| parse_binary(&text))
        }
        _ => None,
    }
}

/// The text of what may be a number; of anything else, nothing.
fn without_underscores(text: &str) -> Zeroizing<String> {
    let in_number = |byte: u8| byte.is_ascii_hexdigit() || b"+-._xXoO".contains(&byte);
    let text = if text.bytes().all(in_number) { text } else { "" };
    // With room for all of it, no copy of a part is left behind.
    let mut rest = Zeroizing::new(String::with_capacity(text.len()));
    rest.extend(text.chars().filter(|&c| c != '_'));
    rest
}

fn underscores_separate_digits(text: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, &byte)| {
        byte != b'_' || at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1))
    })
}

/// An integer as in Go's source: decimal, or with the prefix `0x`, `0o`, `0b` or `0`.
fn parse_integer(text: &str) -> Option<Resolved> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    from_digits(sign, digits, radix)
}

/// What is left after `0b` may have a sign of its own: `0b-1` is a number.
fn parse_binary(text: &str) -> Option<Resolved> {
    if let Some(rest) = text.strip_prefix("0b") {
        let (sign, digits) = split_sign(rest);
        return from_digits(sign, digits, 2);
    }
    from_digits(Some('-'), text.strip_prefix("-0b")?, 2)
}

fn split_sign(text: &str) -> (Option<char>, &str) {
    let rest = text.strip_prefix(['+', '-']);
    (rest.and_then(|_| text.chars().next()), rest.unwrap_or(text))
}

fn from_digits(sign: Option<char>, digits: &str, radix: u32) -> Option<Resolved> {
    // Rust's parsers take a sign; the digits have none of their own.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    let signed = match sign {
        Some('-') => 0_i64.checked_sub_unsigned(magnitude),
        _ => i64::try_from(magnitude).ok(),
    };
    match (signed, sign) {
        (Some(integer), _) => Some(Resolved::Integer(integer)),
        (None, None) => Some(Resolved::Unsigned(magnitude)),
        (None, Some(_)) => None,
    }
}

/// Digits with an optional sign, point and decimal exponent, in the range of a float.
fn parse_float(text: &str) -> Option<Resolved> {
    let allowed =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(allowed) {
        return None;
    }
    text.parse().ok().filter(|float: &f64| float.is_finite()).map(Resolved::Float)
}
