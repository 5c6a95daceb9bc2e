//! Edits to a file that leave every other byte as it is.

mod block;
mod check;
pub(crate) mod documents;
mod empty;
mod entries;
mod error;
mod flow;
mod lines;
mod plan;
mod replace;
mod words;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use zeroize::Zeroizing;

use super::mapping::{DuplicateKeys, Mapping};
use super::node::{Context, Node, Place, Value};
use super::stream::{Input, split};
use super::text::SecretText;
use super::tree::Tree;
use entries::EntryChanges;
use plan::Splice;
use words::{NewWord, Words};

pub use error::EditError;

/// Edits to one file, made all at once by [`Editor::finish`].
///
/// The nodes to be edited are those of the file's own [`Input`].
pub struct Editor<'a> {
    input: &'a Input,
    changes: Changes,
    comments: Vec<Splice>,
}

/// Where a new entry is put in a mapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At<'a> {
    /// Before all others.
    First,
    /// After the entry of this key.
    After(&'a str),
    /// After all others.
    Last,
}

/// What becomes of nodes, by the byte at which they begin.
type Changes = BTreeMap<u32, Change>;

/// What becomes of a node.
enum Change {
    /// Another string takes its place.
    Replaced(SecretText),
    /// Words in a string are replaced.
    Words(Words),
    /// Entries are put into a mapping, or taken out of it.
    Entries(EntryChanges),
}

/// A document that is edited.
struct Touched {
    /// Its number, counted from 0.
    number: usize,
    node: Node,
}

impl<'a> Editor<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        Self { input, changes: Changes::new(), comments: Vec::new() }
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

    /// Puts words in the place of others in the string that the node holds, wherever they stand in it; every other byte of
    /// the string stays, and so do its line breaks. A word is a run of base64 characters with its padding, as sealed values
    /// are in a text: it means itself in every style. One that is written with escapes (`\/`, `\u002B`), or with escaped line
    /// breaks in it, is replaced with them.
    ///
    /// # Errors
    /// The node is not a string that stands in this file itself, it was edited already, or one of the old words is not in
    /// it, or stands in the file in another way than it is read.
    pub fn replace_words(
        &mut self,
        node: &Node,
        words: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), EditError> {
        let words = words.into_iter().map(|(old, new)| (old, None, new));
        self.put_words(node, words)
    }

    /// As [`Editor::replace_words`], of each old word those places in the string that are named, counted from 0: elsewhere it
    /// stays.
    ///
    /// # Errors
    /// As there; or a word has no such place, or none is named.
    pub fn replace_words_at(
        &mut self,
        node: &Node,
        words: impl IntoIterator<Item = (String, BTreeSet<usize>, String)>,
    ) -> Result<(), EditError> {
        let words = words.into_iter().map(|(old, places, new)| (old, Some(places), new));
        self.put_words(node, words)
    }

    fn put_words(
        &mut self,
        node: &Node,
        words: impl Iterator<Item = (String, Option<BTreeSet<usize>>, String)>,
    ) -> Result<(), EditError> {
        self.check_place(node.place)?;
        let words = words.map(|(old, places, new)| (old, NewWord { text: new.into(), places }));
        let words = words.collect();
        words::check(self.input.text(), node, &words)?;
        match self.changes.entry(node.place.start) {
            Entry::Occupied(_) => Err(EditError::SamePlace),
            Entry::Vacant(entry) => {
                entry.insert(Change::Words(words));
                Ok(())
            }
        }
    }

    /// Puts a word of base64 characters in the place of a part of a comment: these bytes of [`Input::text`].
    ///
    /// # Errors
    /// The new text is no such word. That the place is part of a comment is seen by [`Editor::finish`]: no value may change
    /// by it.
    pub fn replace_in_comment(&mut self, at: Range<usize>, word: String) -> Result<(), EditError> {
        if !words::is_word(&word) {
            return Err(EditError::Unfit);
        }
        self.comments.push(Splice { start: at.start, end: at.end, new: word.into() });
        Ok(())
    }

    /// Puts an entry into a mapping, written as the entries beside it are. Entries put in the same
    /// place stand in the order of the calls.
    ///
    /// In the place of null, and of `{}` in YAML, a mapping begins whose lines are indented by two
    /// spaces; in braces it has braces of its own.
    ///
    /// # Errors
    /// The node is neither a mapping nor null, or does not stand in this file itself; the key is in
    /// the mapping already, or that of [`At::After`] is not.
    pub fn insert(
        &mut self,
        node: &Node,
        at: At<'_>,
        key: &str,
        value: &Tree,
    ) -> Result<(), EditError> {
        self.check_place(node.place)?;
        let mapping = match node.value() {
            Value::Null => None,
            Value::Mapping(mapping) => Some(mapping),
            _ => return Err(EditError::NotAMapping),
        };
        self.check_mapping(node)?;
        self.entries(node)?.insert(mapping, at, key, value)
    }

    /// Takes an entry out of a mapping, with its comma and the comment after it on its line. Where
    /// there is no other one, `{}` stays.
    ///
    /// # Errors
    /// The node is not a mapping that stands in this file itself, the key is not in it or came
    /// through a merge key, an alias elsewhere repeats a part of the entry, or the entry does not
    /// begin with its key but with `?`, an anchor or a tag.
    pub fn remove(&mut self, node: &Node, key: &str) -> Result<(), EditError> {
        self.check_place(node.place)?;
        let mapping = node.as_mapping().ok_or(EditError::NotAMapping)?;
        self.check_mapping(node)?;
        let (_, found, _) = mapping.find(key).ok_or(EditError::KeyMissing)?;
        let in_block = !self.is_in_braces(node);
        if in_block && !found.place.copied && !block::begins_with_key(node, found) {
            return Err(EditError::Entry);
        }
        self.entries(node)?.remove(mapping, key)
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
        let text = plan::apply(self.input.text(), &self.changes, self.comments, &touched)?;
        let file = self.input.encoding().encode(text.expose());
        let result = split(&file).map_err(|_| EditError::NotTheSame)?;
        check::check(self.input, &result, &self.changes, &touched)?;
        Ok(file)
    }

    /// The changes to the entries of this mapping.
    fn entries(&mut self, node: &Node) -> Result<&mut EntryChanges, EditError> {
        let change = self.changes.entry(node.place.start);
        match change.or_insert_with(|| Change::Entries(EntryChanges::default())) {
            Change::Entries(entries) => Ok(entries),
            Change::Replaced(_) | Change::Words(_) => Err(EditError::SamePlace),
        }
    }

    /// Whether a mapping's entries can be told apart.
    fn check_mapping(&self, node: &Node) -> Result<(), EditError> {
        if node.as_mapping().is_some_and(Mapping::has_duplicates) {
            return Err(EditError::DuplicateKeys);
        }
        let pair = node.as_mapping().is_some()
            && node.place.context == Context::Flow
            && !self.is_in_braces(node);
        if pair { Err(EditError::Entry) } else { Ok(()) }
    }

    fn is_in_braces(&self, node: &Node) -> bool {
        plan::is_in_braces(self.input.text(), node)
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
        let nodes = self.changes.keys().map(|&start| start as usize);
        let mut starts: Vec<usize> =
            nodes.chain(self.comments.iter().map(|comment| comment.start)).collect();
        starts.sort_unstable();
        for start in starts {
            let number = self.input.document_at(start).ok_or(EditError::OtherText)?;
            if touched.last().is_none_or(|last| last.number != number) {
                let document = self.input.document(number).ok_or(EditError::OtherText)?;
                let node = document.parse_any(DuplicateKeys::LastCounts).ok().flatten();
                touched.push(Touched { number, node: node.ok_or(EditError::OtherText)? });
            }
        }
        Ok(touched)
    }
}
