//! Typed access to the fields of a document, as Kubernetes' own decoding would give them.
//!
//! A null counts as absent, as in Go: a null text is empty, a null map has no entries. A boolean or a
//! number where text belongs is an error with its place and not a guess.

use std::collections::BTreeMap;

use crate::error::Error;
use kubeyaml::{Mapping, Node, Value};

/// The fields of an object, or none.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(Option<&'a Mapping>);

impl<'a> Fields<'a> {
    /// The fields of `node`, which has to be an object or null.
    pub(crate) fn of(node: &'a Node) -> Result<Self, Error> {
        match node.value() {
            Value::Null => Ok(Self(None)),
            Value::Mapping(mapping) => Ok(Self(Some(mapping))),
            _ => Err(Error::wrong_type(node, "a mapping")),
        }
    }

    /// The field's node, also where it is null.
    pub(crate) fn get(self, field: &str) -> Option<&'a Node> {
        self.0.and_then(|mapping| mapping.get(field))
    }

    /// The names of all fields.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        self.iter().map(|(name, _)| name)
    }

    /// All fields with their names.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.0.into_iter().flat_map(|mapping| mapping.iter().map(|(key, node)| (key.text(), node)))
    }

    /// An object's fields; none where the field is absent.
    pub(crate) fn object(self, field: &str) -> Result<Self, Error> {
        self.read(field, Fields::of).map(|fields| fields.unwrap_or(Self(None)))
    }

    /// A text; empty where the field is absent.
    pub(crate) fn text(self, field: &str) -> Result<String, Error> {
        let text = self.read(field, text)?;
        Ok(text.unwrap_or_default().to_owned())
    }

    /// A boolean.
    pub(crate) fn boolean(self, field: &str) -> Result<Option<bool>, Error> {
        self.read(field, |node| match node.value() {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(*value)),
            _ => Err(Error::wrong_type(node, "true or false")),
        })
        .map(Option::flatten)
    }

    /// A list of texts; empty where the field is absent.
    pub(crate) fn texts(self, field: &str) -> Result<Vec<String>, Error> {
        let list = self.read(field, |node| match node.value() {
            Value::Null => Ok(Vec::new()),
            Value::Sequence(nodes) => {
                nodes.iter().map(|node| text(node).map(str::to_owned)).collect()
            }
            _ => Err(Error::wrong_type(node, "a list")),
        })?;
        Ok(list.unwrap_or_default())
    }

    /// A map of texts; empty where the field is absent.
    pub(crate) fn text_map(self, field: &str) -> Result<BTreeMap<String, String>, Error> {
        self.map(field, |node| text(node).map(str::to_owned))
    }

    /// A map of values, each read by `read`; errors name field and entry.
    pub(crate) fn map<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, Error>,
    ) -> Result<BTreeMap<String, T>, Error> {
        let entries = self.object(field)?;
        let read_entry = |(name, node): (&str, &'a Node)| {
            let value = read(node).map_err(|error| error.in_field(name).in_field(field))?;
            Ok((name.to_owned(), value))
        };
        entries.iter().map(read_entry).collect()
    }

    fn read<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.get(field).map(read).transpose().map_err(|error| error.in_field(field))
    }
}

/// The text of a node; empty where it is null.
pub(crate) fn text(node: &Node) -> Result<&str, Error> {
    match node.value() {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text.expose()),
        _ => Err(Error::wrong_type(node, "a string")),
    }
}
