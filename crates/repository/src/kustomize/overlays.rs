//! What becomes of the objects of each file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::changes::{Changes, in_turns};
use super::destination::Destination;
use super::file::{Kustomization, Target, Values};
use super::graph::{Node, inner_first};
use super::outer::{MAX_OVERLAYS, outer};
use super::places::Places;
use super::stages::{Stages, stages};
use crate::rotate::Overlay;

/// What kustomizations, Argo CD and Flux make of the objects of each file.
pub struct Overlays {
    places: Places,
    /// All that may be done to what a kustomization makes, by its place. First of all: nothing.
    outer: Vec<Vec<Overlay>>,
    stages: Vec<Stages>,
    listings: HashMap<PathBuf, Vec<Listing>>,
}

/// A kustomization lists a file.
struct Listing {
    /// The place of the kustomization.
    place: usize,
    role: Role,
}

/// What a file is for a kustomization.
enum Role {
    Resource,
    Patch(Target),
    Values { namespace: Option<String>, release: Option<String> },
}

impl Overlays {
    pub(super) fn new(
        files: Vec<Kustomization>,
        destinations: impl Iterator<Item = Destination>,
    ) -> Self {
        let nodes = inner_first(files);
        let places = Places::new(&nodes, destinations);
        let stages = stages(&nodes);
        let outer = outer(&nodes, &stages, &places);
        Self { places, outer, stages, listings: listings(nodes) }
    }

    /// What becomes of the objects of a file, of its patches, or of what a chart makes of its values: for each kustomization
    /// that lists it, what that one makes of it, and then what those do that include this one. Each is told once, and not more
    /// than 64 are.
    #[must_use]
    pub fn of(&self, file: &Path) -> Vec<Overlay> {
        let listings = self.listings.get(file).into_iter().flatten();
        let listings = listings.map(|listing| self.of_listing(listing));
        let placed = self.places.of(file).cloned().map(Some);
        in_turns(listings.chain([Box::new(placed) as Changes<'_>]), MAX_OVERLAYS)
    }

    fn of_listing(&self, listing: &Listing) -> Changes<'_> {
        let stages = self.stages.get(listing.place);
        let inside = stages.map(|stages| listing.role.inside(stages)).unwrap_or_default();
        let outer = self.outer.get(listing.place).into_iter().flatten();
        let around = outer.flat_map(move |outer| {
            inside.iter().map(|inside| outer.around(inside)).collect::<Vec<_>>()
        });
        Box::new(listing.role.alone().into_iter().map(Some).chain(around))
    }
}

impl Role {
    /// What is tried before all else: a chart may have a namespace of its own.
    fn alone(&self) -> Vec<Overlay> {
        match self {
            Self::Values { namespace: Some(namespace), release } => of_release(release)
                .map(|named| Overlay { namespace: Some(namespace.clone()), ..named })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// What the kustomization itself makes of the objects, one way or another.
    fn inside(&self, stages: &Stages) -> Vec<Overlay> {
        match self {
            Self::Resource => stages.of_resources.iter().cloned().collect(),
            Self::Patch(target) => {
                let made = stages.before.iter().map(|before| target.of(before));
                made.filter_map(|made| stages.own.around(&made)).collect()
            }
            Self::Values { release, .. } => {
                of_release(release).filter_map(|named| stages.own.around(&named)).collect()
            }
        }
    }
}

/// What a chart makes: mostly objects with names of their own, sometimes one with the name of the release.
fn of_release(release: &Option<String>) -> impl Iterator<Item = Overlay> {
    [None, release.clone()].into_iter().map(|name| Overlay { name, ..Overlay::default() })
}

impl Target {
    /// That object, as it was made.
    fn of(&self, before: &Overlay) -> Overlay {
        Overlay {
            namespace: self.namespace.clone().or_else(|| before.namespace.clone()),
            name: self.name.clone(),
            ..before.clone()
        }
    }
}

/// Which kustomizations list each file, in the order of their paths.
fn listings(nodes: Vec<Node>) -> HashMap<PathBuf, Vec<Listing>> {
    let mut in_order: Vec<(usize, Kustomization)> =
        nodes.into_iter().map(|node| node.file).enumerate().collect();
    in_order.sort_by(|(_, one), (_, other)| one.path.cmp(&other.path));
    let mut all: HashMap<PathBuf, Vec<Listing>> = HashMap::new();
    for (place, file) in in_order {
        let resources = file.resources.into_iter().map(|file| (file, Role::Resource));
        let patches = file.patches.into_iter().map(|patch| (patch.file, Role::Patch(patch.target)));
        let values = file.values.into_iter().map(|values| {
            let Values { file, namespace, release } = values;
            (file, Role::Values { namespace, release })
        });
        for (file, role) in resources.chain(patches).chain(values) {
            all.entry(file).or_default().push(Listing { place, role });
        }
    }
    all
}
