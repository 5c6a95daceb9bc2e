//! Changes on top of each other.

use std::collections::HashSet;

use crate::rotate::Overlay;

/// The most bytes of a name in a cluster, and so of what is put before and behind it.
pub(super) const MAX_NAME: usize = 253;

/// One way after the other in which objects may be changed; none where their names would be too long.
pub(super) type Changes<'a> = Box<dyn Iterator<Item = Option<Overlay>> + 'a>;

impl Overlay {
    /// These changes on top of those that were made before. None where no name could be as long.
    pub(super) fn around(&self, inner: &Self) -> Option<Self> {
        let outer = self;
        let len = [outer, inner].map(|one| one.name_prefix.len() + one.name_suffix.len());
        (len.iter().sum::<usize>() <= MAX_NAME).then(|| Self {
            namespace: outer.namespace.as_ref().or(inner.namespace.as_ref()).cloned(),
            destination: outer.destination.as_ref().or(inner.destination.as_ref()).cloned(),
            name: inner.name.clone(),
            name_prefix: format!("{}{}", outer.name_prefix, inner.name_prefix),
            name_suffix: format!("{}{}", inner.name_suffix, outer.name_suffix),
        })
    }

    /// The same for an object that is named as it is now.
    pub(super) fn of_name_now(&self) -> Self {
        Self { namespace: self.namespace.clone(), ..Self::default() }
    }
}

/// The first of each source, then the second of each, and so on: each once, and `most` in all.
pub(super) fn in_turns<S>(sources: impl IntoIterator<Item = S>, most: usize) -> Vec<Overlay>
where
    S: IntoIterator<Item = Option<Overlay>>,
{
    let mut sources: Vec<S::IntoIter> = sources.into_iter().map(S::into_iter).collect();
    let (mut all, mut met) = (Vec::new(), HashSet::new());
    while !sources.is_empty() && all.len() < most {
        sources.retain_mut(|source| {
            let Some(next) = source.next() else { return false };
            if let Some(next) = next
                && all.len() < most
                && met.insert(next.clone())
            {
                all.push(next);
            }
            true
        });
    }
    all
}
