//! Typed access to the fields of a document, as Kubernetes' own decoding would give them.
//!
//! A null counts as absent, as in Go: a null text is empty, a null map has no entries. A boolean or a
//! number where text belongs is an error with its place and not a guess.

use std::collections::BTreeMap;

use crate::error::{Errors, Expected, ReadError, ReadErrorKind};
use kubeyaml::{Mapping, Node, Position, Value};

/// The fields of an object, or none.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(Option<&'a Mapping>);

impl<'a> Fields<'a> {
    /// The fields of `node`, which has to be an object or null.
    pub(crate) fn of(node: &'a Node) -> Result<Self, ReadError> {
        match node.value() {
            Value::Null => Ok(Self(None)),
            Value::Mapping(mapping) => Ok(Self(Some(mapping))),
            _ => Err(ReadError::wrong_type(node, Expected::Mapping)),
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

    /// The names of all fields, and where they stand.
    pub(crate) fn places(self) -> impl Iterator<Item = (&'a str, Position)> {
        let mapping = self.0.into_iter();
        mapping.flat_map(|mapping| mapping.iter().map(|(key, _)| (key.text(), key.position())))
    }

    /// All fields with their names.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.0.into_iter().flat_map(|mapping| mapping.iter().map(|(key, node)| (key.text(), node)))
    }

    /// An object's fields; none where the field is absent.
    pub(crate) fn object(self, field: &str) -> Result<Self, ReadError> {
        self.read(field, Fields::of).map(|fields| fields.unwrap_or(Self(None)))
    }

    /// A text; empty where the field is absent.
    pub(crate) fn text(self, field: &str) -> Result<String, ReadError> {
        let text = self.read(field, text)?;
        Ok(text.unwrap_or_default().to_owned())
    }

    /// A boolean.
    pub(crate) fn boolean(self, field: &str) -> Result<Option<bool>, ReadError> {
        self.read(field, |node| match node.value() {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(*value)),
            _ => Err(ReadError::wrong_type(node, Expected::Boolean)),
        })
        .map(Option::flatten)
    }

    /// A list of texts; empty where the field is absent.
    pub(crate) fn texts(self, field: &str) -> Result<Vec<String>, ReadError> {
        let list = self.read(field, |node| match node.value() {
            Value::Null => Ok(Vec::new()),
            Value::Sequence(nodes) => {
                nodes.iter().map(|node| text(node).map(str::to_owned)).collect()
            }
            _ => Err(ReadError::wrong_type(node, Expected::List)),
        })?;
        Ok(list.unwrap_or_default())
    }

    /// A map of texts; empty where the field is absent.
    pub(crate) fn text_map(self, field: &str) -> Result<BTreeMap<String, String>, ReadError> {
        self.map(field, |node| text(node).map(str::to_owned))
    }

    /// A map of texts, in which a null is not the empty text.
    pub(crate) fn nullable_text_map(
        self,
        field: &str,
    ) -> Result<BTreeMap<String, Option<String>>, ReadError> {
        self.map(field, |node| match node.value() {
            Value::Null => Ok(None),
            _ => text(node).map(|text| Some(text.to_owned())),
        })
    }

    /// A value read by `read`; none where the field is absent or null.
    pub(crate) fn optional<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        match self.get(field).map(Node::value) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.read(field, read),
        }
    }

    /// A map of values, each read by `read`; errors name field and entry.
    pub(crate) fn map<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, ReadError>,
    ) -> Result<BTreeMap<String, T>, ReadError> {
        let entries = self.object(field)?;
        let read_entry = |(name, node): (&str, &'a Node)| {
            let value = read(node).map_err(|error| error.in_path([field, name]))?;
            Ok((name.to_owned(), value))
        };
        entries.iter().map(read_entry).collect()
    }

    /// As [`Fields::map`], with all that is wrong: the entries that could be read, and an error for each other one.
    pub(crate) fn map_each<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, ReadError>,
    ) -> (BTreeMap<String, T>, Option<Errors<ReadErrorKind>>) {
        let entries = match self.object(field) {
            Ok(entries) => entries,
            Err(error) => return (BTreeMap::new(), Some(error.into())),
        };
        let mut map = BTreeMap::new();
        let mut errors = Vec::new();
        for (name, node) in entries.iter() {
            match read(node) {
                Ok(value) => drop(map.insert(name.to_owned(), value)),
                Err(error) => errors.push(error.in_path([field, name])),
            }
        }
        (map, Errors::of(errors))
    }

    fn read<T>(
        self,
        field: &str,
        read: impl Fn(&'a Node) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        self.get(field).map(read).transpose().map_err(|error| error.in_field(field))
    }
}

/// The text of a node; empty where it is null.
pub(crate) fn text(node: &Node) -> Result<&str, ReadError> {
    match node.value() {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text.expose()),
        _ => Err(ReadError::wrong_type(node, Expected::String)),
    }
}
