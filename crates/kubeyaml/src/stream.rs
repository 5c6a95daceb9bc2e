//! A file and its documents, which are parsed when they are asked for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use zeroize::Zeroizing;

use super::Problem;
use super::alias;
use super::compose::compose;
use super::edit::{self, EditError, Editor};
use super::encoding::{BYTE_ORDER_MARK, Decoded, Encoding, Undecodable, after_mark, decode};
use super::error::{YamlError, YamlErrorKind};
use super::json;
use super::mapping::DuplicateKeys;
use super::node::{Node, Position, Value};
use super::split::{self, Extent, Format, Split};
use super::text::SecretText;

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
    /// The bytes of all documents that may hold aliases.
    aliased: usize,
    /// Why one of the documents is no JSON, as it seems to be.
    not_json: Option<YamlError>,
}

/// One document of a file, not parsed yet.
#[derive(Clone, Copy)]
pub struct RawDocument<'a> {
    input: u32,
    text: &'a str,
    len: usize,
    index: usize,
    extent: Extent,
    /// How many bytes may be copied for aliases.
    max_copied: usize,
    not_json: Option<&'a YamlError>,
}

/// Decodes a file and finds its documents, without reading more of them than it takes to tell
/// JSON from YAML.
///
/// The file is UTF-8, or UTF-16 with a byte order mark. It is JSON if it begins with `{` and what
/// follows is JSON, else YAML. After the first object in JSON, YAML may follow.
///
/// # Errors
/// The text is in another encoding or too large, a line begins with `---` but is not a
/// separator, something other than an object stands between JSON objects, or
/// kubectl would lose the last line.
pub fn split(file: &[u8]) -> Result<Input, YamlError> {
    let Decoded { encoding, mut text, start } =
        decode(file).map_err(|Undecodable { kind, before }| locate(kind, before))?;
    let len = text.len();
    let Split { mut documents, format, not_json } = split::split(&text, start)?;
    // kubectl ends every line, the last one too.
    if format == Format::Yaml && !text.ends_with(['\n', '\r']) {
        text.push('\n');
        if let Some(last) = documents.last_mut().filter(|last| last.end == len) {
            last.end += 1;
        }
    }
    let aliased = aliased(&text, &documents);
    Ok(Input { id: next_id(), encoding, text, len, format, documents, aliased, not_json })
}

/// What is wrong right after this text.
fn locate(kind: YamlErrorKind, mut before: Zeroizing<String>) -> YamlError {
    let start = after_mark(&before);
    let mut position = Position { line: 1, column: 1 };
    before.bytes().skip(start).for_each(|byte| position.advance(byte));
    // The text has room for it: of a document that begins here, something has to be there.
    before.push(' ');
    let document = match split::split(&before, start) {
        Ok(split) => split.documents.len().max(1),
        Err(error) => error.document,
    };
    let Position { line, column } = position;
    YamlError { document, line, column, kind }
}

/// The bytes of all documents that may hold aliases.
fn aliased(text: &str, documents: &[Extent]) -> usize {
    let yaml = documents.iter().filter(|extent| extent.format == Format::Yaml);
    let texts = yaml.filter_map(|extent| text.get(extent.start..extent.end));
    texts.filter(|text| alias::may_hold_aliases(text)).map(str::len).sum()
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

    /// The language of the file: JSON if there is nothing else in it.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Begins to edit the file.
    #[must_use]
    pub fn editor(&self) -> Editor<'_> {
        Editor::new(self)
    }

    /// The file with other documents in the place of some, by their number, counted from 1. Separators stay, and so does every
    /// byte of the other documents; the new ones get the line breaks of the file.
    ///
    /// # Errors
    /// There is no document of a number, or a new one would not stand as one document in its place.
    pub fn replace_documents(
        &self,
        documents: &BTreeMap<usize, SecretText>,
    ) -> Result<Zeroizing<Vec<u8>>, EditError> {
        edit::documents::replace(self, documents)
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
            extent,
            max_copied: alias::max_copied(extent.end - extent.start, self.aliased),
            not_json: self.not_json.as_ref().filter(|error| error.document == before + 1),
        }
    }
}

impl RawDocument<'_> {
    /// The number of the document in the file, counted from 1.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The line in the file, counted from 1, in which the document begins.
    #[must_use]
    pub fn first_line(&self) -> usize {
        self.extent.first_line
    }

    /// The document's bytes in [`Input::text`].
    #[must_use]
    pub fn span(&self) -> std::ops::Range<usize> {
        self.extent.start..self.extent.end.min(self.len)
    }

    /// The language of the document.
    #[must_use]
    pub fn format(&self) -> Format {
        self.extent.format
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
        match self.parse_any(duplicates)? {
            Some(node) if node.as_mapping().is_none() => {
                let Position { line, column } = node.position();
                let error = YamlError {
                    document: self.index,
                    line,
                    column,
                    kind: YamlErrorKind::NotAMapping,
                };
                Err(self.not_json.cloned().unwrap_or(error))
            }
            read => Ok(read),
        }
    }

    /// Like [`RawDocument::parse_with`], for what is no resource: the document may be a list, as a patch is, or a string.
    ///
    /// # Errors
    /// As [`RawDocument::parse`], but for documents that are no mapping.
    pub fn parse_any(&self, duplicates: DuplicateKeys) -> Result<Option<Node>, YamlError> {
        self.read(duplicates).map_err(|error| self.not_json.cloned().unwrap_or(error))
    }

    fn read(&self, duplicates: DuplicateKeys) -> Result<Option<Node>, YamlError> {
        let mut origin = self.extent.origin(self.input);
        let text = self.text.get(self.extent.start..self.extent.end).unwrap_or_default();
        let node = match self.extent.format {
            Format::Json => json::parse(text, origin, duplicates),
            Format::Yaml => {
                // A mark is allowed where files with one each were put together.
                let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
                origin.offset += text.len() - body.len();
                check_characters(body)
                    .and_then(|()| compose(body, origin, duplicates, self.max_copied))
            }
        };
        let node = node.map_err(|problem| problem.locate(self.index, origin))?;
        Ok(if matches!(node.value(), Value::Null) { None } else { Some(node) })
    }
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
