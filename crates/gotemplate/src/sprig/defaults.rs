//! Defaults, emptiness and choice.

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::Function;
use crate::engine::value::{Str, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("hello", |runtime| runtime.string("Hello!")),
    function!("fail", |_runtime, _message: Str| Err(Fault::HIDDEN)),
    function!("default", |_runtime, default: Value; given: [Value]| {
        Ok(given.into_iter().next().filter(Value::truth).unwrap_or(default))
    }),
    function!("empty", |_runtime, value: Value| Ok(Value::Bool(!value.truth()))),
    function!("coalesce", |_runtime; values: [Value]| {
        Ok(values.into_iter().find(Value::truth).unwrap_or(Value::Nil))
    }),
    function!("all", |_runtime; values: [Value]| Ok(Value::Bool(values.iter().all(Value::truth)))),
    function!("any", |_runtime; values: [Value]| Ok(Value::Bool(values.iter().any(Value::truth)))),
    function!("ternary", |_runtime, yes: Value, no: Value, condition: bool| {
        Ok(if condition { yes } else { no })
    }),
];
