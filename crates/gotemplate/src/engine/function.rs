//! What a function is: its parameters, as Go's reflection checks them, its body, and one call of it.

use std::fmt;

use crate::engine::argument::Argument;
use crate::engine::fault::Fault;
use crate::engine::runtime::Runtime;
use crate::engine::value::Value;

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

/// One call: its arguments, already checked against the parameters.
pub(crate) struct Call<'r, 'e> {
    pub(crate) runtime: &'r mut Runtime<'e>,
    arguments: std::vec::IntoIter<Value>,
}

impl<'r, 'e> Call<'r, 'e> {
    pub(crate) fn new(runtime: &'r mut Runtime<'e>, arguments: Vec<Value>) -> Self {
        Self { runtime, arguments: arguments.into_iter() }
    }

    /// The next argument. The evaluator has seen to it that there is one.
    pub(crate) fn take<T: Argument>(&mut self) -> Result<T, Fault> {
        T::of(self.arguments.next().unwrap_or(Value::Nil))
    }

    /// All arguments that are left.
    pub(crate) fn take_rest<T: Argument>(&mut self) -> Result<Vec<T>, Fault> {
        self.arguments.by_ref().map(T::of).collect()
    }

    /// Takes the steps for reading the arguments.
    pub(crate) fn begin(&mut self) -> Result<(), Fault> {
        let size: usize = self
            .arguments
            .as_slice()
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
}
