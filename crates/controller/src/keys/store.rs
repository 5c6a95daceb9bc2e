//! The key Secrets of the cluster as they are now, read: of each the key is kept, and not the Secret.

use std::collections::{BTreeMap, BTreeSet};

use sealkit_core::KeyOrder;

use super::cluster_secret::WipedSecret;
use super::key_set::{KeyEntry, KeySet};

/// By what a Secret was found. One Secret can be found by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The label of a key in use.
    Labelled,
    /// Its name, which is exactly the prefix.
    Named,
}

/// What has become of key Secrets. A Secret without entry is not in use.
pub(super) enum Change {
    /// These are all.
    All(Vec<(String, Option<KeyEntry>)>),
    /// This one is new, or another than before.
    Applied(String, Option<KeyEntry>),
    /// This one is gone, or its label is.
    Removed(String),
}

/// The name of a Secret, and its key if it is in use.
pub(super) fn read(secret: WipedSecret, prefix: &str) -> (String, Option<KeyEntry>) {
    let name = secret.name().to_owned();
    let is_active = secret.is_active(prefix);
    let entry = is_active.then(|| KeyEntry::read(&name, &secret.into_secret()));
    (name, entry)
}

/// The key Secrets of the cluster as they are now.
pub(super) struct KeyStore {
    order: KeyOrder,
    entries: BTreeMap<(Origin, String), KeyEntry>,
    listed: BTreeSet<Origin>,
}

impl KeyStore {
    pub(super) fn new(order: KeyOrder) -> Self {
        Self { order, entries: BTreeMap::new(), listed: BTreeSet::new() }
    }

    pub(super) fn change(&mut self, origin: Origin, change: Change) {
        match change {
            Change::All(all) => {
                self.entries.retain(|(from, _), _| *from != origin);
                for (name, entry) in all {
                    self.set(origin, name, entry);
                }
                self.listed.insert(origin);
            }
            Change::Applied(name, entry) => self.set(origin, name, entry),
            Change::Removed(name) => self.set(origin, name, None),
        }
    }

    fn set(&mut self, origin: Origin, name: String, entry: Option<KeyEntry>) {
        let place = (origin, name);
        match entry {
            Some(entry) => self.entries.insert(place, entry),
            None => self.entries.remove(&place),
        };
    }

    /// All keys, once both kinds of key Secrets have been listed.
    pub(super) fn key_set(&self) -> Option<KeySet> {
        if ![Origin::Labelled, Origin::Named].iter().all(|origin| self.listed.contains(origin)) {
            return None;
        }
        let by_name: BTreeMap<_, _> =
            self.entries.iter().map(|((_, name), entry)| (name, entry)).collect();
        Some(KeySet::of(by_name.into_values().cloned(), self.order))
    }
}
