//! Regular expressions in Go's syntax.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Int, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, Value};
use crate::go::regexp::{self, Cost, Haystack, Pattern, Reach};

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("regexMatch", &[Text, Text], |call| match matches(call) {
        Err(Fault::Message(_)) => Ok(Value::Bool(false)),
        outcome => outcome,
    }),
    fixed("mustRegexMatch", &[Text, Text], matches),
    fixed("regexFind", &[Text, Text], find),
    fixed("mustRegexFind", &[Text, Text], find),
    fixed("regexFindAll", &[Text, Text, Int], find_all),
    fixed("mustRegexFindAll", &[Text, Text, Int], find_all),
    fixed("regexReplaceAll", &[Text, Text, Text], |call| replace_all(call, true)),
    fixed("mustRegexReplaceAll", &[Text, Text, Text], |call| replace_all(call, true)),
    fixed("regexReplaceAllLiteral", &[Text, Text, Text], |call| replace_all(call, false)),
    fixed("mustRegexReplaceAllLiteral", &[Text, Text, Text], |call| replace_all(call, false)),
    fixed("regexSplit", &[Text, Text, Int], split),
    fixed("mustRegexSplit", &[Text, Text, Int], split),
    fixed("regexQuoteMeta", &[Text], |call| {
        let text = call.text(0);
        call.string(regexp::quote_meta(&text))
    }),
];

/// How many patterns are kept.
const KEPT: usize = 16;
/// What any compiled pattern takes, with the memory of its searches.
const PATTERN_BYTES: usize = 64 << 10;
/// What each state of a compiled pattern takes, in all the automata that are made of it.
const PATTERN_BYTES_FOR_A_STATE: usize = 256;
/// What compiling takes for each byte of the translated pattern.
const PATTERN_BYTES_FOR_ONE: usize = 64;

/// The first argument, compiled.
fn pattern(call: &mut Call<'_, '_>) -> Result<Rc<Pattern>, Fault> {
    let text = call.text(0);
    if let Some(known) = call.runtime.patterns.get(&text) {
        return Ok(Rc::clone(known));
    }
    let size = call.runtime.context.limits.regex_bytes;
    call.runtime.work(500 + 20 * text.len() as u64)?;
    let compiled = Pattern::compile(&text, size, |cost| charge_compiling(call.runtime, cost))?;
    let compiled = Rc::new(compiled);
    if call.runtime.patterns.len() >= KEPT {
        call.runtime.patterns.clear();
    }
    call.runtime.patterns.insert(text, Rc::clone(&compiled));
    Ok(compiled)
}

fn charge_compiling(runtime: &mut Runtime<'_>, cost: Cost) -> Result<(), Fault> {
    match cost {
        Cost::Lookups(lookups) => runtime.work(lookups),
        Cost::Writing(bytes) => runtime.charge(bytes),
        Cost::Compiling { states, bytes } => {
            runtime.work(states.saturating_mul(16))?;
            let states = usize::try_from(states).unwrap_or(usize::MAX);
            let of_states = states.saturating_mul(PATTERN_BYTES_FOR_A_STATE);
            let of_text = bytes.saturating_mul(PATTERN_BYTES_FOR_ONE);
            runtime.charge(PATTERN_BYTES.saturating_add(of_states).saturating_add(of_text))
        }
    }
}

/// The second argument, to be searched once from end to end.
fn haystack<'t>(
    runtime: &mut Runtime<'_>,
    pattern: &Pattern,
    text: &'t [u8],
) -> Result<Haystack<'t>, Fault> {
    charge_search(runtime, pattern, text.len())?;
    if let Some(haystack) = Haystack::borrowed(text) {
        return Ok(haystack);
    }
    runtime.scan(text.len())?;
    let invalid = Haystack::count_invalid(text);
    runtime.charge(Haystack::size(text.len(), invalid))?;
    Ok(Haystack::copied(text, invalid))
}

/// The steps of reading `length` bytes once; the states count where the search is not the fastest.
fn charge_search(runtime: &mut Runtime<'_>, pattern: &Pattern, length: usize) -> Result<(), Fault> {
    let length = length as u64;
    runtime.work(length / 8 + length.saturating_mul(pattern.states) / 64)
}

/// The steps of one search of many, with `left` bytes to the end: what it may read beyond its match.
fn charge_again(runtime: &mut Runtime<'_>, pattern: &Pattern, left: usize) -> Result<(), Fault> {
    match pattern.reach {
        Reach::End => charge_search(runtime, pattern, left),
        Reach::Characters(count) => {
            let bytes = count.saturating_mul(4).min(left as u64);
            runtime.work(2 + bytes.saturating_mul(pattern.states) / 64)
        }
    }
}

fn matches(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    let haystack = haystack(call.runtime, &pattern, &text)?;
    Ok(Value::Bool(pattern.is_match(&haystack)))
}

fn find(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    let haystack = haystack(call.runtime, &pattern, &text)?;
    let found = pattern.find(&haystack).and_then(|(start, end)| text.get(start..end));
    call.string(found.unwrap_or_default())
}

fn find_all(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    let haystack = haystack(call.runtime, &pattern, &text)?;
    let runtime = RefCell::new(&mut *call.runtime);
    let mut found = Vec::new();
    pattern.find_all(
        &haystack,
        limit,
        |left| charge_again(&mut runtime.borrow_mut(), &pattern, left),
        |(start, end)| {
            let part = text.get(start..end).unwrap_or_default();
            found.push(runtime.borrow_mut().part(part)?);
            Ok(())
        },
    )?;
    if found.is_empty() {
        return call.runtime.nil_list(Elem::Str);
    }
    call.runtime.charged_strings(found)
}

fn replace_all(call: &mut Call<'_, '_>, expand: bool) -> Outcome {
    let (pattern, text, with) = (pattern(call)?, call.text(1), call.text(2));
    let haystack = haystack(call.runtime, &pattern, &text)?;
    let runtime = RefCell::new(&mut *call.runtime);
    let mut out = Vec::new();
    pattern.replace_all(
        &haystack,
        |left| charge_again(&mut runtime.borrow_mut(), &pattern, left),
        |part| runtime.borrow_mut().append(&mut out, part),
        |groups, append| {
            if expand { pattern.expand(&with, &text, groups, append) } else { append(&with) }
        },
    )?;
    call.runtime.charged_string(out)
}

fn split(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    let haystack = haystack(call.runtime, &pattern, &text)?;
    if limit == 0 {
        return call.runtime.nil_list(Elem::Str);
    }
    let runtime = RefCell::new(&mut *call.runtime);
    let mut parts = Vec::new();
    pattern.split(
        &haystack,
        limit,
        |left| charge_again(&mut runtime.borrow_mut(), &pattern, left),
        |part| {
            parts.push(runtime.borrow_mut().part(part)?);
            Ok(())
        },
    )?;
    call.runtime.charged_strings(parts)
}
