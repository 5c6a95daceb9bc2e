//! Dates and durations.

use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Any, Str as Text, Time as Instant};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::{IntType, Value};
use crate::go::strconv;
use crate::go::time::{self, Time, Zone, duration};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("now", &[], |call| Ok(Value::Time(Rc::new(call.now())))),
    fixed("ago", &[Any], ago),
    fixed("date", &[Text, Any], |call| in_zone(call, Some(0), 1, Zone::Local)),
    fixed("date_in_zone", &[Text, Any, Text], date_in_zone),
    fixed("dateInZone", &[Text, Any, Text], date_in_zone),
    fixed("htmlDate", &[Any], |call| in_zone(call, None, 0, Zone::Local)),
    fixed("htmlDateInZone", &[Any, Text], |call| {
        let zone = zone(call, 1);
        in_zone(call, None, 0, zone)
    }),
    fixed("date_modify", &[Text, Instant], modify),
    fixed("dateModify", &[Text, Instant], modify),
    fixed("must_date_modify", &[Text, Instant], must_modify),
    fixed("mustDateModify", &[Text, Instant], must_modify),
    fixed("duration", &[Any], |call| {
        let seconds = match call.value(0) {
            Value::Str(text) => strconv::parse_int_or_nearest(&text, 10),
            Value::Int(seconds, IntType::Int64) => seconds,
            _ => 0,
        };
        call.string(duration::format(seconds.wrapping_mul(1_000_000_000)).into_bytes())
    }),
    fixed("durationRound", &[Any], |call| {
        let text = rounded(call);
        call.string(text.into_bytes())
    }),
    fixed("toDate", &[Text, Text], |call| {
        let parsed = parse(call);
        Ok(Value::Time(Rc::new(parsed.unwrap_or_else(Time::zero))))
    }),
    fixed("mustToDate", &[Text, Text], |call| {
        parse(call).map(|time| Value::Time(Rc::new(time))).ok_or(Fault::HIDDEN)
    }),
    fixed("unixEpoch", &[Instant], |call| {
        let seconds = call.time(0).seconds;
        call.string(seconds.to_string().into_bytes())
    }),
];

/// A time, or seconds since 1970; anything else is the present.
fn instant(call: &Call<'_, '_>, index: usize) -> Time {
    match call.value(index) {
        Value::Time(time) => Time::clone(&time),
        Value::Int(seconds, IntType::Int | IntType::Int64) => Time::new(seconds, 0, Zone::Local),
        _ => call.now(),
    }
}

fn zone(call: &Call<'_, '_>, index: usize) -> Zone {
    Zone::load(&call.text(index)).unwrap_or(Zone::Utc)
}

fn date_in_zone(call: &mut Call<'_, '_>) -> Outcome {
    let zone = zone(call, 2);
    in_zone(call, Some(0), 1, zone)
}

/// The date at `index` after the layout at `layout`, or as HTML writes dates.
fn in_zone(call: &mut Call<'_, '_>, layout: Option<usize>, index: usize, zone: Zone) -> Outcome {
    let time = instant(call, index).in_zone(zone);
    let layout = layout.map(|layout| call.text(layout));
    let layout = layout.as_deref().unwrap_or(b"2006-01-02");
    call.runtime.work(layout.len() as u64)?;
    let text = time.format(layout);
    call.string(text)
}

fn modified(call: &Call<'_, '_>) -> Option<Value> {
    let nanoseconds = duration::parse(&call.text(0))?;
    Some(Value::Time(Rc::new(call.time(1).add(nanoseconds))))
}

fn modify(call: &mut Call<'_, '_>) -> Outcome {
    Ok(modified(call).unwrap_or_else(|| call.value(1)))
}

fn must_modify(call: &mut Call<'_, '_>) -> Outcome {
    modified(call).ok_or(Fault::HIDDEN)
}

fn ago(call: &mut Call<'_, '_>) -> Outcome {
    let elapsed = call.now().since(&instant(call, 0));
    let text = duration::format(duration::round(elapsed, 1_000_000_000));
    call.string(text.into_bytes())
}

fn parse(call: &Call<'_, '_>) -> Option<Time> {
    time::parse(&call.text(0), &call.text(1))
}

/// The largest unit of which there is more than one whole.
fn rounded(call: &Call<'_, '_>) -> String {
    const HOUR: u64 = 3_600_000_000_000;
    let nanoseconds = match call.value(0) {
        Value::Str(text) => duration::parse(&text).unwrap_or(0),
        Value::Int(nanoseconds, IntType::Int64) => nanoseconds,
        Value::Time(time) => call.now().since(&time),
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
