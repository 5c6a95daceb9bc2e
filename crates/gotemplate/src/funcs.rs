//! The functions templates call: their parameters, as Go's reflection checks them, and their bodies.

mod builtins;
mod certificates;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod html;
mod json;
mod lists;
mod math;
mod merge;
pub(crate) mod methods;
mod paths;
mod random;
mod reflection;
mod regex;
mod strings;
mod urls;
mod versions;
mod words;
mod wrap;

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::OnceLock;

use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::semver::Version;
use crate::time::Time;
#[cfg(feature = "certificates")]
use crate::value::Certificate;
use crate::value::{Dict, Str, Value};

/// What a function returns.
pub(crate) type Outcome = Result<Value, Fault>;

/// A parameter's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// `interface {}`
    Any,
    /// `reflect.Value`: anything, and no value as well.
    Reflect,
    Bool,
    Str,
    Int,
    Uint32,
    Float,
    Duration,
    /// `map[string]interface {}`
    Dict,
    /// `[]interface {}`
    List,
    Time,
    Certificate,
    /// `*semver.Version`
    Version,
}

impl Type {
    /// Go's name of the type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::Str => "string",
            Self::Int => "int",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::Duration => "time.Duration",
            Self::Dict => "map[string]interface {}",
            Self::List => "[]interface {}",
            Self::Time => "time.Time",
            Self::Certificate => "sprig.certificate",
            Self::Version => "*semver.Version",
        }
    }
}

/// A function or method.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Type],
    /// The type of any number of further arguments.
    pub(crate) variadic: Option<Type>,
    pub(crate) run: fn(&mut Call<'_, '_>) -> Outcome,
}

impl Function {
    /// The type of the parameter at `index`.
    pub(crate) fn param(&self, index: usize) -> Type {
        self.params.get(index).copied().or(self.variadic).unwrap_or(Type::Any)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A function with a fixed number of parameters.
const fn fixed(
    name: &'static str,
    params: &'static [Type],
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Function {
    Function { name, params, variadic: None, run }
}

/// A function with any number of further arguments.
const fn variadic(
    name: &'static str,
    params: &'static [Type],
    rest: Type,
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Function {
    Function { name, params, variadic: Some(rest), run }
}

const TABLES: &[&[Function]] = &[
    builtins::FUNCTIONS,
    certificates::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    html::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    merge::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflection::FUNCTIONS,
    regex::FUNCTIONS,
    strings::FUNCTIONS,
    urls::FUNCTIONS,
    versions::FUNCTIONS,
    words::FUNCTIONS,
    wrap::FUNCTIONS,
];

/// The function of that name.
pub(crate) fn find(name: &[u8]) -> Option<&'static Function> {
    static INDEX: OnceLock<HashMap<&'static [u8], &'static Function>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        TABLES
            .iter()
            .copied()
            .flatten()
            .map(|function| (function.name.as_bytes(), function))
            .collect()
    });
    index.get(name).copied()
}

/// The names of all functions, sorted.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> =
        TABLES.iter().copied().flatten().map(|function| function.name).collect();
    names.sort_unstable();
    names
}

/// One call: its arguments, already checked against the parameters.
pub(crate) struct Call<'r, 'e> {
    pub(crate) runtime: &'r mut Runtime<'e>,
    pub(crate) args: Vec<Value>,
}

impl Call<'_, '_> {
    /// Takes the steps for reading the arguments.
    pub(crate) fn begin(&mut self) -> Result<(), Fault> {
        let size: usize = self
            .args
            .iter()
            .map(|arg| match arg {
                Value::Str(text) => text.len(),
                Value::List(list) => list.len() * 16,
                Value::Dict(dict) => dict.len() * 16,
                _ => 0,
            })
            .sum();
        self.runtime.step()?;
        self.runtime.read(size)
    }

    fn value(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or(Value::Nil)
    }

    fn rest(&self, index: usize) -> &[Value] {
        self.args.get(index..).unwrap_or_default()
    }

    fn text(&self, index: usize) -> Str {
        match self.args.get(index) {
            Some(Value::Str(text)) => text.clone(),
            _ => Str::default(),
        }
    }

    fn int(&self, index: usize) -> i64 {
        match self.args.get(index) {
            Some(Value::Int(value, _)) => *value,
            Some(Value::Uint(value, _)) => i64::try_from(*value).unwrap_or(i64::MAX),
            _ => 0,
        }
    }

    fn float(&self, index: usize) -> f64 {
        match self.args.get(index) {
            Some(Value::Float(value)) => *value,
            _ => 0.0,
        }
    }

    fn flag(&self, index: usize) -> bool {
        matches!(self.args.get(index), Some(Value::Bool(true)))
    }

    fn dict(&self, index: usize) -> Result<Dict, Fault> {
        match self.args.get(index) {
            Some(Value::Dict(dict)) => Ok(dict.clone()),
            _ => Err(NIL_POINTER),
        }
    }

    fn time(&self, index: usize) -> Rc<Time> {
        match self.args.get(index) {
            Some(Value::Time(time)) => Rc::clone(time),
            _ => Rc::new(Time::zero()),
        }
    }

    fn version(&self, index: usize) -> Result<Rc<Version>, Fault> {
        match self.args.get(index) {
            Some(Value::Version(version, _)) => Ok(Rc::clone(version)),
            _ => Err(NIL_POINTER),
        }
    }

    #[cfg(feature = "certificates")]
    fn certificate(&self, index: usize) -> Certificate {
        match self.args.get(index) {
            Some(Value::Certificate(certificate)) => (**certificate).clone(),
            _ => Certificate::default(),
        }
    }

    /// A new string as the result.
    fn string(&mut self, bytes: impl Into<Str>) -> Outcome {
        self.runtime.string(bytes)
    }

    /// The current time.
    fn now(&self) -> Time {
        let environment = &self.runtime.environment;
        Time {
            monotonic: true,
            ..Time::new(environment.seconds, environment.nanoseconds, crate::time::Zone::Local)
        }
    }
}

/// What Go's reflection panics with on nil.
const NIL_POINTER: Fault = Fault::Message(std::borrow::Cow::Borrowed(
    "runtime error: invalid memory address or nil pointer dereference",
));

/// What slicing beyond the end panics with; the numbers tell a value's length.
fn out_of_range() -> Fault {
    Fault::new(format!("runtime error: slice bounds out of range {}", crate::error::REDACTED))
}

/// Sprig's text of a value: a string is itself, all else as `%v`.
fn strval(runtime: &mut Runtime<'_>, value: &Value) -> Result<Str, Fault> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        _ => Ok(Str::from(crate::fmt::display(runtime, value)?)),
    }
}

#[cfg(test)]
mod tests;
