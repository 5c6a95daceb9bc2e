//! What a function is: its parameters, as Go's reflection checks them, its body, and one call of it.

use std::fmt;
use std::rc::Rc;

use crate::engine::argument::Argument;
use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
#[cfg(feature = "certificates")]
use crate::engine::value::Certificate;
use crate::engine::value::{Str, Value};
use crate::go::semver::Version;
use crate::go::time::Time;

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

/// The functions there are, by name.
pub(crate) type Functions = fn(&[u8]) -> Option<&'static Function>;

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
pub(crate) const fn fixed(
    name: &'static str,
    params: &'static [Type],
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Function {
    Function { name, params, variadic: None, run }
}

/// A function with any number of further arguments.
pub(crate) const fn variadic(
    name: &'static str,
    params: &'static [Type],
    rest: Type,
    run: fn(&mut Call<'_, '_>) -> Outcome,
) -> Function {
    Function { name, params, variadic: Some(rest), run }
}

/// One call: its arguments, already checked against the parameters.
pub(crate) struct Call<'r, 'e> {
    pub(crate) runtime: &'r mut Runtime<'e>,
    pub(crate) args: Vec<Value>,
    /// How many of them the body has taken.
    taken: usize,
}

impl<'r, 'e> Call<'r, 'e> {
    pub(crate) fn new(runtime: &'r mut Runtime<'e>, args: Vec<Value>) -> Self {
        Self { runtime, args, taken: 0 }
    }

    /// The next argument. The evaluator has seen to it that there is one.
    pub(crate) fn take<T: Argument>(&mut self) -> Result<T, Fault> {
        let next = self.args.get_mut(self.taken);
        self.taken += 1;
        T::of(next.map_or(Value::Nil, |value| std::mem::replace(value, Value::Nil)))
    }

    /// All arguments that are left.
    pub(crate) fn take_rest<T: Argument>(&mut self) -> Result<Vec<T>, Fault> {
        self.args.drain(self.taken.min(self.args.len())..).map(T::of).collect()
    }

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

    pub(crate) fn value(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or(Value::Nil)
    }

    pub(crate) fn text(&self, index: usize) -> Str {
        match self.args.get(index) {
            Some(Value::Str(text)) => text.clone(),
            _ => Str::default(),
        }
    }

    pub(crate) fn int(&self, index: usize) -> i64 {
        match self.args.get(index) {
            Some(Value::Int(value, _)) => *value,
            Some(Value::Uint(value, _)) => i64::try_from(*value).unwrap_or(i64::MAX),
            _ => 0,
        }
    }

    pub(crate) fn time(&self, index: usize) -> Rc<Time> {
        match self.args.get(index) {
            Some(Value::Time(time)) => Rc::clone(time),
            _ => Rc::new(Time::zero()),
        }
    }

    pub(crate) fn version(&self, index: usize) -> Result<Rc<Version>, Fault> {
        match self.args.get(index) {
            Some(Value::Version(version, _)) => Ok(Rc::clone(version)),
            _ => Err(Fault::NIL_POINTER),
        }
    }

    #[cfg(feature = "certificates")]
    pub(crate) fn certificate(&self, index: usize) -> Certificate {
        match self.args.get(index) {
            Some(Value::Certificate(certificate)) => (**certificate).clone(),
            _ => Certificate::default(),
        }
    }

    /// A new string as the result.
    pub(crate) fn string(&mut self, bytes: impl AsRef<[u8]> + Into<Str>) -> Outcome {
        self.runtime.string(bytes)
    }
}
