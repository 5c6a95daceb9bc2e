//! Fields, keys and methods.

use super::{Machine, Result};
use crate::engine::fault::Fault;
use crate::engine::methods;
use crate::engine::node::{Arg, Place};
use crate::engine::value::{Str, Value};
use crate::go::rune::lossy;

impl<'t> Machine<'t, '_> {
    /// `.Name` of `receiver`, with arguments if it is a method. To Go a boxed receiver's type is `interface {}`.
    pub(super) fn field(
        &mut self,
        dot: &Value,
        name: &'t Str,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Value>,
        (receiver, boxed): (Value, bool),
    ) -> Result<Value> {
        match &receiver {
            Value::Invalid => return Ok(Value::Invalid),
            Value::Nil => {
                let name = lossy(name);
                return Err(self.error(format!("nil pointer evaluating interface {{}}.{name}")));
            }
            _ => {}
        }
        if let Some(method) = methods::find(&receiver, name) {
            return self.call_method(dot, method, receiver, Place::Arg(node), name, args, last);
        }
        if let Some(fault) = methods::refusal(&receiver, name) {
            if matches!(fault, Fault::Unsupported(_)) {
                self.place = Place::Arg(node);
            }
            return Err(self.fault(fault));
        }
        let has_args = args.len() > 1 || last.is_some();
        let shown = lossy(name);
        match &receiver {
            Value::Dict(dict) => {
                if has_args {
                    return Err(self.error(format!("{shown} is not a method but has arguments")));
                }
                Ok(dict.get(name).unwrap_or(Value::Invalid))
            }
            Value::Certificate(certificate) if matches!(&**name, b"Cert" | b"Key") => {
                if has_args {
                    return Err(self.error(format!(
                        "{shown} has arguments but cannot be invoked as function"
                    )));
                }
                let text = if &**name == b"Cert" { &certificate.cert } else { &certificate.key };
                Ok(Value::Str(text.clone()))
            }
            Value::Time(_) | Value::Version(..) if methods::is_hidden_field(&receiver, name) => {
                let kind = if boxed { "interface {}" } else { receiver.type_name() };
                Err(self.error(format!("{shown} is an unexported field of struct type {kind}")))
            }
            _ => {
                let kind = if boxed { "interface {}" } else { receiver.type_name() };
                Err(self.error(format!("can't evaluate field {shown} in type {kind}")))
            }
        }
    }
}
