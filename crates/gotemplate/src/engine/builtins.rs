//! Go's own functions, but for `slice`, which Sprig replaces.

mod escape;

pub(crate) use escape::ESCAPES;

use crate::engine::compare;
use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::fmt;
use crate::engine::function::Type::{Any, Reflect, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::value::{Dict, DictType, List, Str, UintType, Value};

pub(crate) const FUNCTIONS: &[Function] = &[
    // The evaluator runs these two: they do not evaluate all of their arguments.
    variadic("and", &[Reflect], Reflect, last),
    variadic("or", &[Reflect], Reflect, last),
    variadic("call", &[Reflect], Reflect, call),
    variadic("index", &[Reflect], Reflect, index),
    fixed("len", &[Reflect], len),
    fixed("not", &[Reflect], |call| Ok(Value::Bool(!call.value(0).truth()))),
    variadic("print", &[], Any, |call| {
        let text = fmt::sprint(call.runtime, &call.args)?;
        call.runtime.charged_string(text)
    }),
    variadic("printf", &[Text], Any, |call| {
        let format = call.text(0);
        let text = fmt::sprintf(call.runtime, &format, call.args.get(1..).unwrap_or_default())?;
        call.runtime.charged_string(text)
    }),
    variadic("println", &[], Any, |call| {
        let text = fmt::sprintln(call.runtime, &call.args)?;
        call.runtime.charged_string(text)
    }),
    variadic("eq", &[Reflect], Reflect, |call| {
        let args = indirect(call);
        let (first, rest) = args.split_first().unwrap_or((&Value::Invalid, &[]));
        compare::equal_any(first, rest).map(Value::Bool)
    }),
    fixed("ne", &[Reflect, Reflect], |call| compare_two(call, |a, b| Ok(!compare::equal(a, b)?))),
    fixed("lt", &[Reflect, Reflect], |call| compare_two(call, compare::less)),
    fixed("le", &[Reflect, Reflect], |call| compare_two(call, compare::less_or_equal)),
    fixed("gt", &[Reflect, Reflect], |call| {
        compare_two(call, |a, b| Ok(!compare::less_or_equal(a, b)?))
    }),
    fixed("ge", &[Reflect, Reflect], |call| compare_two(call, |a, b| Ok(!compare::less(a, b)?))),
];

fn last(call: &mut Call<'_, '_>) -> Outcome {
    Ok(call.args.last().cloned().unwrap_or(Value::Invalid))
}

/// The arguments, a nil interface made no value.
fn indirect(call: &Call<'_, '_>) -> Vec<Value> {
    let bare =
        |value: &Value| if matches!(value, Value::Nil) { Value::Invalid } else { value.clone() };
    call.args.iter().map(bare).collect()
}

fn compare_two(
    call: &mut Call<'_, '_>,
    compare: fn(&Value, &Value) -> Result<bool, Fault>,
) -> Outcome {
    match indirect(call).as_slice() {
        [left, right] => compare(left, right).map(Value::Bool),
        _ => Err(Fault::new("missing argument for comparison")),
    }
}

/// No value of a template is a function.
fn call(call: &mut Call<'_, '_>) -> Outcome {
    let callee = call.value(0);
    if callee.is_nil() {
        return Err(Fault::new("call of nil"));
    }
    Err(Fault::new(format!("non-function {REDACTED} of type {}", callee.type_name())))
}

fn len(call: &mut Call<'_, '_>) -> Outcome {
    let length = match call.value(0) {
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
fn index(call: &mut Call<'_, '_>) -> Outcome {
    let args = indirect(call);
    let (first, indexes) = args.split_first().unwrap_or((&Value::Invalid, &[]));
    let mut item = first.clone();
    if matches!(item, Value::Invalid) {
        return Err(Fault::new("index of untyped nil"));
    }
    for index in indexes {
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
