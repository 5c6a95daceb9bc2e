//! Regular expressions in Go's syntax.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Int, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, Str, Value};
use crate::go::regexp::{self, Pattern};

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

/// The first argument, compiled.
fn pattern(call: &mut Call<'_, '_>) -> Result<Rc<Pattern>, Fault> {
    let text = call.text(0);
    if let Some(known) = call.runtime.patterns.get(&text) {
        return Ok(Rc::clone(known));
    }
    call.runtime.work(500 + 20 * text.len() as u64)?;
    let size = call.runtime.context.limits.regex_bytes;
    let compiled =
        Pattern::compile(&text, size, |cost| call.runtime.work(cost.saturating_mul(16)))?;
    let compiled = Rc::new(compiled);
    if call.runtime.patterns.len() >= KEPT {
        call.runtime.patterns.clear();
    }
    call.runtime.patterns.insert(text, Rc::clone(&compiled));
    Ok(compiled)
}

/// The steps of reading all of `text` once; the states count where the search is not the fastest.
fn search(runtime: &mut Runtime<'_>, pattern: &Pattern, text: &[u8]) -> Result<(), Fault> {
    let length = text.len() as u64;
    runtime.work(length / 8 + length.saturating_mul(pattern.cost) / 64)
}

/// The steps of one search of many: it may look at all that is left, but seldom does.
fn search_again(runtime: &mut Runtime<'_>, pattern: &Pattern, left: usize) -> Result<(), Fault> {
    runtime.work(1 + if pattern.unbounded { left as u64 / 256 } else { 0 })
}

fn matches(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    search(call.runtime, &pattern, &text)?;
    Ok(Value::Bool(pattern.is_match(&text)))
}

fn find(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    search(call.runtime, &pattern, &text)?;
    let found = pattern.find(&text).and_then(|(start, end)| text.get(start..end));
    call.string(found.unwrap_or_default())
}

fn find_all(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    search(call.runtime, &pattern, &text)?;
    let runtime = RefCell::new(&mut *call.runtime);
    let mut found = Vec::new();
    pattern.find_all(
        &text,
        limit,
        |left| search_again(&mut runtime.borrow_mut(), &pattern, left),
        |(start, end)| {
            runtime.borrow_mut().charge(24)?;
            found.push(Str::from(text.get(start..end).unwrap_or_default()));
            Ok(())
        },
    )?;
    if found.is_empty() {
        return call.runtime.nil_list(Elem::Str);
    }
    call.runtime.strings(found)
}

fn replace_all(call: &mut Call<'_, '_>, expand: bool) -> Outcome {
    let (pattern, text, with) = (pattern(call)?, call.text(1), call.text(2));
    search(call.runtime, &pattern, &text)?;
    let runtime = RefCell::new(&mut *call.runtime);
    let mut out = Vec::new();
    pattern.replace_all(
        &text,
        |left| search_again(&mut runtime.borrow_mut(), &pattern, left),
        |part| runtime.borrow_mut().append(&mut out, part),
        |groups, append| {
            if expand { pattern.expand(&with, &text, groups, append) } else { append(&with) }
        },
    )?;
    call.runtime.charged_string(out)
}

fn split(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    search(call.runtime, &pattern, &text)?;
    if limit == 0 {
        return call.runtime.nil_list(Elem::Str);
    }
    let runtime = RefCell::new(&mut *call.runtime);
    let mut parts = Vec::new();
    pattern.split(
        &text,
        limit,
        |left| search_again(&mut runtime.borrow_mut(), &pattern, left),
        |part| {
            runtime.borrow_mut().charge(24)?;
            parts.push(Str::from(part));
            Ok(())
        },
    )?;
    call.runtime.strings(parts)
}
