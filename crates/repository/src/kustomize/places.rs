//! What is put into a cluster as it lies in a folder.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::destination::Destination;
use super::graph::Node;
use crate::rotate::Overlay;

/// How many folders up from a file its destinations are looked for.
const MAX_ABOVE: usize = 64;

/// The destinations of folders and files.
pub(super) struct Places {
    destinations: HashMap<PathBuf, Vec<Overlay>>,
    /// The folders with kustomizations. Of what is in them, only what they list is put anywhere.
    kustomized: HashSet<PathBuf>,
}

impl Places {
    pub(super) fn new(nodes: &[Node], all: impl Iterator<Item = Destination>) -> Self {
        let mut destinations: HashMap<PathBuf, Vec<Overlay>> = HashMap::new();
        for Destination { path, changes } in all {
            destinations.entry(path).or_default().push(changes);
        }
        let kustomized = nodes.iter().map(|node| node.file.folder.clone()).collect();
        Self { destinations, kustomized }
    }

    /// Those of a file, or of what the kustomization in a folder makes; and those of the folders around it, up to one with a
    /// kustomization.
    pub(super) fn of<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = &'a Overlay> {
        let above = path.ancestors().skip(1).take(MAX_ABOVE);
        let above = above.take_while(|folder| !self.kustomized.contains(*folder));
        let all = [path].into_iter().chain(above).take_while(|_| !self.destinations.is_empty());
        all.filter_map(|folder| self.destinations.get(folder)).flatten()
    }
}
