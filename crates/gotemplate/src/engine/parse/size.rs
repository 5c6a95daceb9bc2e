//! What the parts of a tree take in memory, counted before they are made.

use crate::engine::node::Node;
use crate::engine::value::Str;

/// What the allocator takes for each block beyond its contents.
const BLOCK: usize = 16;
/// The counts in front of a shared text.
const COUNTS: usize = 16;

/// A template with a copy of its text and the first rows of its tables.
pub(super) const fn template(text: usize) -> usize {
    1024 + text
}

/// One more element of a list that grows: lists take up to twice what they hold.
pub(super) const fn element<T>() -> usize {
    2 * size_of::<T>()
}

/// A list that begins.
pub(super) const fn list() -> usize {
    BLOCK
}

/// A value in a block of its own.
pub(super) const fn boxed<T>() -> usize {
    BLOCK + size_of::<T>()
}

/// A text of so many bytes.
pub(super) const fn text(bytes: usize) -> usize {
    BLOCK + COUNTS + bytes
}

/// A list of `count` names that have `bytes` bytes together.
pub(super) const fn names(count: usize, bytes: usize) -> usize {
    list() + count * (element::<Str>() + text(0)) + bytes
}

/// A list of nodes that begins: with room for four.
pub(super) const fn nodes() -> usize {
    element::<Vec<Node>>() + list() + 4 * size_of::<Node>()
}

/// A name in a table, with a few numbers.
pub(super) const fn entry(name: usize) -> usize {
    text(name) + element::<(Str, [usize; 3])>()
}

#[cfg(test)]
mod tests;
