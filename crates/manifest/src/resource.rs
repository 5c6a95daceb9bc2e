//! Resources: what a document is, or each item of a List.

use kubeyaml::{Node, Value};

use crate::error::{Expected, ReadError, ReadErrorKind, ReadErrors, shortened};
use crate::fields::Fields;
use crate::metadata::Metadata;

/// `apiVersion` and `kind` of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
}

const LIST: Kind = Kind { api_version: "v1", kind: "List" };

/// One resource: a document, or an item of a List.
#[derive(Clone, Copy)]
pub struct Resource<'a> {
    node: &'a Node,
    api_version: &'a str,
    kind: &'a str,
}

/// Reads a text that holds one resource of a kind and nothing else.
pub(crate) fn read_one<T>(
    text: &[u8],
    kind: Kind,
    read: impl Fn(&Node) -> Result<T, ReadErrors>,
) -> Result<T, ReadErrors> {
    read_one_document(text, |node| {
        let resource = Resource::of(node, None)?;
        if resource.is(kind) { read(node) } else { Err(resource.refused(kind).into()) }
    })
}

/// Reads a text that holds one document and nothing else.
pub(crate) fn read_one_document<T>(
    text: &[u8],
    read: impl Fn(&Node) -> Result<T, ReadErrors>,
) -> Result<T, ReadErrors> {
    let plain = std::str::from_utf8(text).unwrap_or_default();
    let unreadable = |error| ReadError::unreadable(error, plain, 1);
    let input = kubeyaml::split(text).map_err(unreadable)?;
    let mut found = None;
    for document in input.documents() {
        let Some(node) = document.parse().map_err(unreadable)? else { continue };
        let located =
            |errors: ReadErrors| errors.map(|error| error.in_document(0, document.index()));
        if found.is_some() {
            return Err(located(ReadError::at(&node, ReadErrorKind::SeveralDocuments).into()));
        }
        found = Some(read(&node).map_err(located)?);
    }
    found.ok_or_else(|| ReadErrorKind::NoDocuments.into())
}

/// A document as a resource, or the items of a List. Lists of one kind, as the API server answers with, are taken
/// apart if they hold one of `kinds`.
pub(crate) fn all_in<'a>(node: &'a Node, kinds: &[Kind]) -> Result<Vec<Resource<'a>>, ReadError> {
    let resource = Resource::of(node, None)?;
    if !resource.is_list() {
        return Ok(vec![resource]);
    }
    let items = resource.items()?;
    if let Some(nested) = items.iter().find(|item| item.is_list()) {
        return Err(ReadError::at(nested.node, ReadErrorKind::ListInList));
    }
    let of_any_kind = |item: &Resource<'_>| kinds.iter().any(|kind| item.kind == kind.kind);
    let taken_apart = resource.is(LIST) || items.iter().any(of_any_kind);
    Ok(if taken_apart { items } else { vec![resource] })
}

impl<'a> Resource<'a> {
    /// `inherited` are `apiVersion` and `kind` of an item that names none: those of its list.
    fn of(node: &'a Node, inherited: Option<(&'a str, &'a str)>) -> Result<Self, ReadError> {
        let fields = node.as_mapping();
        let text = |name| fields.and_then(|fields| fields.get(name)).and_then(Node::as_str);
        match (text("apiVersion"), text("kind"), inherited) {
            (Some(api_version), Some(kind), _) | (None, None, Some((api_version, kind))) => {
                Ok(Self { node, api_version, kind })
            }
            (api_version, kind, _) => {
                let (api_version_missing, kind_missing) = (api_version.is_none(), kind.is_none());
                let kind = ReadErrorKind::NotAResource { api_version_missing, kind_missing };
                Err(ReadError::at(node, kind))
            }
        }
    }

    /// The document, or the item of a List.
    #[must_use]
    pub fn node(self) -> &'a Node {
        self.node
    }

    /// Whether it is a list of resources, as kubectl takes it.
    fn is_list(self) -> bool {
        let items = self.node.as_mapping().and_then(|fields| fields.get("items"));
        self.is(LIST) || (self.kind.ends_with("List") && items.is_some())
    }

    fn items(self) -> Result<Vec<Self>, ReadError> {
        let item_kind = self.kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        let inherited = item_kind.map(|kind| (self.api_version, kind));
        let Some(items) = Fields::of(self.node)?.get("items") else { return Ok(Vec::new()) };
        match items.value() {
            Value::Null => Ok(Vec::new()),
            Value::Sequence(items) => items.iter().map(|item| Self::of(item, inherited)).collect(),
            _ => Err(ReadError::wrong_type(self.node, Expected::List).in_field("items")),
        }
    }

    /// Whether somebody may take it for a resource of this kind, which it is not.
    pub(crate) fn looks_like(self, kind: Kind) -> bool {
        self.kind.trim().eq_ignore_ascii_case(kind.kind) && !self.is(kind)
    }

    /// Its `apiVersion`.
    #[must_use]
    pub fn api_version(self) -> &'a str {
        self.api_version
    }

    /// Its `kind`.
    #[must_use]
    pub fn kind(self) -> &'a str {
        self.kind
    }

    /// Whether it is of this kind.
    pub(crate) fn is(self, kind: Kind) -> bool {
        self.api_version == kind.api_version && self.kind == kind.kind
    }

    /// The error for a resource of another kind than `expected`.
    pub(crate) fn refused(self, expected: Kind) -> ReadError {
        let kind = self.misnamed(expected).unwrap_or_else(|| ReadErrorKind::OtherKind {
            api_version: shortened(self.api_version),
            kind: shortened(self.kind),
            expected: expected.kind,
        });
        self.error(kind)
    }

    /// `kind` as an error of this resource.
    pub(crate) fn error(self, kind: ReadErrorKind) -> ReadError {
        ReadError::at(self.node, kind).in_resource(self.name())
    }

    /// The resource as messages name it: `ConfigMap shop/settings`.
    pub(crate) fn name(self) -> String {
        let metadata = Fields::of(self.node).and_then(Metadata::read).unwrap_or_default();
        metadata.resource(self.kind)
    }

    /// What is wrong with it where it is meant to be of the kind expected.
    fn misnamed(self, expected: Kind) -> Option<ReadErrorKind> {
        if !self.looks_like(expected) {
            return None;
        }
        let (field, found, wanted) = match self.api_version == expected.api_version {
            true => ("kind", self.kind, expected.kind),
            false => ("apiVersion", self.api_version, expected.api_version),
        };
        Some(ReadErrorKind::Misnamed { field, found: shortened(found), wanted })
    }
}
