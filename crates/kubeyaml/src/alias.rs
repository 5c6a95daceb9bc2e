//! What aliases may cost, and what they leave on the nodes they copy.

use super::error::YamlErrorKind;
use super::node::{Node, Place, Value};
use super::{MAX_COPIED, MAX_COPIED_IN_ALL};

/// Whether there may be aliases in a document at all.
pub(super) fn may_hold_aliases(document: &str) -> bool {
    document.contains('*')
}

/// How many bytes may be copied in a document of `length` bytes, of a file in which the documents
/// that may hold aliases have `in_all` bytes.
///
/// By its length alone, and not by what others have used: documents are read in any order, by
/// many threads, and more than once, and what is read must not depend on that.
pub(super) fn max_copied(length: usize, in_all: usize) -> usize {
    let share = (MAX_COPIED_IN_ALL as u128 * length as u128) / (in_all.max(1) as u128);
    usize::try_from(share).unwrap_or(usize::MAX).min(MAX_COPIED)
}

/// Nodes decoded, and how many of them came through aliases.
pub(super) struct Count {
    pub(super) all: usize,
    copied: usize,
}

impl Count {
    pub(super) fn new() -> Self {
        // The document itself counts as one.
        Self { all: 1, copied: 0 }
    }

    pub(super) fn add(&mut self, nodes: usize, copied: usize) -> Result<(), YamlErrorKind> {
        self.all = self.all.saturating_add(nodes);
        self.copied = self.copied.saturating_add(copied);
        if self.copied > 100 && self.all > 1000 && self.share() > self.allowed_share() {
            return Err(YamlErrorKind::AliasesExcessive);
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio; as the original rounds")]
    fn share(&self) -> f64 {
        self.copied as f64 / self.all as f64
    }

    /// From 99 % in small documents down to 10 % in large ones, as in kubectl.
    #[expect(clippy::cast_precision_loss, reason = "a ratio; as the original rounds")]
    fn allowed_share(&self) -> f64 {
        const SMALL: usize = 400_000;
        const LARGE: usize = 4_000_000;
        match self.all {
            ..=SMALL => 0.99,
            LARGE.. => 0.10,
            count => 0.99 - 0.89 * ((count - SMALL) as f64 / (LARGE - SMALL) as f64),
        }
    }
}

/// Marks a node and all in it as copied.
pub(super) fn mark_copied(node: &mut Node) {
    node.place.copied = true;
    match &mut node.value {
        Value::Sequence(items) => items.iter_mut().for_each(mark_copied),
        Value::Mapping(mapping) => {
            for (key, node) in &mut mapping.entries {
                key.place.copied = true;
                mark_copied(node);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What aliases repeat, by its bytes.
#[derive(Default)]
pub(super) struct Repeated(Vec<(u32, u32)>);

impl Repeated {
    pub(super) fn add(&mut self, place: Place) {
        let range = (place.start, place.end);
        // Often the same anchor is used again and again.
        if self.0.last() != Some(&range) {
            self.0.push(range);
        }
    }

    /// Marks what stands in these places as shared.
    pub(super) fn mark(mut self, root: &mut Node) {
        if self.0.is_empty() {
            return;
        }
        self.0.sort_unstable();
        // A range inside another one says nothing new.
        self.0.dedup_by(|next, kept| next.1 <= kept.1);
        self.mark_node(root);
    }

    fn mark_node(&self, node: &mut Node) {
        if node.place.copied {
            return;
        }
        self.mark_place(&mut node.place);
        match &mut node.value {
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.mark_node(item)),
            Value::Mapping(mapping) => {
                for (key, node) in &mut mapping.entries {
                    self.mark_place(&mut key.place);
                    self.mark_node(node);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn mark_place(&self, place: &mut Place) {
        let after = self.0.partition_point(|(start, _)| *start <= place.start);
        let last = after.checked_sub(1).and_then(|at| self.0.get(at));
        place.shared = last.is_some_and(|(_, end)| place.end <= *end);
    }
}

/// About how many bytes a copy of a node takes, less what is in it where it is a collection.
pub(super) fn size(node: &Node) -> usize {
    let text = match &node.value {
        Value::String(string) => string.expose().len(),
        _ => 0,
    };
    size_of::<Node>() + text
}
