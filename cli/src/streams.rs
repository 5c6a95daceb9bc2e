//! The three standard streams of a run, as values: the process's own, or others in their place.

#![expect(clippy::disallowed_methods, reason = "the one place that names the process's streams")]

use std::io::{self, IoSlice, IsTerminal as _, Read, Write};

use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};

#[cfg(unix)]
mod unseen;

#[cfg(unix)]
use unseen::Unseen;

/// Standard input, standard output and standard error of one run of the program.
pub struct Streams<'a> {
    /// What is read where no file is named; untouched until then.
    pub stdin: InStream<'a>,
    /// Where data goes, and help.
    pub stdout: OutStream<'a>,
    /// Where everything else goes that a person should see.
    pub stderr: OutStream<'a>,
}

impl Streams<'static> {
    /// The process's own.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            stdin: InStream { reader: Reader::Process, is_terminal: || io::stdin().is_terminal() },
            stdout: OutStream {
                writer: Writer::ProcessStdout,
                is_terminal: || io::stdout().is_terminal(),
            },
            stderr: OutStream {
                writer: Writer::ProcessStderr,
                is_terminal: || io::stderr().is_terminal(),
            },
        }
    }
}

/// A stream to read from.
pub struct InStream<'a> {
    reader: Reader<'a>,
    is_terminal: fn() -> bool,
}

enum Reader<'a> {
    Process,
    Given(Box<dyn Read + 'a>),
}

impl<'a> InStream<'a> {
    /// Reads from `reader`, as from a pipe.
    pub fn new(reader: impl Read + 'a) -> Self {
        Self { reader: Reader::Given(Box::new(reader)), is_terminal: || false }
    }

    /// The same stream with a person at its other end.
    #[must_use]
    pub fn as_terminal(self) -> Self {
        Self { is_terminal: || true, ..self }
    }

    /// Whether a person is at its other end.
    pub(crate) fn is_terminal(&self) -> bool {
        (self.is_terminal)()
    }

    /// Keeps a terminal from showing what is typed; None where that cannot be done.
    #[cfg(unix)]
    pub(crate) fn unseen(&self) -> io::Result<Option<Unseen>> {
        match self.reader {
            Reader::Process => Unseen::begin(io::stdin()).map(Some),
            Reader::Given(_) => Ok(None),
        }
    }

    /// Keeps a terminal from showing what is typed; None where that cannot be done.
    #[cfg(not(unix))]
    pub(crate) fn unseen(&self) -> io::Result<Option<Unseen>> {
        Ok(None)
    }

    /// Whether it is the process's own, which may be redirected from a file.
    pub(crate) fn is_of_process(&self) -> bool {
        matches!(self.reader, Reader::Process)
    }
}

impl Read for InStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.reader {
            Reader::Process => io::stdin().read(buffer),
            Reader::Given(reader) => reader.read(buffer),
        }
    }
}

/// A stream to write to.
pub struct OutStream<'a> {
    writer: Writer<'a>,
    is_terminal: fn() -> bool,
}

enum Writer<'a> {
    ProcessStdout,
    ProcessStderr,
    Given(Box<dyn Write + Send + 'a>),
}

impl<'a> OutStream<'a> {
    /// Writes to `writer`, as to a pipe.
    pub fn new(writer: impl Write + Send + 'a) -> Self {
        Self { writer: Writer::Given(Box::new(writer)), is_terminal: || false }
    }

    /// The same stream with a person at its other end.
    #[must_use]
    pub fn as_terminal(self) -> Self {
        Self { is_terminal: || true, ..self }
    }

    /// Whether a person is at its other end.
    pub(crate) fn is_terminal(&self) -> bool {
        (self.is_terminal)()
    }

    /// Whether it is one of the process's own, which may be redirected to a file.
    pub(crate) fn is_of_process(&self) -> bool {
        !matches!(self.writer, Writer::Given(_))
    }

    /// Writes text with ANSI colours, which are left out unless a terminal shows them, and where `NO_COLOR` is set.
    pub(crate) fn write_styled(&mut self, text: &str) -> io::Result<()> {
        let is_terminal = self.is_terminal();
        match &mut self.writer {
            // In one piece, where that is plain text: the lines of several programs do not mix.
            Writer::ProcessStdout if is_plain(&io::stdout()) => {
                write_whole(&mut io::stdout(), &strip_str(text).to_string())
            }
            Writer::ProcessStderr if is_plain(&io::stderr()) => {
                write_whole(&mut io::stderr(), &strip_str(text).to_string())
            }
            Writer::ProcessStdout => write_whole(&mut anstream::stdout(), text),
            Writer::ProcessStderr => write_whole(&mut anstream::stderr(), text),
            Writer::Given(writer) if is_terminal => write_whole(writer, text),
            Writer::Given(writer) => write_whole(writer, &strip_str(text).to_string()),
        }
    }
}

/// Whether a stream of the process shows no colours.
fn is_plain(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) == ColorChoice::Never
}

impl Write for OutStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::ProcessStdout => io::stdout().write(bytes),
            Writer::ProcessStderr => io::stderr().write(bytes),
            Writer::Given(writer) => writer.write(bytes),
        }
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::ProcessStdout => io::stdout().write_vectored(slices),
            Writer::ProcessStderr => io::stderr().write_vectored(slices),
            Writer::Given(writer) => writer.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::ProcessStdout => io::stdout().flush(),
            Writer::ProcessStderr => io::stderr().flush(),
            Writer::Given(writer) => writer.flush(),
        }
    }
}

/// There is none: the system has no way to do that in safe code.
#[cfg(not(unix))]
pub(crate) enum Unseen {}

#[cfg(not(unix))]
impl Unseen {
    pub(crate) fn wait(&self) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn has_more(&self) -> io::Result<bool> {
        match *self {}
    }
}

fn write_whole(writer: &mut impl Write, text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes())?;
    writer.flush()
}
