//! Why SealedSecrets could not be unsealed.

use std::error::Error as StdError;
use std::fmt;

use sealkit_core::LabelError;

use super::{Error, Errors, ReadError, ReadErrorKind, ReadErrors};
use crate::diagnose::Cause;
use crate::render::{RenderError, TemplateError};

/// Why SealedSecrets could not be unsealed, and where.
pub type UnsealError = Error<UnsealErrorKind>;

/// All that went wrong in one run.
pub type UnsealErrors = Errors<UnsealErrorKind>;

/// Why SealedSecrets could not be unsealed. For whoever holds the private keys: it tells the cause.
#[derive(Debug)]
pub enum UnsealErrorKind {
    /// A document could not be read.
    Read(ReadErrorKind),
    /// The encryption label cannot be made from namespace and name.
    Label(LabelError),
    /// A sealed value cannot be opened, and why.
    NotOpened(Cause),
    /// What the deprecated `spec.data` held is not a Secret.
    DeprecatedDataIsNoSecret,
    /// A template of `spec.template.data` cannot be parsed or rendered.
    Template(TemplateError),
    /// The item asked for is in none of the documents.
    NoSuchItem,
    /// The item asked for is in more than one document.
    ItemInSeveralDocuments,
}

impl UnsealErrorKind {
    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read(kind) => kind.reason(),
            Self::Label(_) => "NoEncryptionLabel",
            Self::NotOpened(cause) => cause.reason(),
            Self::DeprecatedDataIsNoSecret => "DeprecatedDataIsNoSecret",
            Self::Template(error) => error.reason(),
            Self::NoSuchItem => "NoSuchItem",
            Self::ItemInSeveralDocuments => "ItemInSeveralDocuments",
        }
    }
}

includes_read_errors!(UnsealErrorKind);

impl From<TemplateError> for UnsealError {
    fn from(error: TemplateError) -> Self {
        let path = error.path().map(str::to_owned);
        let path = path.each_ref().map(String::as_str);
        Self::new(UnsealErrorKind::Template(error)).in_path(path)
    }
}

impl From<RenderError> for UnsealError {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Template(error) => error.into(),
            RenderError::DeprecatedDataIsNoSecret => {
                Self::new(UnsealErrorKind::DeprecatedDataIsNoSecret).in_path(["spec", "data"])
            }
        }
    }
}

impl fmt::Display for UnsealErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(kind) => kind.fmt(f),
            Self::Label(error) => error.fmt(f),
            Self::NotOpened(cause) => cause.fmt(f),
            Self::DeprecatedDataIsNoSecret => {
                f.write_str("was opened, but holds no Secret in JSON")
            }
            Self::Template(error) => error.fmt(f),
            Self::NoSuchItem => f.write_str("no document has this item"),
            Self::ItemInSeveralDocuments => f.write_str("more than one document has this item"),
        }
    }
}

impl StdError for UnsealErrorKind {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read(kind) => kind.source(),
            Self::Label(error) => error.source(),
            Self::NotOpened(cause) => cause.source(),
            Self::Template(error) => error.source(),
            Self::DeprecatedDataIsNoSecret | Self::NoSuchItem | Self::ItemInSeveralDocuments => {
                None
            }
        }
    }
}
