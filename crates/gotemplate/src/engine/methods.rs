//! Methods of times, durations and versions.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::engine::argument::{Nanoseconds, function};
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{IntType, Str, UintType, Value};
use crate::go::semver::Version;
use crate::go::time::{Time, Zone, duration};

/// The method of that name of a value.
pub(crate) fn find(receiver: &Value, name: &[u8]) -> Option<&'static Function> {
    let methods = match receiver {
        Value::Time(_) => TIME,
        Value::Version(..) => VERSION,
        Value::Int(_, IntType::Duration) => DURATION,
        Value::Int(_, IntType::Month | IntType::Weekday) => NAMED,
        _ => return None,
    };
    let found = methods.iter().find(|method| method.name.as_bytes() == name)?;
    // Go finds these on the pointer only.
    let needs_pointer = matches!(
        found.name,
        "Compare"
            | "Equal"
            | "GreaterThan"
            | "GreaterThanEqual"
            | "LessThan"
            | "LessThanEqual"
            | "Original"
    );
    let is_bare = matches!(receiver, Value::Version(_, false));
    (!(is_bare && needs_pointer)).then_some(found)
}

/// Why a method that Go's type has cannot be called here or by any template.
pub(crate) fn refusal(receiver: &Value, name: &[u8]) -> Option<Fault> {
    let name = std::str::from_utf8(name).ok()?;
    let second = |kind: &str| {
        Fault::new(format!(
            "invalid function signature for {name}: second return value should be error; is {kind}"
        ))
    };
    match (receiver, name) {
        (Value::Time(_), "Date" | "Clock") => {
            Some(Fault::new(format!("function {name} has 3 return values; should be 1 or 2")))
        }
        (Value::Time(_), "Zone" | "ISOWeek") => Some(second("int")),
        (Value::Time(_), "ZoneBounds") => Some(second("time.Time")),
        (
            Value::Time(_) | Value::Version(..),
            "AppendBinary" | "AppendFormat" | "AppendText" | "GobEncode" | "In" | "Location"
            | "MarshalBinary" | "MarshalJSON" | "MarshalText" | "Scan",
        ) => Some(Fault::Unsupported("this method is not supported")),
        _ => None,
    }
}

/// Whether Go's struct has a field of that name that templates may not read.
pub(crate) fn is_hidden_field(receiver: &Value, name: &[u8]) -> bool {
    let fields: &[&[u8]] = match receiver {
        Value::Time(_) => &[b"wall", b"ext", b"loc"],
        Value::Version(..) => &[b"major", b"minor", b"patch", b"pre", b"metadata", b"original"],
        _ => &[],
    };
    fields.contains(&name)
}

macro_rules! civil {
    ($name:literal, $field:ident) => {
        function!($name, |_runtime, time: Rc<Time>| Ok(Value::int(time.civil().$field)))
    };
}

macro_rules! unix {
    ($name:literal, $per_second:literal) => {
        function!($name, |_runtime, time: Rc<Time>| Ok(Value::int64(unix(&time, $per_second))))
    };
}

macro_rules! compared {
    ($name:literal, $type:ty, $order:ident => $result:expr) => {
        function!($name, |_runtime, left: $type, right: $type| {
            let $order = left.order(&right);
            Ok($result)
        })
    };
}

const TIME: &[Function] = &[
    civil!("Year", year),
    civil!("Day", day),
    civil!("Hour", hour),
    civil!("Minute", minute),
    civil!("Second", second),
    civil!("YearDay", year_day),
    function!("Month", |_runtime, time: Rc<Time>| {
        Ok(Value::Int(time.civil().month, IntType::Month))
    }),
    function!("Weekday", |_runtime, time: Rc<Time>| {
        Ok(Value::Int(time.civil().weekday, IntType::Weekday))
    }),
    function!("Nanosecond", |_runtime, time: Rc<Time>| {
        Ok(Value::int(i64::from(time.nanoseconds)))
    }),
    unix!("Unix", 1),
    unix!("UnixMilli", 1000),
    unix!("UnixMicro", 1_000_000),
    unix!("UnixNano", 1_000_000_000),
    function!("Format", |runtime, time: Rc<Time>, layout: Str| {
        runtime.work(layout.len() as u64)?;
        runtime.string(time.format(&layout))
    }),
    function!("String", |runtime, time: Rc<Time>| runtime.string(time.to_string().into_bytes())),
    function!("GoString", |runtime, time: Rc<Time>| {
        runtime.string(time.go_string().into_bytes())
    }),
    function!("IsZero", |_runtime, time: Rc<Time>| Ok(Value::Bool(time.is_zero()))),
    function!("IsDST", |_runtime, time: Rc<Time>| {
        Ok(Value::Bool(time.zone.is_dst(time.seconds)))
    }),
    function!("Truncate", |_runtime, time: Rc<Time>, multiple: Nanoseconds| {
        Ok(time_value(time.truncate(multiple.0).0))
    }),
    function!("Round", |_runtime, time: Rc<Time>, multiple: Nanoseconds| {
        let (down, cut) = time.truncate(multiple.0);
        let up = multiple.0 > 0 && i128::from(cut) * 2 >= i128::from(multiple.0);
        Ok(time_value(if up { down.add(multiple.0) } else { down }))
    }),
    function!("UTC", |_runtime, time: Rc<Time>| Ok(in_zone(&time, Zone::Utc))),
    function!("Local", |_runtime, time: Rc<Time>| Ok(in_zone(&time, Zone::Local))),
    function!("Add", |_runtime, time: Rc<Time>, by: Nanoseconds| Ok(time_value(time.add(by.0)))),
    function!("AddDate", |_runtime, time: Rc<Time>, years: i64, months: i64, days: i64| {
        Ok(add_date(&time, (years, months, days)))
    }),
    function!("Sub", |_runtime, time: Rc<Time>, other: Rc<Time>| {
        Ok(Value::Int(time.since(&other), IntType::Duration))
    }),
    compared!("Before", Rc<Time>, order => Value::Bool(order.is_lt())),
    compared!("After", Rc<Time>, order => Value::Bool(order.is_gt())),
    compared!("Equal", Rc<Time>, order => Value::Bool(order.is_eq())),
    compared!("Compare", Rc<Time>, order => Value::int(order as i64)),
];

fn time_value(time: Time) -> Value {
    Value::Time(Rc::new(time))
}

fn unix(time: &Time, per_second: i64) -> i64 {
    let fraction = i64::from(time.nanoseconds) / (1_000_000_000 / per_second);
    time.seconds.wrapping_mul(per_second).wrapping_add(fraction)
}

fn in_zone(time: &Time, zone: Zone) -> Value {
    time_value(Time { monotonic: false, ..time.in_zone(zone) })
}

fn add_date(start: &Time, (years, months, days): (i64, i64, i64)) -> Value {
    let civil = start.civil();
    let bounded = |value: i64| value.clamp(-1_000_000_000_000, 1_000_000_000_000);
    let date =
        (civil.year + bounded(years), civil.month + bounded(months), civil.day + bounded(days));
    let clock = (civil.hour, civil.minute, civil.second);
    time_value(Time::from_civil(date, clock, start.nanoseconds, start.zone.clone()))
}

/// How the methods of two values compare them.
trait Ordered {
    fn order(&self, other: &Self) -> Ordering;
}

impl Ordered for Time {
    fn order(&self, other: &Self) -> Ordering {
        (self.seconds, self.nanoseconds).cmp(&(other.seconds, other.nanoseconds))
    }
}

impl Ordered for Version {
    fn order(&self, other: &Self) -> Ordering {
        self.compare(other)
    }
}

macro_rules! in_units {
    ($name:literal, $unit:literal) => {
        function!($name, |_runtime, duration: Nanoseconds| Ok(in_units(&duration, $unit)))
    };
}

/// Go takes any integer constant for a duration.
const DURATION: &[Function] = &[
    function!("String", |runtime, duration: Nanoseconds| {
        runtime.string(duration::format(duration.0).into_bytes())
    }),
    in_units!("Hours", 3_600_000_000_000),
    in_units!("Minutes", 60_000_000_000),
    in_units!("Seconds", 1_000_000_000),
    function!("Milliseconds", |_runtime, duration: Nanoseconds| {
        Ok(Value::int64(duration.0 / 1_000_000))
    }),
    function!("Microseconds", |_runtime, duration: Nanoseconds| {
        Ok(Value::int64(duration.0 / 1000))
    }),
    function!("Nanoseconds", |_runtime, duration: Nanoseconds| Ok(Value::int64(duration.0))),
    function!("Round", |_runtime, duration: Nanoseconds, multiple: Nanoseconds| {
        Ok(Value::Int(duration::round(duration.0, multiple.0), IntType::Duration))
    }),
    function!("Truncate", |_runtime, duration: Nanoseconds, multiple: Nanoseconds| {
        let (value, unit) = (duration.0, multiple.0);
        Ok(Value::Int(if unit > 0 { value - value % unit } else { value }, IntType::Duration))
    }),
    function!("Abs", |_runtime, duration: Nanoseconds| {
        Ok(Value::Int(duration.0.saturating_abs(), IntType::Duration))
    }),
];

#[expect(clippy::cast_precision_loss, reason = "Go's Duration methods return floats")]
fn in_units(duration: &Nanoseconds, unit: i64) -> Value {
    let nanoseconds = duration.0;
    Value::Float((nanoseconds / unit) as f64 + (nanoseconds % unit) as f64 / unit as f64)
}

/// Of a `time.Month` and a `time.Weekday`.
const NAMED: &[Function] = &[function!("String", |runtime, named: Value| {
    let text = match named {
        Value::Int(number, IntType::Month) => crate::go::time::month_name(number),
        Value::Int(number, _) => crate::go::time::weekday_name(number),
        _ => String::new(),
    };
    runtime.string(text.into_bytes())
})];

macro_rules! segment {
    ($name:literal, $field:ident) => {
        function!($name, |_runtime, version: Rc<Version>| {
            Ok(Value::Uint(version.$field, UintType::Uint64))
        })
    };
}

macro_rules! part {
    ($name:literal, $field:ident) => {
        function!($name, |runtime, version: Rc<Version>| {
            runtime.string(version.$field.as_bytes())
        })
    };
}

macro_rules! increased {
    ($name:literal, $level:literal) => {
        function!($name, |runtime, version: Rc<Version>| {
            charge_version(runtime, version.bytes())?;
            Ok(Value::Version(Rc::new(version.increased($level)), false))
        })
    };
}

const VERSION: &[Function] = &[
    segment!("Major", major),
    segment!("Minor", minor),
    segment!("Patch", patch),
    part!("Prerelease", prerelease),
    part!("Metadata", metadata),
    part!("Original", original),
    function!("String", |runtime, version: Rc<Version>| version_text(runtime, &version)),
    function!("Value", |runtime, version: Rc<Version>| version_text(runtime, &version)),
    increased!("IncMajor", 0),
    increased!("IncMinor", 1),
    increased!("IncPatch", 2),
    function!("SetPrerelease", |runtime, version: Rc<Version>, text: Str| {
        with_part(runtime, &version, &text, true)
    }),
    function!("SetMetadata", |runtime, version: Rc<Version>, text: Str| {
        with_part(runtime, &version, &text, false)
    }),
    compared!("Compare", Rc<Version>, order => Value::int(order as i64)),
    compared!("Equal", Rc<Version>, order => Value::Bool(order.is_eq())),
    compared!("LessThan", Rc<Version>, order => Value::Bool(order.is_lt())),
    compared!("LessThanEqual", Rc<Version>, order => Value::Bool(order.is_le())),
    compared!("GreaterThan", Rc<Version>, order => Value::Bool(order.is_gt())),
    compared!("GreaterThanEqual", Rc<Version>, order => Value::Bool(order.is_ge())),
];

fn version_text(runtime: &mut Runtime<'_>, version: &Version) -> Outcome {
    runtime.copies(version.bytes(), 1)?;
    runtime.string(version.to_string().into_bytes())
}

/// Its parts are copied, and so is the text of them all.
fn charge_version(runtime: &mut Runtime<'_>, bytes: usize) -> Result<(), Fault> {
    runtime.scan(bytes)?;
    runtime.charge(256 + bytes.saturating_mul(3))
}

fn with_part(
    runtime: &mut Runtime<'_>,
    version: &Version,
    text: &[u8],
    prerelease: bool,
) -> Outcome {
    charge_version(runtime, text.len() + version.bytes())?;
    let next = version.with_part(text, prerelease)?;
    Ok(Value::Version(Rc::new(next), false))
}
