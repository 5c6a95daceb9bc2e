//! Go's string and character literals (`strconv.Unquote`, `strconv.UnquoteChar`).

use crate::go::rune;

/// The text of a quoted string: `"…"` or `` `…` ``. `None` if its syntax is wrong.
pub(super) fn unquote(quoted: &[u8]) -> Option<Vec<u8>> {
    let (quote, body) = match quoted {
        [first, body @ .., last] if first == last => (*first, body),
        _ => return None,
    };
    if quote == b'`' {
        return (!body.contains(&b'`'))
            .then(|| body.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        if matches!(rest.first(), Some(b'\n')) {
            return None;
        }
        let (unit, tail) = character(rest, quote)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Rune(rune) => rune::push(&mut out, rune),
        }
        rest = tail;
    }
    Some(out)
}

/// One unit of a literal.
pub(super) enum Unit {
    Byte(u8),
    Rune(char),
}

impl Unit {
    /// The value of a character constant.
    pub(super) fn value(&self) -> u32 {
        match self {
            Self::Byte(byte) => u32::from(*byte),
            Self::Rune(rune) => u32::from(*rune),
        }
    }
}

/// The first unit of `text` and what follows it; `quote` may not stand unescaped.
pub(super) fn character(text: &[u8], quote: u8) -> Option<(Unit, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote && (quote == b'\'' || quote == b'"') {
        return None;
    }
    if first >= 0x80 {
        let (rune, width) = rune::decode(text)?;
        return Some((Unit::Rune(rune), text.get(width..)?));
    }
    if first != b'\\' {
        return Some((Unit::Byte(first), rest));
    }
    let (&escape, rest) = rest.split_first()?;
    let plain = |byte| Some((Unit::Byte(byte), rest));
    match escape {
        b'a' => plain(7),
        b'b' => plain(8),
        b'f' => plain(12),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'v' => plain(11),
        b'\\' => plain(b'\\'),
        b'\'' | b'"' if escape == quote => plain(escape),
        b'x' => hexadecimal(rest, 2),
        b'u' => hexadecimal(rest, 4),
        b'U' => hexadecimal(rest, 8),
        b'0'..=b'7' => octal(escape, rest),
        _ => None,
    }
}

fn hexadecimal(text: &[u8], digits: usize) -> Option<(Unit, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let mut value = 0_u32;
    for digit in number {
        value = value.checked_mul(16)? | char::from(*digit).to_digit(16)?;
    }
    if digits == 2 {
        return Some((Unit::Byte(u8::try_from(value).ok()?), rest));
    }
    Some((Unit::Rune(char::from_u32(value)?), rest))
}

fn octal(first: u8, text: &[u8]) -> Option<(Unit, &[u8])> {
    let (number, rest) = text.split_at_checked(2)?;
    let mut value = u32::from(first - b'0');
    for digit in number {
        value = value * 8 + char::from(*digit).to_digit(8)?;
    }
    Some((Unit::Byte(u8::try_from(value).ok()?), rest))
}
