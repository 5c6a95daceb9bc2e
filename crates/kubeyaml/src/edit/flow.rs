//! Entries of mappings in braces: JSON objects, and mappings in YAML's flow style.

use super::super::mapping::Key;
use super::super::node::{Node, Style};
use super::super::text::{SecretBuilder, SecretText};
use super::super::tree::Tree;
use super::super::write_json::write_json_string;
use super::super::write_yaml::write_double_quoted;
use super::EditError;
use super::entries::{EntryChanges, NewEntry};
use super::lines::Lines;
use super::plan::Splice;
use super::replace::is_word;

/// The most blanks around a colon or after a comma that are taken over from what stands beside.
const MAX_BLANKS: usize = 8;

/// How entries are written.
pub(super) struct Layout<'a> {
    pub(super) json: bool,
    /// What stands between a key and its value.
    pub(super) colon: &'a str,
    /// What stands between two entries on one line, after the comma.
    pub(super) gap: &'a str,
    /// For entries on lines of their own.
    pub(super) own_lines: Option<OwnLines<'a>>,
}

/// How the lines of entries begin.
#[derive(Clone, Copy)]
pub(super) struct OwnLines<'a> {
    pub(super) line_break: &'a str,
    /// What stands before the entries.
    pub(super) indentation: &'a str,
    /// What stands before the entries of a mapping in it, in addition.
    pub(super) unit: &'a str,
}

/// An entry and where it stands.
struct Place {
    start: usize,
    end: usize,
    /// The comma after it.
    comma: Option<usize>,
    /// Whether it begins with its key, and not with `?`, an anchor or a tag.
    begins_with_key: bool,
}

/// The changes to the text for changes to the entries of a mapping that has some.
pub(super) fn plan(
    lines: Lines<'_>,
    node: &Node,
    entries: &[(Key, Node)],
    unit: Option<&str>,
    changes: &EntryChanges,
    splices: &mut Vec<Splice>,
) -> Result<(), EditError> {
    let places = places(lines, node, entries)?;
    let layout = layout(lines, entries, &places, node.style() == Style::Json);
    let unit = unit.unwrap_or_default();
    let mut flow =
        Flow { lines, node, places, changes, layout, unit, splices, stays: false, done: 0 };
    flow.check()?;
    let lives = |number: &usize| flow.lives(*number);
    let Some(last) = (0..entries.len()).rev().find(lives) else {
        flow.empty();
        return Ok(());
    };
    for number in 0..entries.len() {
        flow.change(number, number == last);
    }
    Ok(())
}

/// A mapping of new entries, with its braces. `closing` stands before the closing one on a line of
/// its own.
pub(super) fn new_mapping(entries: &[&NewEntry], layout: &Layout<'_>, closing: &str) -> SecretText {
    let mut out = SecretBuilder::default();
    out.push_str("{");
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            out.push_str(",");
        }
        match layout.own_lines {
            Some(OwnLines { line_break, indentation, .. }) => {
                out.push_str(line_break);
                out.push_str(indentation);
            }
            None if at > 0 => out.push_str(layout.gap),
            None => {}
        }
        write_entry(entry, layout, &mut out);
    }
    if let Some(OwnLines { line_break, .. }) = layout.own_lines {
        out.push_str(line_break);
        out.push_str(closing);
    }
    out.push_str("}");
    out.finish()
}

struct Flow<'a> {
    lines: Lines<'a>,
    node: &'a Node,
    places: Vec<Place>,
    changes: &'a EntryChanges,
    layout: Layout<'a>,
    unit: &'a str,
    splices: &'a mut Vec<Splice>,
    /// Whether an entry before stays.
    stays: bool,
    /// Where the text ends that was taken out last.
    done: usize,
}

/// Where the entries stand. There may be nothing else in the braces.
fn places(lines: Lines<'_>, node: &Node, entries: &[(Key, Node)]) -> Result<Vec<Place>, EditError> {
    let mut places = Vec::with_capacity(entries.len());
    let span = node.span();
    let mut at = span.start + 1;
    for (key, value) in entries {
        let start = lines.skip_space(at);
        let key_start = key.place.start as usize;
        let end = key.place.end.max(value.place.end) as usize;
        if key.place.copied || key_start < start {
            return Err(EditError::MergeInBraces);
        }
        let next = lines.skip_space(end);
        let comma = lines.from(next).starts_with(',').then_some(next);
        at = comma.map_or(end, |comma| comma + 1);
        places.push(Place { start, end, comma, begins_with_key: key_start == start });
    }
    if lines.skip_space(at) + 1 == span.end { Ok(places) } else { Err(EditError::MergeInBraces) }
}

/// How the entries that are there are written.
fn layout<'a>(
    lines: Lines<'a>,
    entries: &[(Key, Node)],
    places: &[Place],
    json: bool,
) -> Layout<'a> {
    let few_blanks = |text: &&str| text.len() <= MAX_BLANKS && text.bytes().all(|b| b == b' ');
    let colon = entries
        .first()
        .map(|(key, value)| lines.slice(key.place.end as usize..value.place.start as usize));
    let colon = colon.filter(|colon| json && few_blanks(&colon.replace(':', "").as_str()));
    let colon = colon.unwrap_or(": ");
    let gap = match places {
        [Place { comma: Some(comma), .. }, second, ..] => {
            Some(lines.slice(comma + 1..second.start)).filter(few_blanks)
        }
        _ => None,
    };
    let gap = gap.unwrap_or(if colon == ":" { "" } else { " " });
    Layout { json, colon, gap, own_lines: None }
}

impl<'a> Flow<'a> {
    /// Entries that are taken out have to begin with their keys.
    fn check(&self) -> Result<(), EditError> {
        let changed = |number| self.changes.is_removed(number);
        let fits = |(number, place): (usize, &Place)| place.begins_with_key || !changed(number);
        let all = self.places.iter().enumerate().all(fits);
        if all { Ok(()) } else { Err(EditError::Entry) }
    }

    /// The new entries after the one with this number.
    fn after(&self, number: usize) -> Vec<&'a NewEntry> {
        let is_last = number + 1 == self.places.len();
        let last = if is_last { self.changes.last() } else { &[] };
        self.changes.after(number).iter().chain(last).collect()
    }

    /// The new entries before the one with this number.
    fn before(&self, number: usize) -> Vec<&'a NewEntry> {
        if number == 0 { self.changes.first().iter().collect() } else { Vec::new() }
    }

    /// Whether an entry stays, or others take its place.
    fn lives(&self, number: usize) -> bool {
        !self.changes.is_removed(number)
            || !self.after(number).is_empty()
            || !self.before(number).is_empty()
    }

    /// How new entries are written beside the one that begins here.
    fn layout_beside(&self, start: usize) -> Layout<'a> {
        let own_lines = self.lines.indentation(start).map(|indentation| OwnLines {
            line_break: self.lines.style_of_break(start),
            indentation,
            unit: self.unit,
        });
        Layout { own_lines, ..self.layout }
    }

    fn splice(&mut self, start: usize, end: usize, new: impl Into<SecretText>) {
        self.splices.push(Splice { start, end, new: new.into() });
    }

    fn change(&mut self, number: usize, is_last: bool) {
        let Some(&Place { start, end, comma, .. }) = self.places.get(number) else {
            return;
        };
        let (before, after) = (self.before(number), self.after(number));
        if !self.lives(number) {
            self.remove(start, end, comma);
        } else if self.changes.is_removed(number) {
            let layout = self.layout_beside(start);
            let mut out = SecretBuilder::default();
            for (at, entry) in before.iter().chain(&after).enumerate() {
                if at > 0 {
                    out.push_str(",");
                    push_gap(&layout, &mut out);
                }
                write_entry(entry, &layout, &mut out);
            }
            self.splice(start, end, out.finish());
            self.end(number, is_last);
            self.stays = true;
        } else {
            self.stays = true;
            let layout = self.layout_beside(start);
            let mut out = SecretBuilder::default();
            for entry in before {
                write_entry(entry, &layout, &mut out);
                out.push_str(",");
                push_gap(&layout, &mut out);
            }
            let new = self.put_after(number, is_last, &after);
            self.splice(start, start, out.finish());
            if after.is_empty() {
                self.end(number, is_last);
            } else {
                self.splices.extend(new);
            }
        }
    }

    /// Without a comma, after the last entry that stays, unless the last one had one before.
    fn end(&mut self, number: usize, is_last: bool) {
        let had_comma = self.places.last().is_some_and(|place| place.comma.is_some());
        let comma = self.places.get(number).and_then(|place| place.comma);
        if let Some(comma) = comma.filter(|_| is_last && !had_comma) {
            self.splice(comma, comma + 1, "");
        }
    }

    /// New entries after one that stays.
    fn put_after(&self, number: usize, is_last: bool, entries: &[&NewEntry]) -> Vec<Splice> {
        let Some(&Place { start, end, comma, .. }) = self.places.get(number) else {
            return Vec::new();
        };
        let ends_with_comma = !is_last || (number + 1 == self.places.len() && comma.is_some());
        let layout = self.layout_beside(start);
        let mut splices = Vec::new();
        if comma.is_none() {
            // A colon right before a comma would be part of a key.
            let colon = self.lines.before(end).ends_with(':');
            let new = if colon { " ," } else { "," }.into();
            splices.push(Splice { start: end, end, new });
        }
        let at = comma.map_or(end, |comma| comma + 1);
        let free = self.lines.rest_is_free(at).filter(|_| layout.own_lines.is_some());
        let own_lines = layout.own_lines.filter(|_| free.is_some() || comma.is_none());
        let layout = Layout { own_lines, ..layout };
        let mut out = SecretBuilder::default();
        for (at, entry) in entries.iter().enumerate() {
            push_gap(&layout, &mut out);
            write_entry(entry, &layout, &mut out);
            if ends_with_comma || at + 1 < entries.len() {
                out.push_str(",");
            }
        }
        let at = free.unwrap_or(at);
        splices.push(Splice { start: at, end: at, new: out.finish() });
        splices
    }

    /// Takes out an entry with its comma: with its line if it has one of its own.
    fn remove(&mut self, start: usize, end: usize, comma: Option<usize>) {
        let end = comma.map_or(end, |comma| comma + 1);
        let (start, end) = match (self.lines.indentation(start), self.lines.rest_is_free(end)) {
            (Some(indentation), Some(free)) => {
                (start - indentation.len(), self.lines.after_break(free))
            }
            (Some(_), None) => (start, self.lines.skip_blanks(end)),
            (None, None) if !self.stays => (start, self.lines.skip_blanks(end)),
            (None, _) => (self.lines.skip_blanks_back(start), end),
        };
        // The blanks between two entries may have gone with the first one.
        let start = start.max(self.done);
        self.done = end;
        self.splice(start, end, "");
    }

    /// Takes out all entries. If there is nothing else in the braces, neither is space.
    fn empty(&mut self) {
        let span = self.node.span();
        let (mut at, mut comments) = (span.start + 1, false);
        for place in &self.places {
            comments |= self.lines.slice(at..place.start).contains('#');
            at = place.end;
        }
        comments |= self.lines.slice(at..span.end).contains('#');
        if !comments {
            return self.splice(span.start + 1, span.end - 1, "");
        }
        for Place { start, end, comma, .. } in std::mem::take(&mut self.places) {
            self.remove(start, end, comma);
        }
    }
}

/// What stands before an entry, after a comma.
fn push_gap(layout: &Layout<'_>, out: &mut SecretBuilder) {
    match layout.own_lines {
        Some(OwnLines { line_break, indentation, .. }) => {
            out.push_str(line_break);
            out.push_str(indentation);
        }
        None => out.push_str(layout.gap),
    }
}

fn write_entry(entry: &NewEntry, layout: &Layout<'_>, out: &mut SecretBuilder) {
    write_string(entry.key.expose(), layout, out);
    out.push_str(layout.colon);
    write_value(&entry.value, layout, 1, out);
}

fn write_string(text: &str, layout: &Layout<'_>, out: &mut SecretBuilder) {
    if layout.json {
        write_json_string(text, out);
    } else if is_word(text) {
        out.push_str(text);
    } else {
        write_double_quoted(text, out);
    }
}

/// A value in collections that are `depth` deep, counted from the mapping of the new entry.
fn write_value(tree: &Tree, layout: &Layout<'_>, depth: usize, out: &mut SecretBuilder) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(&number.to_string()),
        Tree::String(text) => write_string(text.expose(), layout, out),
        Tree::Sequence(items) => {
            out.push_str("[");
            for (at, item) in items.iter().enumerate() {
                push_separator(at, layout, depth, out);
                write_value(item, layout, depth + 1, out);
            }
            push_closing("]", items.is_empty(), layout, depth, out);
        }
        Tree::Mapping(entries) => {
            out.push_str("{");
            for (at, (key, value)) in entries.iter().enumerate() {
                push_separator(at, layout, depth, out);
                write_string(key.expose(), layout, out);
                out.push_str(layout.colon);
                write_value(value, layout, depth + 1, out);
            }
            push_closing("}", entries.is_empty(), layout, depth, out);
        }
    }
}

/// What stands before an item or entry with this number.
fn push_separator(at: usize, layout: &Layout<'_>, depth: usize, out: &mut SecretBuilder) {
    if at > 0 {
        out.push_str(",");
    }
    match layout.own_lines.filter(|lines| !lines.unit.is_empty()) {
        Some(lines) => push_line(lines, depth, out),
        None if at > 0 => out.push_str(layout.gap),
        None => {}
    }
}

fn push_closing(
    bracket: &str,
    empty: bool,
    layout: &Layout<'_>,
    depth: usize,
    out: &mut SecretBuilder,
) {
    if let Some(lines) = layout.own_lines.filter(|lines| !empty && !lines.unit.is_empty()) {
        push_line(lines, depth - 1, out);
    }
    out.push_str(bracket);
}

fn push_line(lines: OwnLines<'_>, depth: usize, out: &mut SecretBuilder) {
    out.push_str(lines.line_break);
    out.push_str(lines.indentation);
    out.push_str(&lines.unit.repeat(depth));
}
