//! Comparison: the template's `eq` and `lt`, and Go's `reflect.DeepEqual`.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::engine::error::REDACTED;
use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::{List, Str, Value};
use crate::go::time::Time;

/// The basic kinds that can be compared with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Other,
    Bool,
    Complex,
    Int,
    Float,
    Str,
    Uint,
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Int(..) => Kind::Int,
        Value::Uint(..) => Kind::Uint,
        Value::Float(_) => Kind::Float,
        Value::Complex(..) => Kind::Complex,
        Value::Str(_) => Kind::Str,
        _ => Kind::Other,
    }
}

const BAD_TYPE: &str = "invalid type for comparison";

/// `eq`: whether `left` equals any of `others`.
pub(crate) fn equal_any(left: &Value, others: &[Value]) -> Result<bool, Fault> {
    if others.is_empty() {
        return Err(Fault::new("missing argument for comparison"));
    }
    for right in others {
        if equal(left, right)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `eq` of two.
pub(crate) fn equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a == b),
        (Value::Uint(a, _), Value::Uint(b, _)) => Ok(a == b),
        (Value::Int(a, _), Value::Uint(b, _)) | (Value::Uint(b, _), Value::Int(a, _)) => {
            Ok(u64::try_from(*a) == Ok(*b))
        }
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Complex(a, b), Value::Complex(c, d)) => Ok(a == c && b == d),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        _ if kind(left) == Kind::Other && kind(right) == Kind::Other => equal_others(left, right),
        _ if left.is_nil() || right.is_nil() => Ok(false),
        _ => Err(incompatible(left, right)),
    }
}

fn incompatible(left: &Value, right: &Value) -> Fault {
    let (left, right) = (left.type_name(), right.type_name());
    Fault::new(format!("incompatible types for comparison: {left} and {right}"))
}

/// Lists, dicts, structs, pointers and nil.
fn equal_others(left: &Value, right: &Value) -> Result<bool, Fault> {
    let (a, b) = (left.type_name(), right.type_name());
    if left.kind_name() != right.kind_name() && !left.is_nil() && !right.is_nil() {
        return Err(Fault::new(format!("non-comparable types {REDACTED}: {a}, {b}: {REDACTED}")));
    }
    if is_nil(left) || is_nil(right) {
        return Ok(is_nil(left) == is_nil(right));
    }
    match (left, right) {
        (_, Value::List(_) | Value::Dict(_)) => {
            Err(Fault::new(format!("non-comparable type {REDACTED}: {b}")))
        }
        (Value::Time(a), Value::Time(b)) => Ok(same_time(a, b)),
        (Value::Version(a, true), Value::Version(b, true)) => Ok(Rc::ptr_eq(a, b)),
        (Value::Version(a, false), Value::Version(b, false)) => Ok(a == b),
        (Value::Certificate(a), Value::Certificate(b)) => Ok(a == b),
        _ => Ok(false),
    }
}

/// Equal as structs: the zone and the monotonic reading count.
fn same_time(a: &Time, b: &Time) -> bool {
    a.same_instant(b) && a.monotonic == b.monotonic && a.zone.name() == b.zone.name()
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Invalid | Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Dict(dict) => dict.0.nil,
        _ => false,
    }
}

/// `lt`.
pub(crate) fn less(left: &Value, right: &Value) -> Result<bool, Fault> {
    if kind(left) == Kind::Other || kind(right) == Kind::Other {
        return Err(Fault::new(BAD_TYPE));
    }
    match (left, right) {
        (Value::Int(a, _), Value::Int(b, _)) => Ok(a < b),
        (Value::Uint(a, _), Value::Uint(b, _)) => Ok(a < b),
        (Value::Int(a, _), Value::Uint(b, _)) => Ok(u64::try_from(*a).map_or(true, |a| a < *b)),
        (Value::Uint(a, _), Value::Int(b, _)) => Ok(u64::try_from(*b).is_ok_and(|b| *a < b)),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b) == Some(Ordering::Less)),
        (Value::Str(a), Value::Str(b)) => Ok(a < b),
        _ if kind(left) == kind(right) => Err(Fault::new(BAD_TYPE)),
        _ => Err(incompatible(left, right)),
    }
}

/// `le`: less or equal.
pub(crate) fn less_or_equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    Ok(less(left, right)? || equal(left, right)?)
}

/// `reflect.DeepEqual`: types count, and so does nil against empty.
pub(crate) fn deep_equal(
    runtime: &mut Runtime<'_>,
    left: &Value,
    right: &Value,
) -> Result<bool, Fault> {
    match (left, right) {
        (Value::List(a), Value::List(b)) => {
            if a.elem() != b.elem() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return Ok(false);
            }
            if a.same(b) {
                return Ok(true);
            }
            runtime.nested(|runtime| same_elements(runtime, a, b))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            if a.0.kind != b.0.kind || a.0.nil != b.0.nil || a.len() != b.len() {
                return Ok(false);
            }
            if a.same(b) {
                return Ok(true);
            }
            let copies = 2 * a.len() * size_of::<(Str, Value)>();
            runtime.lend(copies, |runtime| {
                runtime.nested(|runtime| same_entries(runtime, &a.entries(), &b.entries()))
            })
        }
        (Value::Time(a), Value::Time(b)) => Ok(same_time(a, b)),
        (Value::Version(a, p), Value::Version(b, q)) => {
            runtime.read(a.bytes().min(b.bytes()))?;
            Ok(p == q && a == b)
        }
        (Value::Certificate(a), Value::Certificate(b)) => {
            Ok(same_text(runtime, &a.cert, &b.cert)? && same_text(runtime, &a.key, &b.key)?)
        }
        (Value::Int(a, s), Value::Int(b, t)) => Ok(s == t && a == b),
        (Value::Uint(a, s), Value::Uint(b, t)) => Ok(s == t && a == b),
        (Value::Float(a), Value::Float(b)) => Ok(a == b),
        (Value::Complex(a, b), Value::Complex(c, d)) => Ok(a == c && b == d),
        (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
        (Value::Str(a), Value::Str(b)) => same_text(runtime, a, b),
        _ => Ok(left.is_nil() && right.is_nil()),
    }
}

/// Texts of different length are not read.
fn same_text(runtime: &mut Runtime<'_>, left: &Str, right: &Str) -> Result<bool, Fault> {
    if left.len() != right.len() {
        return Ok(false);
    }
    runtime.read(left.len())?;
    Ok(left == right)
}

fn same_elements(runtime: &mut Runtime<'_>, left: &List, right: &List) -> Result<bool, Fault> {
    for index in 0..left.len() {
        runtime.step()?;
        let (Some(a), Some(b)) = (left.get(index), right.get(index)) else { return Ok(false) };
        if !deep_equal(runtime, &a, &b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_entries(
    runtime: &mut Runtime<'_>,
    left: &[(Str, Value)],
    right: &[(Str, Value)],
) -> Result<bool, Fault> {
    runtime.work(left.len() as u64 / 4)?;
    for ((left, _), (right, _)) in left.iter().zip(right) {
        if !same_text(runtime, left, right)? {
            return Ok(false);
        }
    }
    for ((_, a), (_, b)) in left.iter().zip(right) {
        runtime.step()?;
        if !deep_equal(runtime, a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}
