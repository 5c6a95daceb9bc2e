//! Typed access to the fields of a mapping, each error with its place.

use kubeyaml::{Mapping, Node, Position};

use super::MAX_ENTRIES;
use super::error::{ConfigErrorKind, NameKind};
use super::names::is_name;

/// What is wrong, and where.
pub(super) type Flaw = (Position, ConfigErrorKind);

/// A mapping that has no fields but those it may have.
pub(super) struct Fields<'a> {
    mapping: &'a Mapping,
    position: Position,
}

impl<'a> Fields<'a> {
    /// The fields of a mapping; one that is not `known` is an error.
    pub(super) fn of(node: &'a Node, known: &'static [&'static str]) -> Result<Self, Flaw> {
        let mapping = node.as_mapping().ok_or_else(|| wrong_type(node, "a mapping"))?;
        let unknown = mapping.iter().find(|(key, _)| !known.contains(&key.text()));
        match unknown {
            None => Ok(Self { mapping, position: node.position() }),
            Some((key, _)) => {
                let name = looks_like_a_field(key.text()).then(|| key.text().to_owned());
                Err((key.position(), ConfigErrorKind::UnknownField { name, known }))
            }
        }
    }

    pub(super) fn get(&self, field: &str) -> Option<&'a Node> {
        self.mapping.get(field)
    }

    pub(super) fn required(&self, field: &'static str) -> Result<&'a Node, Flaw> {
        self.get(field).ok_or((self.position, ConfigErrorKind::Missing(field)))
    }

    /// A name, if the field is there.
    pub(super) fn name(&self, field: &str, kind: NameKind) -> Result<Option<String>, Flaw> {
        let Some(node) = self.get(field) else { return Ok(None) };
        let name = text(node)?;
        check_name(kind, name, node.position())?;
        Ok(Some(name.to_owned()))
    }

    /// A list that holds something, or nothing where the field is not there.
    pub(super) fn list(&self, field: &str) -> Result<&'a [Node], Flaw> {
        let Some(node) = self.get(field) else { return Ok(&[]) };
        match entries(node)? {
            [] => Err((node.position(), ConfigErrorKind::EmptyList)),
            entries => Ok(entries),
        }
    }
}

/// Refuses what is no name of that kind.
pub(super) fn check_name(kind: NameKind, name: &str, position: Position) -> Result<(), Flaw> {
    if is_name(kind, name) { Ok(()) } else { Err((position, ConfigErrorKind::Name(kind))) }
}

/// A mapping of names that the file gives itself, no more than [`MAX_ENTRIES`].
pub(super) fn named_entries(node: &Node) -> Result<&Mapping, Flaw> {
    let mapping = node.as_mapping().ok_or_else(|| wrong_type(node, "a mapping"))?;
    match mapping.iter().nth(MAX_ENTRIES) {
        None => Ok(mapping),
        Some((key, _)) => Err((key.position(), ConfigErrorKind::TooMany(MAX_ENTRIES))),
    }
}

/// A list of no more than [`MAX_ENTRIES`].
pub(super) fn entries(node: &Node) -> Result<&[Node], Flaw> {
    let entries = node.as_sequence().ok_or_else(|| wrong_type(node, "a list"))?;
    match entries.get(MAX_ENTRIES) {
        None => Ok(entries),
        Some(first) => Err((first.position(), ConfigErrorKind::TooMany(MAX_ENTRIES))),
    }
}

pub(super) fn text(node: &Node) -> Result<&str, Flaw> {
    node.as_str().ok_or_else(|| wrong_type(node, "a string"))
}

fn wrong_type(node: &Node, expected: &'static str) -> Flaw {
    (node.position(), ConfigErrorKind::WrongType { expected, found: node.value().kind() })
}

/// Whether a key may be told in a message: what else stands there may be a secret that got into the wrong file.
fn looks_like_a_field(key: &str) -> bool {
    const MAX: usize = 24;
    let in_fields = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
    key.len() <= MAX && key.bytes().all(in_fields)
}
