//! The other SealedSecrets of a run: a value that does not open may have been copied from one of them.

use std::collections::HashMap;
use std::fmt;

use kubeyaml::DuplicateKeys;
use sealkit_core::SealedValue;

use crate::diagnose::Binding;
use crate::documents::{Documents, Located};
use crate::error::{ReadError, shortened};
use crate::sealed_secret::{self, Item, SealedSecret};

/// Of how many SealedSecrets that hold the very same value it is known.
const MAX_HOLDERS: usize = 4;

/// How many SealedSecrets before and after one are looked at.
const MAX_NEAR: usize = 5;

/// Another SealedSecret of the same run, which a value belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Neighbour {
    /// Its input, counted from 0, if it is another one.
    pub input: Option<usize>,
    /// Its document, counted from 1.
    pub document: usize,
    /// Its item that holds the very same value, if there is one.
    pub item: Option<String>,
}

/// What a value may have been sealed for, and the SealedSecret that says so.
pub(crate) type Candidate = (Binding, Neighbour);

/// All SealedSecrets of a run, in their order.
#[derive(Default)]
pub(crate) struct Neighbours {
    all: Vec<Known>,
    /// Which of them hold a value, and as what.
    holders: HashMap<SealedValue, Vec<(usize, Item)>>,
}

struct Known {
    input: usize,
    document: usize,
    binding: Binding,
}

impl Neighbours {
    /// Reads all documents; those that cannot be read are nobody's neighbours.
    pub(crate) fn of(
        documents: &Documents,
        read: impl Fn(&kubeyaml::Node) -> Option<SealedSecret> + Sync,
    ) -> Self {
        let found = documents.visit(DuplicateKeys::LastCounts, |document| {
            let resources = document.resources()?.into_iter();
            let sealed = resources.filter(|resource| resource.is(sealed_secret::KIND));
            Ok::<_, ReadError>(sealed.filter_map(|resource| read(resource.node())).collect())
        });
        let mut neighbours = Self::default();
        for Located { input, document, result } in found {
            let sealed: Vec<SealedSecret> = result.unwrap_or_default();
            sealed.iter().for_each(|sealed| neighbours.add(input, document, sealed));
        }
        neighbours
    }

    fn add(&mut self, input: usize, document: usize, sealed: &SealedSecret) {
        let at = self.all.len();
        self.all.push(Known { input, document, binding: Binding::of(sealed) });
        for (item, value) in sealed.values() {
            let Ok(value) = value.sealed_value() else { continue };
            let holders = self.holders.entry(value.clone()).or_default();
            if holders.len() < MAX_HOLDERS {
                holders.push((at, item));
            }
        }
    }

    /// What a value in this document, of input and number, may have been sealed for: first what those are that hold the
    /// very same value, then the nearest ones.
    pub(crate) fn candidates(
        &self,
        (input, document): (usize, usize),
        value: &SealedValue,
    ) -> Vec<Candidate> {
        let holders = self.holders.get(value).into_iter().flatten();
        let holders = holders.map(|(at, item)| (*at, Some(shortened(item.name()))));
        let own =
            self.all.partition_point(|known| (known.input, known.document) < (input, document));
        let before = (0..own).rev().take(MAX_NEAR);
        let near = before.chain(own..self.all.len()).take(2 * MAX_NEAR).map(|at| (at, None));
        let found = holders.chain(near).filter_map(|(at, item)| {
            let Known { input: other, document, binding } = self.all.get(at)?;
            let input = (*other != input).then_some(*other);
            Some((binding.clone(), Neighbour { input, document: *document, item }))
        });
        found.collect()
    }
}

impl fmt::Display for Neighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(item) = self.item.as_deref().filter(|item| !item.is_empty()) {
            write!(f, "{item} of ")?;
        }
        write!(f, "document {}", self.document)?;
        f.write_str(if self.input.is_some() { " of another input" } else { "" })
    }
}
