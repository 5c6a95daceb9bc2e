//! Mappings, and how they are put together.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

use super::Problem;
use super::error::YamlErrorKind;
use super::node::{Node, Place, Position};
use super::text::SecretText;

/// A mapping from strings, in the order of the text.
pub struct Mapping {
    pub(super) entries: Vec<(Key, Node)>,
    pub(super) has_duplicates: bool,
    index: Option<Box<Index>>,
}

/// What becomes of a mapping that has a key twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DuplicateKeys {
    /// An error: which of the values is meant cannot be known.
    Refused,
    /// The last value counts, as in kubectl. For editing a file in place, where it does no harm
    /// far from what is edited; see [`Mapping::has_duplicates`].
    LastCounts,
}

/// A key and the place it was read from.
#[derive(Clone)]
pub struct Key {
    pub(super) text: SecretText,
    pub(super) kind: KeyKind,
    pub(super) place: Place,
}

/// What a key was before it became a string. Keys of different kinds are different for kubectl
/// until they become strings; which one is left then is random, and so it is an error here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    String,
    Integer,
    Float,
    Bool,
}

impl Mapping {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.find(key).map(|(_, _, node)| node)
    }

    /// The entry of a key, and its number.
    pub(super) fn find(&self, key: &str) -> Option<(usize, &Key, &Node)> {
        let at = find(&self.entries, self.index.as_deref(), key)?;
        self.entries.get(at).map(|(key, node)| (at, key, node))
    }

    /// The entries in the order of the text.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Node)> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a key stands in the mapping twice, and only its last value was kept. Never with
    /// [`DuplicateKeys::Refused`].
    #[must_use]
    pub fn has_duplicates(&self) -> bool {
        self.has_duplicates
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Key {
    /// The key. A number or boolean has become a string as in kubectl: `0777` is `511`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.expose()
    }

    /// Where the key begins in the file.
    #[must_use]
    pub fn position(&self) -> Position {
        self.place.position()
    }

    /// The key's bytes in [`Input::text`](super::Input::text), with quotes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// Whether the key came here through an alias or a merge key, and stands elsewhere in the text.
    #[must_use]
    pub fn is_copied(&self) -> bool {
        self.place.copied
    }
}

/// With a loop of its own, see the one of [`Value`](super::Value).
impl Clone for Mapping {
    fn clone(&self) -> Self {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (key, node) in &self.entries {
            entries.push((key.clone(), node.clone()));
        }
        Self { entries, has_duplicates: self.has_duplicates, index: self.index.clone() }
    }
}

/// A mapping of this size or less is searched; a larger one has an index.
const SEARCHED: usize = 16;

/// The numbers of the entries of a large mapping.
#[derive(Clone, Default)]
struct Index {
    hasher: RandomState,
    /// From the hash of a key to its entry; of keys with the same hash, to the last one.
    numbers: HashMap<u64, usize>,
}

impl Index {
    fn insert(&mut self, key: &str, at: usize) {
        self.numbers.insert(self.hasher.hash_one(key), at);
    }
}

/// The number of a key's entry.
fn find(entries: &[(Key, Node)], index: Option<&Index>, key: &str) -> Option<usize> {
    let is_at = |at: usize| entries.get(at).is_some_and(|(found, _)| found.text() == key);
    if let Some(index) = index {
        match index.numbers.get(&index.hasher.hash_one(key)) {
            None => return None,
            Some(&at) if is_at(at) => return Some(at),
            // Two keys with the same hash.
            Some(_) => {}
        }
    }
    (0..entries.len()).find(|&at| is_at(at))
}

/// Puts a mapping together, and finds keys that stand in it twice.
pub(super) struct MappingBuilder {
    duplicates: DuplicateKeys,
    has_duplicates: bool,
    entries: Vec<(Key, Node)>,
    /// Whether the entry at the same place stands in the mapping itself.
    explicit: Vec<bool>,
    index: Option<Box<Index>>,
}

impl MappingBuilder {
    pub(super) fn new(duplicates: DuplicateKeys) -> Self {
        Self {
            duplicates,
            has_duplicates: false,
            entries: Vec::new(),
            explicit: Vec::new(),
            index: None,
        }
    }

    /// Adds an entry that stands in the mapping itself.
    pub(super) fn insert(&mut self, key: Key, node: Node) -> Result<(), Problem> {
        let found = self.find(key.text());
        if found.is_some_and(|at| self.is_explicit(at)) {
            if self.duplicates == DuplicateKeys::Refused {
                return Err(duplicate(&key));
            }
            self.has_duplicates = true;
        }
        self.put(found, key, node, true)
    }

    /// Adds an entry from a merge key. As in kubectl, and unlike in YAML's description of merge
    /// keys, it takes the place of an entry above it.
    pub(super) fn merge(&mut self, key: Key, node: Node) -> Result<(), Problem> {
        self.put(self.find(key.text()), key, node, false)
    }

    pub(super) fn finish(self) -> Mapping {
        Mapping { entries: self.entries, has_duplicates: self.has_duplicates, index: self.index }
    }

    fn put(
        &mut self,
        found: Option<usize>,
        key: Key,
        node: Node,
        explicit: bool,
    ) -> Result<(), Problem> {
        if let Some(at) = found
            && let Some(entry) = self.entries.get_mut(at)
        {
            if key.kind == KeyKind::Float || key.kind != entry.0.kind {
                return Err(duplicate(&key));
            }
            *entry = (key, node);
            if let Some(flag) = self.explicit.get_mut(at) {
                *flag |= explicit;
            }
            return Ok(());
        }
        let at = self.entries.len();
        if at >= SEARCHED {
            let index = self.index.get_or_insert_with(|| {
                let mut index = Box::<Index>::default();
                for (at, (key, _)) in self.entries.iter().enumerate() {
                    index.insert(key.text(), at);
                }
                index
            });
            index.insert(key.text(), at);
        }
        self.entries.push((key, node));
        self.explicit.push(explicit);
        Ok(())
    }

    fn find(&self, key: &str) -> Option<usize> {
        find(&self.entries, self.index.as_deref(), key)
    }

    fn is_explicit(&self, at: usize) -> bool {
        self.explicit.get(at).copied().unwrap_or(false)
    }
}

/// A key is shown when it looks like one.
fn duplicate(key: &Key) -> Problem {
    let text = key.text();
    let fit = text.len() <= 64 && text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let kind = YamlErrorKind::DuplicateKey(fit.then(|| text.to_owned()));
    Problem::in_file(kind, key.position())
}
