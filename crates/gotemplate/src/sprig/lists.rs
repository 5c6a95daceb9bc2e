//! Lists.

use super::cast;
use crate::engine::argument::function;
use crate::engine::compare;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Elem, List, Value};
use crate::go::conversion;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("list", |runtime; items: [Value]| runtime.list(items)),
    function!("tuple", |runtime; items: [Value]| runtime.list(items)),
    function!("append", |runtime, list: Value, item: Value| push(runtime, &list, item)),
    function!("push", |runtime, list: Value, item: Value| push(runtime, &list, item)),
    function!("mustAppend", |runtime, list: Value, item: Value| push(runtime, &list, item)),
    function!("mustPush", |runtime, list: Value, item: Value| push(runtime, &list, item)),
    function!("prepend", |runtime, list: Value, item: Value| prepend(runtime, &list, item)),
    function!("mustPrepend", |runtime, list: Value, item: Value| prepend(runtime, &list, item)),
    function!("first", |_runtime, list: Value| edge(&list, "first", |list| list.get(0))),
    function!("mustFirst", |_runtime, list: Value| edge(&list, "first", |list| list.get(0))),
    function!("last", |_runtime, list: Value| edge(&list, "last", last)),
    function!("mustLast", |_runtime, list: Value| edge(&list, "last", last)),
    function!("rest", |runtime, list: Value| without_edge(runtime, &list, "rest", 1)),
    function!("mustRest", |runtime, list: Value| without_edge(runtime, &list, "rest", 1)),
    function!("initial", |runtime, list: Value| without_edge(runtime, &list, "initial", 0)),
    function!("mustInitial", |runtime, list: Value| without_edge(runtime, &list, "initial", 0)),
    function!("reverse", |runtime, list: Value| reverse(runtime, &list)),
    function!("mustReverse", |runtime, list: Value| reverse(runtime, &list)),
    function!("compact", |runtime, list: Value| compact(runtime, &list)),
    function!("mustCompact", |runtime, list: Value| compact(runtime, &list)),
    function!("uniq", |runtime, list: Value| unique(runtime, &list)),
    function!("mustUniq", |runtime, list: Value| unique(runtime, &list)),
    function!("without", |runtime, list: Value; omitted: [Value]| without(runtime, &list, &omitted)),
    function!("mustWithout", |runtime, list: Value; omitted: [Value]| without(runtime, &list, &omitted)),
    function!("has", |runtime, wanted: Value, list: Value| has(runtime, &wanted, &list)),
    function!("mustHas", |runtime, wanted: Value, list: Value| has(runtime, &wanted, &list)),
    function!("slice", |_runtime, list: Value; indexes: [Value]| slice(&list, &indexes)),
    function!("mustSlice", |_runtime, list: Value; indexes: [Value]| slice(&list, &indexes)),
    function!("concat", |runtime; lists: [Value]| concat(runtime, &lists)),
    function!("chunk", |runtime, size: i64, list: Value| chunk(runtime, size, &list)),
    function!("mustChunk", |runtime, size: i64, list: Value| chunk(runtime, size, &list)),
];

/// The list, or Sprig's complaint that nothing can be done with it.
fn as_list<'v>(value: &'v Value, doing: &str) -> Result<&'v List, Fault> {
    match value {
        Value::List(list) => Ok(list),
        value if !value.is_nil() => {
            Err(Fault::new(format!("Cannot {doing} type {}", value.kind_name())))
        }
        _ => Err(Fault::NIL_POINTER),
    }
}

fn push(runtime: &mut Runtime<'_>, list: &Value, item: Value) -> Outcome {
    let mut items = runtime.items(as_list(list, "push on")?, 1)?;
    items.push(item);
    runtime.charged_list(Elem::Any, items, false)
}

fn prepend(runtime: &mut Runtime<'_>, list: &Value, item: Value) -> Outcome {
    let mut items = runtime.items(as_list(list, "prepend on")?, 1)?;
    items.insert(0, item);
    runtime.charged_list(Elem::Any, items, false)
}

fn last(list: &List) -> Option<Value> {
    list.len().checked_sub(1).and_then(|index| list.get(index))
}

fn edge(list: &Value, name: &str, pick: fn(&List) -> Option<Value>) -> Outcome {
    let list = as_list(list, &format!("find {name} on"))?;
    Ok(pick(list).unwrap_or(Value::Nil))
}

/// All elements but the first or the last; of an empty list, nil.
fn without_edge(runtime: &mut Runtime<'_>, list: &Value, name: &str, from: usize) -> Outcome {
    let list = as_list(list, &format!("find {name} on"))?;
    if list.len() == 0 {
        return runtime.nil_list(Elem::Any);
    }
    let kept = list.window(from, from + list.len() - 1).unwrap_or_else(|| list.clone());
    let kept = runtime.items(&kept, 0)?;
    runtime.charged_list(Elem::Any, kept, false)
}

fn reverse(runtime: &mut Runtime<'_>, list: &Value) -> Outcome {
    let mut items = runtime.items(as_list(list, "find reverse on")?, 0)?;
    items.reverse();
    runtime.charged_list(Elem::Any, items, false)
}

fn compact(runtime: &mut Runtime<'_>, list: &Value) -> Outcome {
    let mut items = runtime.items(as_list(list, "compact on")?, 0)?;
    items.retain(Value::truth);
    runtime.charged_list(Elem::Any, items, false)
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

fn unique(runtime: &mut Runtime<'_>, list: &Value) -> Outcome {
    let mut kept = Vec::new();
    for item in runtime.items(as_list(list, "find uniq on")?, 0)? {
        if !contains(runtime, &kept, &item)? {
            kept.push(item);
        }
    }
    runtime.list(kept)
}

fn without(runtime: &mut Runtime<'_>, list: &Value, omitted: &[Value]) -> Outcome {
    let mut kept = Vec::new();
    for item in runtime.items(as_list(list, "find without on")?, 0)? {
        if !contains(runtime, omitted, &item)? {
            kept.push(item);
        }
    }
    runtime.list(kept)
}

fn has(runtime: &mut Runtime<'_>, wanted: &Value, list: &Value) -> Outcome {
    if list.is_nil() {
        return Ok(Value::Bool(false));
    }
    let list = as_list(list, "find has on")?;
    for index in 0..list.len() {
        let Some(item) = list.get(index) else { break };
        if contains(runtime, [&item], wanted)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn slice(list: &Value, indexes: &[Value]) -> Outcome {
    let list = match list {
        Value::List(list) => list,
        value if !value.is_nil() => {
            let kind = value.kind_name();
            return Err(Fault::new(format!("list should be type of slice or array but {kind}")));
        }
        _ => return Err(Fault::NIL_POINTER),
    };
    if list.len() == 0 {
        return Ok(Value::Nil);
    }
    let index = |at: usize| indexes.get(at).map(cast::to_int);
    let start = index(0).unwrap_or(0);
    let end = index(1).unwrap_or(i64::try_from(list.len()).unwrap_or(i64::MAX));
    let window = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => list.window(start, end),
        _ => None,
    };
    window
        .map(Value::List)
        .ok_or_else(|| Fault::new("reflect.Value.Slice: slice index out of bounds"))
}

fn concat(runtime: &mut Runtime<'_>, lists: &[Value]) -> Outcome {
    let mut items = Vec::new();
    for list in lists {
        match list {
            Value::List(list) => items.extend(runtime.items(list, 0)?),
            value if !value.is_nil() => {
                let kind = value.kind_name();
                return Err(Fault::new(format!("Cannot concat type {kind} as list")));
            }
            _ => return Err(Fault::NIL_POINTER),
        }
    }
    if items.is_empty() {
        return runtime.nil_list(Elem::Any);
    }
    runtime.charged_list(Elem::Any, items, false)
}

/// Lists of `size` elements each. The number of lists is worked out in floats, as Sprig does.
#[expect(clippy::cast_precision_loss, reason = "as Sprig does")]
fn chunk(runtime: &mut Runtime<'_>, size: i64, list: &Value) -> Outcome {
    const BAD_LENGTH: &str = "runtime error: makeslice: len out of range";
    let list = as_list(list, "chunk")?;
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let count = conversion::to_int64(((length - 1) as f64 / size as f64).floor() + 1.0);
    let count = usize::try_from(count).map_err(|_| Fault::new(BAD_LENGTH))?;
    let items = runtime.items(list, 0)?;
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
        chunks.push(runtime.list(chunk.to_vec())?);
        rest = tail;
    }
    runtime.typed_list(Elem::Lists, chunks)
}
