//! What is wrong with a document, and where: one type for the place, one enum for each operation.

use std::error::Error as StdError;
use std::fmt;

use kubeyaml::{Node, Position, YamlError};

/// Makes `$kind` the kind of an operation that reads before it does its own work: its errors, and several of them, come
/// from those of reading, which `$kind::Read` holds.
macro_rules! includes_read_errors {
    ($kind:ident) => {
        impl From<ReadErrors> for Errors<$kind> {
            fn from(errors: ReadErrors) -> Self {
                errors.map(Error::from)
            }
        }

        impl From<ReadError> for Errors<$kind> {
            fn from(error: ReadError) -> Self {
                Error::<$kind>::from(error).into()
            }
        }

        impl From<$kind> for Errors<$kind> {
            fn from(kind: $kind) -> Self {
                Error::from(kind).into()
            }
        }

        impl From<ReadError> for Error<$kind> {
            fn from(error: ReadError) -> Self {
                error.map($kind::Read)
            }
        }

        impl From<ReadErrorKind> for Error<$kind> {
            fn from(kind: ReadErrorKind) -> Self {
                Self::new($kind::Read(kind))
            }
        }

        impl From<$kind> for Error<$kind> {
            fn from(kind: $kind) -> Self {
                Self::new(kind)
            }
        }
    };
}

mod errors;
mod foreign;
mod key_secret;
mod read;
mod seal;
mod unseal;

pub use errors::Errors;
pub use foreign::Foreign;
pub use key_secret::{KeySecretError, KeySecretErrorKind, KeySecretErrors};
pub use read::{Base64Flaw, Expected, Field, ReadError, ReadErrorKind, ReadErrors};
pub use seal::{SealError, SealErrorKind, SealErrors};
pub use unseal::{UnsealError, UnsealErrorKind, UnsealErrors};

/// Why an operation on documents failed: the place, and the kind.
///
/// `Display` gives document, line, column, resource and field before the kind. The name of the file is the caller's to
/// add: [`Error::input`] says which of the inputs it was. No message holds a value.
#[derive(Debug)]
pub struct Error<K> {
    // Boxed, since results carry it through every call.
    inner: Box<Inner<K>>,
}

#[derive(Debug)]
struct Inner<K> {
    place: Place,
    kind: K,
}

#[derive(Debug, Default)]
struct Place {
    input: Option<usize>,
    document: Option<usize>,
    position: Option<Position>,
    resource: Option<String>,
    /// Field and item names, from the outside inwards.
    path: Vec<String>,
}

impl<K> Error<K> {
    /// What is wrong.
    pub fn kind(&self) -> &K {
        &self.inner.kind
    }

    /// Which input it was, counted from 0; none where it is about all of them.
    pub fn input(&self) -> Option<usize> {
        self.inner.place.input
    }

    /// Which document of the input it was, counted from 1; none where it is about no single one.
    pub fn document(&self) -> Option<usize> {
        self.inner.place.document
    }

    /// Where in the input it is, if that is known.
    pub fn position(&self) -> Option<Position> {
        self.inner.place.position
    }

    /// The resource, as `Secret shop/database`, if one was read.
    pub fn resource(&self) -> Option<&str> {
        self.inner.place.resource.as_deref()
    }

    /// The field and item names that lead to it, from the outside inwards: `spec`, `encryptedData`, `password`.
    pub fn path(&self) -> &[String] {
        &self.inner.place.path
    }

    /// `kind`, with no place.
    pub(crate) fn new(kind: K) -> Self {
        Self { inner: Box::new(Inner { place: Place::default(), kind }) }
    }

    /// `kind`, at the place of `node`.
    pub(crate) fn at(node: &Node, kind: K) -> Self {
        Self::at_position(node.position(), kind)
    }

    /// `kind`, at a place.
    pub(crate) fn at_position(position: Position, kind: K) -> Self {
        let mut error = Self::new(kind);
        error.inner.place.position = Some(position);
        error
    }

    /// The same place, for the error of an operation that this one is a part of.
    pub(crate) fn map<L>(self, kind: impl FnOnce(K) -> L) -> Error<L> {
        let Inner { place, kind: found } = *self.inner;
        Error { inner: Box::new(Inner { place, kind: kind(found) }) }
    }

    /// Names the field or item; a path grows from the inside outwards.
    pub(crate) fn in_field(self, field: &str) -> Self {
        self.in_path([field])
    }

    /// Names the fields, from the outside inwards, that lead to what is named already.
    pub(crate) fn in_path<'a>(mut self, fields: impl IntoIterator<Item = &'a str>) -> Self {
        self.inner.place.path.splice(0..0, fields.into_iter().map(shortened));
        self
    }

    /// Names the resource, as `Secret shop/database`.
    pub(crate) fn in_resource(mut self, resource: String) -> Self {
        self.inner.place.resource.get_or_insert(resource);
        self
    }

    /// Finds the place in a document: the deepest node on the path of fields that exists, unless a place is known
    /// already.
    pub(crate) fn located_in(mut self, document: &Node) -> Self {
        let Place { position, path, .. } = &mut self.inner.place;
        position.get_or_insert_with(|| deepest(document, path).position());
        self
    }

    /// Says which input it is about, counted from 0.
    pub(crate) fn in_input(mut self, input: usize) -> Self {
        self.inner.place.input = Some(input);
        self
    }

    /// Adds the place of the document, in input `input` (from 0), as document `document` (from 1).
    pub(crate) fn in_document(mut self, input: usize, document: usize) -> Self {
        self.inner.place.input = Some(input);
        self.inner.place.document = Some(document);
        self
    }
}

/// The most characters of a name that a message holds.
const MAX_NAME: usize = 100;

/// A name from a document as a message holds it: a long one is cut.
pub(crate) fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

fn deepest<'a>(node: &'a Node, path: &[String]) -> &'a Node {
    let Some((first, rest)) = path.split_first() else { return node };
    let field = node.as_mapping().and_then(|mapping| mapping.get(first));
    field.map_or(node, |field| deepest(field, rest))
}

impl ReadError {
    /// `text`, which begins with this line of its input, cannot be read.
    pub(crate) fn unreadable(error: YamlError, text: &str, first_line: usize) -> Self {
        let YamlError { document, line, column, kind: why } = error;
        let at_fault = (line + 1).saturating_sub(first_line);
        let (kind, position) = match Foreign::find(text, at_fault) {
            None => (ReadErrorKind::Yaml(why), Position { line, column }),
            Some((what @ Foreign::Template, _)) => {
                (ReadErrorKind::Foreign { what, why }, Position { line, column })
            }
            Some((what, at)) => {
                let line = (first_line + at).saturating_sub(1);
                (ReadErrorKind::Foreign { what, why }, Position { line, column: 1 })
            }
        };
        let mut error = Self::at_position(position, kind);
        error.inner.place.document = Some(document);
        error
    }
}

impl From<YamlError> for ReadError {
    fn from(error: YamlError) -> Self {
        Self::unreadable(error, "", 1)
    }
}

impl<K: fmt::Display> fmt::Display for Error<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { input: _, document, position, resource, path } = &self.inner.place;
        if let Some(document) = document {
            write!(f, "document {document}")?;
            if let Some(Position { line, column }) = position {
                write!(f, ", line {line}, column {column}")?;
            }
            f.write_str(": ")?;
        }
        if let Some(resource) = resource {
            write!(f, "{resource}: ")?;
        }
        if !path.is_empty() {
            write!(f, "{}: ", path.join("."))?;
        }
        self.inner.kind.fmt(f)
    }
}

/// The kind is a part of the message, so the source is the kind's own.
impl<K: StdError> StdError for Error<K> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.kind.source()
    }
}
