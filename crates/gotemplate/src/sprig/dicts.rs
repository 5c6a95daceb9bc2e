//! Dicts.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::strings::strval;
use crate::engine::argument::function;
use crate::engine::fault::Fault;
use crate::engine::function::{Function, Outcome};
use crate::engine::runtime::Runtime;
use crate::engine::value::{Dict, DictType, Elem, Str, Value};
use crate::go::semver::Version;

pub(super) const FUNCTIONS: &[Function] = &[
    function!("dict", |runtime; pairs: [Value]| make_dict(runtime, &pairs)),
    function!("get", |_runtime, dict: Dict, key: Str| {
        Ok(dict.get(&key).unwrap_or_else(|| Value::Str(Str::default())))
    }),
    function!("set", |runtime, dict: Dict, key: Str, value: Value| {
        runtime.insert(&dict, key, value)?;
        Ok(Value::Dict(dict))
    }),
    function!("unset", |_runtime, dict: Dict, key: Str| {
        if let Some(mut entries) = dict.entries_mut() {
            entries.remove(&*key);
        }
        Ok(Value::Dict(dict))
    }),
    function!("hasKey", |_runtime, dict: Dict, key: Str| {
        Ok(Value::Bool(dict.get(&key).is_some()))
    }),
    function!("pluck", |runtime, key: Str; dicts: [Dict]| {
        runtime.list(dicts.iter().filter_map(|dict| dict.get(&key)).collect())
    }),
    function!("keys", |runtime; dicts: [Dict]| keys(runtime, &dicts)),
    function!("values", |runtime, dict: Dict| {
        let values = runtime.entries(&dict)?.into_iter().map(|(_, value)| value).collect();
        runtime.charged_list(Elem::Any, values, false)
    }),
    function!("pick", |runtime, dict: Dict; keys: [Str]| {
        let entry = |key: Str| dict.get(&key).map(|value| (key, value));
        runtime.dict(keys.into_iter().filter_map(entry).collect())
    }),
    function!("omit", |runtime, dict: Dict; keys: [Str]| {
        let mut kept: BTreeMap<Str, Value> = runtime.entries(&dict)?.into_iter().collect();
        for key in keys {
            kept.remove(&*key);
        }
        runtime.dict(kept)
    }),
    function!("dig", |_runtime; arguments: [Value]| dig(&arguments)),
    function!("deepCopy", |runtime, value: Value| deep_copy(runtime, &value)),
    function!("mustDeepCopy", |runtime, value: Value| deep_copy(runtime, &value)),
];

fn make_dict(runtime: &mut Runtime<'_>, pairs: &[Value]) -> Outcome {
    let mut entries = BTreeMap::new();
    for pair in pairs.chunks(2) {
        let [key, value @ ..] = pair else { break };
        let key = strval(runtime, key)?;
        let value = value.first().cloned().unwrap_or_else(|| Value::Str(Str::default()));
        entries.insert(key, value);
    }
    runtime.dict(entries)
}

/// Sorted, where Go's order changes from run to run.
fn keys(runtime: &mut Runtime<'_>, dicts: &[Dict]) -> Outcome {
    let mut keys = Vec::new();
    for dict in dicts {
        keys.extend(runtime.entries(dict)?.into_iter().map(|(key, _)| key));
    }
    runtime.charged_strings(keys)
}

/// `dig "a" "b" default dict`.
fn dig(arguments: &[Value]) -> Outcome {
    let [path @ .., default, dict] = arguments else { return Err(dig_needs_more()) };
    if path.is_empty() {
        return Err(dig_needs_more());
    }
    let mut dict = as_dict(dict)?;
    let mut keys = Vec::new();
    for key in path {
        match key {
            Value::Str(key) => keys.push(key.clone()),
            other => return Err(conversion(other, "string")),
        }
    }
    let last = keys.pop().unwrap_or_default();
    for key in keys {
        match dict.get(&key) {
            Some(step) => dict = as_dict(&step)?,
            None => return Ok(default.clone()),
        }
    }
    Ok(dict.get(&last).unwrap_or_else(|| default.clone()))
}

fn dig_needs_more() -> Fault {
    Fault::new("dig needs at least three arguments")
}

fn as_dict(value: &Value) -> Result<Dict, Fault> {
    match value {
        Value::Dict(dict) if dict.0.kind == DictType::Any => Ok(dict.clone()),
        other => Err(conversion(other, "map[string]interface {}")),
    }
}

/// What a failed type assertion panics with.
fn conversion(value: &Value, wanted: &str) -> Fault {
    let found = if value.is_nil() { "nil" } else { value.type_name() };
    Fault::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

fn deep_copy(runtime: &mut Runtime<'_>, value: &Value) -> Outcome {
    if value.is_nil() {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    copy(runtime, value)
}

fn copy(runtime: &mut Runtime<'_>, value: &Value) -> Outcome {
    runtime.enter()?;
    let copied = match value {
        Value::List(list) if list.is_nil() => runtime.nil_list(list.elem())?,
        Value::List(list) => {
            let mut items = Vec::with_capacity(list.len());
            for item in runtime.items(list, 0)? {
                runtime.step()?;
                items.push(copy(runtime, &item)?);
            }
            runtime.charged_list(list.elem(), items, false)?
        }
        Value::Dict(dict) => {
            let mut entries = BTreeMap::new();
            for (key, item) in runtime.entries(dict)? {
                runtime.step()?;
                entries.insert(key, copy(runtime, &item)?);
            }
            runtime.typed_dict(dict.0.kind, entries)?
        }
        // What is not exported is not copied, and a version has nothing else.
        Value::Version(_, pointer) => Value::Version(Rc::new(Version::default()), *pointer),
        other => other.clone(),
    };
    runtime.leave();
    Ok(copied)
}
