//! Defaults, emptiness and choice.

use crate::engine::fault::Fault;
use crate::engine::function::Type::{Any, Bool, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("hello", &[], |call| call.string("Hello!")),
    fixed("fail", &[Text], |_| Err(Fault::HIDDEN)),
    variadic("default", &[Any], Any, default),
    fixed("empty", &[Any], |call| Ok(Value::Bool(!call.value(0).truth()))),
    variadic("coalesce", &[], Any, |call| {
        Ok(call.args.iter().find(|value| value.truth()).cloned().unwrap_or(Value::Nil))
    }),
    variadic("all", &[], Any, |call| Ok(Value::Bool(call.args.iter().all(Value::truth)))),
    variadic("any", &[], Any, |call| Ok(Value::Bool(call.args.iter().any(Value::truth)))),
    fixed("ternary", &[Any, Any, Bool], |call| {
        Ok(if call.flag(2) { call.value(0) } else { call.value(1) })
    }),
];

/// The given value unless it is empty.
fn default(call: &mut Call<'_, '_>) -> Outcome {
    let given = call.args.get(1).filter(|given| given.truth());
    Ok(given.cloned().unwrap_or_else(|| call.value(0)))
}
