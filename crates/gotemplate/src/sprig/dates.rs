//! Dates and durations.

use std::rc::Rc;

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{IntType, Str, Value};
use crate::go::strconv;
use crate::go::time::{self, Time, Zone, duration};

/// How `htmlDate` writes dates.
const HTML: &[u8] = b"2006-01-02";

pub(super) const FUNCTIONS: &[Function] = &[
    function!("now", |runtime| Ok(time_value(runtime.now()))),
    function!("ago", |runtime, time: Value| {
        let elapsed = runtime.now().since(&instant(runtime, &time));
        let text = duration::format(duration::round(elapsed, 1_000_000_000));
        runtime.string(text.into_bytes())
    }),
    function!("date", |runtime, layout: Str, time: Value| {
        in_zone(runtime, &layout, &time, Zone::Local)
    }),
    function!("date_in_zone", |runtime, layout: Str, time: Value, zone: Str| {
        in_zone(runtime, &layout, &time, zone_of(&zone))
    }),
    function!("dateInZone", |runtime, layout: Str, time: Value, zone: Str| {
        in_zone(runtime, &layout, &time, zone_of(&zone))
    }),
    function!("htmlDate", |runtime, time: Value| in_zone(runtime, HTML, &time, Zone::Local)),
    function!("htmlDateInZone", |runtime, time: Value, zone: Str| {
        in_zone(runtime, HTML, &time, zone_of(&zone))
    }),
    function!("date_modify", |_runtime, by: Str, time: Rc<Time>| Ok(modify(&by, time))),
    function!("dateModify", |_runtime, by: Str, time: Rc<Time>| Ok(modify(&by, time))),
    function!("must_date_modify", |_runtime, by: Str, time: Rc<Time>| must_modify(&by, &time)),
    function!("mustDateModify", |_runtime, by: Str, time: Rc<Time>| must_modify(&by, &time)),
    function!("duration", |runtime, seconds: Value| {
        let seconds = match seconds {
            Value::Str(text) => strconv::parse_int_or_nearest(&text, 10),
            Value::Int(seconds, IntType::Int64) => seconds,
            _ => 0,
        };
        runtime.string(duration::format(seconds.wrapping_mul(1_000_000_000)).into_bytes())
    }),
    function!("durationRound", |runtime, elapsed: Value| {
        let text = rounded(runtime, &elapsed);
        runtime.string(text.into_bytes())
    }),
    function!("toDate", |_runtime, layout: Str, text: Str| {
        Ok(time_value(time::parse(&layout, &text).unwrap_or_else(Time::zero)))
    }),
    function!("mustToDate", |_runtime, layout: Str, text: Str| {
        time::parse(&layout, &text).map(time_value).ok_or(Fault::HIDDEN)
    }),
    function!("unixEpoch", |runtime, time: Rc<Time>| {
        runtime.string(time.seconds.to_string().into_bytes())
    }),
];

fn time_value(time: Time) -> Value {
    Value::Time(Rc::new(time))
}

/// A time, or seconds since 1970; anything else is the present.
fn instant(runtime: &Runtime<'_>, value: &Value) -> Time {
    match value {
        Value::Time(time) => Time::clone(time),
        Value::Int(seconds, IntType::Int | IntType::Int64) => Time::new(*seconds, 0, Zone::Local),
        _ => runtime.now(),
    }
}

fn zone_of(name: &[u8]) -> Zone {
    Zone::load(name).unwrap_or(Zone::Utc)
}

fn in_zone(runtime: &mut Runtime<'_>, layout: &[u8], time: &Value, zone: Zone) -> Outcome {
    let time = instant(runtime, time).in_zone(zone);
    runtime.work(layout.len() as u64)?;
    let text = time.format(layout);
    runtime.string(text)
}

fn modified(by: &[u8], time: &Time) -> Option<Value> {
    Some(time_value(time.add(duration::parse(by)?)))
}

fn modify(by: &[u8], time: Rc<Time>) -> Value {
    modified(by, &time).unwrap_or(Value::Time(time))
}

fn must_modify(by: &[u8], time: &Time) -> Outcome {
    modified(by, time).ok_or(Fault::HIDDEN)
}

/// The largest unit of which there is more than one whole.
fn rounded(runtime: &Runtime<'_>, elapsed: &Value) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let nanoseconds = match elapsed {
        Value::Str(text) => duration::parse(text).unwrap_or(0),
        Value::Int(nanoseconds, IntType::Int64) => *nanoseconds,
        Value::Time(time) => runtime.now().since(time),
        _ => 0,
    };
    let total = nanoseconds.unsigned_abs();
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let largest = units.iter().find(|(unit, _)| total > *unit);
    largest.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", total / unit))
}
