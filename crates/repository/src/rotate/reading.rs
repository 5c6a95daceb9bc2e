//! A file as documents, each read or with the reason why not.

use std::ops::Range;

use kubeyaml::{
    DuplicateKeys, EncodingFault, Format, Input, Node, Position, RawDocument, Value, YamlError,
    YamlErrorKind,
};
use zeroize::Zeroizing;

use super::mask::{Mask, Masked, Template};

/// A file, and its documents.
pub(super) struct Reading {
    input: Input,
    /// What of the file the input does not have.
    mask: Option<Mask>,
    documents: Vec<Document>,
}

/// A document of a file.
pub(super) struct Document {
    /// Its number in the file, counted from 1.
    pub(super) index: usize,
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    /// What it holds, nothing where it is empty; or why that could not be read.
    pub(super) content: Result<Option<Node>, YamlError>,
}

/// A file that cannot be split into documents.
pub(super) struct Unreadable {
    pub(super) error: YamlError,
    /// As much of the text as can be told.
    pub(super) text: Zeroizing<String>,
}

impl Reading {
    /// Reads a file. Of a template, its actions are passed over as far as more of it can be read then.
    pub(super) fn of(file: &[u8]) -> Result<Self, Unreadable> {
        let mut best = Self::masked(file, Template::Shown);
        for template in [Template::Lines, Template::Actions] {
            let failures = best.as_ref().map_or(usize::MAX, Self::failures);
            if failures == 0 || memchr::memmem::find(file, b"{{").is_none() {
                break;
            }
            let next = Self::masked(file, template);
            if next.as_ref().is_ok_and(|next| next.failures() < failures) {
                best = next;
            }
        }
        best
    }

    fn masked(file: &[u8], template: Template) -> Result<Self, Unreadable> {
        // What looks like no UTF-8 may be UTF-16.
        let is_utf16 = matches!(file, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
        let masked = if is_utf16 { None } else { Masked::of(file, template) };
        let text = masked.as_ref().map_or(file, |masked| &masked.file);
        let input = kubeyaml::split(text)
            .map_err(|error| Unreadable { text: guessed_text(file), error })?;
        let mask = masked.map(|masked| masked.mask);
        let documents = input.documents().map(|document| Document {
            index: document.index(),
            span: document.span(),
            content: parse(document, input.text(), mask.as_ref()),
        });
        let documents = documents.collect();
        Ok(Self { input, mask, documents })
    }

    /// How many documents cannot be read.
    pub(super) fn failures(&self) -> usize {
        self.documents.iter().filter(|document| document.content.is_err()).count()
    }

    /// The file that this text, made of the one that was read, stands for; none where something that was hidden is gone.
    pub(super) fn restore(&self, text: Zeroizing<Vec<u8>>) -> Option<Zeroizing<Vec<u8>>> {
        match &self.mask {
            None => Some(text),
            Some(mask) => mask.reveal(&text),
        }
    }

    /// The text of the file, which places refer to.
    pub(super) fn text(&self) -> &str {
        self.input.text()
    }

    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    pub(super) fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The document that a byte of the text is part of.
    pub(super) fn document_at(&self, offset: usize) -> Option<&Document> {
        let before = self.documents.partition_point(|document| document.span.start <= offset);
        let document = self.documents.get(before.checked_sub(1)?)?;
        document.span.contains(&offset).then_some(document)
    }
}

/// Reads a document. Where its end is marked by `...`, and a comment follows, it is refused as other text is there: it
/// may be what is left of another document, which nobody reads. Bytes that are no UTF-8 may stand in comments alone.
fn parse(
    document: RawDocument<'_>,
    text: &str,
    mask: Option<&Mask>,
) -> Result<Option<Node>, YamlError> {
    let content = document.parse_any(DuplicateKeys::Refused)?;
    let own = text.get(document.span()).unwrap_or_default();
    if let Some(line) = line_after_end(own).filter(|_| document.format() == Format::Yaml) {
        let line = document.first_line() + line;
        let kind = YamlErrorKind::TextAfterDocument;
        return Err(YamlError { document: document.index(), line, column: 1, kind });
    }
    let hidden = mask.and_then(|mask| Some((mask.first_byte()?, mask.byte)));
    if let Some((byte, marker)) = hidden
        && let Some(Position { line, column }) =
            content.as_ref().and_then(|node| find(node, marker))
    {
        let kind = YamlErrorKind::Encoding(EncodingFault::NotUtf8(byte));
        return Err(YamlError { document: document.index(), line, column, kind });
    }
    Ok(content)
}

/// Where a value or a key stands that has this character.
fn find(node: &Node, character: char) -> Option<Position> {
    match node.value() {
        Value::String(text) => text.expose().contains(character).then(|| node.position()),
        Value::Sequence(items) => items.iter().find_map(|item| find(item, character)),
        Value::Mapping(mapping) => mapping.iter().find_map(|(key, value)| {
            let in_key = key.text().contains(character).then(|| key.position());
            in_key.or_else(|| find(value, character))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// How many lines into a document in YAML there is text after its end (`...`).
fn line_after_end(text: &str) -> Option<usize> {
    let mut lines = text.split('\n').enumerate();
    lines.find(|(_, line)| {
        line.split_ascii_whitespace().next() == Some("...") && line.starts_with('.')
    })?;
    lines.find(|(_, line)| !line.trim().is_empty()).map(|(number, _)| number)
}

/// The text of a file that is none, as far as it is written in ASCII, as what is sought is. The empty bytes of UTF-16 are
/// left out.
fn guessed_text(file: &[u8]) -> Zeroizing<String> {
    if let Some(text) = kubeyaml::decode_utf16(file) {
        return text;
    }
    let mut text = Zeroizing::new(String::with_capacity(file.len()));
    let characters = file.iter().filter(|byte| **byte != 0);
    text.extend(characters.map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }));
    text
}

/// The places of bytes in a text, which are asked for in order.
pub(super) struct Places<'a> {
    text: &'a [u8],
    done: usize,
    position: Position,
}

impl<'a> Places<'a> {
    /// Of a text in UTF-8, or one whose other characters have a byte each.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, done: 0, position: Position { line: 1, column: 1 } }
    }

    /// Where a byte of the text is.
    pub(super) fn of(&mut self, offset: usize) -> Position {
        let passed = self.text.get(self.done..offset).unwrap_or_default();
        for byte in passed {
            match byte {
                b'\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                // The later bytes of a character.
                0x80..=0xBF => {}
                _ => self.position.column += 1,
            }
        }
        self.done = self.done.max(offset);
        self.position
    }
}
