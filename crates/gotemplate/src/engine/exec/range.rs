//! `range`: over integers, lists and dicts.

use super::{FrameKind, Machine, Result};
use crate::engine::error::REDACTED;
use crate::engine::node::Control;
use crate::engine::value::{DictType, Elem, IntType, List, Str, UintType, Value};

/// A range being run.
pub(super) struct Range<'t> {
    control: &'t Control,
    elements: Elements,
    /// How many variables there are before those of the body.
    body_vars: usize,
}

enum Elements {
    Int { next: i64, end: i64, kind: IntType },
    Uint { next: u64, end: u64, kind: UintType },
    List { list: List, next: usize },
    Dict { entries: std::vec::IntoIter<(Str, Value)>, boxed: bool },
}

impl Elements {
    /// Whether the elements are interfaces to Go.
    fn are_boxed(&self) -> bool {
        match self {
            Self::Int { .. } | Self::Uint { .. } => false,
            Self::List { list, .. } => list.elem() == Elem::Any,
            Self::Dict { boxed, .. } => *boxed,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Int { next, end, .. } => next >= end,
            Self::Uint { next, end, .. } => next >= end,
            Self::List { list, .. } => list.len() == 0,
            Self::Dict { entries, .. } => entries.len() == 0,
        }
    }
}

impl Iterator for Elements {
    /// Index (or key) and element.
    type Item = (Value, Value);

    fn next(&mut self) -> Option<(Value, Value)> {
        match self {
            Self::Int { next, end, kind } => {
                let value = (*next < *end).then_some(*next)?;
                *next += 1;
                Some((Value::Invalid, Value::Int(value, *kind)))
            }
            Self::Uint { next, end, kind } => {
                let value = (*next < *end).then_some(*next)?;
                *next += 1;
                Some((Value::Invalid, Value::Uint(value, *kind)))
            }
            Self::List { list, next } => {
                let element = list.get(*next)?;
                let index = i64::try_from(*next).unwrap_or(i64::MAX);
                *next += 1;
                Some((Value::int(index), element))
            }
            Self::Dict { entries, .. } => {
                entries.next().map(|(key, value)| (Value::Str(key), value))
            }
        }
    }
}

impl<'t> Machine<'t, '_> {
    pub(super) fn range(&mut self, control: &'t Control) -> Result<()> {
        let vars = self.vars.len();
        let dot = self.dot();
        let pipe = self.parsed.forest.pipe(control.pipe);
        let value = self.pipeline(&dot, pipe)?;
        let elements = match value {
            Value::Int(..) | Value::Uint(..) if pipe.declarations.len() > 1 => {
                return Err(self.error(format!(
                    "can't use {REDACTED} to iterate over more than one variable"
                )));
            }
            Value::Int(end, kind) => Some(Elements::Int { next: 0, end, kind }),
            Value::Uint(end, kind) => Some(Elements::Uint { next: 0, end, kind }),
            Value::List(list) => Some(Elements::List { list, next: 0 }),
            Value::Dict(dict) => {
                let entries = self.runtime.entries(&dict).map_err(|fault| self.fault(fault))?;
                Some(Elements::Dict {
                    entries: entries.into_iter(),
                    boxed: dict.0.kind == DictType::Any,
                })
            }
            Value::Invalid | Value::Nil => None,
            _ => return Err(self.error(format!("range can't iterate over {REDACTED}"))),
        };
        let Some(elements) = elements.filter(|elements| !elements.is_empty()) else {
            match control.else_list {
                Some(list) => self.open(list, None, vars, FrameKind::Block),
                None => self.vars.truncate(vars),
            }
            return Ok(());
        };
        let range = Range { control, elements, body_vars: self.vars.len() };
        self.open(control.list, None, vars, FrameKind::Range(Box::new(range)));
        self.next_element()
    }

    /// Starts the body over with the next element, or leaves the range.
    pub(super) fn next_element(&mut self) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let FrameKind::Range(range) = &mut frame.kind else { return Ok(()) };
        let Some((index, element)) = range.elements.next() else {
            self.vars.truncate(frame.vars);
            self.frames.pop();
            return Ok(());
        };
        frame.next = 0;
        frame.dot = element.clone();
        frame.boxed = range.elements.are_boxed();
        let (control, body_vars, boxed) = (range.control, range.body_vars, frame.boxed);
        self.vars.truncate(body_vars);
        self.runtime.step().map_err(|fault| self.fault(fault))?;
        self.bind(control, body_vars, index, (element, boxed))
    }

    /// Sets the range's variables for one element.
    fn bind(
        &mut self,
        control: &'t Control,
        vars: usize,
        index: Value,
        element: (Value, bool),
    ) -> Result<()> {
        let index = (index, false);
        let pipe = self.parsed.forest.pipe(control.pipe);
        match (pipe.declarations.as_slice(), pipe.is_assignment) {
            ([only], true) => self.assign(&only.name, element),
            ([first, second, ..], true) => {
                self.assign(&first.name, index)?;
                self.assign(&second.name, element)
            }
            ([_], false) => {
                self.set_var(vars - 1, element);
                Ok(())
            }
            ([_, _, ..], false) => {
                self.set_var(vars - 1, element);
                self.set_var(vars.saturating_sub(2), index);
                Ok(())
            }
            ([], _) => Ok(()),
        }
    }

    fn set_var(&mut self, at: usize, (value, boxed): (Value, bool)) {
        if let Some(binding) = self.vars.get_mut(at) {
            binding.value = value;
            binding.boxed = boxed;
        }
    }
}
