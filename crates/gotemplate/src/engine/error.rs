//! Errors with Go's kind and position, and never a value.

use std::fmt;

/// What stands in a message where Go prints something that may come from the data.
pub const REDACTED: &str = "[redacted]";

/// Why a template could not be parsed.
///
/// Displayed as Go does: `template: NAME:LINE: MESSAGE`. The message may quote the template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub(crate) template: String,
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl ParseError {
    /// The line at which parsing stopped, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong, without the position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.template, self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// Whether the template or one of its [`Limits`](crate::Limits) stopped the rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExecErrorKind {
    /// The template did what Go refuses too.
    Template,
    /// A limit was reached.
    Limit,
    /// A function that is left out of this build or this crate.
    Unsupported,
}

/// Why a template could not be rendered.
///
/// Displayed as Go does: `template: NAME:LINE:COLUMN: executing "NAME" at <TEXT>: MESSAGE`. The text is the template's
/// own; whatever may hold a value of the data is replaced by [`REDACTED`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecError {
    pub(crate) kind: ExecErrorKind,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) executing: String,
    pub(crate) context: String,
    pub(crate) message: String,
}

impl ExecError {
    /// What stopped the rendering.
    #[must_use]
    pub fn kind(&self) -> ExecErrorKind {
        self.kind
    }

    /// The line of the failing part, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the failing part in bytes, from 0, as Go counts it.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The failing part of the template.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }

    /// What went wrong, without the position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "template: {}:{}:{}: executing {} at <{}>: {}",
            self.file, self.line, self.column, self.executing, self.context, self.message
        )
    }
}

impl std::error::Error for ExecError {}
