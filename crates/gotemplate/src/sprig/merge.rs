//! Merging of dicts.

use std::collections::BTreeMap;

use crate::engine::fault::Fault;
use crate::engine::function::Type::Dict as Map;
use crate::engine::function::{Call, Function, Outcome, variadic};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, DictType, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("merge", &[Map], Map, |call| merge_all(call, false)),
    variadic("mustMerge", &[Map], Map, |call| merge_all(call, false)),
    variadic("mergeOverwrite", &[Map], Map, |call| merge_all(call, true)),
    variadic("mustMergeOverwrite", &[Map], Map, |call| merge_all(call, true)),
];

/// Merges the dicts into the first, from left to right, and returns it.
fn merge_all(call: &mut Call<'_, '_>, overwrite: bool) -> Outcome {
    let mut target = call.dict(0)?;
    // A nil map becomes a new one once there is something to add.
    let adds = (1..call.args.len()).any(|index| call.dict(index).is_ok_and(|source| !source.0.nil));
    if target.0.nil
        && adds
        && let Value::Dict(new) = call.runtime.dict(BTreeMap::new())?
    {
        target = new;
    }
    for index in 1..call.args.len() {
        let source = call.dict(index)?;
        merge(call.runtime, &target, &source, overwrite)?;
    }
    Ok(Value::Dict(target))
}

/// Adds what `target` lacks or, if told to, replaces what `source` has; dicts in both are merged.
fn merge(
    runtime: &mut Runtime<'_>,
    target: &Dict,
    source: &Dict,
    overwrite: bool,
) -> Result<(), Fault> {
    runtime.enter()?;
    for (key, value) in runtime.entries(source)? {
        runtime.step()?;
        let present = target.get(&key);
        if value.is_nil() {
            if overwrite {
                runtime.insert(target, key, value)?;
            }
            continue;
        }
        if let (Some(Value::Dict(inner)), Value::Dict(other)) = (&present, &value)
            && (inner.len() > 0 || other.len() > 0)
            && inner.0.kind == DictType::Any
        {
            merge(runtime, inner, other, overwrite)?;
            if inner.len() > 0 {
                continue;
            }
        }
        let vacant = present.as_ref().is_none_or(|present| !present.truth() && !is_struct(present));
        if vacant || overwrite {
            runtime.insert(target, key, value)?;
        }
    }
    runtime.leave();
    Ok(())
}

fn is_struct(value: &Value) -> bool {
    matches!(value, Value::Time(_) | Value::Certificate(_) | Value::Version(..))
}
