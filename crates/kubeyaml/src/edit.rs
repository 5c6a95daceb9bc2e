//! Edits to a file that leave every other byte as it is.

mod check;
mod error;
mod plan;
mod replace;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use zeroize::Zeroizing;

use super::mapping::DuplicateKeys;
use super::node::{Node, Place};
use super::stream::{Input, split};
use super::text::SecretText;

pub use error::EditError;

/// Edits to one file, made all at once by [`Editor::finish`].
///
/// The nodes to be edited are those of the file's own [`Input`].
pub struct Editor<'a> {
    input: &'a Input,
    changes: Changes,
}

/// What becomes of nodes, by the byte at which they begin.
type Changes = BTreeMap<u32, Change>;

/// What becomes of a node.
enum Change {
    /// Another string takes its place.
    Replaced(SecretText),
}

/// A document that is edited.
struct Touched {
    /// Its number, counted from 0.
    number: usize,
    node: Node,
}

impl<'a> Editor<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        Self { input, changes: Changes::new() }
    }

    /// Puts `text` in the place of the string that the node holds, in the same style.
    ///
    /// In a block (`|` or `>`) the text becomes one line. Empty lines before and after it stay, and
    /// so do the line feeds that they are in the value.
    ///
    /// # Errors
    /// The node is not a string that stands in this file itself, it was edited already, or the
    /// text does not fit into the block.
    pub fn replace(&mut self, node: &Node, text: impl Into<SecretText>) -> Result<(), EditError> {
        self.check_place(node.place)?;
        let text = text.into();
        replace::check(self.input.text(), node, text.expose())?;
        match self.changes.entry(node.place.start) {
            Entry::Occupied(_) => Err(EditError::SamePlace),
            Entry::Vacant(entry) => {
                entry.insert(Change::Replaced(text));
                Ok(())
            }
        }
    }

    /// The file with all edits, in its own encoding.
    ///
    /// The result is read again: each edited document holds what it held before, with exactly these
    /// edits, and what stands outside of the edited documents is the same bytes.
    ///
    /// # Errors
    /// The edits overlap, the file would be too large, or it would not read back like this.
    pub fn finish(self) -> Result<Zeroizing<Vec<u8>>, EditError> {
        let touched = self.touched()?;
        let text = plan::apply(self.input.text(), &self.changes, &touched)?;
        let file = self.input.encoding().encode(text.expose());
        let result = split(&file).map_err(|_| EditError::NotTheSame)?;
        check::check(self.input, &result, &self.changes, &touched)?;
        Ok(file)
    }

    /// Whether something that stands there can be edited.
    fn check_place(&self, place: Place) -> Result<(), EditError> {
        if place.input != self.input.id() {
            Err(EditError::OtherText)
        } else if place.copied {
            Err(EditError::Copied)
        } else if place.shared {
            Err(EditError::Shared)
        } else {
            Ok(())
        }
    }

    /// The documents with edits, read again: the nodes of the edits were only borrowed.
    fn touched(&self) -> Result<Vec<Touched>, EditError> {
        let mut touched: Vec<Touched> = Vec::new();
        for &start in self.changes.keys() {
            let number = self.input.document_at(start as usize).ok_or(EditError::OtherText)?;
            if touched.last().is_none_or(|last| last.number != number) {
                let document = self.input.document(number).ok_or(EditError::OtherText)?;
                let node = document.parse_with(DuplicateKeys::LastCounts).ok().flatten();
                touched.push(Touched { number, node: node.ok_or(EditError::OtherText)? });
            }
        }
        Ok(touched)
    }
}
