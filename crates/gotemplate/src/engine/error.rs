//! Errors with Go's kind and position, and never a value.

use std::fmt;

/// What stands in a message where Go prints something that may come from the data.
pub const REDACTED: &str = "[redacted]";

/// How many bytes of the template's text an error quotes.
const LONGEST: usize = 1000;

/// A text for an error: what is longer than a person reads is cut.
pub(crate) fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}

/// Whether a text is no template or goes over one of the [`ParseLimits`](crate::ParseLimits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Go refuses it too.
    Syntax,
    /// A limit was reached.
    Limit,
}

impl ParseErrorKind {
    /// One word, for machines: `TemplateSyntax` or `TemplateLimit`. It does not change from version to version.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Syntax => "TemplateSyntax",
            Self::Limit => "TemplateLimit",
        }
    }
}

/// Why a template could not be parsed. It depends on the template's text alone.
///
/// Displayed as Go does: `template: NAME:LINE: MESSAGE`. The message may quote the text; it is cut after 1,000 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub(crate) kind: ParseErrorKind,
    pub(crate) template: String,
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl ParseError {
    /// What stopped the parsing.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The line at which parsing stopped, from 1. Go knows no column here.
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

/// Whether the template or one of its [`RenderLimits`](crate::RenderLimits) stopped the rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExecErrorKind {
    /// The template did what Go refuses too.
    Failed,
    /// A limit was reached.
    Limit,
    /// A function that is left out of this build or this crate.
    Unsupported,
}

impl ExecErrorKind {
    /// One word, for machines: `TemplateFailed`, `TemplateLimit` or `TemplateUnsupported`. It does not change from
    /// version to version.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Failed => "TemplateFailed",
            Self::Limit => "TemplateLimit",
            Self::Unsupported => "TemplateUnsupported",
        }
    }
}

/// Why a template could not be rendered.
///
/// Displayed, and by `Debug`, it is its kind and nothing else. Where a template fails depends on the data: whoever
/// writes the template and reads the place can ask for the values bit by bit, though none of them is ever shown. For
/// those who may read the values, [`detail`](Self::detail) has Go's message and position.
#[derive(Clone, PartialEq, Eq)]
pub struct ExecError {
    pub(crate) kind: ExecErrorKind,
    pub(crate) detail: Box<ExecErrorDetail>,
}

impl ExecError {
    /// What stopped the rendering.
    #[must_use]
    pub fn kind(&self) -> ExecErrorKind {
        self.kind
    }

    /// Where and why, as Go says it. **For those only who may read the data themselves.**
    #[must_use]
    pub fn detail(&self) -> &ExecErrorDetail {
        &self.detail
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ExecErrorKind::Failed => "the template cannot be rendered: it fails",
            ExecErrorKind::Limit => "the template cannot be rendered: it takes more than allowed",
            ExecErrorKind::Unsupported => {
                "the template cannot be rendered: it uses what is not supported"
            }
        })
    }
}

impl fmt::Debug for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecError").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::error::Error for ExecError {}

/// Where and why a rendering stopped. No value is in it, but which of a template's parts failed tells about the values.
///
/// Displayed as Go does: `template: NAME:LINE:COLUMN: executing "NAME" at <TEXT>: MESSAGE`. The text is the template's
/// own; whatever may hold a value of the data is replaced by [`REDACTED`].
#[derive(Clone, PartialEq, Eq)]
pub struct ExecErrorDetail {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) executing: String,
    pub(crate) context: String,
    pub(crate) message: String,
}

impl ExecErrorDetail {
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

    /// The failing part of the template; cut after 1,000 bytes.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }

    /// What went wrong, without the position; cut after 1,000 bytes.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ExecErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "template: {}:{}:{}: executing {} at <{}>: {}",
            self.file, self.line, self.column, self.executing, self.context, self.message
        )
    }
}

impl fmt::Debug for ExecErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecErrorDetail").finish_non_exhaustive()
    }
}
