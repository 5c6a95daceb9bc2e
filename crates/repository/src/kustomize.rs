//! What the kustomizations of a working tree, Argo CD and Flux make of the names and namespaces of the objects in a file.
//!
//! A kustomization lists files, and folders with kustomizations of their own. Several may list the same: a base has as many
//! namespaces as there are overlays that include it.
//!
//! ```
//! use std::path::Path;
//! use sealkit_repository::kustomize::Kustomizations;
//!
//! let mut kustomizations = Kustomizations::default();
//! kustomizations.add(Path::new("base/kustomization.yaml"), b"resources: [orders.yaml]\n");
//! kustomizations.add(
//!     Path::new("production/kustomization.yaml"),
//!     b"namespace: production\nnamePrefix: eu-\nresources: [../base]\n",
//! );
//! let overlays = kustomizations.resolve().of(Path::new("base/orders.yaml"));
//! assert_eq!(overlays[1].namespace.as_deref(), Some("production"));
//! assert_eq!(overlays[1].name_prefix, "eu-");
//! ```

mod changes;
mod destination;
mod file;
mod graph;
mod outer;
mod overlays;
mod paths;
mod places;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub use overlays::Overlays;

use destination::Destination;
use file::Kustomization;

/// The names that `kustomize` looks for in a folder.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The most bytes of a kustomization, or of a file that tells destinations: a longer one is passed over.
pub(crate) const MAX_KUSTOMIZATION: u64 = 1 << 20;

/// The kustomizations of a working tree, and the destinations of its folders, as they are read.
#[derive(Default)]
pub struct Kustomizations {
    all: Vec<Kustomization>,
    /// With the file that tells each.
    destinations: Vec<(PathBuf, Destination)>,
    /// The paths of the files that were taken: each is taken once.
    paths: HashSet<PathBuf>,
}

impl Kustomizations {
    /// Whether a file has the name of a kustomization.
    #[must_use]
    pub fn is_kustomization(file: &Path) -> bool {
        file.file_name().is_some_and(|name| FILE_NAMES.iter().any(|wanted| name == *wanted))
    }

    /// Takes a kustomization: its path, which is named as all others are and has no `..`, and its text. One that cannot be
    /// read is passed over: nothing is built of it.
    pub fn add(&mut self, path: &Path, text: &[u8]) {
        if self.paths.insert(path.to_owned()) {
            self.all.extend(Kustomization::read(path, text));
        }
    }

    /// Whether a text may tell destinations: it may hold an `Application` of Argo CD, or a `Kustomization` of Flux.
    #[must_use]
    pub fn may_tell_destinations(text: &[u8]) -> bool {
        destination::may_be_told(text)
    }

    /// Takes the destinations that a file tells: in which namespace Argo CD, or Flux, puts what is in a folder. Folders are
    /// looked for from `root`, the top of the repository. Documents that cannot be read are passed over.
    pub fn add_destinations(&mut self, root: &Path, path: &Path, text: &[u8]) {
        if text.len() as u64 <= MAX_KUSTOMIZATION && self.paths.insert(path.to_owned()) {
            let told = destination::read(root, text);
            self.destinations.extend(told.into_iter().map(|told| (path.to_owned(), told)));
        }
    }

    /// Whether a file was taken, or passed over.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        self.paths.contains(path)
    }

    /// Follows which of them include which. That takes time in the number of files and folders that they list, however they
    /// include each other.
    #[must_use]
    pub fn resolve(self) -> Overlays {
        let mut told = self.destinations;
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        Overlays::new(self.all, told.into_iter().map(|(_, told)| told))
    }
}
