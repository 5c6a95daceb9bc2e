//! A sequence or a mapping whose end has not come yet.

use super::mapping::{DuplicateKeys, MappingBuilder};
use super::node::{Node, Value};

/// What has been read of a collection. `K` is a key whose value has not come yet.
pub(super) enum Collection<K> {
    Sequence(Vec<Node>),
    Mapping { entries: MappingBuilder, key: Option<K> },
}

impl<K> Collection<K> {
    pub(super) fn sequence() -> Self {
        Self::Sequence(Vec::new())
    }

    pub(super) fn mapping(duplicates: DuplicateKeys) -> Self {
        Self::Mapping { entries: MappingBuilder::new(duplicates), key: None }
    }

    /// Its value, when its end has come.
    pub(super) fn finish(self) -> Value {
        match self {
            Self::Sequence(items) => Value::Sequence(items),
            Self::Mapping { entries, .. } => Value::Mapping(entries.finish()),
        }
    }
}
