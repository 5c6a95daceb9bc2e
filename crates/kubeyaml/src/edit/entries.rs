//! Entries put into mappings and taken out of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::mapping::{Key, Mapping};
use super::super::node::{Node, Value};
use super::super::text::SecretText;
use super::super::tree::Tree;
use super::{At, EditError};

/// What becomes of the entries of one mapping, or of the null in whose place one is put.
#[derive(Default)]
pub(super) struct EntryChanges {
    first: Vec<NewEntry>,
    /// By the number of the entry they follow.
    after: BTreeMap<usize, Vec<NewEntry>>,
    last: Vec<NewEntry>,
    removed: BTreeSet<usize>,
    keys: BTreeSet<String>,
}

/// An entry that is put in.
pub(super) struct NewEntry {
    pub(super) key: SecretText,
    pub(super) value: Tree,
}

/// An entry of the mapping as it is to become.
pub(super) enum Expected<'a> {
    Old(&'a Key, &'a Node),
    New(&'a NewEntry),
}

impl EntryChanges {
    pub(super) fn insert(
        &mut self,
        mapping: Option<&Mapping>,
        at: At<'_>,
        key: &str,
        value: &Tree,
    ) -> Result<(), EditError> {
        let find = |key| mapping.and_then(|mapping| mapping.find(key));
        if self.keys.contains(key) || find(key).is_some() {
            return Err(EditError::KeyExists);
        }
        let place = match at {
            At::First => &mut self.first,
            At::Last => &mut self.last,
            At::After(neighbour) => {
                let (number, found, _) = find(neighbour).ok_or(EditError::KeyMissing)?;
                if found.place.copied {
                    return Err(EditError::Copied);
                }
                self.after.entry(number).or_default()
            }
        };
        place.push(NewEntry { key: key.into(), value: value.clone() });
        self.keys.insert(key.to_owned());
        Ok(())
    }

    pub(super) fn remove(&mut self, mapping: &Mapping, key: &str) -> Result<(), EditError> {
        let (number, key, node) = mapping.find(key).ok_or(EditError::KeyMissing)?;
        if key.place.copied {
            Err(EditError::Copied)
        } else if key.place.shared || holds_shared(node) {
            Err(EditError::Shared)
        } else if self.removed.insert(number) {
            Ok(())
        } else {
            Err(EditError::SamePlace)
        }
    }

    /// Whether all of them were refused.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.removed.is_empty()
    }

    pub(super) fn is_removed(&self, number: usize) -> bool {
        self.removed.contains(&number)
    }

    /// How many entries are taken out.
    pub(super) fn removed(&self) -> usize {
        self.removed.len()
    }

    /// The new entries before all others.
    pub(super) fn first(&self) -> &[NewEntry] {
        &self.first
    }

    /// The new entries after the one with this number.
    pub(super) fn after(&self, number: usize) -> &[NewEntry] {
        self.after.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    /// The new entries after all others.
    pub(super) fn last(&self) -> &[NewEntry] {
        &self.last
    }

    /// All new entries of a mapping that has none yet.
    pub(super) fn all_new(&self) -> Vec<&NewEntry> {
        self.first.iter().chain(&self.last).collect()
    }

    /// The entries as they are to become.
    pub(super) fn expected<'a>(&'a self, old: &'a [(Key, Node)]) -> Vec<Expected<'a>> {
        let mut expected: Vec<_> = self.first.iter().map(Expected::New).collect();
        for (number, (key, node)) in old.iter().enumerate() {
            if !self.is_removed(number) {
                expected.push(Expected::Old(key, node));
            }
            expected.extend(self.after(number).iter().map(Expected::New));
        }
        expected.extend(self.last.iter().map(Expected::New));
        expected
    }
}

/// Whether an alias elsewhere repeats something in the node.
fn holds_shared(node: &Node) -> bool {
    if node.place.copied {
        return false;
    }
    node.place.shared
        || match node.value() {
            Value::Sequence(items) => items.iter().any(holds_shared),
            Value::Mapping(mapping) => {
                mapping.iter().any(|(key, node)| key.place.shared || holds_shared(node))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
}
