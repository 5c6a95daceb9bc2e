//! Strings: cutting, joining, replacing, quoting.

use memchr::memmem;

use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::Type::{Any, Int, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::runtime::Runtime;
use crate::engine::value::{DictType, Elem, List, Str, Value};
use crate::go::rune;
use crate::go::strconv::{self, quote};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("abbrev", &[Int, Text], |call| {
        let (width, text) = (call.int(0), call.text(1));
        let short = if width < 4 { text } else { abbreviate(&text, 0, width) };
        call.string(short)
    }),
    fixed("abbrevboth", &[Int, Int, Text], |call| {
        let (left, right, text) = (call.int(0), call.int(1), call.text(2));
        let whole = right < 4 || (left > 0 && right < 7);
        let short = if whole { text } else { abbreviate(&text, left, right) };
        call.string(short)
    }),
    fixed("trunc", &[Int, Text], truncate),
    fixed("substr", &[Int, Int, Text], substring),
    fixed("repeat", &[Int, Text], repeat),
    fixed("trim", &[Text], |call| {
        let text = call.text(0);
        call.string(trim_space(&text))
    }),
    fixed("trimall", &[Text, Text], trim_all),
    fixed("trimAll", &[Text, Text], trim_all),
    fixed("trimSuffix", &[Text, Text], |call| {
        let (suffix, text) = (call.text(0), call.text(1));
        call.string(text.strip_suffix(&*suffix).unwrap_or(&text))
    }),
    fixed("trimPrefix", &[Text, Text], |call| {
        let (prefix, text) = (call.text(0), call.text(1));
        call.string(text.strip_prefix(&*prefix).unwrap_or(&text))
    }),
    fixed("contains", &[Text, Text], |call| {
        let (part, text) = (call.text(0), call.text(1));
        Ok(Value::Bool(memmem::find(&text, &part).is_some()))
    }),
    fixed("hasPrefix", &[Text, Text], |call| {
        Ok(Value::Bool(call.text(1).starts_with(&call.text(0))))
    }),
    fixed("hasSuffix", &[Text, Text], |call| {
        Ok(Value::Bool(call.text(1).ends_with(&call.text(0))))
    }),
    variadic("quote", &[], Any, |call| {
        joined(call, |runtime, value| {
            let text = strval(runtime, value)?;
            runtime.escaped(&text, quote::MOST_FOR_ONE_BYTE, quote::double)
        })
    }),
    variadic("squote", &[], Any, |call| {
        joined(call, |runtime, value| {
            let text = fmt::display(runtime, value)?;
            runtime.copies(text.len() + 2, 1)?;
            Ok([b"'", text.as_slice(), b"'"].concat())
        })
    }),
    variadic("cat", &[], Any, |call| joined(call, fmt::display)),
    fixed("indent", &[Int, Text], |call| indent(call, b"")),
    fixed("nindent", &[Int, Text], |call| indent(call, b"\n")),
    fixed("replace", &[Text, Text, Text], replace),
    fixed("plural", &[Text, Text, Int], |call| Ok(call.value(usize::from(call.int(2) != 1)))),
    fixed("toString", &[Any], |call| {
        let value = call.value(0);
        strval(call.runtime, &value).map(Value::Str)
    }),
    fixed("atoi", &[Text], |call| Ok(Value::int(strconv::atoi(&call.text(0))))),
    fixed("split", &[Text, Text], |call| split_dict(call, None, 1)),
    fixed("splitn", &[Text, Int, Text], |call| {
        let limit = call.int(1);
        split_dict(call, Some(limit), 2)
    }),
    fixed("splitList", &[Text, Text], |call| {
        let (separator, text) = (call.text(0), call.text(1));
        let parts = split(call, &text, &separator, -1)?;
        call.runtime.charged_strings(parts)
    }),
    fixed("toStrings", &[Any], to_strings),
    fixed("join", &[Text, Any], |call| {
        let separator = call.text(0);
        let value = call.value(1);
        let parts = texts(call, &value)?;
        let size: usize = parts.iter().map(|part| part.len() + separator.len()).sum();
        call.runtime.copies(size, 1)?;
        let joined = parts.iter().map(|part| &**part).collect::<Vec<_>>().join(&*separator);
        call.runtime.charged_string(joined)
    }),
    fixed("sortAlpha", &[Any], sort_alpha),
];

/// Values shown by `show`, nil left out, separated by spaces.
fn joined(
    call: &mut Call<'_, '_>,
    show: fn(&mut Runtime<'_>, &Value) -> Result<Vec<u8>, Fault>,
) -> Outcome {
    let mut parts = Vec::new();
    let mut size = 0;
    for value in call.args.iter().filter(|value| !value.is_nil()) {
        let part = show(call.runtime, value)?;
        size += part.len() + 1;
        parts.push(part);
    }
    call.runtime.copies(size, 1)?;
    call.runtime.charged_string(parts.join(&b" "[..]))
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

fn truncate(call: &mut Call<'_, '_>) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let length = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let cut = match text.len().checked_sub(length) {
        Some(from) if count < 0 && from > 0 => text.get(from..),
        Some(_) if count >= 0 => text.get(..length),
        _ => Some(&*text),
    };
    call.string(cut.unwrap_or(&text))
}

fn substring(call: &mut Call<'_, '_>) -> Outcome {
    let (start, end, text) = (call.int(0), call.int(1), call.text(2));
    let index = |value: i64| usize::try_from(value).map_err(|_| Fault::out_of_range());
    let part = if start < 0 {
        text.get(..index(end)?)
    } else if end < 0 || index(end)? > text.len() {
        text.get(index(start)?..)
    } else {
        text.get(index(start)?..index(end)?)
    };
    let part = part.ok_or_else(Fault::out_of_range)?;
    call.string(part)
}

fn repeat(call: &mut Call<'_, '_>) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let count = repetitions(count)?;
    call.runtime.copies(text.len(), count)?;
    let repeated = text.repeat(if text.is_empty() { 0 } else { count });
    call.runtime.charged_string(repeated)
}

fn repetitions(count: i64) -> Result<usize, Fault> {
    usize::try_from(count).map_err(|_| Fault::new("strings: negative Repeat count"))
}

fn indent(call: &mut Call<'_, '_>, before: &[u8]) -> Outcome {
    let (count, text) = (call.int(0), call.text(1));
    let padding = repetitions(count)?;
    let lines = 1 + memchr::memchr_iter(b'\n', &text).count();
    let length = lines.saturating_mul(padding).saturating_add(before.len() + text.len());
    call.runtime.work(lines as u64)?;
    call.runtime.copies(length, 1)?;
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(before);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + padding, b' ');
        out.extend_from_slice(line);
    }
    call.runtime.charged_string(out)
}

/// `strings.TrimSpace`.
fn trim_space(text: &[u8]) -> &[u8] {
    trim_by(text, rune::is_space)
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

fn trim_all(call: &mut Call<'_, '_>) -> Outcome {
    let (cut, text) = (call.text(0), call.text(1));
    let cut: std::collections::HashSet<char> = rune::runes(&cut).map(|(_, rune, _)| rune).collect();
    call.string(trim_by(&text, |rune| cut.contains(&rune)))
}

fn replace(call: &mut Call<'_, '_>) -> Outcome {
    let (old, new, text) = (call.text(0), call.text(1), call.text(2));
    let count = if old.is_empty() {
        rune::count(&text) + 1
    } else {
        memmem::find_iter(&text, &*old).count()
    };
    let kept = text.len().saturating_sub(count.saturating_mul(old.len()));
    let length = count.saturating_mul(new.len()).saturating_add(kept);
    call.runtime.work(count as u64)?;
    call.runtime.copies(length, 1)?;
    let mut out = Vec::with_capacity(length);
    let mut done = 0;
    if old.is_empty() {
        for (at, _, width) in rune::runes(&text) {
            out.extend_from_slice(&new);
            out.extend_from_slice(text.get(at..at + width).unwrap_or_default());
        }
        out.extend_from_slice(&new);
        return call.runtime.charged_string(out);
    }
    for at in memmem::find_iter(&text, &*old) {
        out.extend_from_slice(text.get(done..at).unwrap_or_default());
        out.extend_from_slice(&new);
        done = at + old.len();
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    call.runtime.charged_string(out)
}

/// `strings.SplitN`, charged: at most `limit` parts, all if it is negative; an empty separator splits after each rune.
pub(super) fn split(
    call: &mut Call<'_, '_>,
    text: &[u8],
    separator: &[u8],
    limit: i64,
) -> Result<Vec<Str>, Fault> {
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
        parts.push(call.runtime.part(rest.get(..end).unwrap_or_default())?);
        rest = rest.get(end + skip..).unwrap_or_default();
    }
    if !(separator.is_empty() && rest.is_empty()) {
        parts.push(call.runtime.part(rest)?);
    }
    Ok(parts)
}

/// The parts under `_0`, `_1` and so on.
fn split_dict(call: &mut Call<'_, '_>, limit: Option<i64>, text: usize) -> Outcome {
    let (separator, text) = (call.text(0), call.text(text));
    let parts = split(call, &text, &separator, limit.unwrap_or(-1))?;
    let mut entries = std::collections::BTreeMap::new();
    for (index, part) in parts.into_iter().enumerate() {
        call.runtime.charge(64)?;
        entries.insert(Str::from(format!("_{index}").as_str()), Value::Str(part));
    }
    call.runtime.typed_dict(DictType::Strings, entries)
}

/// The texts of a list's elements, nil left out; anything else is a list of itself.
fn texts(call: &mut Call<'_, '_>, value: &Value) -> Result<Vec<Str>, Fault> {
    match value {
        Value::List(list) => {
            let items = call.runtime.items(list, 0)?;
            let mut parts = Vec::with_capacity(list.len());
            for item in items.iter().filter(|item| !item.is_nil()) {
                call.runtime.step()?;
                parts.push(strval(call.runtime, item)?);
            }
            Ok(parts)
        }
        _ if value.is_nil() => Ok(Vec::new()),
        _ => Ok(vec![strval(call.runtime, value)?]),
    }
}

fn to_strings(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.value(0);
    if matches!(&value, Value::List(list) if list.elem() == Elem::Str) {
        return Ok(value);
    }
    let parts = texts(call, &value)?;
    call.runtime.charged_strings(parts)
}

/// A `[]string` is sorted in place, so that every name of it sees the order.
fn sort_alpha(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.value(0);
    let sorted = match &value {
        Value::List(_) => to_strings(call)?,
        _ => {
            let text = strval(call.runtime, &value)?;
            call.runtime.charged_strings(vec![text])?
        }
    };
    if let Value::List(list) = &sorted {
        charge_comparisons(call.runtime, list)?;
        // Sorting needs a second place for the elements.
        call.runtime.lend(list.len() * size_of::<Value>(), |_| {
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
