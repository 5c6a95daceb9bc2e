//! Instants in a zone, as Go's time package knows them.

pub(crate) mod duration;
mod layout;
mod parse;

use std::fmt;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

pub(crate) use parse::parse;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const DAY: i64 = 86_400;
/// Seconds from 0001-01-01 to 1970-01-01, and from Go's "absolute" zero to 0001-01-01.
const UNIX_TO_INTERNAL: i64 = 62_135_596_800;
const ABSOLUTE_DAYS_TO_UNIX: i128 = 730_692_556 * 146_097 + 306 + UNIX_TO_INTERNAL as i128 / 86_400;

/// An instant: seconds and nanoseconds since 1970, shown in a zone.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    pub(crate) zone: Zone,
    /// Read from the clock: Go then prints a monotonic reading as well.
    pub(crate) monotonic: bool,
}

/// A zone. Local time is UTC here, as in a container.
#[derive(Clone, Debug)]
pub(crate) enum Zone {
    Utc,
    Local,
    Fixed(String, i64),
    Named(TimeZone),
}

/// A date and time of day in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) year_day: i64,
    pub(crate) weekday: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

/// Zones have shorter names.
const LONGEST_NAME: usize = 64;

impl Zone {
    /// Finds a zone by its IANA name, as `time.LoadLocation` does.
    pub(crate) fn load(name: &[u8]) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        match name {
            "" | "UTC" => return Some(Self::Utc),
            "Local" => return Some(Self::Local),
            // Zones of their own in most installations, names of places in the database itself.
            "EST" => return Some(Self::Fixed(name.to_owned(), -5 * 3600)),
            "MST" => return Some(Self::Fixed(name.to_owned(), -7 * 3600)),
            "HST" => return Some(Self::Fixed(name.to_owned(), -10 * 3600)),
            _ => {}
        }
        // The database would repeat it in its error.
        if name.len() > LONGEST_NAME {
            return None;
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        // The database takes names in any case; Go's are files, which are not.
        (zone.iana_name() == Some(name)).then_some(Self::Named(zone))
    }

    /// The offset in seconds east of UTC at an instant, and its abbreviation.
    pub(crate) fn offset(&self, seconds: i64) -> (i64, String) {
        match self {
            Self::Utc | Self::Local => (0, "UTC".to_owned()),
            Self::Fixed(name, offset) => (*offset, name.clone()),
            Self::Named(zone) => {
                let clamped = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let timestamp = Timestamp::from_second(clamped).unwrap_or_default();
                let info = zone.to_offset_info(timestamp);
                (i64::from(info.offset().seconds()), info.abbreviation().to_owned())
            }
        }
    }

    /// Whether an instant is in daylight saving time.
    pub(crate) fn is_dst(&self, seconds: i64) -> bool {
        let Self::Named(zone) = self else { return false };
        Timestamp::from_second(seconds).is_ok_and(|at| zone.to_offset_info(at).dst().is_dst())
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Local => "Local",
            Self::Fixed(name, _) => name,
            Self::Named(zone) => zone.iana_name().unwrap_or_default(),
        }
    }
}

impl Time {
    /// Go's zero time, 0001-01-01 00:00:00 UTC.
    pub(crate) fn zero() -> Self {
        Self::new(-UNIX_TO_INTERNAL, 0, Zone::Utc)
    }

    pub(crate) fn new(seconds: i64, nanoseconds: u32, zone: Zone) -> Self {
        Self { seconds, nanoseconds, zone, monotonic: false }
    }

    /// `time.Date`: values outside their ranges carry over.
    pub(crate) fn from_civil(
        date: (i64, i64, i64),
        clock: (i64, i64, i64),
        nanos: u32,
        zone: Zone,
    ) -> Self {
        let (year, month, day) = date;
        let months = month - 1;
        let days =
            days_from_civil(year + months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day - 1;
        let local = days
            .wrapping_mul(DAY)
            .wrapping_add(clock.0.wrapping_mul(3600))
            .wrapping_add(clock.1.wrapping_mul(60))
            .wrapping_add(clock.2);
        let guess = local.wrapping_sub(zone.offset(local).0);
        let seconds = local.wrapping_sub(zone.offset(guess).0);
        Self::new(seconds, nanos, zone)
    }

    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// `Time.Add`, which wraps as Go does.
    pub(crate) fn add(&self, nanoseconds: i64) -> Self {
        let total = i64::from(self.nanoseconds) + nanoseconds.rem_euclid(1_000_000_000);
        let carry = total.div_euclid(1_000_000_000);
        let seconds =
            self.seconds.wrapping_add(nanoseconds.div_euclid(1_000_000_000)).wrapping_add(carry);
        let nanoseconds = u32::try_from(total.rem_euclid(1_000_000_000)).unwrap_or(0);
        Self { seconds, nanoseconds, ..self.clone() }
    }

    /// `Time.Sub` in nanoseconds, cut off at the ends of its range.
    pub(crate) fn since(&self, earlier: &Self) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanoseconds)
            - i128::from(earlier.nanoseconds);
        i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
    }

    /// Rounded down to a multiple of `multiple` nanoseconds since the year 1, and what was cut off.
    pub(crate) fn truncate(&self, multiple: i64) -> (Self, i64) {
        if multiple <= 0 {
            return (self.clone(), 0);
        }
        let since = i128::from(self.seconds) + i128::from(UNIX_TO_INTERNAL);
        let nanoseconds = since * 1_000_000_000 + i128::from(self.nanoseconds);
        let cut = i64::try_from(nanoseconds.rem_euclid(i128::from(multiple))).unwrap_or(0);
        (Self { monotonic: false, ..self.add(-cut) }, cut)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == -UNIX_TO_INTERNAL && self.nanoseconds == 0
    }

    pub(crate) fn civil(&self) -> Civil {
        let local = self.seconds.wrapping_add(self.zone.offset(self.seconds).0);
        // Go counts from the start of its absolute years in 64 bits without a sign, and wraps.
        let zero = ABSOLUTE_DAYS_TO_UNIX * i128::from(DAY);
        let absolute = (i128::from(local) + zero).rem_euclid(1 << 64);
        let unix = absolute - zero;
        let days = i64::try_from(unix.div_euclid(i128::from(DAY))).unwrap_or(0);
        let second = i64::try_from(unix.rem_euclid(i128::from(DAY))).unwrap_or(0);
        let (year, month, day) = civil_from_days(days);
        Civil {
            year,
            month,
            day,
            year_day: days - days_from_civil(year, 1, 1) + 1,
            weekday: (days + 4).rem_euclid(7),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    /// `Time.Format`.
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(self, layout)
    }

    /// `Time.GoString`, what `%#v` prints.
    pub(crate) fn go_string(&self) -> String {
        let civil = self.civil();
        let month = month_name(civil.month);
        let zone = match &self.zone {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local => "time.Local".to_owned(),
            other => format!("time.Location({:?})", other.name()),
        };
        format!(
            "time.Date({}, time.{month}, {}, {}, {}, {}, {}, {zone})",
            civil.year, civil.day, civil.hour, civil.minute, civil.second, self.nanoseconds
        )
    }

    /// Go's own count of seconds, wrapping as Go's does.
    pub(crate) fn seconds_since_year_one(&self) -> i64 {
        self.seconds.wrapping_add(UNIX_TO_INTERNAL)
    }

    pub(crate) fn same_instant(&self, other: &Self) -> bool {
        self.seconds == other.seconds && self.nanoseconds == other.nanoseconds
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        f.write_str(&String::from_utf8_lossy(&text))?;
        // The reading itself means nothing to anybody; Go prints the process's age.
        if self.monotonic { f.write_str(" m=+0.000000001") } else { Ok(()) }
    }
}

pub(crate) fn month_name(month: i64) -> String {
    let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index));
    name.map_or_else(|| format!("%!Month({month})"), |name| (*name).to_owned())
}

pub(crate) fn weekday_name(day: i64) -> String {
    let name = usize::try_from(day).ok().and_then(|index| DAYS.get(index));
    name.map_or_else(|| format!("%!Weekday({day})"), |name| (*name).to_owned())
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
