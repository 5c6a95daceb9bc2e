//! All that is wrong with the documents of one run.

use std::fmt;

use super::Error;

/// All that is wrong with the documents of one run, in their order: errors that do not depend on each other are told
/// together, so that they can be mended together. There is at least one.
#[derive(Debug)]
pub struct Errors<K> {
    first: Error<K>,
    others: Vec<Error<K>>,
    left_out: usize,
}

impl<K> Errors<K> {
    /// The most that are kept. Of what exceeds that only the number is known.
    pub const MAX: usize = 100;

    /// The first one.
    pub fn first(&self) -> &Error<K> {
        &self.first
    }

    /// Those that are kept.
    pub fn iter(&self) -> impl Iterator<Item = &Error<K>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many there are, those left out counted.
    pub fn count(&self) -> usize {
        1 + self.others.len() + self.left_out
    }

    /// All of them as one; none if there is none.
    pub(crate) fn of(errors: impl IntoIterator<Item = Error<K>>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let mut all = Self::from(errors.next()?);
        errors.for_each(|error| all.push(error));
        Some(all)
    }

    /// These, and then those.
    pub(crate) fn and(mut self, more: Self) -> Self {
        self.push(more.first);
        more.others.into_iter().for_each(|error| self.push(error));
        self.left_out += more.left_out;
        self
    }

    /// Changes each.
    pub(crate) fn map<L>(self, change: impl Fn(Error<K>) -> Error<L>) -> Errors<L> {
        let first = change(self.first);
        let others = self.others.into_iter().map(change).collect();
        Errors { first, others, left_out: self.left_out }
    }

    fn push(&mut self, error: Error<K>) {
        if self.others.len() + 1 < Self::MAX {
            self.others.push(error);
        } else {
            self.left_out += 1;
        }
    }
}

impl<K> IntoIterator for Errors<K> {
    type Item = Error<K>;
    type IntoIter = std::iter::Chain<std::iter::Once<Error<K>>, std::vec::IntoIter<Error<K>>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.first).chain(self.others)
    }
}

impl<K> From<Error<K>> for Errors<K> {
    fn from(first: Error<K>) -> Self {
        Self { first, others: Vec::new(), left_out: 0 }
    }
}

/// A line for each.
impl<K: fmt::Display> fmt::Display for Errors<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.others.iter().try_for_each(|error| write!(f, "\n{error}"))?;
        match self.left_out {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl<K: std::error::Error> std::error::Error for Errors<K> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.first.source()
    }
}
