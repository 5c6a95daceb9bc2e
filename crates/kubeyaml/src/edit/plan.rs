//! From edits of nodes to edits of the text.

use super::super::MAX_INPUT;
use super::super::mapping::{Key, Mapping};
use super::super::node::{Node, Style, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::entries::EntryChanges;
use super::lines::Lines;
use super::{Change, Changes, EditError, Touched, block, empty, flow, replace, words};

/// A text that takes the place of a part of another one.
pub(super) struct Splice {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) new: SecretText,
}

/// The text with all edits: those of nodes, and those of comments.
pub(super) fn apply(
    text: &str,
    changes: &Changes,
    comments: Vec<Splice>,
    touched: &[Touched],
) -> Result<SecretText, EditError> {
    let mut plan = Plan { text, changes, unit: None, splices: comments, planned: 0 };
    for Touched { node, .. } in touched {
        plan.unit = unit(text, node);
        plan.visit(node, None)?;
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
    /// What a level of the document is indented by, if it is an indented one in JSON.
    unit: Option<&'a str>,
    splices: Vec<Splice>,
    /// How many of the changes were met.
    planned: usize,
}

impl<'a> Plan<'a> {
    /// Plans the changes of the node and of what is in it.
    fn visit(&mut self, node: &Node, key: Option<&Key>) -> Result<(), EditError> {
        let change = self.changes.get(&node.place.start).filter(|_| !node.place.copied);
        match node.value() {
            Value::String(_) => match change {
                Some(Change::Replaced(new)) => {
                    self.planned += 1;
                    self.splices.push(replace::plan(self.text, node, new.expose()));
                }
                Some(Change::Words(words)) => {
                    self.planned += 1;
                    self.splices.extend(words::plan(self.text, node, words));
                }
                Some(Change::Entries(_)) | None => {}
            },
            Value::Sequence(items) => {
                for item in items {
                    self.visit(item, None)?;
                }
            }
            Value::Mapping(mapping) => {
                let entries = match change {
                    Some(Change::Entries(entries)) => Some(entries),
                    _ => None,
                };
                for (number, (key, node)) in mapping.entries.iter().enumerate() {
                    // Edits of what is taken out are not planned, and so found to overlap.
                    if !entries.is_some_and(|entries| entries.is_removed(number)) {
                        self.visit(node, Some(key))?;
                    }
                }
                // What ends at the same place, but further inside, comes first.
                if let Some(entries) = entries {
                    self.plan_entries(node, mapping, key, entries)?;
                }
            }
            Value::Null => {
                if let Some(Change::Entries(entries)) = change {
                    self.plan_empty(node, key, entries)?;
                }
            }
            Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }

    fn plan_entries(
        &mut self,
        node: &Node,
        mapping: &Mapping,
        key: Option<&Key>,
        changes: &EntryChanges,
    ) -> Result<(), EditError> {
        let (lines, entries) = (self.lines(node), &mapping.entries);
        if entries.is_empty() {
            return self.plan_empty(node, key, changes);
        }
        self.planned += 1;
        if changes.is_empty() {
            return Ok(());
        }
        if is_in_braces(self.text, node) {
            flow::plan(lines, node, entries, self.unit, changes, &mut self.splices)
        } else {
            let key_end = key.map(|key| key.place.end as usize);
            block::plan(lines, node, entries, key_end, changes, &mut self.splices)
        }
    }

    fn plan_empty(
        &mut self,
        node: &Node,
        key: Option<&Key>,
        changes: &EntryChanges,
    ) -> Result<(), EditError> {
        self.planned += 1;
        empty::plan(self.lines(node), node, key, self.unit, changes, &mut self.splices)
    }

    fn lines(&self, node: &Node) -> Lines<'a> {
        Lines::new(self.text, node.style() != Style::Json)
    }
}

/// Whether a mapping is written in braces.
pub(super) fn is_in_braces(text: &str, node: &Node) -> bool {
    text.as_bytes().get(node.span().start) == Some(&b'{')
}

/// What the entries of a JSON object are indented by, if they are.
fn unit<'a>(text: &'a str, root: &Node) -> Option<&'a str> {
    if root.style() != Style::Json {
        return None;
    }
    let lines = Lines::new(text, false);
    let start = root.span().start;
    let outer = lines.indentation(start).unwrap_or_default();
    let first = lines.indentation(lines.skip_space(start + 1))?;
    first.strip_prefix(outer).filter(|unit| !unit.is_empty())
}

/// The text with parts of it replaced, which are in order.
fn splice(text: &str, splices: &[Splice]) -> Result<SecretText, EditError> {
    let added: usize = splices.iter().map(|splice| splice.new.expose().len()).sum();
    let removed: usize = splices.iter().map(|splice| splice.end - splice.start).sum();
    let len = (text.len() + added).saturating_sub(removed);
    if len > MAX_INPUT {
        return Err(EditError::TooLarge);
    }
    let mut out = SecretBuilder::with_capacity(len);
    let mut done = 0;
    for Splice { start, end, new } in splices {
        out.push_str(text.get(done..*start).ok_or(EditError::Overlap)?);
        out.push_str(new.expose());
        done = *end;
    }
    out.push_str(text.get(done..).ok_or(EditError::Overlap)?);
    Ok(out.finish())
}
