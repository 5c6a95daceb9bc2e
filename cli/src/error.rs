//! The one error type of the program: what is wrong, what to do about it, and the exit code.

use std::fmt;

/// What kind of failure an [`Error`] is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The operation failed.
    Failed,
    /// The command line, or what it names, makes no sense.
    Usage,
    /// The reader of standard output went away.
    BrokenPipe,
    /// The command line parser has its own message, which may be the help text.
    CommandLine,
}

/// A failure as a person sees it.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    command_line: Option<clap::Error>,
}

impl Error {
    /// The operation failed: exit code 1.
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// The request makes no sense: exit code 2.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// The reader of standard output went away: exit code 1, no message.
    pub(crate) fn broken_pipe() -> Self {
        Self::new(Kind::BrokenPipe, "the reader of the output went away")
    }

    fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string(), hints: Vec::new(), command_line: None }
    }

    /// Adds a line that says what to do.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// Puts `subject: ` before the message: the file or document that it is about.
    pub(crate) fn about(mut self, subject: impl fmt::Display) -> Self {
        self.message = format!("{subject}: {}", self.message);
        self
    }

    /// What is wrong, in one line.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to do, a line each.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The command line parser's own error, which prints itself.
    pub(crate) fn command_line(&self) -> Option<&clap::Error> {
        self.command_line.as_ref()
    }

    /// The kind of failure.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The program's exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Failed | Kind::BrokenPipe => 1,
            Kind::Usage => 2,
            Kind::CommandLine => {
                let code = self.command_line.as_ref().map_or(2, clap::Error::exit_code);
                u8::try_from(code).unwrap_or(2)
            }
        }
    }
}

/// Where a library passes an error of the program on.
impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        Self {
            kind: Kind::CommandLine,
            message: String::new(),
            hints: Vec::new(),
            command_line: Some(error),
        }
    }
}
