//! Go's durations as text.

use crate::go::conversion;

const NANOSECOND: u64 = 1;
const MICROSECOND: u64 = 1000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// `time.ParseDuration` in nanoseconds; `None` if the text is no duration.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (value, tail) = term(rest)?;
        total = total.checked_add(value).filter(|total| *total <= 1 << 63)?;
        rest = tail;
    }
    if negative {
        return Some(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).ok()
}

/// One number with its unit.
fn term(text: &[u8]) -> Option<(u64, &[u8])> {
    let (whole, rest) = leading_integer(text)?;
    let mut fraction = (0, 1.0, 0);
    let mut after = rest;
    if let [b'.', digits @ ..] = rest {
        fraction = leading_fraction(digits);
        after = digits.get(fraction.2..)?;
    }
    if rest.len() == text.len() && fraction.2 == 0 {
        return None;
    }
    let width = after.iter().take_while(|byte| !byte.is_ascii_digit() && **byte != b'.').count();
    let (unit, rest) = after.split_at_checked(width)?;
    let unit = unit_of(unit)?;
    let mut value = whole.checked_mul(unit).filter(|value| *value <= 1 << 63)?;
    if fraction.0 > 0 {
        #[expect(clippy::cast_precision_loss, reason = "as Go does")]
        let extra = fraction.0 as f64 * (unit as f64 / fraction.1);
        value =
            value.checked_add(conversion::to_uint64(extra)).filter(|value| *value <= 1 << 63)?;
    }
    Some((value, rest))
}

fn leading_integer(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let mut value = 0_u64;
    for digit in number {
        value = value
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))
            .filter(|v| *v <= 1 << 63)?;
    }
    Some((value, rest))
}

/// The digits as an integer, the power of ten to divide it by, and how many there are.
fn leading_fraction(text: &[u8]) -> (u64, f64, usize) {
    let (mut value, mut scale, mut overflow, mut count) = (0_u64, 1.0, false, 0);
    for digit in text.iter().take_while(|byte| byte.is_ascii_digit()) {
        count += 1;
        if overflow {
            continue;
        }
        let next = value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit - b'0')));
        match next.filter(|next| *next <= 1 << 63 && value <= i64::MAX.unsigned_abs() / 10) {
            Some(next) => {
                value = next;
                scale *= 10.0;
            }
            None => overflow = true,
        }
    }
    (value, scale, count)
}

fn unit_of(name: &[u8]) -> Option<u64> {
    match std::str::from_utf8(name).ok()? {
        "ns" => Some(NANOSECOND),
        "us" | "\u{B5}s" | "\u{3BC}s" => Some(MICROSECOND),
        "ms" => Some(MILLISECOND),
        "s" => Some(SECOND),
        "m" => Some(60 * SECOND),
        "h" => Some(3600 * SECOND),
        _ => None,
    }
}

/// `Duration.String`.
pub(crate) fn format(nanoseconds: i64) -> String {
    let total = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    if total < SECOND {
        let (unit, name) = match total {
            0 => return "0s".to_owned(),
            1..MICROSECOND => (NANOSECOND, "ns"),
            MICROSECOND..MILLISECOND => (MICROSECOND, "\u{B5}s"),
            _ => (MILLISECOND, "ms"),
        };
        return format!("{sign}{}{name}", decimal(total, unit));
    }
    let seconds = decimal(total % (60 * SECOND), SECOND);
    let minutes = total / (60 * SECOND);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / unit` without trailing zeros.
fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let fraction = format!("{:0digits$}", value % unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() || digits == 0 {
        return (value / unit).to_string();
    }
    format!("{}.{fraction}", value / unit)
}

/// `Duration.Round`: to the nearest multiple, halves away from zero.
pub(crate) fn round(nanoseconds: i64, multiple: i64) -> i64 {
    if multiple <= 0 {
        return nanoseconds;
    }
    let remainder = nanoseconds % multiple;
    let down = nanoseconds - remainder;
    if remainder.unsigned_abs() * 2 < multiple.unsigned_abs() {
        return down;
    }
    if nanoseconds < 0 { down.saturating_sub(multiple) } else { down.saturating_add(multiple) }
}
