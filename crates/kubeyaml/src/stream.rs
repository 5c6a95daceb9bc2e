//! A file to its documents, split as kubectl splits it.

use std::sync::atomic::{AtomicU32, Ordering};

use zeroize::Zeroizing;

use super::compose::compose;
use super::edit::Editor;
use super::encoding::{BYTE_ORDER_MARK, Encoding, decode};
use super::error::{YamlError, YamlErrorKind};
use super::json;
use super::mapping::DuplicateKeys;
use super::node::{Node, Position, Value};
use super::{Origin, Problem};

/// The size of kubectl's buffer: how far it looks to tell JSON from YAML.
const BUFFER: usize = 4096;

/// The text of a file and where its documents are.
///
/// The text may hold plaintext: it is overwritten when dropped.
pub struct Input {
    /// Tells its nodes from those of other inputs.
    id: u32,
    encoding: Encoding,
    /// YAML ends with a line break, which may have been added.
    text: Zeroizing<String>,
    /// The length of the text itself.
    len: usize,
    format: Format,
    documents: Vec<Extent>,
}

/// The language of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Documents in YAML, separated by `---`.
    Yaml,
    /// Objects in JSON, one after the other.
    Json,
}

/// One document of a file, not parsed yet.
#[derive(Clone, Copy)]
pub struct RawDocument<'a> {
    input: u32,
    text: &'a str,
    len: usize,
    index: usize,
    format: Format,
    extent: Extent,
}

/// Where a document stands in the text.
#[derive(Clone, Copy)]
struct Extent {
    start: usize,
    end: usize,
    first_line: usize,
    first_column: usize,
}

/// Decodes a file and finds its documents, without parsing them.
///
/// The file is UTF-8, or UTF-16 with a byte order mark; JSON if it begins with `{`, else YAML.
///
/// # Errors
/// The text is in another encoding or too large, a line begins with `---` but is not a
/// separator, something other than an object stands between JSON objects, or
/// kubectl would lose the last line.
pub fn split(file: &[u8]) -> Result<Input, YamlError> {
    let (encoding, mut text, start) =
        decode(file).map_err(|kind| YamlError { document: 1, line: 1, column: 1, kind })?;
    let len = text.len();
    let is_json = looks_like_json(text.get(start..).unwrap_or_default());
    let format = if is_json { Format::Json } else { Format::Yaml };
    if format == Format::Yaml && is_last_line_lost(text.get(start..).unwrap_or_default()) {
        let line = text.matches('\n').count() + 1;
        let kind = YamlErrorKind::LastLine;
        return Err(YamlError { document: 1, line, column: 1, kind });
    }
    // kubectl ends every line, the last one too.
    if format == Format::Yaml && !text.ends_with(['\n', '\r']) {
        text.push('\n');
    }
    let body = text.get(start..).unwrap_or_default();
    let documents = match format {
        Format::Json => split_json(body, start)?,
        Format::Yaml => split_yaml(body, start)?,
    };
    Ok(Input { id: next_id(), encoding, text, len, format, documents })
}

/// A number that no other input has: it comes again only after four thousand million of them.
fn next_id() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Input {
    /// The decoded text, to which [`Node::span`] refers. For UTF-8 it is the file, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get(..self.len).unwrap_or_default()
    }

    /// The language of the file.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Begins to edit the file.
    #[must_use]
    pub fn editor(&self) -> Editor<'_> {
        Editor::new(self)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The document with this number, counted from 0.
    pub(super) fn document(&self, before: usize) -> Option<RawDocument<'_>> {
        self.documents.get(before).map(|&extent| self.raw(before, extent))
    }

    /// The number, counted from 0, of the last document that begins at this byte or before it.
    pub(super) fn document_at(&self, offset: usize) -> Option<usize> {
        self.documents.partition_point(|extent| extent.start <= offset).checked_sub(1)
    }

    /// The documents in the order of the file, empty ones included.
    #[must_use]
    pub fn documents(&self) -> impl ExactSizeIterator<Item = RawDocument<'_>> + Send {
        self.documents.iter().enumerate().map(|(before, &extent)| self.raw(before, extent))
    }

    fn raw(&self, before: usize, extent: Extent) -> RawDocument<'_> {
        RawDocument {
            input: self.id,
            text: &self.text,
            len: self.len,
            index: before + 1,
            format: self.format,
            extent,
        }
    }
}

impl RawDocument<'_> {
    /// The number of the document in the file, counted from 1.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The document's bytes in [`Input::text`].
    #[must_use]
    pub fn span(&self) -> std::ops::Range<usize> {
        self.extent.start..self.extent.end.min(self.len)
    }

    /// The document's first line in the file, counted from 1.
    #[must_use]
    pub fn first_line(&self) -> usize {
        self.extent.first_line
    }

    /// The language of the document.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads the document, a mapping; `None` for an empty document (or `null`), which kubectl
    /// passes over.
    ///
    /// # Errors
    /// The document is not one that kubectl reads, or one of the deliberate differences
    /// (`fixtures/yaml/deliberate-differences.md`).
    pub fn parse(&self) -> Result<Option<Node>, YamlError> {
        self.parse_with(DuplicateKeys::Refused)
    }

    /// Like [`RawDocument::parse`], with a choice of what to do about a key that stands in a
    /// mapping twice.
    ///
    /// # Errors
    /// As [`RawDocument::parse`].
    pub fn parse_with(&self, duplicates: DuplicateKeys) -> Result<Option<Node>, YamlError> {
        let mut origin = Origin {
            input: self.input,
            offset: self.extent.start,
            line: self.extent.first_line,
            column: self.extent.first_column,
        };
        let text = self.text.get(self.extent.start..self.extent.end).unwrap_or_default();
        let node = match self.format {
            Format::Json => json::parse(text, origin, duplicates),
            Format::Yaml => {
                // A mark is allowed where files with one each were put together.
                let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
                origin.offset += text.len() - body.len();
                check_characters(body).and_then(|()| compose(body, origin, duplicates))
            }
        };
        let node = node.map_err(|problem| problem.locate(self.index, origin))?;
        match node.value() {
            Value::Null => Ok(None),
            Value::Mapping(_) => Ok(Some(node)),
            _ => Err(YamlError {
                document: self.index,
                line: node.position().line,
                column: node.position().column,
                kind: YamlErrorKind::NotAMapping,
            }),
        }
    }
}

fn looks_like_json(text: &str) -> bool {
    let first = text.char_indices().find(|(_, character)| !character.is_whitespace());
    first.is_some_and(|(at, character)| character == '{' && at < BUFFER)
}

/// A line that begins with `---` separates documents, or begins the first one.
fn split_yaml(text: &str, offset: usize) -> Result<Vec<Extent>, YamlError> {
    let mut documents = Vec::new();
    let mut current = Extent { start: offset, end: offset, first_line: 1, first_column: 0 };
    let mut end = offset;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let start = end;
        end += line.len();
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                let document = documents.len() + 1;
                let kind = YamlErrorKind::Separator;
                return Err(YamlError { document, line: number, column: 1, kind });
            }
            if start > current.start {
                documents.push(Extent { end: start, ..current });
                current = Extent { start: end, end, first_line: number + 1, first_column: 0 };
            }
        }
    }
    if end > current.start {
        documents.push(Extent { end, ..current });
    }
    Ok(documents)
}

/// kubectl loses a last line without a line feed when its buffer is full at the line's end.
fn is_last_line_lost(text: &str) -> bool {
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let mut rest = text.as_bytes().get(start..).unwrap_or_default();
    let mut filled = false;
    while let Some((buffer, after)) = rest.split_at_checked(BUFFER) {
        // A carriage return at the end waits for the line feed that may follow.
        let kept = usize::from(buffer.ends_with(b"\r"));
        rest = rest.get(BUFFER - kept..).unwrap_or(after);
        filled = true;
    }
    filled && rest.is_empty()
}

/// Finds the objects by their braces; what is inside them is checked when they are parsed.
fn split_json(text: &str, offset: usize) -> Result<Vec<Extent>, YamlError> {
    let mut documents = Vec::new();
    let mut position = Position { line: 1, column: 1 };
    let mut bytes = text.bytes().enumerate();
    while let Some((start, byte)) = bytes.next() {
        let rest = text.get(start..).unwrap_or_default();
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => 1,
            b'{' => {
                let length = object_length(rest.as_bytes());
                documents.push(Extent {
                    start: offset + start,
                    end: offset + start + length,
                    first_line: position.line,
                    first_column: position.column - 1,
                });
                length
            }
            // kubectl passes over `null`.
            b'n' if rest.starts_with("null") => 4,
            _ => {
                let Position { line, column } = position;
                let kind = YamlErrorKind::Json("expected `{` or the end of the file");
                return Err(YamlError { document: documents.len() + 1, line, column, kind });
            }
        };
        position.advance(byte);
        bytes.by_ref().take(length - 1).for_each(|(_, byte)| position.advance(byte));
    }
    Ok(documents)
}

/// The length up to the brace that closes the first one, or all of it.
fn object_length(text: &[u8]) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Refuses the characters that YAML does not allow, and byte order marks, which kubectl's reader
/// mistakes for something else depending on where its buffer ends.
fn check_characters(text: &str) -> Result<(), Problem> {
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FEFE}')
            || matches!(c, '\u{FF00}'..='\u{FFFD}' | '\u{10000}'..)
    };
    let Some((at, found)) = text.char_indices().find(|(_, character)| !allowed(*character)) else {
        return Ok(());
    };
    let kind = match found {
        BYTE_ORDER_MARK => YamlErrorKind::ByteOrderMark,
        _ => YamlErrorKind::ControlCharacter,
    };
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let mark = super::cursor::Mark {
        offset: at,
        index: before.chars().count(),
        line: before.matches('\n').count(),
        column: before.get(line_start..).unwrap_or_default().chars().count(),
    };
    Err(Problem::new(kind, mark))
}
