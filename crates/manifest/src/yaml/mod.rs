//! Text to nodes with their places, and back.
//!
//! A file is read as kubectl reads it: split into documents, each of them JSON or YAML 1.1, and
//! what YAML can say is taken for what JSON can say. So `yes` is a boolean, `0777` a number, and
//! the key `0777` the string `511`. Where kubectl would guess, drop or mangle something, the file
//! is refused; `fixtures/yaml/deliberate-differences.md` is the list of such differences.
//!
//! ```
//! use sealkit_manifest::yaml;
//!
//! let input = yaml::split(b"kind: Secret\nstringData:\n  answer: yes\n")?;
//! for document in input.documents() {
//!     let Some(node) = document.parse()? else { continue };
//!     let data = node.as_mapping().and_then(|secret| secret.get("stringData")).expect("data");
//!     let answer = data.as_mapping().and_then(|data| data.get("answer")).expect("an answer");
//!     assert_eq!(answer.value().kind(), "a boolean");
//!     assert_eq!(answer.position().line, 3);
//! }
//! # Ok::<(), yaml::YamlError>(())
//! ```
//!
//! Limits: 1 GiB of text, 1,024 collections one inside the other, and 16 MiB copied by aliases.
//!
//! Secrets: nodes may hold plaintext. Nothing here has a `Debug` that prints values, strings are
//! overwritten when dropped, and an error never quotes a value.

mod alias;
mod compose;
mod cursor;
mod error;
mod json;
mod mapping;
mod node;
mod number;
mod parser;
mod resolve;
mod scan_block;
mod scan_scalar;
mod scan_tag;
mod scanner;
mod splice;
mod stream;
mod text;
mod token;
mod tree;
mod write_json;
mod write_yaml;

pub use error::{YamlError, YamlErrorKind};
pub use mapping::{DuplicateKeys, Key, Mapping};
pub use node::{Node, Position, Style, Value};
pub use number::Number;
pub use splice::{Edit, SpliceError, splice};
pub use stream::{Format, Input, RawDocument, decode_utf16, split};
pub use text::SecretText;
pub use tree::Tree;
pub use write_json::to_json;
pub use write_yaml::to_yaml;

use cursor::Mark;

/// The most bytes of a file. Places are kept as 32-bit numbers.
const MAX_INPUT: usize = 1 << 30;

/// The most collections one inside the other. kubectl reads ten times as many; this is what can
/// be walked by recursion on the smallest usual stack.
const MAX_DEPTH: usize = 1024;

/// The most bytes that anchors, aliases and merge keys may copy in one document.
const MAX_COPIED: usize = 16 << 20;

/// Where a document's text begins in the file.
#[derive(Clone, Copy)]
struct Origin {
    offset: usize,
    /// Counted from 1.
    line: usize,
    /// Characters before it on its line.
    column: usize,
}

impl Origin {
    /// The place in the file of a place in the document.
    fn position(self, mark: Mark) -> Position {
        let before = if mark.line == 0 { self.column } else { 0 };
        Position { line: self.line + mark.line, column: 1 + before + mark.column }
    }
}

/// What is wrong, and where.
struct Problem {
    kind: YamlErrorKind,
    place: ProblemPlace,
}

enum ProblemPlace {
    /// In the document.
    Mark(Mark),
    /// In the file.
    Position(Position),
}

impl Problem {
    fn new(kind: YamlErrorKind, mark: Mark) -> Self {
        Self { kind, place: ProblemPlace::Mark(mark) }
    }

    fn in_file(kind: YamlErrorKind, position: Position) -> Self {
        Self { kind, place: ProblemPlace::Position(position) }
    }

    fn syntax(what: &'static str, mark: Mark) -> Self {
        Self::new(YamlErrorKind::Syntax(what), mark)
    }

    fn locate(self, document: usize, origin: Origin) -> YamlError {
        let Position { line, column } = match self.place {
            ProblemPlace::Mark(mark) => origin.position(mark),
            ProblemPlace::Position(position) => position,
        };
        YamlError { document, line, column, kind: self.kind }
    }
}

/// A place in the text fits into 32 bits because the text does.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
