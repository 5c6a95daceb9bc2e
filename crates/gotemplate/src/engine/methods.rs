//! Methods of times, durations and versions.

use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::{
    Duration, Int, Str as Text, Time as Instant, Version as Semver,
};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::{IntType, UintType, Value};
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
        fixed($name, &[Instant], |call| Ok(Value::int(call.time(0).civil().$field)))
    };
}

const TIME: &[Function] = &[
    civil!("Year", year),
    civil!("Day", day),
    civil!("Hour", hour),
    civil!("Minute", minute),
    civil!("Second", second),
    civil!("YearDay", year_day),
    fixed("Month", &[Instant], |call| Ok(Value::Int(call.time(0).civil().month, IntType::Month))),
    fixed("Weekday", &[Instant], |call| {
        Ok(Value::Int(call.time(0).civil().weekday, IntType::Weekday))
    }),
    fixed("Nanosecond", &[Instant], |call| Ok(Value::int(i64::from(call.time(0).nanoseconds)))),
    fixed("Unix", &[Instant], |call| Ok(Value::int64(call.time(0).seconds))),
    fixed("UnixMilli", &[Instant], |call| unix(call, 1000)),
    fixed("UnixMicro", &[Instant], |call| unix(call, 1_000_000)),
    fixed("UnixNano", &[Instant], |call| unix(call, 1_000_000_000)),
    fixed("Format", &[Instant, Text], |call| {
        let layout = call.text(1);
        call.runtime.work(layout.len() as u64)?;
        let text = call.time(0).format(&layout);
        call.string(text)
    }),
    fixed("String", &[Instant], |call| {
        let text = call.time(0).to_string();
        call.string(text.into_bytes())
    }),
    fixed("GoString", &[Instant], |call| {
        let text = call.time(0).go_string();
        call.string(text.into_bytes())
    }),
    fixed("IsZero", &[Instant], |call| Ok(Value::Bool(call.time(0).is_zero()))),
    fixed("IsDST", &[Instant], |call| {
        let instant = call.time(0);
        Ok(Value::Bool(instant.zone.is_dst(instant.seconds)))
    }),
    fixed("Truncate", &[Instant, Duration], |call| Ok(time(call.time(0).truncate(call.int(1)).0))),
    fixed("Round", &[Instant, Duration], |call| {
        let multiple = call.int(1);
        let (down, cut) = call.time(0).truncate(multiple);
        let up = multiple > 0 && i128::from(cut) * 2 >= i128::from(multiple);
        Ok(time(if up { down.add(multiple) } else { down }))
    }),
    fixed("UTC", &[Instant], |call| in_zone(call, Zone::Utc)),
    fixed("Local", &[Instant], |call| in_zone(call, Zone::Local)),
    fixed("Add", &[Instant, Duration], |call| Ok(time(call.time(0).add(call.int(1))))),
    fixed("AddDate", &[Instant, Int, Int, Int], add_date),
    fixed("Sub", &[Instant, Instant], |call| {
        Ok(Value::Int(call.time(0).since(&call.time(1)), IntType::Duration))
    }),
    fixed("Before", &[Instant, Instant], |call| Ok(Value::Bool(order(call) < 0))),
    fixed("After", &[Instant, Instant], |call| Ok(Value::Bool(order(call) > 0))),
    fixed("Equal", &[Instant, Instant], |call| Ok(Value::Bool(order(call) == 0))),
    fixed("Compare", &[Instant, Instant], |call| Ok(Value::int(order(call)))),
];

fn time(time: Time) -> Value {
    Value::Time(Rc::new(time))
}

fn unix(call: &mut Call<'_, '_>, per_second: i64) -> Outcome {
    let time = call.time(0);
    let fraction = i64::from(time.nanoseconds) / (1_000_000_000 / per_second);
    Ok(Value::int64(time.seconds.wrapping_mul(per_second).wrapping_add(fraction)))
}

fn in_zone(call: &mut Call<'_, '_>, zone: Zone) -> Outcome {
    let moved = call.time(0).in_zone(zone);
    Ok(time(Time { monotonic: false, ..moved }))
}

fn add_date(call: &mut Call<'_, '_>) -> Outcome {
    let start = call.time(0);
    let civil = start.civil();
    let bounded = |value: i64| value.clamp(-1_000_000_000_000, 1_000_000_000_000);
    let date = (
        civil.year + bounded(call.int(1)),
        civil.month + bounded(call.int(2)),
        civil.day + bounded(call.int(3)),
    );
    let clock = (civil.hour, civil.minute, civil.second);
    Ok(time(Time::from_civil(date, clock, start.nanoseconds, start.zone.clone())))
}

fn order(call: &Call<'_, '_>) -> i64 {
    let (left, right) = (call.time(0), call.time(1));
    (left.seconds, left.nanoseconds).cmp(&(right.seconds, right.nanoseconds)) as i64
}

#[expect(clippy::cast_precision_loss, reason = "Go's Duration methods return floats")]
fn in_units(call: &Call<'_, '_>, unit: i64) -> Value {
    let nanoseconds = call.int(0);
    Value::Float((nanoseconds / unit) as f64 + (nanoseconds % unit) as f64 / unit as f64)
}

/// Go takes any integer constant for a duration.
const DURATION: &[Function] = &[
    fixed("String", &[Duration], |call| {
        let text = duration::format(call.int(0));
        call.string(text.into_bytes())
    }),
    fixed("Hours", &[Duration], |call| Ok(in_units(call, 3_600_000_000_000))),
    fixed("Minutes", &[Duration], |call| Ok(in_units(call, 60_000_000_000))),
    fixed("Seconds", &[Duration], |call| Ok(in_units(call, 1_000_000_000))),
    fixed("Milliseconds", &[Duration], |call| Ok(Value::int64(call.int(0) / 1_000_000))),
    fixed("Microseconds", &[Duration], |call| Ok(Value::int64(call.int(0) / 1000))),
    fixed("Nanoseconds", &[Duration], |call| Ok(Value::int64(call.int(0)))),
    fixed("Round", &[Duration, Duration], |call| {
        Ok(Value::Int(duration::round(call.int(0), call.int(1)), IntType::Duration))
    }),
    fixed("Truncate", &[Duration, Duration], |call| {
        let (value, unit) = (call.int(0), call.int(1));
        Ok(Value::Int(if unit > 0 { value - value % unit } else { value }, IntType::Duration))
    }),
    fixed("Abs", &[Duration], |call| {
        Ok(Value::Int(call.int(0).saturating_abs(), IntType::Duration))
    }),
];

const NAMED: &[Function] = &[fixed("String", &[Int], |call| {
    let text = match call.value(0) {
        Value::Int(number, IntType::Month) => crate::go::time::month_name(number),
        _ => crate::go::time::weekday_name(call.int(0)),
    };
    call.string(text.into_bytes())
})];

macro_rules! segment {
    ($name:literal, $field:ident) => {
        fixed($name, &[Semver], |call| Ok(Value::Uint(call.version(0)?.$field, UintType::Uint64)))
    };
}

macro_rules! part {
    ($name:literal, $field:ident) => {
        fixed($name, &[Semver], |call| {
            let text = call.version(0)?.$field.clone();
            call.string(text.into_bytes())
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
    fixed("String", &[Semver], |call| {
        let text = call.version(0)?.to_string();
        call.string(text.into_bytes())
    }),
    fixed("Value", &[Semver], |call| {
        let text = call.version(0)?.to_string();
        call.string(text.into_bytes())
    }),
    fixed("IncMajor", &[Semver], |call| increased(call, 0)),
    fixed("IncMinor", &[Semver], |call| increased(call, 1)),
    fixed("IncPatch", &[Semver], |call| increased(call, 2)),
    fixed("SetPrerelease", &[Semver, Text], |call| with_part(call, true)),
    fixed("SetMetadata", &[Semver, Text], |call| with_part(call, false)),
    fixed("Compare", &[Semver, Semver], |call| Ok(Value::int(compare(call)?))),
    fixed("Equal", &[Semver, Semver], |call| Ok(Value::Bool(compare(call)? == 0))),
    fixed("LessThan", &[Semver, Semver], |call| Ok(Value::Bool(compare(call)? < 0))),
    fixed("LessThanEqual", &[Semver, Semver], |call| Ok(Value::Bool(compare(call)? <= 0))),
    fixed("GreaterThan", &[Semver, Semver], |call| Ok(Value::Bool(compare(call)? > 0))),
    fixed("GreaterThanEqual", &[Semver, Semver], |call| Ok(Value::Bool(compare(call)? >= 0))),
];

fn compare(call: &Call<'_, '_>) -> Result<i64, Fault> {
    Ok(call.version(0)?.compare(&*call.version(1)?) as i64)
}

fn increased(call: &mut Call<'_, '_>, level: usize) -> Outcome {
    let next = call.version(0)?.increased(level);
    call.runtime.charge(256 + next.original.len() * 3)?;
    Ok(Value::Version(Rc::new(next), false))
}

fn with_part(call: &mut Call<'_, '_>, prerelease: bool) -> Outcome {
    let version = call.version(0)?;
    let text = call.text(1);
    call.runtime.charge(256 + text.len() * 3 + version.original.len() * 3)?;
    let next = version.with_part(&text, prerelease)?;
    Ok(Value::Version(Rc::new(next), false))
}
