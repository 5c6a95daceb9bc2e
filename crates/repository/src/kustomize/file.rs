//! One kustomization: what it lists, and what it changes.

use std::collections::HashSet;
use std::hash::Hash;
use std::path::{Path, PathBuf};

use kubeyaml::{DuplicateKeys, Mapping, Node, split};

use super::MAX_KUSTOMIZATION;
use super::changes::MAX_NAME;
use super::paths::joined;
use crate::rotate::Overlay;

/// A kustomization.
pub(super) struct Kustomization {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    /// What it makes of all that it includes.
    pub(super) changes: Overlay,
    /// Files and folders, each once.
    pub(super) resources: Vec<PathBuf>,
    /// Folders, each once.
    pub(super) components: Vec<PathBuf>,
    pub(super) patches: Vec<Patch>,
    pub(super) values: Vec<Values>,
}

/// A file with a patch; the kustomization itself, where it holds patches.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Patch {
    pub(super) file: PathBuf,
    pub(super) target: Target,
}

/// Which object a patch changes, as far as it is told beside the patch.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
}

/// A file with values of a chart; the kustomization itself, where it holds them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Values {
    pub(super) file: PathBuf,
    pub(super) namespace: Option<String>,
    pub(super) release: Option<String>,
}

impl Kustomization {
    /// None where it is no kustomization that can be read.
    pub(super) fn read(path: &Path, text: &[u8]) -> Option<Self> {
        if text.len() as u64 > MAX_KUSTOMIZATION {
            return None;
        }
        let root = first_document(text)?;
        let fields = root.as_mapping()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let place = Place { path, folder, fields };
        Some(Self {
            path: path.to_owned(),
            folder: folder.to_owned(),
            changes: changes(fields),
            resources: each_once(place.paths("resources").chain(place.paths("bases"))),
            components: each_once(place.paths("components")),
            patches: place.patches(),
            values: each_once(place.items("helmCharts").flat_map(|chart| place.values(chart))),
        })
    }

    /// The files and folders of what it puts into a cluster.
    pub(super) fn included(&self) -> impl Iterator<Item = &PathBuf> {
        self.resources.iter().chain(&self.components)
    }
}

fn first_document(text: &[u8]) -> Option<Node> {
    let input = split(text).ok()?;
    let mut documents = input.documents();
    // What kustomize refuses is no harm here: what follows from it is proved by opening.
    documents.find_map(|document| document.parse_any(DuplicateKeys::LastCounts).ok().flatten())
}

/// `namespace`, `namePrefix` and `nameSuffix`.
pub(super) fn changes(fields: &Mapping) -> Overlay {
    Overlay {
        namespace: short(fields, "namespace"),
        name_prefix: short(fields, "namePrefix").unwrap_or_default(),
        name_suffix: short(fields, "nameSuffix").unwrap_or_default(),
        ..Overlay::default()
    }
}

/// A text that may be a name, or a part of one.
pub(super) fn short(fields: &Mapping, field: &str) -> Option<String> {
    let text = fields.get(field)?.as_str()?;
    (!text.is_empty() && text.len() <= MAX_NAME).then(|| text.to_owned())
}

/// The fields of a kustomization, and where it is.
struct Place<'k> {
    path: &'k Path,
    folder: &'k Path,
    fields: &'k Mapping,
}

impl<'k> Place<'k> {
    fn list(&self, field: &str) -> impl Iterator<Item = &'k Node> + use<'k> {
        self.fields.get(field).and_then(Node::as_sequence).unwrap_or_default().iter()
    }

    fn items(&self, field: &str) -> impl Iterator<Item = &'k Mapping> + use<'k> {
        self.list(field).filter_map(Node::as_mapping)
    }

    fn paths(&self, field: &str) -> impl Iterator<Item = PathBuf> {
        self.list(field).filter_map(move |item| joined(self.folder, item.as_str()?))
    }

    fn patches(&self) -> Vec<Patch> {
        // Beside a patch that stands here, its target can be seen.
        let here = Patch { file: self.path.to_owned(), target: Target::default() };
        let merged = self
            .paths("patchesStrategicMerge")
            .map(|file| Patch { file, target: Target::default() });
        let items = self.items("patches").chain(self.items("patchesJson6902"));
        let targeted = items.filter_map(|item| {
            let file = joined(self.folder, item.get("path")?.as_str()?)?;
            Some(Patch { file, target: Target::beside(item) })
        });
        each_once([here].into_iter().chain(merged).chain(targeted))
    }

    /// The values of a chart, in files and here.
    fn values(&self, chart: &'k Mapping) -> impl Iterator<Item = Values> {
        let more = chart.get("additionalValuesFiles").and_then(Node::as_sequence);
        let named = chart.get("valuesFile").into_iter().chain(more.unwrap_or_default());
        let files = named.filter_map(move |file| joined(self.folder, file.as_str()?));
        let here = chart.get("valuesInline").map(|_| self.path.to_owned());
        let (namespace, release) = (short(chart, "namespace"), short(chart, "releaseName"));
        files.chain(here).map(move |file| Values {
            file,
            namespace: namespace.clone(),
            release: release.clone(),
        })
    }
}

impl Target {
    /// That of a patch. What is a pattern names no object.
    fn beside(patch: &Mapping) -> Self {
        let Some(target) = patch.get("target").and_then(Node::as_mapping) else {
            return Self::default();
        };
        let is_plain = |text: &String| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        };
        let plain = |field| short(target, field).filter(is_plain);
        Self { namespace: plain("namespace"), name: plain("name") }
    }
}

fn each_once<T: Clone + Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut met = HashSet::new();
    items.filter(|item| met.insert(item.clone())).collect()
}
