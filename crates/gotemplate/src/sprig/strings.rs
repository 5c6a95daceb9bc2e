//! Strings: cutting, joining, replacing, quoting.

use memchr::memmem;

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{DictType, Elem, List, Str, Value};
use crate::go::rune;
use crate::go::strconv::{self, quote};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("abbrev", |runtime, width: i64, text: Str| {
        runtime.string(if width < 4 { text } else { abbreviate(&text, 0, width) })
    }),
    function!("abbrevboth", |runtime, left: i64, right: i64, text: Str| {
        let whole = right < 4 || (left > 0 && right < 7);
        runtime.string(if whole { text } else { abbreviate(&text, left, right) })
    }),
    function!("trunc", |runtime, count: i64, text: Str| runtime.string(truncated(&text, count))),
    function!("substr", |runtime, start: i64, end: i64, text: Str| {
        runtime.string(substring(&text, start, end)?)
    }),
    function!("repeat", |runtime, count: i64, text: Str| repeat(runtime, count, &text)),
    function!("trim", |runtime, text: Str| {
        runtime.scan(text.len())?;
        runtime.string(trim_by(&text, rune::is_space))
    }),
    function!("trimall", |runtime, cut: Str, text: Str| trim_all(runtime, &cut, &text)),
    function!("trimAll", |runtime, cut: Str, text: Str| trim_all(runtime, &cut, &text)),
    function!("trimSuffix", |runtime, suffix: Str, text: Str| {
        runtime.string(text.strip_suffix(&*suffix).unwrap_or(&text))
    }),
    function!("trimPrefix", |runtime, prefix: Str, text: Str| {
        runtime.string(text.strip_prefix(&*prefix).unwrap_or(&text))
    }),
    function!("contains", |runtime, part: Str, text: Str| {
        runtime.scan(part.len())?;
        Ok(Value::Bool(memmem::find(&text, &part).is_some()))
    }),
    function!("hasPrefix", |_runtime, prefix: Str, text: Str| {
        Ok(Value::Bool(text.starts_with(&prefix)))
    }),
    function!("hasSuffix", |_runtime, suffix: Str, text: Str| {
        Ok(Value::Bool(text.ends_with(&suffix)))
    }),
    function!("quote", |runtime; values: [Value]| {
        joined(runtime, &values, |runtime, value| {
            let text = strval(runtime, value)?;
            runtime.escaped(&text, quote::MOST_FOR_ONE_BYTE, quote::double)
        })
    }),
    function!("squote", |runtime; values: [Value]| {
        joined(runtime, &values, |runtime, value| {
            let text = fmt::display(runtime, value)?;
            runtime.copies(text.len() + 2, 1)?;
            Ok([b"'", text.as_slice(), b"'"].concat())
        })
    }),
    function!("cat", |runtime; values: [Value]| joined(runtime, &values, fmt::display)),
    function!("indent", |runtime, count: i64, text: Str| indent(runtime, count, &text, b"")),
    function!("nindent", |runtime, count: i64, text: Str| indent(runtime, count, &text, b"\n")),
    function!("replace", |runtime, old: Str, new: Str, text: Str| {
        replace(runtime, &old, &new, &text)
    }),
    function!("plural", |_runtime, one: Str, many: Str, count: i64| {
        Ok(Value::Str(if count == 1 { one } else { many }))
    }),
    function!("toString", |runtime, value: Value| strval(runtime, &value).map(Value::Str)),
    function!("atoi", |_runtime, text: Str| Ok(Value::int(strconv::atoi(&text)))),
    function!("split", |runtime, separator: Str, text: Str| {
        split_dict(runtime, &text, &separator, -1)
    }),
    function!("splitn", |runtime, separator: Str, limit: i64, text: Str| {
        split_dict(runtime, &text, &separator, limit)
    }),
    function!("splitList", |runtime, separator: Str, text: Str| {
        let parts = split(runtime, &text, &separator, -1)?;
        runtime.charged_strings(parts)
    }),
    function!("toStrings", |runtime, value: Value| to_strings(runtime, &value)),
    function!("join", |runtime, separator: Str, value: Value| {
        let parts = texts(runtime, &value)?;
        let size: usize = parts.iter().map(|part| part.len() + separator.len()).sum();
        runtime.copies(size, 1)?;
        let joined = parts.iter().map(|part| &**part).collect::<Vec<_>>().join(&*separator);
        runtime.charged_string(joined)
    }),
    function!("sortAlpha", |runtime, value: Value| sort_alpha(runtime, &value)),
];

/// Values shown by `show`, nil left out, separated by spaces.
fn joined(
    runtime: &mut Runtime<'_>,
    values: &[Value],
    show: fn(&mut Runtime<'_>, &Value) -> Result<Vec<u8>, Fault>,
) -> Outcome {
    let mut parts = Vec::new();
    let mut size = 0;
    for value in values.iter().filter(|value| !value.is_nil()) {
        let part = show(runtime, value)?;
        size += part.len() + 1;
        parts.push(part);
    }
    runtime.copies(size, 1)?;
    runtime.charged_string(parts.join(&b" "[..]))
}

/// The text cut to `width` bytes with dots, beginning near `offset`; `width` is 4 or more.
fn abbreviate(text: &Str, offset: i64, width: i64) -> Str {
    let (Ok(width), length) = (usize::try_from(width), text.len()) else { return text.clone() };
    if text.is_empty() || length <= width {
        return text.clone();
    }
    let cut = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let offset = offset.min(i64::try_from(length).unwrap_or(i64::MAX));
    let offset = if i64::try_from(length - (width - 3)).is_ok_and(|most| offset > most) {
        length - (width - 3)
    } else if offset <= 4 {
        0
    } else {
        usize::try_from(offset).unwrap_or(0)
    };
    if offset <= 4 {
        return Str::from([cut(0, width - 3), b"..."].concat());
    }
    if width < 7 {
        return Str::default();
    }
    if offset + width - 3 < length {
        // The second mark needs room; without it Go drops the text.
        let rest = Str::from(cut(offset, length));
        let inner = i64::try_from(width - 3).unwrap_or(i64::MAX);
        let short = abbreviate(&rest, 0, inner);
        return Str::from([b"...", &*short].concat());
    }
    Str::from([b"...", cut(length - (width - 3), length)].concat())
}

/// The first bytes, or the last for a negative count.
fn truncated(text: &[u8], count: i64) -> &[u8] {
    let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let cut = match text.len().checked_sub(length) {
        Some(from) if count < 0 && from > 0 => text.get(from..),
        Some(_) if count >= 0 => text.get(..length),
        _ => None,
    };
    cut.unwrap_or(text)
}

fn substring(text: &[u8], start: i64, end: i64) -> Result<&[u8], Fault> {
    let index = |value: i64| usize::try_from(value).map_err(|_| Fault::out_of_range());
    let part = if start < 0 {
        text.get(..index(end)?)
    } else if end < 0 || index(end)? > text.len() {
        text.get(index(start)?..)
    } else {
        text.get(index(start)?..index(end)?)
    };
    part.ok_or_else(Fault::out_of_range)
}

fn repeat(runtime: &mut Runtime<'_>, count: i64, text: &[u8]) -> Outcome {
    let count = repetitions(count)?;
    runtime.copies(text.len(), count)?;
    let repeated = text.repeat(if text.is_empty() { 0 } else { count });
    runtime.charged_string(repeated)
}

fn repetitions(count: i64) -> Result<usize, Fault> {
    usize::try_from(count).map_err(|_| Fault::new("strings: negative Repeat count"))
}

fn indent(runtime: &mut Runtime<'_>, count: i64, text: &[u8], before: &[u8]) -> Outcome {
    let padding = repetitions(count)?;
    let lines = 1 + memchr::memchr_iter(b'\n', text).count();
    let length = lines.saturating_mul(padding).saturating_add(before.len() + text.len());
    runtime.work(lines as u64)?;
    runtime.copies(length, 1)?;
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(before);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + padding, b' ');
        out.extend_from_slice(line);
    }
    runtime.charged_string(out)
}

fn trim_by(text: &[u8], mut drop: impl FnMut(char) -> bool) -> &[u8] {
    let start =
        rune::runes(text).find(|(_, rune, _)| !drop(*rune)).map_or(text.len(), |(at, ..)| at);
    let mut rest = text.get(start..).unwrap_or_default();
    while let Some((rune, width)) = rune::decode_last(rest) {
        if !drop(rune) {
            break;
        }
        rest = rest.get(..rest.len() - width).unwrap_or_default();
    }
    rest
}

fn trim_all(runtime: &mut Runtime<'_>, cut: &[u8], text: &[u8]) -> Outcome {
    runtime.scan(cut.len() + text.len())?;
    let cut: std::collections::HashSet<char> = rune::runes(cut).map(|(_, rune, _)| rune).collect();
    runtime.string(trim_by(text, |rune| cut.contains(&rune)))
}

fn replace(runtime: &mut Runtime<'_>, old: &[u8], new: &[u8], text: &[u8]) -> Outcome {
    // What is looked for is prepared byte by byte.
    runtime.scan(old.len() + text.len())?;
    let count =
        if old.is_empty() { rune::count(text) + 1 } else { memmem::find_iter(text, old).count() };
    let kept = text.len().saturating_sub(count.saturating_mul(old.len()));
    let length = count.saturating_mul(new.len()).saturating_add(kept);
    runtime.work(count as u64)?;
    runtime.copies(length, 1)?;
    let mut out = Vec::with_capacity(length);
    let mut done = 0;
    if old.is_empty() {
        for (at, _, width) in rune::runes(text) {
            out.extend_from_slice(new);
            out.extend_from_slice(text.get(at..at + width).unwrap_or_default());
        }
        out.extend_from_slice(new);
        return runtime.charged_string(out);
    }
    for at in memmem::find_iter(text, old) {
        out.extend_from_slice(text.get(done..at).unwrap_or_default());
        out.extend_from_slice(new);
        done = at + old.len();
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    runtime.charged_string(out)
}

/// `strings.SplitN`, charged: at most `limit` parts, all if it is negative; an empty separator splits after each rune.
fn split(
    runtime: &mut Runtime<'_>,
    text: &[u8],
    separator: &[u8],
    limit: i64,
) -> Result<Vec<Str>, Fault> {
    runtime.scan(separator.len())?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if limit == 0 {
        return Ok(parts);
    }
    let mut rest = text;
    while parts.len() + 1 < limit {
        let (end, skip) = if separator.is_empty() {
            let width = rune::decode(rest).map_or(0, |(_, width)| width);
            if width == rest.len() {
                break;
            }
            (width, 0)
        } else {
            match memmem::find(rest, separator) {
                Some(at) => (at, separator.len()),
                None => break,
            }
        };
        parts.push(runtime.part(rest.get(..end).unwrap_or_default())?);
        rest = rest.get(end + skip..).unwrap_or_default();
    }
    if !(separator.is_empty() && rest.is_empty()) {
        parts.push(runtime.part(rest)?);
    }
    Ok(parts)
}

/// The parts under `_0`, `_1` and so on.
fn split_dict(runtime: &mut Runtime<'_>, text: &[u8], separator: &[u8], limit: i64) -> Outcome {
    let parts = split(runtime, text, separator, limit)?;
    let mut entries = std::collections::BTreeMap::new();
    for (index, part) in parts.into_iter().enumerate() {
        runtime.charge(64)?;
        entries.insert(Str::from(format!("_{index}").as_str()), Value::Str(part));
    }
    runtime.typed_dict(DictType::Strings, entries)
}

/// The texts of a list's elements, nil left out; anything else is a list of itself.
fn texts(runtime: &mut Runtime<'_>, value: &Value) -> Result<Vec<Str>, Fault> {
    match value {
        Value::List(list) => {
            let items = runtime.items(list, 0)?;
            let mut parts = Vec::with_capacity(list.len());
            for item in items.iter().filter(|item| !item.is_nil()) {
                runtime.step()?;
                parts.push(strval(runtime, item)?);
            }
            Ok(parts)
        }
        _ if value.is_nil() => Ok(Vec::new()),
        _ => Ok(vec![strval(runtime, value)?]),
    }
}

fn to_strings(runtime: &mut Runtime<'_>, value: &Value) -> Outcome {
    if matches!(value, Value::List(list) if list.elem() == Elem::Str) {
        return Ok(value.clone());
    }
    let parts = texts(runtime, value)?;
    runtime.charged_strings(parts)
}

/// A `[]string` is sorted in place, so that every name of it sees the order.
fn sort_alpha(runtime: &mut Runtime<'_>, value: &Value) -> Outcome {
    let sorted = match value {
        Value::List(_) => to_strings(runtime, value)?,
        _ => {
            let text = strval(runtime, value)?;
            runtime.charged_strings(vec![text])?
        }
    };
    if let Value::List(list) = &sorted {
        charge_comparisons(runtime, list)?;
        // Sorting needs a second place for the elements.
        runtime.lend(list.len() * size_of::<Value>(), |_| {
            list.sort_by(|left, right| match (left, right) {
                (Value::Str(left), Value::Str(right)) => left.cmp(right),
                _ => std::cmp::Ordering::Equal,
            });
            Ok(())
        })?;
    }
    Ok(sorted)
}

/// Each text is compared, to its end at worst, as often as the list can be halved.
fn charge_comparisons(runtime: &mut Runtime<'_>, list: &List) -> Result<(), Fault> {
    let rounds = 1 + list.len().max(1).ilog2() as usize;
    for index in 0..list.len() {
        if let Some(Value::Str(text)) = list.get(index) {
            runtime.work(1 + (text.len() * rounds / 64 + rounds / 4) as u64)?;
        }
    }
    Ok(())
}

/// Sprig's text of a value: a string is itself, all else as `%v`, charged.
pub(super) fn strval(runtime: &mut Runtime<'_>, value: &Value) -> Result<Str, Fault> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        _ => {
            runtime.charge(16)?;
            Ok(Str::from(fmt::display(runtime, value)?))
        }
    }
}
