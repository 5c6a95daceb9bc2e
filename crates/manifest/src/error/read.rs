//! Why a document could not be read as what it should be.

use std::error::Error as StdError;
use std::fmt;

use kubeyaml::{Node, NodeKind, YamlErrorKind};

use super::{Error, Errors, Foreign};

/// Why a text or one of its documents could not be read, and where.
pub type ReadError = Error<ReadErrorKind>;

/// All that is wrong with a text and its documents.
pub type ReadErrors = Errors<ReadErrorKind>;

/// Why a text or one of its documents could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// The text is not YAML or JSON as kubectl reads it.
    Yaml(YamlErrorKind),
    /// The same, where the text is something else than a manifest for certain, or holds something else.
    Foreign {
        /// What it is.
        what: Foreign,
        /// Why it cannot be read as YAML or JSON.
        why: YamlErrorKind,
    },
    /// No document in an input, or in any.
    NoDocuments,
    /// More documents than the one that is wanted.
    SeveralDocuments,
    /// A document is not an object with `apiVersion` and `kind`.
    NotAResource {
        /// Whether `apiVersion` is missing.
        api_version_missing: bool,
        /// Whether `kind` is missing.
        kind_missing: bool,
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
    /// A resource of the kind that the operation handles, but for its `apiVersion` or the case of its `kind`.
    Misnamed {
        /// Which field it is: `apiVersion` or `kind`.
        field: &'static str,
        /// What it holds.
        found: String,
        /// What it has to hold.
        wanted: &'static str,
    },
    /// A List is an item of a List.
    ListInList,
    /// A document that would pass through holds a Secret in plaintext.
    PlaintextSecret {
        /// Where in the document, as `objects[0]`; empty for the document itself.
        path: String,
    },
    /// A field does not have the type that Kubernetes gives it.
    WrongType {
        /// What it has to be.
        expected: Expected,
        /// What it is.
        found: NodeKind,
    },
    /// A field that the operation needs is missing or empty.
    Missing {
        /// The field.
        field: Field,
    },
    /// A SealedSecret without `spec.encryptedData`.
    NoEncryptedData {
        /// Fields of the document that no SealedSecret has: misspelt ones, or ones in the wrong place, most often.
        unknown: Vec<String>,
    },
    /// The document has another namespace than the one asked for.
    NamespaceMismatch {
        /// The one in the document.
        found: String,
        /// The one asked for.
        wanted: String,
    },
    /// A value of `data` is not base64.
    NotBase64 {
        /// The one small thing that keeps it from being base64, if it is no more than that.
        flaw: Option<Base64Flaw>,
    },
    /// Both `spec.data` and `spec.encryptedData`.
    DeprecatedDataBesideEncryptedData,
    /// An alias where it could mislead about what a SealedSecret holds.
    Alias,
    /// A resource that passes through in another form, with more than a hundred levels.
    TooDeep,
}

/// A small thing that keeps a text from being base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base64Flaw {
    /// White space other than line breaks, as a folded block leaves it.
    Space {
        /// Characters before the first one.
        after: usize,
    },
    /// `-` and `_` where `+` and `/` are meant: base64url.
    UrlAlphabet,
    /// The `=` at the end are missing.
    PaddingMissing,
}

/// What a field has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `true` or `false`.
    Boolean,
    /// A list.
    List,
    /// A mapping.
    Mapping,
    /// A string.
    String,
}

/// A field that an operation cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `metadata.name`
    Name,
    /// `metadata.namespace`
    Namespace,
}

impl ReadError {
    /// `node` is not what it has to be.
    pub(crate) fn wrong_type(node: &Node, expected: Expected) -> Self {
        Self::at(node, ReadErrorKind::WrongType { expected, found: node.value().kind() })
    }
}

impl ReadErrorKind {
    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Yaml(_) => "NotReadable",
            Self::Foreign { what: Foreign::Template, .. } => "Template",
            Self::Foreign { .. } => "NoManifest",
            Self::NoDocuments => "NoDocuments",
            Self::SeveralDocuments => "SeveralDocuments",
            Self::NotAResource { .. } => "NotAResource",
            Self::OtherKind { .. } => "OtherKind",
            Self::Misnamed { .. } => "Misnamed",
            Self::ListInList => "ListInList",
            Self::PlaintextSecret { .. } => "PlaintextSecret",
            Self::WrongType { .. } => "WrongType",
            Self::Missing { .. } | Self::NoEncryptedData { .. } => "FieldMissing",
            Self::NamespaceMismatch { .. } => "NamespaceMismatch",
            Self::NotBase64 { .. } => "NotBase64",
            Self::DeprecatedDataBesideEncryptedData => "DeprecatedDataBesideEncryptedData",
            Self::Alias => "Alias",
            Self::TooDeep => "TooDeep",
        }
    }
}

impl From<ReadErrorKind> for ReadErrors {
    fn from(kind: ReadErrorKind) -> Self {
        ReadError::new(kind).into()
    }
}

impl From<ReadErrorKind> for ReadError {
    fn from(kind: ReadErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for ReadErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yaml(kind) => kind.fmt(f),
            Self::Foreign { what: Foreign::Template, why } => {
                write!(f, "{}: {why}", Foreign::Template)
            }
            // What is wrong with it as YAML says nothing then.
            Self::Foreign { what, .. } => what.fmt(f),
            Self::NoDocuments => f.write_str("there is no document in the input"),
            Self::SeveralDocuments => f.write_str("there is more than one document in the input"),
            Self::NotAResource { api_version_missing, kind_missing } => {
                let missing = match (api_version_missing, kind_missing) {
                    (true, false) => "apiVersion is missing",
                    (false, true) => "kind is missing",
                    _ => "apiVersion and kind are missing",
                };
                write!(f, "not a Kubernetes resource: {missing}")
            }
            Self::OtherKind { api_version, kind, expected } => {
                write!(f, "is a {kind} ({api_version}), not a {expected}")
            }
            Self::Misnamed { field, found, wanted } => {
                write!(f, "{field} is \"{found}\", but has to be \"{wanted}\"")
            }
            Self::PlaintextSecret { path } if path.is_empty() => {
                f.write_str("would pass through with the values of a Secret in plaintext")
            }
            Self::PlaintextSecret { path } => {
                write!(f, "would pass through with a Secret in plaintext, at {path}")
            }
            Self::ListInList => f.write_str("a List inside a List, which kubectl refuses as well"),
            Self::WrongType { expected, found } => {
                write!(f, "has to be {expected}, but is {found}")
            }
            Self::Missing { field } => write!(f, "{field} is missing"),
            Self::NoEncryptedData { unknown } => {
                f.write_str("spec.encryptedData is missing")?;
                match unknown.as_slice() {
                    [] => Ok(()),
                    unknown => write!(f, ", but there are unknown fields: {}", unknown.join(", ")),
                }
            }
            Self::NamespaceMismatch { found, wanted } => {
                write!(f, "the document's namespace is \"{found}\", not \"{wanted}\" as asked for")
            }
            Self::NotBase64 { flaw: None } => f.write_str("is not base64"),
            Self::NotBase64 { flaw: Some(flaw) } => write!(f, "is not base64: {flaw}"),
            Self::DeprecatedDataBesideEncryptedData => {
                f.write_str("spec.data and spec.encryptedData exclude each other")
            }
            Self::Alias => f.write_str("comes from a YAML alias or merge key"),
            Self::TooDeep => f.write_str("is nested too deeply to be written in another form"),
        }
    }
}

impl StdError for ReadErrorKind {}

impl fmt::Display for Base64Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Space { after } => write!(f, "there is a space after {after} characters"),
            Self::UrlAlphabet => f.write_str("it has - and _, as base64url, for + and /"),
            Self::PaddingMissing => f.write_str("the = at its end are missing"),
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "true or false",
            Self::List => "a list",
            Self::Mapping => "a mapping",
            Self::String => "a string",
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "metadata.name",
            Self::Namespace => "metadata.namespace",
        })
    }
}
