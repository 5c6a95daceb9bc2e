//! Entries of YAML mappings without braces, each of which begins a line.

use super::super::mapping::Key;
use super::super::node::{Node, Style, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::super::write_yaml::write_entries;
use super::EditError;
use super::entries::{EntryChanges, NewEntry};
use super::lines::Lines;
use super::plan::Splice;

/// Whether the entry begins with its key, and not with `?`, an anchor or a tag.
pub(super) fn begins_with_key(mapping: &Node, key: &Key) -> bool {
    key.place.column == mapping.place.column
}

/// The changes to the text for changes to the entries of a mapping that has some.
pub(super) fn plan(
    lines: Lines<'_>,
    node: &Node,
    entries: &[(Key, Node)],
    key_end: Option<usize>,
    changes: &EntryChanges,
    splices: &mut Vec<Splice>,
) -> Result<(), EditError> {
    let mut block = Block { lines, node, entries, changes, splices };
    let emptied = changes.removed() == entries.len()
        && changes.all_new().is_empty()
        && (0..entries.len()).all(|number| changes.after(number).is_empty());
    if emptied {
        return block.empty(key_end);
    }
    block.put_first();
    let mut moves_up = block.lines.indentation(node.span().start).is_none();
    for number in 0..entries.len() {
        moves_up = block.change(number, moves_up)?;
    }
    block.put_last()
}

/// The lines of new entries in the column, where a mapping is put that was not there: the first one
/// without its indentation, and the last one without its line break.
pub(super) fn new_lines(entries: &[&NewEntry], indent: usize, line_break: &str) -> SecretText {
    let entries: Vec<_> =
        entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    let mut written = SecretBuilder::default();
    write_entries(&entries, indent, &mut written);
    let written = written.finish();
    let written = written.expose();
    let mut out = SecretBuilder::with_capacity(written.len());
    for (at, line) in written.strip_suffix('\n').unwrap_or(written).split('\n').enumerate() {
        if at > 0 {
            out.push_str(line_break);
        }
        out.push_str(line);
    }
    out.finish()
}

/// New lines after the one that ends here, in the column.
pub(super) fn insert_lines(
    lines: Lines<'_>,
    end: usize,
    entries: &[&NewEntry],
    indent: usize,
) -> Option<Splice> {
    if entries.is_empty() {
        return None;
    }
    let (at, line_break) = (lines.after_break(end), lines.style_of_break(end));
    let mut out = SecretBuilder::default();
    // The last line of a file may have no line break.
    let (before, after) = if at == end { (line_break, "") } else { ("", line_break) };
    out.push_str(before);
    out.push_str(&" ".repeat(indent));
    out.push_str(new_lines(entries, indent, line_break).expose());
    out.push_str(after);
    Some(Splice { start: at, end: at, new: out.finish() })
}

struct Block<'a> {
    lines: Lines<'a>,
    node: &'a Node,
    entries: &'a [(Key, Node)],
    changes: &'a EntryChanges,
    splices: &'a mut Vec<Splice>,
}

impl Block<'_> {
    /// The column of the keys.
    fn indent(&self) -> usize {
        self.node.position().column - 1
    }

    /// Whether this entry is the first or last one in the text too, and not one beside a merge key.
    fn is_outermost(&self, number: usize) -> (bool, bool) {
        let Some((key, node)) = self.entries.get(number) else {
            return (false, false);
        };
        let span = self.node.span();
        let first = number == 0 && key.place.start as usize == span.start;
        let last = number + 1 == self.entries.len() && end_of(key, node) == span.end;
        (first, last)
    }

    /// New entries before all others, where the first one stays.
    fn put_first(&mut self) {
        if self.changes.is_removed(0) && self.is_outermost(0).0 {
            return;
        }
        let entries: Vec<_> = self.changes.first().iter().collect();
        if entries.is_empty() {
            return;
        }
        let start = self.node.span().start;
        let line_break = self.lines.style_of_break(start);
        let mut out = SecretBuilder::default();
        out.push_str(new_lines(&entries, self.indent(), line_break).expose());
        out.push_str(line_break);
        out.push_str(&" ".repeat(self.indent()));
        self.splices.push(Splice { start, end: start, new: out.finish() });
    }

    /// New entries after all others, where those do not belong to an entry.
    fn put_last(&mut self) -> Result<(), EditError> {
        if self.changes.last().is_empty() || self.is_outermost(self.entries.len().wrapping_sub(1)).1
        {
            return Ok(());
        }
        let end = self.lines.rest_is_free(self.node.span().end).ok_or(EditError::Entry)?;
        let end = self.after_inner_comments(end);
        let entries: Vec<_> = self.changes.last().iter().collect();
        self.splices.extend(insert_lines(self.lines, end, &entries, self.indent()));
        Ok(())
    }

    /// Takes out an entry, or puts others after it or in its place. Whether the entry after it has
    /// moved up to where this one began, because something stands before it on its line (`- `).
    fn change(&mut self, number: usize, moves_up: bool) -> Result<bool, EditError> {
        let Some((key, node)) = self.entries.get(number) else {
            return Ok(false);
        };
        let (is_first, is_last) = self.is_outermost(number);
        let removed = self.changes.is_removed(number);
        let first = if is_first && removed { self.changes.first() } else { &[] };
        let last = if is_last { self.changes.last() } else { &[] };
        let new: Vec<_> = first.iter().chain(self.changes.after(number)).chain(last).collect();
        if !removed && new.is_empty() {
            return Ok(false);
        }
        let (start, end) = (key.place.start as usize, self.end_of_lines(key, node)?);
        if !removed {
            let end = self.after_inner_comments(end);
            self.splices.extend(insert_lines(self.lines, end, &new, self.indent()));
            return Ok(false);
        }
        if !begins_with_key(self.node, key) {
            return Err(EditError::Entry);
        }
        if !new.is_empty() {
            let line_break = self.lines.style_of_break(start);
            let new = new_lines(&new, self.indent(), line_break);
            self.splices.push(Splice { start, end, new });
            return Ok(false);
        }
        if !moves_up {
            let indentation = self.lines.indentation(start).ok_or(EditError::Entry)?;
            let (start, end) = (start - indentation.len(), self.lines.after_break(end));
            self.splices.push(Splice { start, end, new: SecretText::default() });
            return Ok(false);
        }
        let next = self.lines.skip_space_but_comments(end);
        self.splices.push(Splice { start, end: next, new: SecretText::default() });
        let after = self.entries.get(number + 1);
        Ok(after.is_some_and(|(key, _)| key.place.start as usize == next))
    }

    /// Where the last line of an entry ends.
    fn end_of_lines(&self, key: &Key, node: &Node) -> Result<usize, EditError> {
        let mut end = self.lines.rest_is_free(end_of(key, node)).ok_or(EditError::Entry)?;
        if !keeps_blank_lines(self.lines, node) {
            return Ok(end);
        }
        loop {
            let next = self.lines.skip_blanks(self.lines.after_break(end));
            if next == end || self.lines.line_break(next).is_empty() {
                return Ok(end);
            }
            end = next;
        }
    }

    /// The end of the last of the comments that follow and are indented more than the mapping: they
    /// belong to what stands before.
    fn after_inner_comments(&self, end: usize) -> usize {
        let mut end = end;
        loop {
            let comment = self.lines.skip_space_but_comments(end);
            let inner = self.lines.from(comment).starts_with('#')
                && self.lines.indentation(comment).is_some_and(|own| own.len() > self.indent());
            match self.lines.rest_is_free(comment) {
                Some(next) if inner => end = next,
                _ => return end,
            }
        }
    }

    /// Takes out all entries, which leaves `{}`: after the key if only the line's end or a comment
    /// follows it, else in the place of the first entry.
    fn empty(&mut self, key_end: Option<usize>) -> Result<(), EditError> {
        let start = self.node.span().start;
        let after_colon = key_end
            .map(|end| self.lines.skip_blanks(end))
            .filter(|&at| self.lines.from(at).starts_with(':'))
            .map(|at| at + 1)
            .filter(|&at| self.lines.rest_is_free(at).is_some_and(|end| end < start));
        if let Some(at) = after_colon {
            self.splices.push(Splice { start: at, end: at, new: " {}".into() });
        }
        let mut in_place = after_colon.is_none();
        for (key, node) in self.entries {
            if !begins_with_key(self.node, key) {
                return Err(EditError::Entry);
            }
            let (start, end) = (key.place.start as usize, self.end_of_lines(key, node)?);
            if std::mem::take(&mut in_place) {
                self.splices.push(Splice { start, end, new: "{}".into() });
                continue;
            }
            let indentation = self.lines.indentation(start).ok_or(EditError::Entry)?;
            let (start, end) = (start - indentation.len(), self.lines.after_break(end));
            self.splices.push(Splice { start, end, new: SecretText::default() });
        }
        Ok(())
    }
}

/// Where an entry ends, without the rest of its line.
fn end_of(key: &Key, node: &Node) -> usize {
    key.place.end.max(node.place.end) as usize
}

/// Whether blank lines after the node are part of its last string (`|+`).
fn keeps_blank_lines(lines: Lines<'_>, node: &Node) -> bool {
    let mut node = node;
    loop {
        let last = match node.value() {
            Value::Sequence(items) => items.last(),
            Value::Mapping(mapping) => mapping.entries.last().map(|(_, node)| node),
            _ => None,
        };
        match last {
            Some(last) if !node.place.copied => node = last,
            _ => break,
        }
    }
    let indicators = lines.from(node.span().start).get(1..).unwrap_or_default();
    matches!(node.style(), Style::Literal | Style::Folded)
        && !node.place.copied
        && indicators.chars().take_while(|c| matches!(c, '+' | '-' | '0'..='9')).any(|c| c == '+')
}
