//! Which kustomizations put a file into a cluster, and what they make of its objects' names and namespaces.
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
//! let overlays = kustomizations.overlays_of(Path::new("base/orders.yaml"));
//! assert_eq!(overlays[1].namespace.as_deref(), Some("production"));
//! assert_eq!(overlays[1].name_prefix, "eu-");
//! ```

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use kubeyaml::{DuplicateKeys, Mapping, Node, split};

use crate::rotate::Overlay;

/// The names that `kustomize` looks for in a folder.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The most overlays of a file that are told: each is a binding to be tried.
const MAX_OVERLAYS: usize = 64;

/// The most folders that include each other, one above the other.
const MAX_LEVELS: usize = 32;

/// The most steps from a kustomization to those that include it that are taken for a file.
const MAX_STEPS: usize = 1024;

/// The fields that list files and folders.
const LISTS: [&str; 4] = ["resources", "bases", "components", "patchesStrategicMerge"];

/// The fields that list patches, each in a file or inline.
const PATCHES: [&str; 2] = ["patches", "patchesJson6902"];

/// The kustomizations of a working tree.
#[derive(Default)]
pub struct Kustomizations {
    all: Vec<Kustomization>,
    /// The paths of those that were taken: each is taken once.
    paths: HashSet<PathBuf>,
    /// The places in `all` of those that list a file or a folder.
    listing: HashMap<PathBuf, Vec<usize>>,
}

struct Kustomization {
    folder: PathBuf,
    changes: Overlay,
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
        if !self.paths.insert(path.to_owned()) {
            return;
        }
        let Some(root) = first_document(text) else { return };
        let Some(fields) = root.as_mapping() else { return };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let place = self.all.len();
        let listed = listed(fields).filter_map(|entry| joined(&folder, entry));
        for listed in listed.chain([path.to_owned()]) {
            let listing = self.listing.entry(listed).or_default();
            if listing.last() != Some(&place) {
                listing.push(place);
            }
        }
        self.all.push(Kustomization { folder, changes: changes(fields) });
    }

    /// What becomes of the objects of a file, or of the patches in a kustomization: for each kustomization that lists it,
    /// and for each that lists the folder of one that does. Each is told once, and not more than 64 are.
    #[must_use]
    pub fn overlays_of(&self, file: &Path) -> Vec<Overlay> {
        let mut climb = Climb { all: self, overlays: Vec::new(), steps: 0 };
        climb.from(file, &Overlay::default(), 0);
        climb.overlays
    }
}

/// The way up from a file.
struct Climb<'k> {
    all: &'k Kustomizations,
    overlays: Vec<Overlay>,
    steps: usize,
}

impl Climb<'_> {
    /// Goes to all that list a file or folder, of which `inner` is known so far.
    fn from(&mut self, listed: &Path, inner: &Overlay, level: usize) {
        let listing = self.all.listing.get(listed).map(Vec::as_slice).unwrap_or_default();
        for place in listing {
            self.steps += 1;
            let is_over = self.steps > MAX_STEPS || self.overlays.len() >= MAX_OVERLAYS;
            if is_over || level >= MAX_LEVELS {
                return;
            }
            let Some(kustomization) = self.all.all.get(*place) else { continue };
            let overlay = kustomization.changes.around(inner);
            if !self.overlays.contains(&overlay) {
                self.overlays.push(overlay.clone());
            }
            self.from(&kustomization.folder, &overlay, level + 1);
        }
    }
}

impl Overlay {
    /// This one's changes on top of those of another one, which it includes.
    fn around(&self, inner: &Self) -> Self {
        Self {
            namespace: self.namespace.clone().or_else(|| inner.namespace.clone()),
            name_prefix: format!("{}{}", self.name_prefix, inner.name_prefix),
            name_suffix: format!("{}{}", inner.name_suffix, self.name_suffix),
        }
    }
}

fn first_document(text: &[u8]) -> Option<Node> {
    let input = split(text).ok()?;
    let mut documents = input.documents();
    // What kustomize refuses is no harm here: what follows from it is proved by opening.
    documents.find_map(|document| document.parse_any(DuplicateKeys::LastCounts).ok().flatten())
}

/// What a kustomization changes.
fn changes(fields: &Mapping) -> Overlay {
    let text = |field| fields.get(field).and_then(Node::as_str).map(str::to_owned);
    Overlay {
        namespace: text("namespace").filter(|namespace| !namespace.is_empty()),
        name_prefix: text("namePrefix").unwrap_or_default(),
        name_suffix: text("nameSuffix").unwrap_or_default(),
    }
}

/// The paths of what a kustomization includes.
fn listed(fields: &Mapping) -> impl Iterator<Item = &str> {
    let items = |field: &&'static str| {
        fields.get(field).and_then(Node::as_sequence).unwrap_or_default().iter()
    };
    let lists = LISTS.iter().flat_map(items).filter_map(Node::as_str);
    let patches = PATCHES.iter().flat_map(items);
    let patches = patches.filter_map(|item| item.as_mapping()?.get("path")?.as_str());
    let charts =
        items(&"helmCharts").filter_map(|item| item.as_mapping()?.get("valuesFile")?.as_str());
    lists.chain(patches).chain(charts)
}

/// A path in a folder, without `.` and `..`; none where it leads nowhere, is a URL or an inline patch.
fn joined(folder: &Path, entry: &str) -> Option<PathBuf> {
    if entry.contains(['\n', '\0']) || entry.contains("://") {
        return None;
    }
    let mut path = PathBuf::new();
    for part in folder.join(entry).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            part => path.push(part),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kustomizations(files: &[(&str, &str)]) -> Kustomizations {
        let mut all = Kustomizations::default();
        for (path, text) in files {
            all.add(Path::new(path), text.as_bytes());
        }
        all
    }

    fn shown(overlays: &[Overlay]) -> Vec<String> {
        let shown = |overlay: &Overlay| {
            let Overlay { namespace, name_prefix, name_suffix } = overlay;
            format!("{} {name_prefix}*{name_suffix}", namespace.as_deref().unwrap_or("-"))
        };
        overlays.iter().map(shown).collect()
    }

    #[test]
    fn an_overlay_is_around_its_base() {
        let all = kustomizations(&[
            (
                "t/base/kustomization.yaml",
                "namespace: base\nnamePrefix: b-\nresources: [./orders.yaml]\n",
            ),
            (
                "t/blue/kustomization.yml",
                "namespace: blue\nnamePrefix: o-\nnameSuffix: -x\nbases: [../base]\n",
            ),
            ("t/red/Kustomization", "components:\n- ../base/\n"),
        ]);
        let overlays = all.overlays_of(Path::new("t/base/orders.yaml"));
        assert_eq!(shown(&overlays), ["base b-*", "blue o-b-*-x"]);
        assert!(all.overlays_of(Path::new("t/base/other.yaml")).is_empty());
    }

    #[test]
    fn patches_belong_to_the_kustomization_that_names_them() {
        let all = kustomizations(&[(
            "k/kustomization.yaml",
            "namespace: shop\npatches:\n- path: a.yaml\n- patch: '[]'\npatchesJson6902: [{path: ../b.json}]\n\
             patchesStrategicMerge:\n- c.yaml\n- |\n  kind: SealedSecret\nhelmCharts: [{valuesFile: d.yaml}]\n",
        )]);
        for file in ["k/a.yaml", "b.json", "k/c.yaml", "k/d.yaml", "k/kustomization.yaml"] {
            assert_eq!(shown(&all.overlays_of(Path::new(file))), ["shop *"], "{file}");
        }
    }

    #[test]
    fn what_is_elsewhere_or_cannot_be_read_is_passed_over() {
        let all = kustomizations(&[
            (
                "a/kustomization.yaml",
                "resources: ['https://example.com/x', ../../../y, 'git@example.com:x']\n",
            ),
            ("b/kustomization.yaml", "a: [\n"),
            ("c/kustomization.yaml", "- a\n"),
        ]);
        assert!(all.overlays_of(Path::new("y")).is_empty());
    }

    #[test]
    fn circles_and_many_overlays_end() {
        let circle = kustomizations(&[
            ("a/kustomization.yaml", "namePrefix: a\nresources: [../b, x.yaml]\n"),
            ("b/kustomization.yaml", "namePrefix: b\nresources: [../a, ../b]\n"),
        ]);
        assert!(circle.overlays_of(Path::new("a/x.yaml")).len() <= MAX_OVERLAYS);

        let mut wide = Kustomizations::default();
        wide.add(Path::new("l0/kustomization.yaml"), b"resources: [x.yaml]\n");
        for level in 1..30 {
            for twin in 0..3 {
                let path = format!("l{level}/{twin}/kustomization.yaml");
                let below = if level == 1 {
                    "../../l0".to_owned()
                } else {
                    format!(
                        "../../l{}/0, ../../l{}/1, ../../l{}/2",
                        level - 1,
                        level - 1,
                        level - 1
                    )
                };
                wide.add(Path::new(&path), format!("resources: [{below}]\n").as_bytes());
            }
        }
        assert_eq!(wide.overlays_of(Path::new("l0/x.yaml")), [Overlay::default()]);
    }
}
