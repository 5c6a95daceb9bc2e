//! Lists.

use super::cast;
use crate::engine::compare;
use crate::engine::fault::Fault;
use crate::engine::function::Type::{Any, Int};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, List, Value};
use crate::go::conversion;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("list", &[], Any, make_list),
    variadic("tuple", &[], Any, make_list),
    fixed("append", &[Any, Any], |call| push(call, "push")),
    fixed("push", &[Any, Any], |call| push(call, "push")),
    fixed("mustAppend", &[Any, Any], |call| push(call, "push")),
    fixed("mustPush", &[Any, Any], |call| push(call, "push")),
    fixed("prepend", &[Any, Any], prepend),
    fixed("mustPrepend", &[Any, Any], prepend),
    fixed("first", &[Any], |call| edge(call, "first", |list| list.get(0))),
    fixed("mustFirst", &[Any], |call| edge(call, "first", |list| list.get(0))),
    fixed("last", &[Any], |call| edge(call, "last", last)),
    fixed("mustLast", &[Any], |call| edge(call, "last", last)),
    fixed("rest", &[Any], |call| without_edge(call, "rest", 1)),
    fixed("mustRest", &[Any], |call| without_edge(call, "rest", 1)),
    fixed("initial", &[Any], |call| without_edge(call, "initial", 0)),
    fixed("mustInitial", &[Any], |call| without_edge(call, "initial", 0)),
    fixed("reverse", &[Any], reverse),
    fixed("mustReverse", &[Any], reverse),
    fixed("compact", &[Any], compact),
    fixed("mustCompact", &[Any], compact),
    fixed("uniq", &[Any], unique),
    fixed("mustUniq", &[Any], unique),
    variadic("without", &[Any], Any, without),
    variadic("mustWithout", &[Any], Any, without),
    fixed("has", &[Any, Any], has),
    fixed("mustHas", &[Any, Any], has),
    variadic("slice", &[Any], Any, slice),
    variadic("mustSlice", &[Any], Any, slice),
    variadic("concat", &[], Any, concat),
    fixed("chunk", &[Int, Any], chunk),
    fixed("mustChunk", &[Int, Any], chunk),
];

fn make_list(call: &mut Call<'_, '_>) -> Outcome {
    let items = std::mem::take(&mut call.args);
    call.runtime.list(items)
}

/// The list at `index`, or Sprig's complaint that nothing can be done with it.
fn list(call: &Call<'_, '_>, index: usize, doing: &str) -> Result<List, Fault> {
    match call.args.get(index) {
        Some(Value::List(list)) => Ok(list.clone()),
        Some(value) if !value.is_nil() => {
            Err(Fault::new(format!("Cannot {doing} type {}", value.kind_name())))
        }
        _ => Err(Fault::NIL_POINTER),
    }
}

fn push(call: &mut Call<'_, '_>, verb: &str) -> Outcome {
    let list = list(call, 0, &format!("{verb} on"))?;
    let mut items = call.runtime.items(&list, 1)?;
    items.push(call.value(1));
    call.runtime.charged_list(Elem::Any, items, false)
}

fn prepend(call: &mut Call<'_, '_>) -> Outcome {
    let list = list(call, 0, "prepend on")?;
    let mut items = call.runtime.items(&list, 1)?;
    items.insert(0, call.value(1));
    call.runtime.charged_list(Elem::Any, items, false)
}

fn last(list: &List) -> Option<Value> {
    list.len().checked_sub(1).and_then(|index| list.get(index))
}

fn edge(call: &mut Call<'_, '_>, name: &str, pick: fn(&List) -> Option<Value>) -> Outcome {
    let list = list(call, 0, &format!("find {name} on"))?;
    Ok(pick(&list).unwrap_or(Value::Nil))
}

/// All elements but the first or the last; of an empty list, nil.
fn without_edge(call: &mut Call<'_, '_>, name: &str, from: usize) -> Outcome {
    let list = list(call, 0, &format!("find {name} on"))?;
    if list.len() == 0 {
        return call.runtime.nil_list(Elem::Any);
    }
    let kept = list.window(from, from + list.len() - 1).unwrap_or(list);
    let kept = call.runtime.items(&kept, 0)?;
    call.runtime.charged_list(Elem::Any, kept, false)
}

fn reverse(call: &mut Call<'_, '_>) -> Outcome {
    let list = list(call, 0, "find reverse on")?;
    let mut items = call.runtime.items(&list, 0)?;
    items.reverse();
    call.runtime.charged_list(Elem::Any, items, false)
}

fn compact(call: &mut Call<'_, '_>) -> Outcome {
    let list = list(call, 0, "compact on")?;
    let mut items = call.runtime.items(&list, 0)?;
    items.retain(Value::truth);
    call.runtime.charged_list(Elem::Any, items, false)
}

/// Whether one of `items` equals `wanted`.
fn contains<'v>(
    runtime: &mut Runtime<'_>,
    items: impl IntoIterator<Item = &'v Value>,
    wanted: &Value,
) -> Result<bool, Fault> {
    for (index, item) in items.into_iter().enumerate() {
        if index % 16 == 0 {
            runtime.step()?;
        }
        if compare::deep_equal(runtime, wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unique(call: &mut Call<'_, '_>) -> Outcome {
    let list = list(call, 0, "find uniq on")?;
    let mut kept = Vec::new();
    for item in call.runtime.items(&list, 0)? {
        if !contains(call.runtime, &kept, &item)? {
            kept.push(item);
        }
    }
    call.runtime.list(kept)
}

fn without(call: &mut Call<'_, '_>) -> Outcome {
    let list = list(call, 0, "find without on")?;
    let omitted = call.args.get(1..).unwrap_or_default();
    let mut kept = Vec::new();
    for item in call.runtime.items(&list, 0)? {
        if !contains(call.runtime, omitted, &item)? {
            kept.push(item);
        }
    }
    call.runtime.list(kept)
}

fn has(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.value(0);
    if call.value(1).is_nil() {
        return Ok(Value::Bool(false));
    }
    let list = list(call, 1, "find has on")?;
    for index in 0..list.len() {
        let Some(item) = list.get(index) else { break };
        if contains(call.runtime, [&item], &wanted)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn slice(call: &mut Call<'_, '_>) -> Outcome {
    let list = match call.args.first() {
        Some(Value::List(list)) => list.clone(),
        Some(value) if !value.is_nil() => {
            let kind = value.kind_name();
            return Err(Fault::new(format!("list should be type of slice or array but {kind}")));
        }
        _ => return Err(Fault::NIL_POINTER),
    };
    if list.len() == 0 {
        return Ok(Value::Nil);
    }
    let index = |at: usize| call.args.get(at).map(cast::to_int);
    let start = index(1).unwrap_or(0);
    let end = index(2).unwrap_or(i64::try_from(list.len()).unwrap_or(i64::MAX));
    let window = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => list.window(start, end),
        _ => None,
    };
    window
        .map(Value::List)
        .ok_or_else(|| Fault::new("reflect.Value.Slice: slice index out of bounds"))
}

fn concat(call: &mut Call<'_, '_>) -> Outcome {
    let mut items = Vec::new();
    for index in 0..call.args.len() {
        match call.args.get(index) {
            Some(Value::List(list)) => {
                let list = list.clone();
                items.extend(call.runtime.items(&list, 0)?);
            }
            Some(value) if !value.is_nil() => {
                let kind = value.kind_name();
                return Err(Fault::new(format!("Cannot concat type {kind} as list")));
            }
            _ => return Err(Fault::NIL_POINTER),
        }
    }
    if items.is_empty() {
        return call.runtime.nil_list(Elem::Any);
    }
    call.runtime.charged_list(Elem::Any, items, false)
}

/// Lists of `size` elements each. The number of lists is worked out in floats, as Sprig does.
#[expect(clippy::cast_precision_loss, reason = "as Sprig does")]
fn chunk(call: &mut Call<'_, '_>) -> Outcome {
    const BAD_LENGTH: &str = "runtime error: makeslice: len out of range";
    let list = list(call, 1, "chunk")?;
    let size = call.int(0);
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let count = conversion::to_int64(((length - 1) as f64 / size as f64).floor() + 1.0);
    let count = usize::try_from(count).map_err(|_| Fault::new(BAD_LENGTH))?;
    let items = call.runtime.items(&list, 0)?;
    if count > items.len().max(1) {
        return Err(Fault::new(BAD_LENGTH));
    }
    let mut rest = items.as_slice();
    let mut chunks = Vec::with_capacity(count);
    for index in 0..count {
        let wanted = match length.checked_rem(size) {
            Some(remainder) if index + 1 == count && remainder != 0 => remainder,
            _ => size,
        };
        let wanted = usize::try_from(wanted).map_err(|_| Fault::new(BAD_LENGTH))?;
        let (chunk, tail) = rest
            .split_at_checked(wanted)
            .ok_or_else(|| Fault::new("reflect: slice index out of range"))?;
        chunks.push(call.runtime.list(chunk.to_vec())?);
        rest = tail;
    }
    call.runtime.typed_list(Elem::Lists, chunks)
}
