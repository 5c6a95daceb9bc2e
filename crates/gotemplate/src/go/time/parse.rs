//! Times read after a layout (`time.ParseInLocation` with local time).

use super::layout::{self, Element, Offset};
use super::{DAYS, MONTHS, Time, Zone, days_in, is_leap};

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanoseconds: u32,
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    zone_name: Option<String>,
}

/// Reads `value` after `layout`; `None` wherever Go returns an error.
pub(crate) fn parse(layout: &[u8], value: &[u8]) -> Option<Time> {
    let mut fields = Fields::default();
    let (mut layout, mut value) = (layout, value);
    loop {
        let (prefix, element, suffix) = layout::next(layout);
        value = skip(value, prefix)?;
        let Some(element) = element else {
            return if value.is_empty() { fields.finish() } else { None };
        };
        layout = suffix;
        value = match element {
            Element::Second | Element::ZeroSecond => fields.second(value, element, layout)?,
            Element::Offset(style) => fields.offset(value, style)?,
            Element::ZoneName => fields.zone_name(value)?,
            Element::Fraction { digits, trimmed, .. } => fields.fraction(value, digits, trimmed)?,
            _ => fields.element(value, element)?,
        };
    }
}

impl Fields {
    fn element<'v>(&mut self, value: &'v [u8], element: Element) -> Option<&'v [u8]> {
        let (number, rest) = match element {
            Element::Year => return self.short_year(value),
            Element::LongYear => {
                if !value.first()?.is_ascii_digit() {
                    return None;
                }
                let (year, rest) = value.split_at_checked(4)?;
                self.year = signed(year)?;
                return Some(rest);
            }
            Element::Month | Element::LongMonth => {
                let (month, rest) = lookup(&MONTHS, value, element == Element::Month)?;
                self.month = Some(month + 1);
                return Some(rest);
            }
            Element::WeekDay => return Some(lookup(&DAYS, value, true)?.1),
            Element::LongWeekDay => return Some(lookup(&DAYS, value, false)?.1),
            Element::UpperPm => return self.half(value, b"AM", b"PM"),
            Element::LowerPm => return self.half(value, b"am", b"pm"),
            Element::UnderDay => two_digits(value.strip_prefix(b" ").unwrap_or(value), false)?,
            Element::UnderYearDay | Element::ZeroYearDay => return self.year_day(value, element),
            Element::ZeroMonth | Element::ZeroDay | Element::ZeroHour12 | Element::ZeroMinute => {
                two_digits(value, true)?
            }
            _ => two_digits(value, false)?,
        };
        let (field, range) = match element {
            Element::NumMonth | Element::ZeroMonth => (self.month.insert(0), 1..13),
            Element::Hour => (&mut self.hour, 0..24),
            Element::Hour12 | Element::ZeroHour12 => (&mut self.hour, 0..13),
            Element::Minute | Element::ZeroMinute => (&mut self.minute, 0..60),
            _ => (self.day.insert(0), 0..100),
        };
        *field = Some(number).filter(|number| range.contains(number))?;
        Some(rest)
    }

    fn short_year<'v>(&mut self, value: &'v [u8]) -> Option<&'v [u8]> {
        let (year, rest) = value.split_at_checked(2)?;
        let year = signed(year)?;
        self.year = if year >= 69 { year + 1900 } else { year + 2000 };
        Some(rest)
    }

    fn half<'v>(&mut self, value: &'v [u8], am: &[u8], pm: &[u8]) -> Option<&'v [u8]> {
        let (half, rest) = value.split_at_checked(2)?;
        if half == pm {
            self.afternoon = Some(true);
        } else if half == am {
            self.afternoon = self.afternoon.or(Some(false));
        } else {
            return None;
        }
        Some(rest)
    }

    fn year_day<'v>(&mut self, value: &'v [u8], element: Element) -> Option<&'v [u8]> {
        let fixed = element == Element::ZeroYearDay;
        let mut value = value;
        for _ in 0..2 {
            if !fixed {
                value = value.strip_prefix(b" ").unwrap_or(value);
            }
        }
        let digits = value.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || (fixed && digits != 3) {
            return None;
        }
        let (number, rest) = value.split_at_checked(digits)?;
        self.year_day = Some(unsigned(number)?);
        Some(rest)
    }

    /// Seconds, with a fraction even where the layout has none.
    fn second<'v>(&mut self, value: &'v [u8], element: Element, layout: &[u8]) -> Option<&'v [u8]> {
        let (second, rest) = two_digits(value, element == Element::ZeroSecond)?;
        self.second = Some(second).filter(|second| *second < 60)?;
        let fraction = matches!(rest, [b'.' | b',', digit, ..] if digit.is_ascii_digit());
        if !fraction || matches!(layout::next(layout).1, Some(Element::Fraction { .. })) {
            return Some(rest);
        }
        let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        self.nanoseconds = nanoseconds(rest.get(1..=digits)?)?;
        rest.get(1 + digits..)
    }

    fn fraction<'v>(&mut self, value: &'v [u8], digits: usize, trimmed: bool) -> Option<&'v [u8]> {
        let marked = matches!(value.first(), Some(b'.' | b','));
        if !trimmed {
            let number = value.get(1..=digits).filter(|_| marked)?;
            self.nanoseconds = nanoseconds(number)?;
            return value.get(1 + digits..);
        }
        let present = value.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        if !marked || present == 0 {
            return Some(value);
        }
        self.nanoseconds = nanoseconds(value.get(1..=present)?)?;
        value.get(1 + present..)
    }

    fn offset<'v>(&mut self, value: &'v [u8], style: Offset) -> Option<&'v [u8]> {
        if style.z
            && let Some(rest) = value.strip_prefix(b"Z")
        {
            self.utc = true;
            return Some(rest);
        }
        let (sign, mut rest) = value.split_first()?;
        let mut parts = [0; 3];
        for (index, part) in parts.iter_mut().enumerate().take(style.parts) {
            if index > 0 && style.colon {
                rest = rest.strip_prefix(b":")?;
            }
            (*part, rest) = two_digits(rest, true)?;
        }
        let [hours, minutes, seconds] = parts;
        if hours > 24 || minutes > 60 || seconds > 60 {
            return None;
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = match sign {
            b'+' => Some(offset),
            b'-' => Some(-offset),
            _ => return None,
        };
        Some(rest)
    }

    fn zone_name<'v>(&mut self, value: &'v [u8]) -> Option<&'v [u8]> {
        if let Some(rest) = value.strip_prefix(b"UTC") {
            self.utc = true;
            return Some(rest);
        }
        let (name, rest) = value.split_at_checked(zone_name_len(value)?)?;
        self.zone_name = Some(String::from_utf8_lossy(name).into_owned());
        Some(rest)
    }

    fn finish(mut self) -> Option<Time> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = match self.year_day {
            Some(year_day) => self.date_of(year_day)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > days_in(month, self.year) {
            return None;
        }
        let at = |zone| {
            let clock = (self.hour, self.minute, self.second);
            Time::from_civil((self.year, month, day), clock, self.nanoseconds, zone)
        };
        if self.utc {
            return Some(at(Zone::Utc));
        }
        let name = self.zone_name.clone().unwrap_or_default();
        // An offset of -1 second is Go's mark for "none"; nobody can write one.
        if let Some(offset) = self.offset {
            let time = at(Zone::Utc);
            let zone = if offset == 0 && matches!(name.as_str(), "" | "UTC") {
                Zone::Local
            } else {
                Zone::Fixed(name, offset)
            };
            return Some(Time::new(time.seconds - offset, time.nanoseconds, zone));
        }
        if self.zone_name.is_some() {
            let hours =
                name.strip_prefix("GMT").and_then(|hours| signed(hours.as_bytes())).unwrap_or(0);
            let time = at(Zone::Utc);
            return Some(time.in_zone(Zone::Fixed(name, hours * 3600)));
        }
        Some(at(Zone::Local))
    }

    /// The month and day of a day of the year; what the text said of them must agree.
    fn date_of(&self, year_day: i64) -> Option<(i64, i64)> {
        let length = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=length).contains(&year_day) {
            return None;
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        let agrees = self.month.is_none_or(|m| m == month) && self.day.is_none_or(|d| d == day);
        agrees.then_some((month, day))
    }
}

/// Drops `prefix` from `value`; a run of spaces matches any run of spaces.
fn skip<'v>(mut value: &'v [u8], mut prefix: &[u8]) -> Option<&'v [u8]> {
    while let [first, rest @ ..] = prefix {
        if *first == b' ' {
            if value.first().is_some_and(|byte| *byte != b' ') {
                return None;
            }
            prefix = cut_spaces(prefix);
            value = cut_spaces(value);
            continue;
        }
        value = value.strip_prefix(&[*first])?;
        prefix = rest;
    }
    Some(value)
}

fn cut_spaces(mut text: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    text
}

/// One or two digits, or exactly two.
fn two_digits(value: &[u8], fixed: bool) -> Option<(i64, &[u8])> {
    match value {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some((i64::from(a - b'0') * 10 + i64::from(b - b'0'), rest))
        }
        [a, rest @ ..] if a.is_ascii_digit() && !fixed => Some((i64::from(a - b'0'), rest)),
        _ => None,
    }
}

fn unsigned(text: &[u8]) -> Option<i64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Digits with an optional sign; a sign alone is 0, as Go's helper has it.
fn signed(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = if digits.is_empty() { 0 } else { unsigned(digits)? };
    Some(if negative { -value } else { value })
}

fn nanoseconds(digits: &[u8]) -> Option<u32> {
    let text: String = digits.iter().take(9).map(|byte| char::from(*byte)).collect();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{text:0<9}").parse().ok()
    } else {
        None
    }
}

fn lookup<'v>(names: &[&str], value: &'v [u8], short: bool) -> Option<(i64, &'v [u8])> {
    for (index, name) in (0..).zip(names) {
        let name = if short { name.get(..3)? } else { name };
        if let Some((head, rest)) = value.split_at_checked(name.len())
            && head.eq_ignore_ascii_case(name.as_bytes())
        {
            return Some((index, rest));
        }
    }
    None
}

/// How long the zone abbreviation at the start of `value` is.
fn zone_name_len(value: &[u8]) -> Option<usize> {
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = value.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_len(rest));
    }
    if value.len() < 3 {
        return None;
    }
    if matches!(value.first(), Some(b'+' | b'-')) {
        return Some(signed_offset_len(value)).filter(|len| *len > 0);
    }
    let upper = value.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match upper {
        3 => Some(3),
        4 if value.get(3) == Some(&b'T') || value.starts_with(b"WITA") => Some(4),
        5 if value.get(4) == Some(&b'T') => Some(5),
        _ => None,
    }
}

/// The length of a sign and hours up to 23, or 0.
fn signed_offset_len(value: &[u8]) -> usize {
    if !matches!(value.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let digits = value.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    let hours = value.get(1..=digits).and_then(unsigned);
    if hours.is_some_and(|hours| hours <= 23) { 1 + digits } else { 0 }
}
