//! Calls: arguments are checked against the function's parameters as Go's reflection does.

use super::{Machine, Result};
use crate::engine::fault::Fault;
use crate::engine::function::{Call, Function, Type};
use crate::engine::node::{Arg, Operand, Place};
use crate::engine::value::{DictType, Elem, IntType, UintType, Value};
use crate::go::rune::lossy;

impl<'t> Machine<'t, '_> {
    /// Calls `function` with the arguments after the first and the value of the command before.
    pub(super) fn call(
        &mut self,
        dot: &Value,
        function: &'static Function,
        node: Place<'t>,
        name: &[u8],
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        let args = args.get(1..).unwrap_or_default();
        self.check_count(function, name, args.len(), last.is_some(), 0)?;
        if matches!(function.name, "and" | "or") {
            return self.short_circuit(dot, function.name == "or", args, last);
        }
        let values = self.arguments(dot, function, args, last, Vec::new())?;
        self.run_function(function, node, name, values)
    }

    /// Calls a method; the receiver is the first of its values.
    #[expect(clippy::too_many_arguments, reason = "what Go's evalCall takes, and the receiver")]
    pub(super) fn call_method(
        &mut self,
        dot: &Value,
        method: &'static Function,
        receiver: Value,
        node: Place<'t>,
        name: &[u8],
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        let args = args.get(1..).unwrap_or_default();
        self.check_count(method, name, args.len(), last.is_some(), 1)?;
        let values = self.arguments(dot, method, args, last, vec![receiver])?;
        self.run_function(method, node, name, values)
    }

    fn run_function(
        &mut self,
        function: &'static Function,
        node: Place<'t>,
        name: &[u8],
        values: Vec<Value>,
    ) -> Result<Value> {
        let mut call = Call::new(&mut self.runtime, values);
        let result = call.begin().and_then(|()| (function.run)(&mut call));
        result.map_err(|fault| {
            self.place = node;
            let name = lossy(name);
            match fault {
                Fault::Message(message) => self.error(format!("error calling {name}: {message}")),
                other => self.fault(other),
            }
        })
    }

    fn check_count(
        &self,
        function: &Function,
        name: &[u8],
        given: usize,
        piped: bool,
        receivers: usize,
    ) -> Result<()> {
        let fixed = function.params.len() - receivers;
        let total = given + usize::from(piped);
        let name = lossy(name);
        if function.variadic.is_some() {
            if total < fixed {
                return Err(self.error(format!(
                    "wrong number of args for {name}: want at least {fixed} got {given}"
                )));
            }
        } else if total != fixed {
            return Err(
                self.error(format!("wrong number of args for {name}: want {fixed} got {total}"))
            );
        }
        Ok(())
    }

    /// `and` and `or` evaluate no more than they must.
    fn short_circuit(
        &mut self,
        dot: &Value,
        or: bool,
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        let mut value = Value::Invalid;
        for arg in args {
            value = self.arg(dot, Type::Reflect, arg)?;
            if value.truth() == or {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn arguments(
        &mut self,
        dot: &Value,
        function: &Function,
        args: &'t [Arg],
        last: Option<Value>,
        mut values: Vec<Value>,
    ) -> Result<Vec<Value>> {
        values.reserve(args.len() + 1);
        for arg in args {
            let expected = function.param(values.len());
            let value = self.arg(dot, expected, arg)?;
            values.push(value);
        }
        if let Some(last) = last {
            let value = self.validate(last, function.param(values.len()))?;
            values.push(value);
        }
        Ok(values)
    }

    /// One argument for a parameter of type `expected`.
    fn arg(&mut self, dot: &Value, expected: Type, arg: &'t Arg) -> Result<Value> {
        self.place = Place::Arg(arg);
        if let Some(value) = self.dynamic_arg(dot, arg)? {
            return self.validate(value, expected);
        }
        let operand = &arg.operand;
        if matches!(operand, Operand::Nil) {
            return self.zero(expected).unwrap_or_else(|| {
                Err(self.error(format!("cannot assign nil to {}", expected.name())))
            });
        }
        let number = match operand {
            Operand::Number(number) => Some(number),
            _ => None,
        };
        let found = match expected {
            Type::Any | Type::Reflect => match operand {
                Operand::Bool(flag) => Some(Value::Bool(*flag)),
                Operand::String { text, .. } => Some(Value::Str(text.clone())),
                Operand::Number(number) => return self.constant(number),
                _ => None,
            },
            Type::Bool => match operand {
                Operand::Bool(flag) => Some(Value::Bool(*flag)),
                _ => None,
            },
            Type::Str => match operand {
                Operand::String { text, .. } => Some(Value::Str(text.clone())),
                _ => None,
            },
            Type::Int | Type::Duration => number
                .and_then(|number| number.int)
                .map(|value| Value::Int(value, expected.int_type())),
            Type::Uint32 => {
                let value = number.and_then(|number| number.uint);
                value.map(|value| Value::Uint(value & 0xFFFF_FFFF, UintType::Uint32))
            }
            Type::Float => number.and_then(|number| number.float).map(Value::Float),
            Type::Dict | Type::List | Type::Time | Type::Certificate | Type::Version => {
                let shown = self.place.source(&self.parsed.forest);
                let name = expected.name();
                return Err(self.error(format!("can't handle {shown} for arg of type {name}")));
            }
        };
        found.ok_or_else(|| {
            let shown = self.place.source(&self.parsed.forest);
            self.error(format!("expected {}; found {shown}", expected.constant_name()))
        })
    }

    /// The base of a chain, of any type.
    pub(super) fn untyped_arg(&mut self, dot: &Value, arg: &'t Arg) -> Result<Value> {
        self.place = Place::Arg(arg);
        Ok(self.dynamic_arg(dot, arg)?.unwrap_or(Value::Invalid))
    }

    /// The value of an argument that is not a constant.
    fn dynamic_arg(&mut self, dot: &Value, arg: &'t Arg) -> Result<Option<Value>> {
        let value = match &arg.operand {
            Operand::Dot => dot.clone(),
            Operand::Field(fields) => {
                self.fields(dot, self.boxed_dot(dot), arg, fields, &[], None)?
            }
            Operand::Variable(variable) => self.variable(dot, arg, variable, &[], None)?,
            Operand::Pipe(id) => self.pipeline(dot, self.parsed.forest.pipe(*id))?,
            Operand::Identifier { name, function } => {
                self.call(dot, function, Place::Arg(arg), name, &[], None)?
            }
            Operand::Chain { base, fields } => self.chain(dot, arg, base, fields, &[], None)?,
            Operand::Bool(_) | Operand::Nil | Operand::Number(_) | Operand::String { .. } => {
                return Ok(None);
            }
        };
        Ok(Some(value))
    }

    /// Go's zero value of a type that has a nil.
    fn zero(&mut self, expected: Type) -> Option<Result<Value>> {
        let value = match expected {
            Type::Any => Ok(Value::Nil),
            Type::Reflect => Ok(Value::Invalid),
            Type::Dict => self.runtime.nil_dict(),
            Type::List => self.runtime.nil_list(Elem::Any),
            _ => return None,
        };
        Some(value.map_err(|fault| self.fault(fault)))
    }

    /// `value` if it can stand where `expected` is asked for.
    fn validate(&mut self, value: Value, expected: Type) -> Result<Value> {
        if matches!(value, Value::Invalid) {
            return self.zero(expected).unwrap_or_else(|| {
                Err(self.error(format!("invalid value; expected {}", expected.name())))
            });
        }
        let fits = match expected {
            Type::Any | Type::Reflect => true,
            Type::Bool => matches!(value, Value::Bool(_)),
            Type::Str => matches!(value, Value::Str(_)),
            Type::Int => matches!(value, Value::Int(_, IntType::Int)),
            Type::Duration => matches!(value, Value::Int(_, IntType::Duration)),
            Type::Uint32 => matches!(value, Value::Uint(_, UintType::Uint32)),
            Type::Float => matches!(value, Value::Float(_)),
            Type::Dict => matches!(&value, Value::Dict(dict) if dict.0.kind == DictType::Any),
            Type::List => matches!(&value, Value::List(list) if list.elem() == Elem::Any),
            Type::Time => matches!(value, Value::Time(_)),
            Type::Certificate => matches!(value, Value::Certificate(_)),
            Type::Version => matches!(value, Value::Version(_, true)),
        };
        if fits {
            return Ok(value);
        }
        let (expected, got) = (expected.name(), value.type_name());
        Err(self.error(format!("wrong type for value; expected {expected}; got {got}")))
    }
}

impl Type {
    fn int_type(self) -> IntType {
        match self {
            Self::Duration => IntType::Duration,
            _ => IntType::Int,
        }
    }

    /// What Go calls a constant of this type.
    fn constant_name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Str => "string",
            Self::Float => "float",
            Self::Uint32 => "unsigned integer",
            _ => "integer",
        }
    }
}
