//! Dicts.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::strings::strval;
use crate::engine::fault::Fault;
use crate::engine::function::Type::{Any, Dict as Map, Str as Text};
use crate::engine::function::{Call, Function, Outcome, fixed, variadic};
use crate::engine::value::{Dict, DictType, Elem, Str, Value};
use crate::go::semver::Version;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("dict", &[], Any, make_dict),
    fixed("get", &[Map, Text], |call| {
        let found = call.dict(0)?.get(&call.text(1));
        Ok(found.unwrap_or_else(|| Value::Str(Str::default())))
    }),
    fixed("set", &[Map, Text, Any], |call| {
        let (dict, key, value) = (call.dict(0)?, call.text(1), call.value(2));
        call.runtime.insert(&dict, key, value)?;
        Ok(Value::Dict(dict))
    }),
    fixed("unset", &[Map, Text], |call| {
        let dict = call.dict(0)?;
        if let Some(mut entries) = dict.entries_mut() {
            entries.remove(&*call.text(1));
        }
        Ok(Value::Dict(dict))
    }),
    fixed("hasKey", &[Map, Text], |call| {
        Ok(Value::Bool(call.dict(0)?.get(&call.text(1)).is_some()))
    }),
    variadic("pluck", &[Text], Map, |call| {
        let key = call.text(0);
        let found = (1..call.args.len()).filter_map(|index| call.dict(index).ok()?.get(&key));
        let found = found.collect();
        call.runtime.list(found)
    }),
    variadic("keys", &[], Map, keys),
    fixed("values", &[Map], |call| {
        let dict = call.dict(0)?;
        let values = call.runtime.entries(&dict)?.into_iter().map(|(_, value)| value).collect();
        call.runtime.charged_list(Elem::Any, values, false)
    }),
    variadic("pick", &[Map], Text, |call| {
        let dict = call.dict(0)?;
        let wanted = (1..call.args.len()).map(|index| call.text(index));
        let picked = wanted.filter_map(|key| dict.get(&key).map(|value| (key, value))).collect();
        call.runtime.dict(picked)
    }),
    variadic("omit", &[Map], Text, |call| {
        let dict = call.dict(0)?;
        let mut kept: BTreeMap<Str, Value> = call.runtime.entries(&dict)?.into_iter().collect();
        for index in 1..call.args.len() {
            kept.remove(&*call.text(index));
        }
        call.runtime.dict(kept)
    }),
    variadic("dig", &[], Any, dig),
    fixed("deepCopy", &[Any], deep_copy),
    fixed("mustDeepCopy", &[Any], deep_copy),
];

fn make_dict(call: &mut Call<'_, '_>) -> Outcome {
    let mut entries = BTreeMap::new();
    let args = std::mem::take(&mut call.args);
    for pair in args.chunks(2) {
        let [key, value @ ..] = pair else { break };
        let key = strval(call.runtime, key)?;
        let value = value.first().cloned().unwrap_or_else(|| Value::Str(Str::default()));
        entries.insert(key, value);
    }
    call.runtime.dict(entries)
}

/// Sorted, where Go's order changes from run to run.
fn keys(call: &mut Call<'_, '_>) -> Outcome {
    let mut keys = Vec::new();
    for index in 0..call.args.len() {
        let dict = call.dict(index)?;
        keys.extend(call.runtime.entries(&dict)?.into_iter().map(|(key, _)| key));
    }
    call.runtime.charged_strings(keys)
}

/// `dig "a" "b" default dict`.
fn dig(call: &mut Call<'_, '_>) -> Outcome {
    let [path @ .., default, dict] = call.args.as_slice() else { return Err(dig_needs_more()) };
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

fn deep_copy(call: &mut Call<'_, '_>) -> Outcome {
    let value = call.value(0);
    if value.is_nil() {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    copy(call, &value)
}

fn copy(call: &mut Call<'_, '_>, value: &Value) -> Outcome {
    call.runtime.enter()?;
    let copied = match value {
        Value::List(list) if list.is_nil() => call.runtime.nil_list(list.elem())?,
        Value::List(list) => {
            let mut items = Vec::with_capacity(list.len());
            for item in call.runtime.items(list, 0)? {
                call.runtime.step()?;
                items.push(copy(call, &item)?);
            }
            call.runtime.charged_list(list.elem(), items, false)?
        }
        Value::Dict(dict) => {
            let mut entries = BTreeMap::new();
            for (key, item) in call.runtime.entries(dict)? {
                call.runtime.step()?;
                entries.insert(key, copy(call, &item)?);
            }
            call.runtime.typed_dict(dict.0.kind, entries)?
        }
        // What is not exported is not copied, and a version has nothing else.
        Value::Version(_, pointer) => Value::Version(Rc::new(Version::default()), *pointer),
        other => other.clone(),
    };
    call.runtime.leave();
    Ok(copied)
}
