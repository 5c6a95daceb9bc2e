//! Points in time, passed in by callers: this crate has no clock.

use std::fmt;
use std::str::FromStr;

use time::{Date, Month, OffsetDateTime, Time};

use crate::error::ParseTimeError;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// `Display` writes it as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC, without fractions of a second, and
/// `FromStr` reads that form and no other. It is how the Kubernetes API writes times.
/// ```
/// # use sealkit_core::UnixTime;
/// assert_eq!(UnixTime(1_700_000_000).to_string(), "2023-11-14T22:13:20Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The calendar date and time, for the years that X.509 can express.
    pub(crate) fn to_date_time(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .filter(|date| (0..=9999).contains(&date.year()))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(date) = self.to_date_time() else {
            // No calendar date that RFC 3339 can write.
            return write!(f, "{} seconds after 1970-01-01T00:00:00Z", self.0);
        };
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            date.hour(),
            date.minute(),
            date.second()
        )
    }
}

impl FromStr for UnixTime {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or(ParseTimeError)
    }
}

/// `2023-11-14T22:13:20Z`
fn read(text: &str) -> Option<UnixTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
    let [hour, minute, second] = [hour, minute, second].map(u8::try_from);
    let time = Time::from_hms(hour.ok()?, minute.ok()?, second.ok()?).ok()?;
    Some(UnixTime(date.with_time(time).assume_utc().unix_timestamp()))
}

/// Three numbers of exactly so many digits.
fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut next = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let [first, second, third] = digits;
    let numbers = [next(first)?, next(second)?, next(third)?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_as_rfc_3339() {
        assert_eq!(UnixTime(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime(-1).to_string(), "1969-12-31T23:59:59Z");
        assert_eq!(UnixTime(253_402_300_799).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(UnixTime(-62_167_219_200).to_string(), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn times_outside_the_calendar_still_print() {
        let text = "253402300800 seconds after 1970-01-01T00:00:00Z";
        assert_eq!(UnixTime(253_402_300_800).to_string(), text);
        assert!(UnixTime(i64::MAX).to_string().starts_with("9223372036854775807 seconds"));
        assert!(UnixTime(i64::MIN).to_string().starts_with("-9223372036854775808 seconds"));
    }

    #[test]
    fn times_that_are_printed_read_back() {
        for seconds in [0, -1, 1_700_000_000, 253_402_300_799, -62_167_219_200] {
            assert_eq!(UnixTime(seconds).to_string().parse(), Ok(UnixTime(seconds)));
        }
    }

    #[test]
    fn what_is_no_such_time_is_refused() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14T22:13:20+00:00",
            "2023-11-14T22:13:20.5Z",
            "2023-02-29T00:00:00Z",
            "2023-11-14T24:00:00Z",
            "2023-1-14T22:13:20Z",
            "+023-11-14T22:13:20Z",
            "2023-11-14-01T22:13:20Z",
        ] {
            assert_eq!(text.parse::<UnixTime>(), Err(ParseTimeError), "{text}");
        }
    }
}
