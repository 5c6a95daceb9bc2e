//! Durations as Go writes them: `720h30m`, `1.5h`, `2m`, `0`.

use std::time::Duration;

/// Reads a duration that is not negative.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    read(text).ok_or_else(|| "not a duration, such as 720h30m, 2m or 0".to_owned())
}

fn read(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = rest.split_at_checked(rest.find(|c| !is_of_number(c))?)?;
        let (unit, after) =
            after.split_at_checked(after.find(is_of_number).unwrap_or(after.len()))?;
        sum = sum.checked_add(part(number, nanoseconds(unit)?)?)?;
        rest = after;
    }
    (!text.is_empty()).then_some(sum)
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// `number` units of so many nanoseconds; digits behind the nanoseconds are dropped.
fn part(number: &str, unit: u64) -> Option<Duration> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanoseconds = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        nanoseconds = nanoseconds.checked_add(place * u64::from(digit - b'0'))?;
    }
    Some(Duration::from_nanos(nanoseconds))
}

fn nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, milliseconds) in [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("2m", Some(120_000)),
            ("+2m", Some(120_000)),
            ("720h30m", Some(2_593_800_000)),
            ("87600h", Some(315_360_000_000)),
            ("1.5h", Some(5_400_000)),
            (".5s", Some(500)),
            ("1.s", Some(1_000)),
            ("300ms", Some(300)),
            ("5000µs", Some(5)),
            ("1h0m0.25s", Some(3_600_250)),
            ("", None),
            ("2", None),
            ("m", None),
            (".s", None),
            ("-1s", None),
            ("1d", None),
            ("1 h", None),
            ("1.2.3s", None),
            ("99999999999999999999h", None),
            ("9999999999h", None),
        ] {
            assert_eq!(read(text), milliseconds.map(Duration::from_millis), "{text}");
        }
    }
}
