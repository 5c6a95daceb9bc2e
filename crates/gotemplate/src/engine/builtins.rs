//! Go's own functions, but for `slice`, which Sprig replaces.

mod escape;

pub(crate) use escape::ESCAPES;

use crate::engine::argument::{Reflected, function};
use crate::engine::compare;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::{Function, Outcome};
use crate::engine::value::{Dict, DictType, List, Str, UintType, Value};

macro_rules! compared {
    ($name:literal, |$a:ident, $b:ident| $result:expr) => {
        function!($name, |_runtime, a: Reflected, b: Reflected| {
            let ($a, $b) = (&bare(a), &bare(b));
            $result.map(Value::Bool)
        })
    };
}

pub(crate) const FUNCTIONS: &[Function] = &[
    // The evaluator runs these two: they do not evaluate all of their arguments.
    function!("and", |_runtime, first: Reflected; rest: [Reflected]| Ok(last(first, rest))),
    function!("or", |_runtime, first: Reflected; rest: [Reflected]| Ok(last(first, rest))),
    function!("call", |_runtime, callee: Reflected; _arguments: [Reflected]| call(&callee.0)),
    function!("index", |_runtime, item: Reflected; indexes: [Reflected]| {
        index(bare(item), indexes)
    }),
    function!("len", |_runtime, value: Reflected| len(&value.0)),
    function!("not", |_runtime, value: Reflected| Ok(Value::Bool(!value.0.truth()))),
    function!("print", |runtime; values: [Value]| {
        let text = fmt::sprint(runtime, &values)?;
        runtime.charged_string(text)
    }),
    function!("printf", |runtime, format: Str; values: [Value]| {
        let text = fmt::sprintf(runtime, &format, &values)?;
        runtime.charged_string(text)
    }),
    function!("println", |runtime; values: [Value]| {
        let text = fmt::sprintln(runtime, &values)?;
        runtime.charged_string(text)
    }),
    function!("eq", |_runtime, first: Reflected; others: [Reflected]| {
        let others: Vec<Value> = others.into_iter().map(bare).collect();
        compare::equal_any(&bare(first), &others).map(Value::Bool)
    }),
    compared!("ne", |a, b| compare::equal(a, b).map(|equal| !equal)),
    compared!("lt", |a, b| compare::less(a, b)),
    compared!("le", |a, b| compare::less_or_equal(a, b)),
    compared!("gt", |a, b| compare::less_or_equal(a, b).map(|less| !less)),
    compared!("ge", |a, b| compare::less(a, b).map(|less| !less)),
];

fn last(first: Reflected, rest: Vec<Reflected>) -> Value {
    rest.into_iter().next_back().unwrap_or(first).0
}

/// A nil interface is no value.
fn bare(value: Reflected) -> Value {
    if matches!(value.0, Value::Nil) { Value::Invalid } else { value.0 }
}

/// No value of a template is a function.
fn call(callee: &Value) -> Outcome {
    if callee.is_nil() {
        return Err(Fault::new("call of nil"));
    }
    Err(Fault::new(format!("non-function {REDACTED} of type {}", callee.type_name())))
}

fn len(value: &Value) -> Outcome {
    let length = match value {
        Value::Str(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Dict(dict) => dict.len(),
        Value::Nil => return Err(Fault::new("len of nil pointer")),
        Value::Invalid => {
            return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
        }
        // Go looks behind the pointer.
        Value::Version(..) => return Err(Fault::new("len of type semver.Version")),
        other => return Err(Fault::new(format!("len of type {}", other.type_name()))),
    };
    Ok(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// `index x 1 2 3` is `x[1][2][3]`.
fn index(mut item: Value, indexes: Vec<Reflected>) -> Outcome {
    if matches!(item, Value::Invalid) {
        return Err(Fault::new("index of untyped nil"));
    }
    for index in &indexes.into_iter().map(bare).collect::<Vec<_>>() {
        item = match &item {
            Value::Nil => return Err(Fault::new("index of nil pointer")),
            Value::Str(text) => element_of_string(text, index)?,
            Value::List(list) => element_of_list(list, index)?,
            Value::Dict(dict) => element_of_dict(dict, index)?,
            Value::Version(..) => {
                return Err(Fault::new("can't index item of type semver.Version"));
            }
            other => {
                return Err(Fault::new(format!("can't index item of type {}", other.type_name())));
            }
        };
    }
    Ok(item)
}

fn element_of_string(text: &Str, index: &Value) -> Outcome {
    let at = position(index, text.len())?;
    let byte = text.get(at).ok_or_else(|| Fault::new("reflect: string index out of range"))?;
    Ok(Value::Uint(u64::from(*byte), UintType::Uint8))
}

fn element_of_list(list: &List, index: &Value) -> Outcome {
    let at = position(index, list.len())?;
    list.get(at).ok_or_else(|| Fault::new("reflect: slice index out of range"))
}

fn element_of_dict(dict: &Dict, key: &Value) -> Outcome {
    let key = match key {
        Value::Str(key) => key,
        Value::Invalid | Value::Nil => {
            return Err(Fault::new("value is nil; should be of type string"));
        }
        other => {
            let kind = other.type_name();
            return Err(Fault::new(format!("value has type {kind}; should be string")));
        }
    };
    Ok(dict.get(key).unwrap_or_else(|| match dict.0.kind {
        DictType::Any => Value::Nil,
        DictType::Strings => Value::Str(Str::default()),
    }))
}

/// An index up to and including `length`, as Go's `indexArg` lets through.
fn position(index: &Value, length: usize) -> Result<usize, Fault> {
    let at = match index {
        Value::Int(at, _) => *at,
        Value::Uint(at, _) => at.cast_signed(),
        Value::Invalid | Value::Nil => return Err(Fault::new("cannot index slice/array with nil")),
        other => {
            let kind = other.type_name();
            return Err(Fault::new(format!("cannot index slice/array with type {kind}")));
        }
    };
    usize::try_from(at)
        .ok()
        .filter(|at| *at <= length)
        .ok_or_else(|| Fault::new(format!("index out of range: {REDACTED}")))
}
