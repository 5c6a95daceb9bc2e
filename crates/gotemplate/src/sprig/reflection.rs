//! Types, kinds and equality.

use crate::engine::compare;
use crate::engine::function::Type::{Any, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed};
use crate::engine::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("typeOf", &[Any], |call| {
        let name = type_of(&call.value(0));
        call.string(name)
    }),
    fixed("typeIs", &[Text, Any], |call| {
        Ok(Value::Bool(*call.text(0) == *type_of(&call.value(1)).as_bytes()))
    }),
    fixed("typeIsLike", &[Text, Any], type_is_like),
    fixed("kindOf", &[Any], |call| {
        let name = call.value(0).kind_name();
        call.string(name)
    }),
    fixed("kindIs", &[Text, Any], |call| {
        Ok(Value::Bool(*call.text(0) == *call.value(1).kind_name().as_bytes()))
    }),
    fixed("deepEqual", &[Any, Any], |call| {
        let (left, right) = (call.value(0), call.value(1));
        compare::deep_equal(call.runtime, &left, &right).map(Value::Bool)
    }),
];

fn type_of(value: &Value) -> &'static str {
    if value.is_nil() { "<nil>" } else { value.type_name() }
}

fn type_is_like(call: &mut Call<'_, '_>) -> Outcome {
    let (target, name) = (call.text(0), type_of(&call.value(1)).as_bytes());
    Ok(Value::Bool(*target == *name || name.strip_prefix(b"*") == Some(&*target)))
}
