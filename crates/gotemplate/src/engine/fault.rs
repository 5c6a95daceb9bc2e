//! Why a function or an operation failed, before it is known where.

use std::borrow::Cow;

use crate::engine::error::REDACTED;
use crate::go::regexp::PatternError;
use crate::go::semver::SemverError;

/// A failure on its way to becoming an [`ExecError`](crate::ExecError).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Go's message; nothing of a value is in it.
    Message(Cow<'static, str>),
    /// A limit was reached.
    Limit(&'static str),
    /// Something that is left out, and why.
    Unsupported(&'static str),
    /// Values or parentheses nest deeper than this stack is meant for; a larger one will do.
    Deeper,
}

impl Fault {
    pub(crate) const MEMORY: Self = Self::Limit("values take more memory than allowed");
    pub(crate) const STEPS: Self = Self::Limit("rendering takes more steps than allowed");
    pub(crate) const DEADLINE: Self = Self::Limit("rendering takes more time than allowed");
    pub(crate) const NESTING: Self = Self::Limit("values or parentheses nest deeper than allowed");
    pub(crate) const OUTPUT: Self = Self::Limit("output is longer than allowed");
    /// A message that holds a value of the data, or may hold one.
    pub(crate) const HIDDEN: Self = Self::Message(Cow::Borrowed(REDACTED));

    /// What Go's reflection panics with on nil.
    pub(crate) const NIL_POINTER: Self = Self::Message(Cow::Borrowed(
        "runtime error: invalid memory address or nil pointer dereference",
    ));

    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Message(message.into())
    }

    /// What slicing beyond the end panics with; the numbers tell a value's length.
    pub(crate) fn out_of_range() -> Self {
        Self::new(format!("runtime error: slice bounds out of range {REDACTED}"))
    }
}

impl From<SemverError> for Fault {
    fn from(error: SemverError) -> Self {
        error.message().map_or(Self::HIDDEN, Self::new)
    }
}

impl From<PatternError> for Fault {
    fn from(error: PatternError) -> Self {
        match error {
            PatternError::Syntax => Self::HIDDEN,
            PatternError::TooLarge => Self::Limit("a regular expression is larger than allowed"),
        }
    }
}
