//! Integers and floats under fmt's verbs and flags.

use super::Printer;
use crate::engine::fault::Fault;
use crate::go::rune;
use crate::go::strconv::{self, quote};

/// Lower-case and upper-case digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

impl Printer<'_, '_> {
    /// An integer as its magnitude and sign, in `base`.
    pub(super) fn integer(
        &mut self,
        magnitude: u64,
        negative: bool,
        base: u32,
        verb: char,
        case: Case,
    ) -> Result<(), Fault> {
        let mut precision = 0;
        if let Some(given) = self.flags.precision {
            if given == 0 && magnitude == 0 {
                return self.padding(self.flags.width.unwrap_or(0), b' ');
            }
            precision = given;
        } else if self.flags.zero
            && !self.flags.minus
            && let Some(width) = self.flags.width
        {
            let sign = negative || self.flags.plus || self.flags.space;
            precision = if sign { width.saturating_sub(1) } else { width };
        }
        let digits = in_base(magnitude, base, case);
        let mut text = Vec::with_capacity(digits.len().max(precision) + 3);
        text.extend_from_slice(match (negative, self.flags.plus, self.flags.space) {
            (true, ..) => b"-",
            (false, true, _) => b"+",
            (false, false, true) => b" ",
            _ => b"",
        });
        if verb == 'O' {
            text.extend_from_slice(b"0o");
        }
        let zeros = precision.saturating_sub(digits.len());
        if self.flags.sharp {
            text.extend_from_slice(match (base, case) {
                (2, _) => b"0b",
                (8, _) if zeros == 0 && !digits.starts_with(b"0") => b"0",
                (16, Case::Lower) => b"0x",
                (16, Case::Upper) => b"0X",
                _ => b"",
            });
        }
        text.resize(text.len() + zeros, b'0');
        text.extend_from_slice(&digits);
        self.pad_with_spaces(&text)
    }

    /// `%c`.
    pub(super) fn character(&mut self, value: u64) -> Result<(), Fault> {
        let mut text = Vec::new();
        rune::push(&mut text, to_rune(value));
        self.pad(&text)
    }

    /// `%q` of an integer.
    pub(super) fn quoted_character(&mut self, value: u64) -> Result<(), Fault> {
        let text = quote::single(to_rune(value), self.flags.plus);
        self.pad(&text)
    }

    /// `%U`.
    pub(super) fn unicode(&mut self, value: u64) -> Result<(), Fault> {
        let digits = format!("{value:X}");
        let zeros = self.flags.precision.unwrap_or(4).max(4).saturating_sub(digits.len());
        let mut text = format!("U+{}{digits}", "0".repeat(zeros));
        if self.flags.sharp
            && let Some(rune) = u32::try_from(value).ok().and_then(char::from_u32)
            && rune::is_print(rune)
        {
            text.push_str(&format!(" '{rune}'"));
        }
        self.pad_with_spaces(text.as_bytes())
    }

    /// A float under `e`, `f`, `g`, `b` or `x`, in either case.
    pub(super) fn float(
        &mut self,
        value: f64,
        verb: u8,
        default: Option<usize>,
    ) -> Result<(), Fault> {
        let precision = self.flags.precision.or(default);
        let mut text = match verb {
            b'b' => binary_exponent(value),
            b'x' | b'X' => hexadecimal(value, precision, verb),
            _ => strconv::format_float(value, verb, precision),
        }
        .into_bytes();
        if !matches!(text.first(), Some(b'-' | b'+')) {
            text.insert(0, b'+');
        }
        if self.flags.space && !self.flags.plus && text.first() == Some(&b'+') {
            text.splice(..1, *b" ");
        }
        if matches!(text.get(1), Some(b'I' | b'N')) {
            let nan = text.get(1) == Some(&b'N');
            let skip = usize::from(nan && !self.flags.space && !self.flags.plus);
            return self.pad_with_spaces(text.get(skip..).unwrap_or_default());
        }
        if self.flags.sharp && verb != b'b' {
            sharpen(&mut text, verb, precision);
        }
        if !self.flags.plus && text.first() == Some(&b'+') {
            return self.pad(text.get(1..).unwrap_or_default());
        }
        match self.flags.width {
            Some(width) if self.flags.zero && !self.flags.minus && width > text.len() => {
                self.write(text.get(..1).unwrap_or_default())?;
                self.padding(width - text.len(), b'0')?;
                self.write(text.get(1..).unwrap_or_default())
            }
            _ => self.pad(&text),
        }
    }
}

fn to_rune(value: u64) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or(rune::REPLACEMENT)
}

fn in_base(mut value: u64, base: u32, case: Case) -> Vec<u8> {
    let mut digits = Vec::with_capacity(20);
    loop {
        let digit = u32::try_from(value % u64::from(base)).unwrap_or(0);
        let digit = char::from_digit(digit, base).unwrap_or('0');
        digits.push(if case == Case::Upper { digit.to_ascii_uppercase() } else { digit } as u8);
        value /= u64::from(base);
        if value == 0 {
            break;
        }
    }
    digits.reverse();
    digits
}

/// `%#g` and its kin: a decimal point always, trailing zeros kept.
fn sharpen(text: &mut Vec<u8>, verb: u8, precision: Option<usize>) {
    let mut wanted = match verb {
        b'g' | b'G' | b'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let is_hexadecimal = verb.eq_ignore_ascii_case(&b'x');
    let tail_at = text
        .iter()
        .position(|byte| {
            matches!(byte, b'p' | b'P') || (!is_hexadecimal && matches!(byte, b'e' | b'E'))
        })
        .unwrap_or(text.len());
    let tail = text.split_off(tail_at);
    let mut nonzero = false;
    for byte in text.iter().skip(1).filter(|byte| **byte != b'.') {
        nonzero |= *byte != b'0';
        wanted = wanted.saturating_sub(usize::from(nonzero));
    }
    if !text.contains(&b'.') {
        if text.len() == 2 && text.get(1) == Some(&b'0') {
            wanted = wanted.saturating_sub(1);
        }
        text.push(b'.');
    }
    text.resize(text.len() + wanted, b'0');
    text.extend_from_slice(&tail);
}

/// `%b`: the mantissa as a decimal integer and a binary exponent.
fn binary_exponent(value: f64) -> String {
    if !value.is_finite() {
        return strconv::format_float(value, b'e', None);
    }
    let (mantissa, exponent) = parts(value);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{mantissa}p{exponent:+}")
}

/// The 53-bit mantissa and the exponent of its last bit.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let biased = i64::try_from(bits >> 52 & 0x7FF).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

/// `%x`: one hexadecimal digit, a fraction, and a binary exponent of at least two digits.
fn hexadecimal(value: f64, precision: Option<usize>, verb: u8) -> String {
    if !value.is_finite() {
        return strconv::format_float(value, b'e', None);
    }
    let (mut mantissa, mut exponent) = parts(value);
    exponent += 52;
    if mantissa == 0 {
        exponent = 0;
    } else {
        while mantissa >> 52 == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
    }
    if let Some(digits) = precision.filter(|digits| *digits < 13) {
        let drop = 4 * (13 - digits);
        let (kept, lost, half) =
            (mantissa >> drop, mantissa & ((1 << drop) - 1), 1_u64 << (drop - 1));
        let up = lost > half || (lost == half && kept & 1 == 1);
        mantissa = (kept + u64::from(up)) << drop;
        if mantissa >> 53 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(digits) => {
            let zeros = "0".repeat(digits.saturating_sub(fraction.len()));
            format!("{fraction}{zeros}").chars().take(digits).collect()
        }
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let lead = mantissa >> 52;
    let direction = if exponent < 0 { '-' } else { '+' };
    let text = format!("{sign}0x{lead}{point}{fraction}p{direction}{:02}", exponent.abs());
    if verb == b'X' { text.to_ascii_uppercase() } else { text }
}
