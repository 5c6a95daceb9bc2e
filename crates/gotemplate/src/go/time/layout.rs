//! Go's layouts: a reference time written as wanted, and times written after it.

use super::{Civil, DAYS, MONTHS, Time};

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    Offset(Offset),
    /// `.000` or `.999`: how many digits, the mark, and whether trailing zeros go.
    Fraction {
        digits: usize,
        mark: u8,
        trimmed: bool,
    },
}

/// A numeric zone: `Z` for UTC, colons, and which of hours, minutes and seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) z: bool,
    pub(super) colon: bool,
    /// 1 hours, 2 minutes as well, 3 seconds as well.
    pub(super) parts: usize,
}

/// What stands before the next element, the element, and the rest.
pub(super) fn next(layout: &[u8]) -> (&[u8], Option<Element>, &[u8]) {
    for at in 0..layout.len() {
        let (before, here) = layout.split_at(at);
        if let Some((element, skip, width)) = element(here) {
            let prefix = layout.get(..before.len() + skip).unwrap_or(before);
            return (prefix, Some(element), here.get(skip + width..).unwrap_or_default());
        }
    }
    (layout, None, &[])
}

/// The element at the start of `here`: what it is, how many bytes before it are literal, its width.
fn element(here: &[u8]) -> Option<(Element, usize, usize)> {
    let at = |text: &str| here.starts_with(text.as_bytes());
    let lower_follows = || here.get(3).is_some_and(u8::is_ascii_lowercase);
    let found = |element, width| Some((element, 0, width));
    match *here.first()? {
        b'J' if at("January") => found(Element::LongMonth, 7),
        b'J' if at("Jan") && !lower_follows() => found(Element::Month, 3),
        b'M' if at("Monday") => found(Element::LongWeekDay, 6),
        b'M' if at("Mon") && !lower_follows() => found(Element::WeekDay, 3),
        b'M' if at("MST") => found(Element::ZoneName, 3),
        b'0' if at("002") => found(Element::ZeroYearDay, 3),
        b'0' => found(
            match here.get(1)? {
                b'1' => Element::ZeroMonth,
                b'2' => Element::ZeroDay,
                b'3' => Element::ZeroHour12,
                b'4' => Element::ZeroMinute,
                b'5' => Element::ZeroSecond,
                b'6' => Element::Year,
                _ => return None,
            },
            2,
        ),
        b'1' if at("15") => found(Element::Hour, 2),
        b'1' => found(Element::NumMonth, 1),
        b'2' if at("2006") => found(Element::LongYear, 4),
        b'2' => found(Element::Day, 1),
        b'_' if at("_2006") => Some((Element::LongYear, 1, 4)),
        b'_' if at("_2") => found(Element::UnderDay, 2),
        b'_' if at("__2") => found(Element::UnderYearDay, 3),
        b'3' => found(Element::Hour12, 1),
        b'4' => found(Element::Minute, 1),
        b'5' => found(Element::Second, 1),
        b'P' if at("PM") => found(Element::UpperPm, 2),
        b'p' if at("pm") => found(Element::LowerPm, 2),
        b'-' | b'Z' => offset(here),
        b'.' | b',' => fraction(here),
        _ => None,
    }
}

fn offset(here: &[u8]) -> Option<(Element, usize, usize)> {
    let z = here.first() == Some(&b'Z');
    let rest = here.get(1..)?;
    for (text, colon, parts) in [
        ("070000", false, 3),
        ("07:00:00", true, 3),
        ("0700", false, 2),
        ("07:00", true, 2),
        ("07", false, 1),
    ] {
        if rest.starts_with(text.as_bytes()) {
            return Some((Element::Offset(Offset { z, colon, parts }), 0, 1 + text.len()));
        }
    }
    None
}

fn fraction(here: &[u8]) -> Option<(Element, usize, usize)> {
    let mark = *here.first()?;
    let digit = *here.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = here.iter().skip(1).take_while(|byte| **byte == digit).count();
    if here.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((Element::Fraction { digits, mark, trimmed: digit == b'9' }, 0, 1 + digits))
}

pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let civil = time.civil();
    let (offset, zone) = time.zone.offset(time.seconds);
    let mut out = Vec::with_capacity(layout.len() + 16);
    let mut rest = layout;
    loop {
        let (prefix, element, suffix) = next(rest);
        out.extend_from_slice(prefix);
        let Some(element) = element else { return out };
        match element {
            Element::ZoneName => zone_name(&mut out, &zone, offset),
            Element::Offset(style) => write_offset(&mut out, style, offset),
            Element::Fraction { digits, mark, trimmed } => {
                write_fraction(&mut out, time.nanoseconds, digits, mark, trimmed);
            }
            _ => write_element(&mut out, element, &civil),
        }
        rest = suffix;
    }
}

fn write_element(out: &mut Vec<u8>, element: Element, civil: &Civil) {
    let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    let month =
        usize::try_from(civil.month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"");
    let weekday =
        usize::try_from(civil.weekday).ok().and_then(|index| DAYS.get(index)).unwrap_or(&"");
    let short = |name: &str| name.get(..3).unwrap_or_default().to_owned();
    let text = match element {
        Element::Year => number(civil.year.max(0) % 100, 2),
        Element::LongYear => number(civil.year, 4),
        Element::Month => short(month),
        Element::LongMonth => (*month).to_owned(),
        Element::NumMonth => number(civil.month, 0),
        Element::ZeroMonth => number(civil.month, 2),
        Element::WeekDay => short(weekday),
        Element::LongWeekDay => (*weekday).to_owned(),
        Element::Day => number(civil.day, 0),
        Element::UnderDay => format!("{:>2}", civil.day),
        Element::ZeroDay => number(civil.day, 2),
        Element::UnderYearDay => format!("{:>3}", civil.year_day),
        Element::ZeroYearDay => number(civil.year_day, 3),
        Element::Hour => number(civil.hour, 2),
        Element::Hour12 => number(hour12, 0),
        Element::ZeroHour12 => number(hour12, 2),
        Element::Minute => number(civil.minute, 0),
        Element::ZeroMinute => number(civil.minute, 2),
        Element::Second => number(civil.second, 0),
        Element::ZeroSecond => number(civil.second, 2),
        Element::UpperPm => if civil.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Element::LowerPm => if civil.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Element::ZoneName | Element::Offset(_) | Element::Fraction { .. } => String::new(),
    };
    out.extend_from_slice(text.as_bytes());
}

/// A number of at least `width` digits, the sign before them.
fn number(value: i64, width: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{:0width$}", value.unsigned_abs())
}

fn zone_name(out: &mut Vec<u8>, name: &str, offset: i64) {
    if name.is_empty() {
        return write_offset(out, Offset { z: false, colon: false, parts: 2 }, offset);
    }
    out.extend_from_slice(name.as_bytes());
}

fn write_offset(out: &mut Vec<u8>, style: Offset, offset: i64) {
    if style.z && offset == 0 {
        return out.push(b'Z');
    }
    let colon = if style.colon { ":" } else { "" };
    // Go takes the sign from the whole minutes.
    let minutes = offset / 60;
    let (sign, minutes, seconds) =
        if minutes < 0 { ('-', -minutes, -offset) } else { ('+', minutes, offset) };
    let mut text = format!("{sign}{:02}", minutes / 60);
    if style.parts >= 2 {
        text.push_str(&format!("{colon}{:02}", minutes % 60));
    }
    if style.parts >= 3 {
        text.push_str(&format!("{colon}{:02}", seconds % 60));
    }
    out.extend_from_slice(text.as_bytes());
}

fn write_fraction(out: &mut Vec<u8>, nanoseconds: u32, digits: usize, mark: u8, trimmed: bool) {
    let text = format!("{nanoseconds:09}");
    let text = text.get(..digits.min(9)).unwrap_or(&text);
    if trimmed {
        let text = text.trim_end_matches('0');
        if !text.is_empty() {
            out.push(mark);
            out.extend_from_slice(text.as_bytes());
        }
        return;
    }
    out.push(mark);
    out.extend_from_slice(text.as_bytes());
}
