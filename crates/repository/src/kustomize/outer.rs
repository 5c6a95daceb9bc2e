//! What may be done to what a kustomization makes, by those that include it.

use super::changes::{Changes, in_turns};
use super::graph::Node;
use super::places::Places;
use super::stages::Stages;
use crate::rotate::Overlay;

/// The most overlays of a file that are told: each is a binding to be tried.
pub(super) const MAX_OVERLAYS: usize = 64;

/// The most overlays that are kept for all kustomizations of a tree.
const MAX_IN_ALL: usize = 1 << 17;

/// What may be done to what each kustomization makes, by those that include it, and where it is put. First of
/// all: nothing.
pub(super) fn outer(nodes: &[Node], stages: &[Stages], places: &Places) -> Vec<Vec<Overlay>> {
    let mut all = vec![Vec::new(); nodes.len()];
    let mut spare = MAX_IN_ALL;
    let including = including(nodes, stages);
    // Those that include another one are behind it.
    for (place, (node, including)) in nodes.iter().zip(&including).enumerate().rev() {
        let placed = places.of(&node.file.folder).cloned().map(Some);
        let around = including.iter().map(|includer| includer.changes(&all));
        let changed = [Box::new(placed) as Changes<'_>].into_iter().chain(around);
        let changed = in_turns(changed, spare.min(MAX_OVERLAYS));
        spare -= changed.len();
        let changed = changed.into_iter().filter(|one| *one != Overlay::default());
        if let Some(own) = all.get_mut(place) {
            own.push(Overlay::default());
            own.extend(changed);
        }
    }
    all
}

/// A kustomization that includes another one.
struct Includer<'s> {
    place: usize,
    /// What it makes of what that one has made; none where names would be too long.
    after: Option<&'s Overlay>,
}

impl Includer<'_> {
    /// What it makes, and all that may be done to that.
    fn changes<'a>(&'a self, outer: &'a [Vec<Overlay>]) -> Changes<'a> {
        let outer = outer.get(self.place).into_iter().flatten();
        Box::new(outer.map(move |outer| outer.around(self.after?)))
    }
}

/// Those that include each kustomization, in the order of their paths.
fn including<'s>(nodes: &[Node], stages: &'s [Stages]) -> Vec<Vec<Includer<'s>>> {
    let mut all: Vec<Vec<Includer<'s>>> = nodes.iter().map(|_| Vec::new()).collect();
    let mut in_order: Vec<_> = nodes.iter().zip(stages).enumerate().collect();
    in_order.sort_by_key(|(_, (node, _))| &node.file.path);
    for (place, (node, stages)) in in_order {
        let of_resources = stages.of_resources.as_ref();
        let resources = node.resources.iter().map(|inner| (inner, of_resources));
        let components = stages.components.iter();
        let components = components.map(|component| (&component.place, component.after.as_ref()));
        for (inner, after) in resources.chain(components) {
            if let Some(including) = all.get_mut(*inner) {
                including.push(Includer { place, after });
            }
        }
    }
    all
}
