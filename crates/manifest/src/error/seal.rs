//! Why Secrets could not be sealed.

use std::error::Error as StdError;
use std::fmt;

use sealkit_core::LabelError;

use super::{Error, Errors, ReadError, ReadErrorKind, ReadErrors};

/// Why Secrets could not be sealed, and where.
pub type SealError = Error<SealErrorKind>;

/// All that went wrong in one run.
pub type SealErrors = Errors<SealErrorKind>;

/// Why Secrets could not be sealed.
#[derive(Debug)]
pub enum SealErrorKind {
    /// A document could not be read.
    Read(ReadErrorKind),
    /// A Secret without `data` and `stringData`.
    NoData {
        /// Fields of the document that no Secret has: misspelt ones, most often.
        unknown: Vec<String>,
    },
    /// The encryption label cannot be made from namespace and name.
    Label(LabelError),
    /// The namespace of a Secret that names none could not be looked up.
    Namespace(Box<dyn StdError + Send + Sync>),
    /// The name asked for would be that of several SealedSecrets in one namespace.
    NameForSeveral {
        /// The SealedSecret, with its namespace and name.
        resource: String,
        /// How many there would be.
        count: usize,
    },
    /// The Secret is encrypted already.
    Encrypted {
        /// By which tool.
        with: &'static str,
    },
    /// What is published of the Secret holds one of its values.
    ValueInMetadata {
        /// The item whose value it is.
        item: String,
    },
    /// Labels and annotations are larger than any cluster takes, 256 KiB, or too large to look for so many values.
    MetadataTooLarge,
    /// The value of an item could not be sealed.
    Value(sealkit_core::SealError),
}

impl SealErrorKind {
    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read(kind) => kind.reason(),
            Self::NoData { .. } => "NoData",
            Self::Label(_) => "NoEncryptionLabel",
            Self::Namespace(_) => "NamespaceUnknown",
            Self::NameForSeveral { .. } => "NameForSeveral",
            Self::Encrypted { .. } => "Encrypted",
            Self::ValueInMetadata { .. } => "ValueInMetadata",
            Self::MetadataTooLarge => "MetadataTooLarge",
            Self::Value(_) => "NotSealed",
        }
    }
}

includes_read_errors!(SealErrorKind);

impl fmt::Display for SealErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(kind) => kind.fmt(f),
            Self::NoData { unknown } if unknown.is_empty() => f.write_str("the Secret has no data"),
            Self::NoData { unknown } => {
                write!(f, "the Secret has no data, but unknown fields: {}", unknown.join(", "))
            }
            Self::Label(error) => error.fmt(f),
            Self::Namespace(error) => write!(f, "its namespace cannot be looked up: {error}"),
            Self::NameForSeveral { resource, count } => {
                write!(f, "{count} Secrets would all become {resource}")
            }
            Self::Encrypted { with } => write!(f, "the Secret is encrypted already, with {with}"),
            Self::ValueInMetadata { item } => {
                write!(f, "holds the value of \"{item}\", and would be published with it")
            }
            Self::MetadataTooLarge => {
                f.write_str("labels and annotations are larger than a cluster takes: 256 KiB")
            }
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl StdError for SealErrorKind {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read(kind) => kind.source(),
            Self::Label(error) => error.source(),
            // It stands in the message as a whole.
            Self::Namespace(error) => error.source(),
            Self::Value(error) => error.source(),
            Self::NoData { .. }
            | Self::NameForSeveral { .. }
            | Self::Encrypted { .. }
            | Self::ValueInMetadata { .. }
            | Self::MetadataTooLarge => None,
        }
    }
}
