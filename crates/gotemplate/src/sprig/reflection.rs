//! Types, kinds and equality.

use crate::engine::argument::function;
use crate::engine::compare;
use crate::engine::function::Function;
use crate::engine::value::{Str, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("typeOf", |runtime, value: Value| runtime.string(type_of(&value))),
    function!("typeIs", |_runtime, name: Str, value: Value| {
        Ok(Value::Bool(*name == *type_of(&value).as_bytes()))
    }),
    function!("typeIsLike", |_runtime, name: Str, value: Value| {
        Ok(Value::Bool(is_like(&name, type_of(&value).as_bytes())))
    }),
    function!("kindOf", |runtime, value: Value| runtime.string(value.kind_name())),
    function!("kindIs", |_runtime, name: Str, value: Value| {
        Ok(Value::Bool(*name == *value.kind_name().as_bytes()))
    }),
    function!("deepEqual", |runtime, left: Value, right: Value| {
        compare::deep_equal(runtime, &left, &right).map(Value::Bool)
    }),
];

fn type_of(value: &Value) -> &'static str {
    if value.is_nil() { "<nil>" } else { value.type_name() }
}

fn is_like(wanted: &[u8], name: &[u8]) -> bool {
    *wanted == *name || name.strip_prefix(b"*") == Some(wanted)
}
