//! A file as documents, each read or with the reason why not.

use std::ops::Range;

use kubeyaml::{
    EncodingFault, Format, Input, Node, Position, RawDocument, YamlError, YamlErrorKind,
};
use zeroize::Zeroizing;

/// A file, and its documents.
pub(super) struct Reading {
    input: Input,
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
    pub(super) fn of(file: &[u8]) -> Result<Self, Unreadable> {
        let input = kubeyaml::split(file)
            .map_err(|error| Unreadable { text: guessed_text(file, &error), error })?;
        let documents = input.documents();
        let documents = documents.map(|document| Document {
            index: document.index(),
            span: document.span(),
            content: parse(document, input.text()),
        });
        let documents = documents.collect();
        Ok(Self { input, documents })
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
/// may be what is left of another document, which nobody reads.
fn parse(document: RawDocument<'_>, text: &str) -> Result<Option<Node>, YamlError> {
    let content = document.parse()?;
    let own = text.get(document.span()).unwrap_or_default();
    match line_after_end(own).filter(|_| document.format() == Format::Yaml) {
        None => Ok(content),
        Some(line) => Err(YamlError {
            document: document.index(),
            line: Places::new(text).of(document.span().start).line + line,
            column: 1,
            kind: YamlErrorKind::TextAfterDocument,
        }),
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

/// Bytes that are no text are left out of it: what is sought is written in ASCII.
fn guessed_text(file: &[u8], error: &YamlError) -> Zeroizing<String> {
    if let Some(text) = kubeyaml::decode_utf16(file) {
        return text;
    }
    let is_utf16 = error.kind == YamlErrorKind::Encoding(EncodingFault::Utf16WithoutMark);
    let mut text = Zeroizing::new(String::with_capacity(file.len()));
    let characters = file.iter().filter(|byte| !is_utf16 || **byte != 0);
    text.extend(characters.map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }));
    text
}

/// The places of bytes in a text, which are asked for in order.
pub(super) struct Places<'a> {
    text: &'a str,
    done: usize,
    position: Position,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, done: 0, position: Position { line: 1, column: 1 } }
    }

    /// Where a byte of the text is.
    pub(super) fn of(&mut self, offset: usize) -> Position {
        let passed = self.text.get(self.done..offset).unwrap_or_default();
        for character in passed.chars() {
            match character {
                '\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                '\u{FEFF}' => {}
                _ => self.position.column += 1,
            }
        }
        self.done = self.done.max(offset);
        self.position
    }
}
