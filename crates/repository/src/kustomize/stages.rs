//! What a kustomization makes of what it includes: resources first, then its components on top of them, then its patches,
//! then its own changes on top of all.

use std::mem;

use super::changes::in_turns;
use super::graph::Node;
use crate::rotate::Overlay;

/// The most ways in which an object may have been changed before a patch finds it.
const MAX_BEFORE: usize = 16;

/// What becomes of the objects of one kustomization.
pub(super) struct Stages {
    /// Its own changes: what becomes of what its patches have changed, and its charts have made.
    pub(super) own: Overlay,
    /// What becomes of its resources. None where their names would be too long.
    pub(super) of_resources: Option<Overlay>,
    pub(super) components: Vec<Component>,
    /// What may have been done to the objects that its patches change. First of all: nothing.
    pub(super) before: Vec<Overlay>,
}

/// A component in a kustomization that includes it.
pub(super) struct Component {
    pub(super) place: usize,
    /// What becomes of what it makes. None where names would be too long.
    pub(super) after: Option<Overlay>,
    /// What may have been done to the objects beside it.
    before: Vec<Overlay>,
}

/// Those of each kustomization.
pub(super) fn stages(nodes: &[Node]) -> Vec<Stages> {
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        let next = Stages::of(node, &all);
        all.push(next);
    }
    let components = all.iter_mut().flat_map(|stages| &mut stages.components);
    let beside: Vec<(usize, Vec<Overlay>)> =
        components.map(|component| (component.place, mem::take(&mut component.before))).collect();
    for (place, before) in beside {
        if let Some(stages) = all.get_mut(place) {
            stages.add_before(before);
        }
    }
    all
}

impl Stages {
    /// `inner` has those of all that the kustomization includes.
    fn of(node: &Node, inner: &[Self]) -> Self {
        let resources = node.resources.iter().filter_map(|place| inner.get(*place));
        let made = in_turns(resources.map(Self::made), MAX_BEFORE);
        let mut before = in_turns([vec![Some(Overlay::default())], some(made)], MAX_BEFORE);
        let mut components = Vec::with_capacity(node.components.len());
        for place in &node.components {
            let Some(component) = inner.get(*place) else { continue };
            let next = component.around(&before);
            let before = mem::replace(&mut before, next);
            components.push(Component { place: *place, after: None, before });
        }
        let own = node.file.changes.clone();
        let mut after = Some(own.clone());
        // The last one is around the others.
        for component in components.iter_mut().rev() {
            component.after.clone_from(&after);
            let inner = inner.get(component.place).and_then(|stages| stages.of_resources.as_ref());
            after = after.zip(inner).and_then(|(after, inner)| after.around(inner));
        }
        Self { own, of_resources: after, components, before }
    }

    /// What may have been done to its objects when it has made them.
    fn made(&self) -> impl Iterator<Item = Option<Overlay>> {
        changed(&self.before, &self.own)
    }

    /// What may have been done to the objects beside it, and to its own, when it has changed them as a component.
    fn around(&self, beside: &[Overlay]) -> Vec<Overlay> {
        let around = self.of_resources.iter().flat_map(|own| changed(beside, own)).collect();
        in_turns([some(beside.to_vec()), around, self.made().collect()], MAX_BEFORE)
    }

    /// The patches of a component also find the objects beside it.
    fn add_before(&mut self, beside: Vec<Overlay>) {
        let own = mem::take(&mut self.before);
        self.before = in_turns([some(own), some(beside)], MAX_BEFORE);
    }
}

/// Objects after a change, each by the name that it has now, and by the one that it had.
fn changed(all: &[Overlay], change: &Overlay) -> impl Iterator<Item = Option<Overlay>> {
    all.iter().map(move |one| change.around(one)).flat_map(|one| {
        let now = one.as_ref().map(Overlay::of_name_now);
        [now, one]
    })
}

fn some(all: Vec<Overlay>) -> Vec<Option<Overlay>> {
    all.into_iter().map(Some).collect()
}
