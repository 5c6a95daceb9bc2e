//! Entries put where there are none yet: into `{}`, and in the place of null.

use super::super::node::{Context, Node, Style, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::EditError;
use super::block::{insert_lines, new_lines};
use super::entries::{EntryChanges, NewEntry};
use super::flow::{Layout, OwnLines, new_mapping};
use super::lines::Lines;
use super::plan::Splice;

/// The changes to the text for new entries in an empty mapping, or in the place of null.
///
/// `lead` is where the node's entry begins, and `unit` what a level of an indented JSON document
/// is indented by.
pub(super) fn plan(
    lines: Lines<'_>,
    node: &Node,
    lead: usize,
    unit: Option<&str>,
    changes: &EntryChanges,
    splices: &mut Vec<Splice>,
) -> Result<(), EditError> {
    let empty = Empty { lines, node, new: changes.all_new() };
    if empty.new.is_empty() {
        return Ok(());
    }
    match node.place.context {
        Context::Flow => splices.push(empty.in_braces(lead, unit)),
        Context::BlockMapping | Context::BlockSequence | Context::Root => {
            empty.in_block(splices)?;
        }
    }
    Ok(())
}

struct Empty<'a> {
    lines: Lines<'a>,
    node: &'a Node,
    new: Vec<&'a NewEntry>,
}

impl Empty<'_> {
    fn is_null(&self) -> bool {
        matches!(self.node.value(), Value::Null)
    }

    /// Whether there is nothing in the braces, not even a comment.
    fn is_bare(&self) -> bool {
        let span = self.node.span();
        self.is_null() || self.lines.skip_space_but_comments(span.start + 1) + 1 == span.end
    }

    fn in_braces(&self, lead: usize, unit: Option<&str>) -> Splice {
        let span = self.node.span();
        let json = self.node.style() == Style::Json;
        let gap = if json && unit.is_none() { "" } else { " " };
        let colon = if gap.is_empty() { ":" } else { ": " };
        let layout = Layout { json, colon, gap, own_lines: None };
        let indented = unit.filter(|_| json).zip(self.lines.indentation(lead));
        if let Some((unit, outer)) = indented {
            let indentation = format!("{outer}{unit}");
            let line_break = self.lines.style_of_break(lead);
            let own_lines = Some(OwnLines { line_break, indentation: &indentation, unit });
            let new = new_mapping(&self.new, &Layout { own_lines, ..layout }, outer);
            return Splice { start: span.start, end: span.end, new };
        }
        let new = new_mapping(&self.new, &layout, "");
        if !self.is_bare() {
            // Only comments are there, and so this is the start of a line.
            let new = new.expose().trim_start_matches('{').trim_end_matches('}').into();
            return Splice { start: span.end - 1, end: span.end - 1, new };
        }
        let before = self.lines.before(span.start);
        let prefix = match span.is_empty() {
            true if before.ends_with(':') => " ",
            true => ": ",
            false => "",
        };
        Splice { start: span.start, end: span.end, new: joined(prefix, new.expose()) }
    }

    /// Lines under the key, or entries in the place itself where it stands on a line of its own or
    /// is an item.
    fn in_block(&self, splices: &mut Vec<Splice>) -> Result<(), EditError> {
        let span = self.node.span();
        let place = self.node.place;
        let before_blanks = self.lines.skip_blanks_back(span.start);
        let before = self.lines.before(before_blanks);
        let own_line = self.lines.indentation(span.start).is_some();
        let after_colon = place.context == Context::BlockMapping && before.ends_with(':');
        let in_place = match place.context {
            Context::BlockSequence => own_line || before.ends_with('-'),
            _ => own_line,
        };
        if !self.is_bare() || !(own_line || after_colon || in_place) {
            if self.is_null() {
                return Err(EditError::Entry);
            }
            splices.push(self.in_braces(span.start, None));
            return Ok(());
        }
        if in_place {
            let column = self.node.position().column - 1;
            let line_break = self.lines.style_of_break(span.start);
            // After a dash alone, a space comes first.
            let dash = usize::from(span.is_empty() && before_blanks == span.start);
            let new = new_lines(&self.new, column + dash, line_break);
            let new = joined(if dash > 0 { " " } else { "" }, new.expose());
            splices.push(Splice { start: span.start, end: span.end, new });
            return Ok(());
        }
        let end = self.lines.rest_is_free(span.end).ok_or(EditError::Entry)?;
        let comment = self.lines.skip_blanks(span.end) < end;
        let removed = if comment { span.end } else { end };
        splices.push(Splice { start: before_blanks, end: removed, new: SecretText::default() });
        splices.extend(insert_lines(self.lines, end, &self.new, place.indent as usize + 2));
        Ok(())
    }
}

fn joined(prefix: &str, text: &str) -> SecretText {
    let mut out = SecretBuilder::with_capacity(prefix.len() + text.len());
    out.push_str(prefix);
    out.push_str(text);
    out.finish()
}
