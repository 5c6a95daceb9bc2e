//! The one error type of the program: what is wrong, what lies behind it, what to do about it, and the exit code.

use std::error::Error as StdError;
use std::fmt;

/// What kind of failure an [`Error`] is; decides the exit code.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The operation failed.
    Failed,
    /// The command line, or what it names, makes no sense.
    Usage,
    /// A check has found something, and has said what.
    Found,
    /// The reader of standard output went away.
    BrokenPipe,
    /// The command line parser has its own message, which may be the help text.
    CommandLine(clap::Error),
}

/// A failure as a person sees it.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    others: Vec<Self>,
    left_out: usize,
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

    /// A check has found something, which is on standard output: exit code 3, no message.
    pub(crate) fn found() -> Self {
        Self::new(Kind::Found, "something was found")
    }

    /// The reader of standard output went away: exit code 1, no message.
    pub(crate) fn broken_pipe() -> Self {
        Self::new(Kind::BrokenPipe, "the reader of the output went away")
    }

    fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            hints: Vec::new(),
            source: None,
            others: Vec::new(),
            left_out: 0,
        }
    }

    /// The same, where any failure has exit code 1, but for what the parser of the command line refuses.
    pub(crate) fn into_failure(self) -> Self {
        let kind = match self.kind {
            Kind::Usage | Kind::Found => Kind::Failed,
            kind => kind,
        };
        Self { kind, ..self }
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

    /// Keeps what the system or a library said, which the message does not repeat.
    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds failures of the same run that do not hang on this one, and how many more there are.
    pub(crate) fn and(self, others: Vec<Self>, left_out: usize) -> Self {
        Self { others, left_out, ..self }
    }

    /// This failure, and those that came with it.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.others)
    }

    /// How many failures are not told one by one.
    pub(crate) fn left_out(&self) -> usize {
        self.left_out
    }

    /// What is wrong, in one line.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What lies behind it, a line each, the nearest cause first; without those that say nothing new.
    pub(crate) fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut next = StdError::source(self);
        while let Some(source) = next {
            let text = source.to_string();
            let said = |line: &str| line.contains(&text);
            if !said(&self.message) && !causes.iter().any(|cause| said(cause)) {
                causes.push(text);
            }
            next = source.source();
        }
        causes
    }

    /// What is wrong and what lies behind it, in one line.
    pub(crate) fn with_causes(&self) -> String {
        let message = std::iter::once(self.message.clone());
        message.chain(self.causes()).collect::<Vec<_>>().join(": ")
    }

    /// What to do, a line each.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match &self.kind {
            Kind::Failed | Kind::BrokenPipe => 1,
            Kind::Usage => 2,
            Kind::Found => 3,
            Kind::CommandLine(error) => u8::try_from(error.exit_code()).unwrap_or(2),
        }
    }
}

/// Where a library passes an error of the program on.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<clap::Error> for Error {
    fn from(error: clap::Error) -> Self {
        Self::new(Kind::CommandLine(error), "")
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::Error;

    /// An error in front of others.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Self>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Layer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }

    fn causes(message: &str, layers: &[&'static str]) -> Vec<String> {
        let chain =
            layers.iter().rev().fold(None, |inner, text| Some(Box::new(Layer(text, inner))));
        let error = Error::failed(message);
        chain.map_or(Error::failed(message), |chain| error.caused_by(chain)).causes()
    }

    #[test]
    fn causes_are_told_from_the_nearest_on() {
        assert_eq!(causes("x: cannot be fetched", &[]), [""; 0]);
        assert_eq!(causes("failed", &["tls", "expired on Monday"]), ["tls", "expired on Monday"]);
    }

    #[test]
    fn nothing_is_told_twice() {
        assert_eq!(causes("x: no route", &["no route"]), [""; 0]);
        assert_eq!(
            causes("failed", &["tls: no route", "no route", "is down"]),
            ["tls: no route", "is down"]
        );
    }
}
