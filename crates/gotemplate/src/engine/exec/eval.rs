//! Pipelines, commands and variables.

use super::{Binding, Machine, Result};
use crate::engine::node::{Arg, Command, Number, Operand, Pipe, Place, Variable};
use crate::engine::value::{DictType, Str, Value};
use crate::go::rune::lossy;

impl<'t> Machine<'t, '_> {
    /// The value of a pipeline. Declared variables stay until the block around it ends.
    pub(super) fn pipeline(&mut self, dot: &Value, pipe: &'t Pipe) -> Result<Value> {
        self.place = Place::Pipe(pipe);
        self.runtime.step().map_err(|fault| self.fault(fault))?;
        self.runtime.enter().map_err(|fault| self.fault(fault))?;
        let mut value = None;
        for command in &pipe.commands {
            let result = self.command(dot, command, value)?;
            // A nil interface is no value from here on.
            value = Some(if matches!(result, Value::Nil) { Value::Invalid } else { result });
        }
        self.runtime.leave();
        let value = value.unwrap_or(Value::Invalid);
        for variable in &pipe.declarations {
            if pipe.is_assignment {
                self.assign(&variable.name, (value.clone(), false))?;
            } else {
                self.vars.push(Binding {
                    name: &variable.name,
                    value: value.clone(),
                    boxed: false,
                });
            }
        }
        Ok(value)
    }

    /// Overwrites the last declared variable of that name.
    pub(super) fn assign(&mut self, name: &'t Str, (value, boxed): (Value, bool)) -> Result<()> {
        let base = self.base;
        let found = self.vars.iter_mut().skip(base).rev().find(|binding| binding.name == &**name);
        match found {
            Some(binding) => {
                binding.value = value;
                binding.boxed = boxed;
                Ok(())
            }
            None => Err(self.error(format!("undefined variable: {}", lossy(name)))),
        }
    }

    fn variable_value(&mut self, name: &[u8]) -> Result<(Value, bool)> {
        let found = self.vars.iter().skip(self.base).rev().position(|binding| binding.name == name);
        let distance = found.unwrap_or(0);
        self.runtime.work(distance as u64 / 16).map_err(|fault| self.fault(fault))?;
        found
            .and_then(|_| self.vars.get(self.vars.len() - 1 - distance))
            .map(|binding| (binding.value.clone(), binding.boxed))
            .ok_or_else(|| self.error(format!("undefined variable: {}", lossy(name))))
    }

    /// One command; `last` is the value of the command before it.
    fn command(&mut self, dot: &Value, command: &'t Command, last: Option<Value>) -> Result<Value> {
        let Some(first) = command.args.first() else { return Ok(Value::Invalid) };
        let args = command.args.as_slice();
        match &first.operand {
            Operand::Field(fields) => {
                self.place = Place::Arg(first);
                self.fields(dot, self.boxed_dot(dot), first, fields, args, last)
            }
            Operand::Chain { base, fields } => self.chain(dot, first, base, fields, args, last),
            Operand::Identifier { name, function } => {
                self.place = Place::Arg(first);
                self.call(dot, function, Place::Command(command), name, args, last)
            }
            Operand::Pipe(id) => {
                self.not_a_function(args, last.as_ref())?;
                self.pipeline(dot, self.parsed.forest.pipe(*id))
            }
            Operand::Variable(variable) => self.variable(dot, first, variable, args, last),
            operand => {
                self.place = Place::Arg(first);
                self.not_a_function(args, last.as_ref())?;
                match operand {
                    Operand::Bool(flag) => Ok(Value::Bool(*flag)),
                    Operand::Dot => Ok(dot.clone()),
                    Operand::Number(number) => self.constant(number),
                    Operand::String { text, .. } => Ok(Value::Str(text.clone())),
                    _ => Err(self.error("nil is not a command")),
                }
            }
        }
    }

    pub(super) fn not_a_function(&self, args: &[Arg], last: Option<&Value>) -> Result<()> {
        if args.len() > 1 || last.is_some() {
            let shown = args.first().map(|arg| Place::Arg(arg).source(&self.parsed.forest));
            let shown = shown.unwrap_or_default();
            return Err(self.error(format!("can't give argument to non-function {shown}")));
        }
        Ok(())
    }

    /// A number whose type its syntax decides.
    pub(super) fn constant(&self, number: &Number) -> Result<Value> {
        if let Some((real, imaginary)) = number.complex {
            return Ok(Value::Complex(real, imaginary));
        }
        let text = number.text.as_str();
        let is_hexadecimal =
            (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
        let is_float =
            !is_hexadecimal && !text.starts_with('\'') && text.contains(['.', 'e', 'E', 'p', 'P']);
        if is_float && let Some(float) = number.float {
            return Ok(Value::Float(float));
        }
        match number.int {
            Some(int) => Ok(Value::int(int)),
            None => Err(self.error(format!("{text} overflows int"))),
        }
    }

    pub(super) fn variable(
        &mut self,
        dot: &Value,
        node: &'t Arg,
        variable: &'t Variable,
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        self.place = Place::Arg(node);
        let (value, boxed) = self.variable_value(&variable.name)?;
        if variable.fields.is_empty() {
            self.not_a_function(args, last.as_ref())?;
            return Ok(value);
        }
        self.fields(dot, (value, boxed), node, &variable.fields, args, last)
    }

    /// `(pipeline).Field.Field`.
    pub(super) fn chain(
        &mut self,
        dot: &Value,
        node: &'t Arg,
        base: &'t Arg,
        fields: &'t [Str],
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        self.place = Place::Arg(node);
        let receiver = self.untyped_arg(dot, base)?;
        self.fields(dot, (receiver, false), node, fields, args, last)
    }

    /// `dot` as a receiver, and whether it is an interface to Go.
    pub(super) fn boxed_dot(&self, dot: &Value) -> (Value, bool) {
        (dot.clone(), self.dot_is_boxed())
    }

    /// `.X.Y.Z` with the arguments that follow; they belong to the last.
    pub(super) fn fields(
        &mut self,
        dot: &Value,
        receiver: (Value, bool),
        node: &'t Arg,
        fields: &'t [Str],
        args: &'t [Arg],
        last: Option<Value>,
    ) -> Result<Value> {
        let (mut receiver, mut boxed) = receiver;
        let Some((final_field, path)) = fields.split_last() else { return Ok(receiver) };
        for field in path {
            self.runtime.step().map_err(|fault| self.fault(fault))?;
            let next_boxed = matches!(&receiver, Value::Dict(dict) if dict.0.kind == DictType::Any);
            receiver = self.field(dot, field, node, &[], None, (receiver, boxed))?;
            boxed = next_boxed;
        }
        self.field(dot, final_field, node, args, last, (receiver, boxed))
    }
}
