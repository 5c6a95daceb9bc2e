//! Regular expressions in Go's syntax.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, Str, Value};
use crate::go::regexp::{self, Cost, Haystack, Pattern, Reach};

macro_rules! of_two {
    ($name:literal, $body:path) => {
        function!($name, |runtime, pattern: Str, text: Str| $body(runtime, &pattern, &text))
    };
}

macro_rules! limited {
    ($name:literal, $body:path) => {
        function!($name, |runtime, pattern: Str, text: Str, limit: i64| {
            $body(runtime, &pattern, &text, limit)
        })
    };
}

macro_rules! replacing {
    ($name:literal, $expand:literal) => {
        function!($name, |runtime, pattern: Str, text: Str, with: Str| {
            replace_all(runtime, &pattern, &text, &with, $expand)
        })
    };
}

pub(super) const FUNCTIONS: &[Function] = &[
    function!("regexMatch", |runtime, pattern: Str, text: Str| {
        match matches(runtime, &pattern, &text) {
            Err(Fault::Message(_)) => Ok(Value::Bool(false)),
            outcome => outcome,
        }
    }),
    of_two!("mustRegexMatch", matches),
    of_two!("regexFind", find),
    of_two!("mustRegexFind", find),
    limited!("regexFindAll", find_all),
    limited!("mustRegexFindAll", find_all),
    replacing!("regexReplaceAll", true),
    replacing!("mustRegexReplaceAll", true),
    replacing!("regexReplaceAllLiteral", false),
    replacing!("mustRegexReplaceAllLiteral", false),
    limited!("regexSplit", split),
    limited!("mustRegexSplit", split),
    function!("regexQuoteMeta", |runtime, text: Str| {
        let quoted = runtime.escaped(&text, 2, regexp::quote_meta)?;
        runtime.charged_string(quoted)
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

/// The pattern, compiled.
fn compiled(runtime: &mut Runtime<'_>, text: &Str) -> Result<Rc<Pattern>, Fault> {
    if let Some(known) = runtime.patterns.get(text) {
        return Ok(Rc::clone(known));
    }
    let size = runtime.context.limits.regex_bytes;
    runtime.work(500 + 20 * text.len() as u64)?;
    let compiled = Pattern::compile(text, size, |cost| charge_compiling(runtime, cost))?;
    let compiled = Rc::new(compiled);
    if runtime.patterns.len() >= KEPT {
        runtime.patterns.clear();
    }
    runtime.patterns.insert(text.clone(), Rc::clone(&compiled));
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

fn matches(runtime: &mut Runtime<'_>, pattern: &Str, text: &Str) -> Outcome {
    let pattern = compiled(runtime, pattern)?;
    let haystack = haystack(runtime, &pattern, text)?;
    Ok(Value::Bool(pattern.is_match(&haystack)))
}

fn find(runtime: &mut Runtime<'_>, pattern: &Str, text: &Str) -> Outcome {
    let pattern = compiled(runtime, pattern)?;
    let haystack = haystack(runtime, &pattern, text)?;
    let found = pattern.find(&haystack).and_then(|(start, end)| text.get(start..end));
    runtime.string(found.unwrap_or_default())
}

fn find_all(runtime: &mut Runtime<'_>, pattern: &Str, text: &Str, limit: i64) -> Outcome {
    let pattern = compiled(runtime, pattern)?;
    let haystack = haystack(runtime, &pattern, text)?;
    let shared = RefCell::new(&mut *runtime);
    let mut found = Vec::new();
    pattern.find_all(
        &haystack,
        limit,
        |left| charge_again(&mut shared.borrow_mut(), &pattern, left),
        |(start, end)| {
            let part = text.get(start..end).unwrap_or_default();
            found.push(shared.borrow_mut().part(part)?);
            Ok(())
        },
    )?;
    if found.is_empty() {
        return runtime.nil_list(Elem::Str);
    }
    runtime.charged_strings(found)
}

fn replace_all(
    runtime: &mut Runtime<'_>,
    pattern: &Str,
    text: &Str,
    with: &Str,
    expand: bool,
) -> Outcome {
    let pattern = compiled(runtime, pattern)?;
    let haystack = haystack(runtime, &pattern, text)?;
    let shared = RefCell::new(&mut *runtime);
    let mut out = Vec::new();
    pattern.replace_all(
        &haystack,
        |left| charge_again(&mut shared.borrow_mut(), &pattern, left),
        |part| shared.borrow_mut().append(&mut out, part),
        |groups, append| {
            if expand { pattern.expand(with, text, groups, append) } else { append(with) }
        },
    )?;
    runtime.charged_string(out)
}

fn split(runtime: &mut Runtime<'_>, pattern: &Str, text: &Str, limit: i64) -> Outcome {
    let pattern = compiled(runtime, pattern)?;
    let haystack = haystack(runtime, &pattern, text)?;
    if limit == 0 {
        return runtime.nil_list(Elem::Str);
    }
    let shared = RefCell::new(&mut *runtime);
    let mut parts = Vec::new();
    pattern.split(
        &haystack,
        limit,
        |left| charge_again(&mut shared.borrow_mut(), &pattern, left),
        |part| {
            parts.push(shared.borrow_mut().part(part)?);
            Ok(())
        },
    )?;
    runtime.charged_strings(parts)
}
