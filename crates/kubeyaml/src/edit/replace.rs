//! A string in the place of another one.

use super::super::cursor::Cursor;
use super::super::node::{Node, Place, Style, Value};
use super::super::resolve::stays_text;
use super::super::text::{SecretBuilder, SecretText};
use super::super::write_json::write_json_string;
use super::super::write_yaml::{is_printable, write_double_quoted, write_single_quoted};
use super::EditError;
use super::plan::Splice;

/// The line breaks in YAML that are not line feeds or carriage returns.
const UNUSUAL_BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Whether the node is a string whose place the new one can take.
pub(super) fn check(text: &str, node: &Node, new: &str) -> Result<(), EditError> {
    let Value::String(old) = node.value() else {
        return Err(EditError::NotAString);
    };
    if node.place.binary {
        return Err(EditError::Binary);
    }
    if node.place.start == node.place.end {
        return Err(EditError::NotAString);
    }
    if !is_block(node.place) {
        return Ok(());
    }
    if has_unusual_edge(text, node.place) {
        return Err(EditError::BlockEdge);
    }
    if fits_block(new) && !is_empty_block(old) { Ok(()) } else { Err(EditError::Unfit) }
}

/// The new string, in the style of the old one.
pub(super) fn plan(text: &str, node: &Node, new: &str) -> Splice {
    let span = node.span();
    let mut out = SecretBuilder::default();
    match node.place.style {
        Style::Json => write_json_string(new, &mut out),
        Style::Plain if is_word(new) => out.push_str(new),
        Style::SingleQuoted if new.chars().all(is_printable) => write_single_quoted(new, &mut out),
        Style::Literal | Style::Folded => {
            let old = text.get(span.clone()).unwrap_or_default();
            out.push_str(block_head(old, node.place.indent as usize));
            for _ in 0..node.place.indent {
                out.push_str(" ");
            }
            out.push_str(new);
        }
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Collection => {
            write_double_quoted(new, &mut out);
        }
    }
    Splice { start: span.start, end: span.end, new: out.finish() }
}

/// Whether the string that was read back is the new one; in a block, between the empty lines that
/// were there before.
pub(super) fn is_result(node: &Node, old: &str, new: &str, found: &str) -> bool {
    if !is_block(node.place) {
        return found == new;
    }
    let before = old.len() - old.trim_start_matches('\n').len();
    let after = old.len() - old.trim_end_matches('\n').len();
    let found = found.split_at_checked(before).and_then(|(start, rest)| {
        let (text, end) = rest.split_at_checked(rest.len().checked_sub(after)?)?;
        Some((text, start, end))
    });
    let line_feeds = |text: &str| text.bytes().all(|byte| byte == b'\n');
    found.is_some_and(|(text, start, end)| text == new && line_feeds(start) && line_feeds(end))
}

fn is_block(place: Place) -> bool {
    matches!(place.style, Style::Literal | Style::Folded)
}

/// A text that means itself without quotes anywhere, as base64 does.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_.-".contains(&byte))
        && stays_text(text)
}

fn fits_block(text: &str) -> bool {
    let printable = text.chars().all(is_printable);
    printable && !text.is_empty() && !text.starts_with(' ') && !text.ends_with(' ')
}

/// Without a line of its own, a block does not show where one would have to stand.
fn is_empty_block(old: &SecretText) -> bool {
    old.expose().chars().all(|c| matches!(c, '\n' | '\u{2028}' | '\u{2029}'))
}

/// The line with the indicators, and the empty lines after it.
fn block_head(block: &str, indent: usize) -> &str {
    let mut cursor = Cursor::new(block);
    let start = cursor.mark();
    cursor.advance_while(|cursor| !cursor.is_break(0));
    cursor.take_break();
    let mut end = cursor.mark();
    loop {
        cursor.advance_while(|cursor| cursor.byte(0) == b' ' && cursor.column() < indent);
        if cursor.take_break().is_none() {
            return cursor.slice(start, end);
        }
        end = cursor.mark();
    }
}

/// Whether the empty lines at the block's start or end, which stay, are ended by something else
/// than a line feed.
fn has_unusual_edge(text: &str, place: Place) -> bool {
    let (start, end) = (place.start as usize, place.end as usize);
    let head = block_head(text.get(start..end).unwrap_or_default(), place.indent as usize);
    let after = text.get(end..).unwrap_or_default();
    let tail = after.find(|c| !is_blank_or_break(c)).and_then(|at| after.get(..at));
    head.contains(UNUSUAL_BREAKS) || tail.unwrap_or(after).contains(UNUSUAL_BREAKS)
}

fn is_blank_or_break(character: char) -> bool {
    matches!(character, ' ' | '\n' | '\r') || UNUSUAL_BREAKS.contains(&character)
}
