//! From edits of nodes to edits of the text.

use super::super::MAX_INPUT;
use super::super::node::{Node, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::{Change, Changes, EditError, Touched, replace};

/// A text that takes the place of a part of another one.
pub(super) struct Splice {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) new: SecretText,
}

/// The text with all edits.
pub(super) fn apply(
    text: &str,
    changes: &Changes,
    touched: &[Touched],
) -> Result<SecretText, EditError> {
    let mut plan = Plan { text, changes, splices: Vec::new(), planned: 0 };
    for document in touched {
        plan.visit(&document.node)?;
    }
    if plan.planned < changes.len() {
        return Err(EditError::Overlap);
    }
    let mut splices = plan.splices;
    splices.sort_by_key(|splice| (splice.start, splice.end));
    splice(text, &splices)
}

struct Plan<'a> {
    text: &'a str,
    changes: &'a Changes,
    splices: Vec<Splice>,
    /// How many of the changes were met.
    planned: usize,
}

impl Plan<'_> {
    /// Plans the changes of the node and of what is in it.
    fn visit(&mut self, node: &Node) -> Result<(), EditError> {
        let change = self.changes.get(&node.place.start).filter(|_| !node.place.copied);
        match node.value() {
            Value::String(_) => {
                if let Some(Change::Replaced(new)) = change {
                    self.planned += 1;
                    self.splices.push(replace::plan(self.text, node, new.expose()));
                }
            }
            Value::Sequence(items) => {
                for item in items {
                    self.visit(item)?;
                }
            }
            Value::Mapping(mapping) => {
                for (_, node) in &mapping.entries {
                    self.visit(node)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }
}

/// The text with parts of it replaced, which are in order.
fn splice(text: &str, splices: &[Splice]) -> Result<SecretText, EditError> {
    let added: usize = splices.iter().map(|splice| splice.new.expose().len()).sum();
    let mut out = SecretBuilder::with_capacity(text.len() + added);
    let mut done = 0;
    for Splice { start, end, new } in splices {
        out.push_str(text.get(done..*start).ok_or(EditError::Overlap)?);
        out.push_str(new.expose());
        done = *end;
    }
    out.push_str(text.get(done..).ok_or(EditError::Overlap)?);
    let out = out.finish();
    if out.expose().len() > MAX_INPUT { Err(EditError::TooLarge) } else { Ok(out) }
}
