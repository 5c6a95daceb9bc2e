//! What a person should know and what stops nothing.

use std::fmt;

/// Something that a person should know and that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Which input it is about, counted from 0.
    pub input: usize,
    /// Which document of the input, counted from 1.
    pub document: usize,
    /// The resource, as `Secret shop/database`.
    pub resource: String,
    /// What to know.
    pub kind: WarningKind,
}

/// Something that a person should know. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// A field that the resource does not have is left out, or has no effect.
    UnknownField {
        /// The kind of the resource.
        kind: &'static str,
        /// The field, as `metadata.label`.
        field: String,
    },
    /// An annotation is left out, because it is a copy of the object or its values.
    CopyLeftOut {
        /// The annotation.
        annotation: String,
    },
    /// A Secret without values passed through: somebody else fills it.
    EmptyPassedThrough,
    /// A resource passed through that may be taken for one that the operation works on.
    LookAlike {
        /// The kind that it is not.
        expected: &'static str,
    },
    /// No cluster takes an object of this name (RFC 1123 subdomain, at most 253 characters).
    NameRefused,
    /// No cluster has a namespace of this name (RFC 1123 label, at most 63 characters).
    NamespaceRefused,
    /// No cluster takes an item of this name (letters, digits, `-`, `_` and `.`, at most 253 characters).
    ItemRefused {
        /// The item.
        item: String,
    },
    /// The values together are larger than any cluster takes.
    TooLarge {
        /// Bytes of all values.
        bytes: usize,
    },
    /// The SealedSecret is larger than `kubectl apply` can keep in its annotation.
    TooLargeToApply {
        /// Bytes of the SealedSecret in JSON.
        bytes: usize,
    },
    /// The type of the Secret asks for items that it does not have.
    ItemOfTypeMissing {
        /// The type.
        secret_type: String,
        /// What it asks for.
        wanted: &'static str,
    },
    /// A value of one line ends with a line feed, as `echo` makes it.
    NewlineAtEnd {
        /// The item.
        item: String,
    },
    /// A value of `data` is plain text, most likely, that was taken for base64.
    PlainTextInData {
        /// The item.
        item: String,
    },
    /// YAML 1.1 reads the name of an entry, written without quotes, as another one: a boolean or a number.
    NameReadAsAnother {
        /// The map, as `stringData`.
        map: String,
        /// The name as it is written.
        written: String,
        /// The name that it has become.
        read: String,
    },
    /// A template uses an item that is not there.
    NoValue {
        /// The template's item.
        item: String,
    },
}

impl WarningKind {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnknownField { .. } => "UnknownField",
            Self::CopyLeftOut { .. } => "CopyLeftOut",
            Self::EmptyPassedThrough => "EmptyPassedThrough",
            Self::LookAlike { .. } => "LookAlike",
            Self::NameRefused => "NameRefused",
            Self::NamespaceRefused => "NamespaceRefused",
            Self::ItemRefused { .. } => "ItemRefused",
            Self::TooLarge { .. } => "TooLarge",
            Self::TooLargeToApply { .. } => "TooLargeToApply",
            Self::ItemOfTypeMissing { .. } => "ItemOfTypeMissing",
            Self::NewlineAtEnd { .. } => "NewlineAtEnd",
            Self::PlainTextInData { .. } => "PlainTextInData",
            Self::NameReadAsAnother { .. } => "NameReadAsAnother",
            Self::NoValue { .. } => "NoValue",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {}: {}: {}", self.document, self.resource, self.kind)
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { kind, field } => {
                write!(f, "\"{field}\" is no field of a {kind} and is left out")
            }
            Self::CopyLeftOut { annotation } => {
                write!(f, "the annotation \"{annotation}\" is left out: it is a copy of the Secret")
            }
            Self::EmptyPassedThrough => {
                f.write_str("has no values to seal: passed through as it is")
            }
            Self::LookAlike { expected } => {
                write!(f, "is not a {expected}: passed through as it is")
            }
            Self::NameRefused => f.write_str(
                "no cluster takes this name: lower-case letters, digits, - and ., at most 253 characters",
            ),
            Self::NamespaceRefused => f.write_str(
                "no cluster has such a namespace: lower-case letters, digits and -, at most 63 characters",
            ),
            Self::ItemRefused { item } => write!(
                f,
                "no cluster takes the item name \"{item}\": letters, digits, -, _ and ., at most 253 characters"
            ),
            Self::TooLarge { bytes } => write!(
                f,
                "its values are {bytes} bytes together, more than a cluster takes: 1048576"
            ),
            Self::TooLargeToApply { bytes } => write!(
                f,
                "the SealedSecret has {bytes} bytes: kubectl apply needs --server-side over 262144"
            ),
            Self::ItemOfTypeMissing { secret_type, wanted } => {
                write!(f, "the type {secret_type} needs {wanted}")
            }
            Self::NewlineAtEnd { item } => {
                write!(f, "the value of \"{item}\" ends with a line feed, which is sealed with it")
            }
            Self::PlainTextInData { item } => write!(
                f,
                "data.{item} decodes to bytes that are no text: was plain text meant? That belongs into stringData"
            ),
            Self::NameReadAsAnother { map, written, read } => {
                write!(f, "the name {written} in {map} is read as \"{read}\": put it in quotes")
            }
            Self::NoValue { item } => write!(
                f,
                "spec.template.data.{item} uses an item that is not there: the result holds \"<no value>\""
            ),
        }
    }
}
