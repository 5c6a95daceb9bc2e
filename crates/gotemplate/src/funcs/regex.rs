//! Regular expressions in Go's syntax.

use std::rc::Rc;

use super::Type::{Int, Str as Text};
use super::{Call, Function, Outcome, fixed};
use crate::fault::Fault;
pub(crate) use crate::regexp::Pattern;
use crate::regexp::{self, PatternError};
use crate::value::{Elem, Str, Value};

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

/// The first argument, compiled once for each rendering.
fn pattern(call: &mut Call<'_, '_>) -> Result<Rc<Pattern>, Fault> {
    let text = call.text(0);
    if let Some(known) = call.runtime.patterns.get(&text) {
        return Ok(Rc::clone(known));
    }
    call.runtime.work(2000 + 20 * text.len() as u64)?;
    let size = call.runtime.regex_bytes;
    let compiled = Pattern::compile(&text, size).map_err(|error| match error {
        PatternError::Syntax => Fault::HIDDEN,
        PatternError::TooLarge => Fault::Limit("a regular expression is larger than allowed"),
    })?;
    let compiled = Rc::new(compiled);
    call.runtime.charge(text.len() + 1024)?;
    call.runtime.patterns.insert(text, Rc::clone(&compiled));
    Ok(compiled)
}

/// Takes the steps of one search.
fn search(call: &mut Call<'_, '_>, text: &[u8]) -> Result<(), Fault> {
    call.runtime.work(text.len() as u64 / 8)
}

fn matches(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    search(call, &text)?;
    Ok(Value::Bool(pattern.is_match(&text)))
}

fn find(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text) = (pattern(call)?, call.text(1));
    search(call, &text)?;
    let found = pattern.find(&text).and_then(|(start, end)| text.get(start..end));
    call.string(found.unwrap_or_default())
}

fn find_all(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    search(call, &text)?;
    let mut found = Vec::new();
    pattern.find_all(&text, limit, |(start, end)| {
        call.runtime.work(4)?;
        call.runtime.charge(24)?;
        found.push(Str::from(text.get(start..end).unwrap_or_default()));
        Ok(())
    })?;
    if found.is_empty() {
        return call.runtime.nil_list(Elem::Str);
    }
    call.runtime.strings(found)
}

fn replace_all(call: &mut Call<'_, '_>, expand: bool) -> Outcome {
    let (pattern, text, with) = (pattern(call)?, call.text(1), call.text(2));
    search(call, &text)?;
    let replaced = pattern.replace_all(&text, |out, groups| {
        call.runtime.work(4 + with.len() as u64 / 64)?;
        call.runtime.has_room(out.len())?;
        if expand {
            pattern.expand(out, &with, &text, groups);
        } else {
            out.extend_from_slice(&with);
        }
        Ok(())
    })?;
    call.string(replaced)
}

fn split(call: &mut Call<'_, '_>) -> Outcome {
    let (pattern, text, limit) = (pattern(call)?, call.text(1), call.int(2));
    search(call, &text)?;
    if limit == 0 {
        return call.runtime.nil_list(Elem::Str);
    }
    let mut parts = Vec::new();
    pattern.split(&text, limit, |part| {
        call.runtime.work(4)?;
        call.runtime.charge(24)?;
        parts.push(Str::from(part));
        Ok(())
    })?;
    call.runtime.strings(parts)
}
