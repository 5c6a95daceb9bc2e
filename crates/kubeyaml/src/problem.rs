//! What is wrong with a document while it is read, and where.

use super::cursor::Mark;
use super::error::{YamlError, YamlErrorKind};
use super::node::Position;

/// Where a document's text begins in the file.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// The number of the [`Input`](super::Input).
    pub(crate) input: u32,
    pub(crate) offset: usize,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Characters before it on its line.
    pub(crate) column: usize,
}

impl Origin {
    /// The place in the file of a place in the document.
    pub(crate) fn position(self, mark: Mark) -> Position {
        let before = if mark.line == 0 { self.column } else { 0 };
        Position { line: self.line + mark.line, column: 1 + before + mark.column }
    }
}

/// What is wrong, and where.
pub(crate) struct Problem {
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
    pub(crate) fn new(kind: YamlErrorKind, mark: Mark) -> Self {
        Self { kind, place: ProblemPlace::Mark(mark) }
    }

    pub(crate) fn in_file(kind: YamlErrorKind, position: Position) -> Self {
        Self { kind, place: ProblemPlace::Position(position) }
    }

    pub(crate) fn syntax(what: &'static str, mark: Mark) -> Self {
        Self::new(YamlErrorKind::Syntax(what), mark)
    }

    pub(crate) fn kind(&self) -> &YamlErrorKind {
        &self.kind
    }

    /// Where in the document, if that is known.
    pub(crate) fn mark(&self) -> Option<Mark> {
        match self.place {
            ProblemPlace::Mark(mark) => Some(mark),
            ProblemPlace::Position(_) => None,
        }
    }

    pub(crate) fn locate(self, document: usize, origin: Origin) -> YamlError {
        let Position { line, column } = match self.place {
            ProblemPlace::Mark(mark) => origin.position(mark),
            ProblemPlace::Position(position) => position,
        };
        YamlError { document, line, column, kind: self.kind }
    }
}

/// A place in the text fits into 32 bits because the text does.
pub(crate) fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
