//! What is to be written.

use super::node::{Node, Value};
use super::number::Number;
use super::text::SecretText;

/// A value to be written as YAML or JSON: a [`Value`] without places.
#[derive(Clone)]
pub enum Tree {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(SecretText),
    /// A list.
    Sequence(Vec<Self>),
    /// A mapping, written in this order. Keys are expected to be different from each other.
    Mapping(Vec<(SecretText, Self)>),
}

impl Tree {
    /// A mapping, written in this order.
    pub fn mapping<K: Into<SecretText>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl From<&Node> for Tree {
    fn from(node: &Node) -> Self {
        Self::from(node.value())
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(*number),
            Value::String(text) => Self::String(text.clone()),
            // Loops of their own take a third of the stack that iterators do.
            Value::Sequence(items) => {
                let mut tree = Vec::with_capacity(items.len());
                for item in items {
                    tree.push(Self::from(item));
                }
                Self::Sequence(tree)
            }
            Value::Mapping(mapping) => {
                let mut tree = Vec::with_capacity(mapping.len());
                for (key, node) in &mapping.entries {
                    tree.push((key.text.clone(), Self::from(node)));
                }
                Self::Mapping(tree)
            }
        }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Tree {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}
