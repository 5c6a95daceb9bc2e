//! What can be wrong with a document, and where.

use std::fmt;

use sealkit_core::{CertificateError, KeyError, LabelError, SealError};

use crate::diagnose::Cause;
use kubeyaml::{Node, NodeKind, Position, YamlError};

/// Why an operation on documents failed: the place, and the reason.
///
/// `Display` gives document, line, column and field before the reason. The name of the file is the
/// caller's to add: [`Error::input`] says which of the inputs it was. No message holds a value.
#[derive(Debug)]
pub struct Error {
    // Boxed, since results carry it through every call.
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    input: Option<usize>,
    document: Option<usize>,
    position: Option<Position>,
    resource: Option<String>,
    /// Field and item names, from the outside inwards.
    path: Vec<String>,
    reason: Reason,
}

/// Why an operation on documents failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The text is not YAML or JSON as kubectl reads it.
    Yaml(YamlError),
    /// No document in any input.
    NoDocuments,
    /// A document is not an object with `apiVersion` and `kind`.
    NotAResource {
        /// What it has not.
        missing: &'static str,
    },
    /// The name asked for would be that of several SealedSecrets in one namespace.
    NameForSeveral {
        /// The SealedSecret, with its namespace and name.
        resource: String,
        /// How many there would be.
        count: usize,
    },
    /// A List is an item of a List.
    ListInList,
    /// A field does not have the type that Kubernetes gives it.
    WrongType {
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        found: NodeKind,
    },
    /// A field that the operation needs is missing or empty.
    Missing {
        /// The field, as `metadata.name`.
        field: &'static str,
    },
    /// A resource of a kind that the operation does not handle.
    OtherKind {
        /// `apiVersion` of the document.
        api_version: String,
        /// `kind` of the document.
        kind: String,
        /// The kind that the operation handles.
        expected: &'static str,
    },
    /// The document has another namespace than the one asked for.
    NamespaceMismatch {
        /// The one in the document.
        found: String,
        /// The one asked for.
        wanted: String,
    },
    /// A Secret without `data` and `stringData`.
    NoData {
        /// Fields of the document that no Secret has: misspelt ones, most often.
        unknown: Vec<String>,
    },
    /// A value of `data` is not base64.
    NotBase64,
    /// The value of an item can't be sealed.
    Seal(SealError),
    /// The encryption label can't be made from namespace and name.
    Label(LabelError),
    /// A sealed value can't be opened, and why.
    Unseal(Cause),
    /// Both `spec.data` and `spec.encryptedData`.
    DeprecatedDataBesideEncryptedData,
    /// What the deprecated `spec.data` held is not a Secret.
    DeprecatedDataIsNoSecret,
    /// An alias where it could mislead about what a SealedSecret holds.
    Alias,
    /// A resource that passes through in another form, with more than a hundred levels.
    TooDeep,
    /// The item asked for is in none of the documents.
    NoSuchItem,
    /// The item asked for is in more than one document.
    ItemInSeveralDocuments,
    /// A template of `spec.template.data` can't be rendered. Go's message with template name, line
    /// and column, less what may be a value.
    Template(String),
    /// A Secret has no private key in `tls.key`.
    NoPrivateKey,
    /// The private key of a key Secret can't be used.
    PrivateKey(KeyError),
    /// The certificate of a key Secret can't be used.
    Certificate(CertificateError),
    /// The certificate of a key Secret is of another key.
    CertificateOfAnotherKey,
}

impl Error {
    /// `reason`, with no place.
    pub(crate) fn new(reason: Reason) -> Self {
        let inner = Inner {
            input: None,
            document: None,
            position: None,
            resource: None,
            path: Vec::new(),
            reason,
        };
        Self { inner: Box::new(inner) }
    }

    /// `reason`, at the place of `node`.
    pub(crate) fn at(node: &Node, reason: Reason) -> Self {
        let mut error = Self::new(reason);
        error.inner.position = Some(node.position());
        error
    }

    /// `node` is not what it has to be; `expected` says what, as "a list".
    pub(crate) fn wrong_type(node: &Node, expected: &'static str) -> Self {
        let found = node.value().kind();
        Self::at(node, Reason::WrongType { expected, found })
    }

    /// Names the field or item; a path grows from the inside outwards.
    pub(crate) fn in_field(mut self, field: &str) -> Self {
        self.inner.path.insert(0, field.to_owned());
        self
    }

    /// Names the resource, as `Secret shop/database`.
    pub(crate) fn in_resource(mut self, resource: String) -> Self {
        self.inner.resource.get_or_insert(resource);
        self
    }

    /// Finds the place in a document: the deepest node on the path of fields that exists, unless a
    /// place is known already.
    pub(crate) fn located_in(mut self, document: &Node) -> Self {
        let Inner { position, path, .. } = self.inner.as_mut();
        position.get_or_insert_with(|| deepest(document, path).position());
        self
    }

    /// Says which input it is about, counted from 0.
    pub(crate) fn in_input(mut self, input: usize) -> Self {
        self.inner.input = Some(input);
        self
    }

    /// Adds the place of the document, in input `input` (from 0), as document `document` (from 1).
    pub(crate) fn in_document(mut self, input: usize, document: usize) -> Self {
        self.inner.input = Some(input);
        self.inner.document = Some(document);
        self
    }

    /// Which input it was, counted from 0; none where it is about all of them.
    pub fn input(&self) -> Option<usize> {
        self.inner.input
    }

    /// Why it failed.
    pub fn reason(&self) -> &Reason {
        &self.inner.reason
    }
}

fn deepest<'a>(node: &'a Node, path: &[String]) -> &'a Node {
    let Some((first, rest)) = path.split_first() else { return node };
    let field = node.as_mapping().and_then(|mapping| mapping.get(first));
    field.map_or(node, |field| deepest(field, rest))
}

impl From<YamlError> for Error {
    fn from(error: YamlError) -> Self {
        Reason::Yaml(error).into()
    }
}

impl From<LabelError> for Error {
    fn from(error: LabelError) -> Self {
        Reason::Label(error).into()
    }
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { input: _, document, position, resource, path, reason } = self.inner.as_ref();
        // The reader knows the place to the column already, and says so.
        if let Reason::Yaml(error) = reason {
            return error.fmt(f);
        }
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
        reason.fmt(f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yaml(error) => error.fmt(f),
            Self::NoDocuments => f.write_str("there is no document in the input"),
            Self::NotAResource { missing } => write!(f, "not a Kubernetes resource: {missing}"),
            Self::NameForSeveral { resource, count } => {
                write!(f, "{count} Secrets would all become {resource}")
            }
            Self::ListInList => f.write_str("a List inside a List, which kubectl refuses as well"),
            Self::WrongType {
                expected: "a string",
                found: found @ (NodeKind::Boolean | NodeKind::Number),
            } => {
                write!(f, "has to be a string, but is {found}: put it in quotes")
            }
            Self::WrongType { expected, found } => {
                write!(f, "has to be {expected}, but is {found}")
            }
            Self::Missing { field } => write!(f, "{field} is missing"),
            Self::OtherKind { api_version, kind, expected } => {
                write!(f, "is a {kind} ({api_version}), not a {expected}")
            }
            Self::NamespaceMismatch { found, wanted } => {
                write!(f, "the document's namespace is \"{found}\", not \"{wanted}\" as asked for")
            }
            Self::NoData { unknown } if unknown.is_empty() => f.write_str("the Secret has no data"),
            Self::NoData { unknown } => {
                write!(f, "the Secret has no data: no field of a Secret is {}", unknown.join(", "))
            }
            Self::NotBase64 => f.write_str("is not base64"),
            Self::Seal(error) => error.fmt(f),
            Self::Label(error) => error.fmt(f),
            Self::Unseal(cause) => cause.fmt(f),
            Self::DeprecatedDataBesideEncryptedData => {
                f.write_str("spec.data and spec.encryptedData exclude each other")
            }
            Self::DeprecatedDataIsNoSecret => {
                f.write_str("spec.data was opened, but holds no Secret in JSON")
            }
            Self::Alias => f.write_str("comes from a YAML alias or merge key: write it out"),
            Self::TooDeep => f.write_str("is nested too deeply to be written in another form"),
            Self::NoSuchItem => f.write_str("no document has this item"),
            Self::ItemInSeveralDocuments => f.write_str("more than one document has this item"),
            Self::Template(message) => f.write_str(message),
            Self::NoPrivateKey => f.write_str("the Secret has no private key (tls.key)"),
            Self::PrivateKey(error) => error.fmt(f),
            Self::Certificate(error) => error.fmt(f),
            Self::CertificateOfAnotherKey => {
                f.write_str("tls.crt is the certificate of another key than tls.key")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.inner.reason {
            Reason::Yaml(error) => Some(error),
            Reason::Seal(error) => Some(error),
            Reason::Label(error) => Some(error),
            Reason::PrivateKey(error) => Some(error),
            Reason::Certificate(error) => Some(error),
            _ => None,
        }
    }
}
