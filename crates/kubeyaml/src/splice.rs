//! Replacing single strings where they stand.

use std::fmt;

use zeroize::Zeroizing;

use super::cursor::Cursor;
use super::node::{Node, Place, Style, Value};
use super::resolve::stays_text;
use super::text::{SecretBuilder, SecretText};
use super::write_json::write_json_string;
use super::write_yaml::{is_printable, write_double_quoted, write_single_quoted};

/// A string that takes the place of another one in the text.
#[derive(Clone)]
pub struct Edit {
    place: Place,
    text: SecretText,
}

/// Why a string cannot be replaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpliceError {
    /// The string has the tag `!!binary`.
    Binary,
    /// The string came through an alias or a merge key: what stands there is not a string.
    Copied,
    /// The node is not a string, but for example null or a number.
    NotAString,
    /// The edits are not of this text, or two of them are of the same string.
    Place,
    /// The string stands in a block (`|` or `>`) and the new one does not fit there: it is
    /// empty, has several lines, a blank at an edge or characters that cannot be printed.
    Unfit,
}

impl Edit {
    /// Puts `text` in the place of the string that the node holds, in the same style.
    ///
    /// In a block (`|` or `>`) the text becomes one line. Empty lines before and after it stay, and
    /// so do the line feeds that they are in the value.
    ///
    /// # Errors
    /// The node is not a string that stands in the text itself, or the new one does not fit.
    pub fn new(node: &Node, text: impl Into<SecretText>) -> Result<Self, SpliceError> {
        let edit = Self { place: node.place, text: text.into() };
        let Value::String(old) = node.value() else {
            return Err(SpliceError::NotAString);
        };
        let in_block = matches!(edit.place.style, Style::Literal | Style::Folded);
        if edit.place.copied {
            Err(SpliceError::Copied)
        } else if edit.place.binary {
            Err(SpliceError::Binary)
        } else if edit.place.start == edit.place.end {
            Err(SpliceError::NotAString)
        } else if in_block && (!fits_block(edit.text.expose()) || is_empty_block(old)) {
            Err(SpliceError::Unfit)
        } else {
            Ok(edit)
        }
    }
}

/// The text with strings replaced; every other byte stays as it is.
///
/// `text` is [`Input::text`](super::Input::text) of the file that the edited nodes come from.
///
/// # Errors
/// [`SpliceError::Place`], see there.
pub fn splice(text: &str, mut edits: Vec<Edit>) -> Result<Zeroizing<String>, SpliceError> {
    edits.sort_by_key(|edit| edit.place.start);
    let mut out = SecretBuilder::default();
    let mut done = 0;
    for edit in &edits {
        let (start, end) = (edit.place.start as usize, edit.place.end as usize);
        let before = text.get(done..start).ok_or(SpliceError::Place)?;
        let old = text.get(start..end).ok_or(SpliceError::Place)?;
        out.push_str(before);
        write(edit, old, &mut out);
        done = end;
    }
    out.push_str(text.get(done..).ok_or(SpliceError::Place)?);
    Ok(out.finish().into_inner())
}

fn write(edit: &Edit, old: &str, out: &mut SecretBuilder) {
    let text = edit.text.expose();
    match edit.place.style {
        Style::Json => write_json_string(text, out),
        Style::Plain if is_word(text) => out.push_str(text),
        Style::SingleQuoted if text.chars().all(is_printable) => write_single_quoted(text, out),
        Style::Literal | Style::Folded => {
            out.push_str(block_head(old, edit.place.indent as usize));
            for _ in 0..edit.place.indent {
                out.push_str(" ");
            }
            out.push_str(text);
        }
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Collection => {
            write_double_quoted(text, out);
        }
    }
}

/// A text that means itself without quotes anywhere, as base64 does.
fn is_word(text: &str) -> bool {
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

impl fmt::Display for SpliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binary => "a string with the tag !!binary cannot be replaced",
            Self::Copied => "a string that came through an alias or merge key cannot be replaced",
            Self::NotAString => "only a string can be replaced",
            Self::Place => "the place of the string to be replaced is not in this text",
            Self::Unfit => "the new string does not fit into the block where the old one stands",
        })
    }
}

impl std::error::Error for SpliceError {}
