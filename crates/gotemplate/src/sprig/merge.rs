//! Merging of dicts.

use std::collections::BTreeMap;

use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, DictType, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function!("merge", |runtime, target: Dict; sources: [Dict]| merge_all(runtime, target, &sources, false)),
    function!("mustMerge", |runtime, target: Dict; sources: [Dict]| merge_all(runtime, target, &sources, false)),
    function!("mergeOverwrite", |runtime, target: Dict; sources: [Dict]| merge_all(runtime, target, &sources, true)),
    function!("mustMergeOverwrite", |runtime, target: Dict; sources: [Dict]| merge_all(runtime, target, &sources, true)),
];

/// Merges the dicts into the first, from left to right, and returns it.
fn merge_all(
    runtime: &mut Runtime<'_>,
    mut target: Dict,
    sources: &[Dict],
    overwrite: bool,
) -> Outcome {
    // A nil map becomes a new one once there is something to add.
    if target.0.nil
        && sources.iter().any(|source| !source.0.nil)
        && let Value::Dict(new) = runtime.dict(BTreeMap::new())?
    {
        target = new;
    }
    for source in sources {
        merge(runtime, &target, source, overwrite)?;
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
