//! Points in time, passed in by callers: this crate has no clock.

use std::fmt;

use time::OffsetDateTime;

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// `Display` writes it as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC:
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
}
