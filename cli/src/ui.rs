//! What a person sees on standard error: errors, warnings, hints and progress.
//!
//! Standard output carries data only and belongs to [`crate::output`].

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anstyle::{AnsiColor, Style};

use crate::error::{Error, Kind};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Below this many documents nobody waits long enough to want to see progress.
const PROGRESS_FROM: usize = 200;

/// The standard error stream; in colour only on a terminal, and never when `NO_COLOR` is set.
pub(crate) struct Ui {
    stderr: anstream::Stderr,
}

impl Ui {
    /// The process's standard error.
    pub(crate) fn new() -> Self {
        Self { stderr: anstream::stderr() }
    }

    /// Prints an error with its hints and gives the exit code.
    pub(crate) fn report(&mut self, error: &Error) -> ExitCode {
        match (error.kind(), error.command_line()) {
            (Kind::BrokenPipe, _) => {}
            (_, Some(command_line)) => {
                // Help that nobody can read is no success; that its reader went away is.
                let lost = command_line.print().err();
                if lost.is_some_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
                    return ExitCode::FAILURE;
                }
            }
            (_, None) => {
                self.line("error", ERROR, error.message());
                for hint in error.hints() {
                    self.line("hint", HINT, hint);
                }
            }
        }
        ExitCode::from(error.exit_code())
    }

    /// Something that may be wrong but stops nothing.
    pub(crate) fn warning(&mut self, message: impl std::fmt::Display) {
        self.line("warning", WARNING, &message.to_string());
    }

    /// Something worth knowing.
    pub(crate) fn note(&mut self, message: impl std::fmt::Display) {
        self.line("note", HINT, &message.to_string());
    }

    /// A counter of `total` documents, shown on a terminal when there are many.
    pub(crate) fn progress(&self, verb: &'static str, total: usize) -> Progress {
        let shown = total >= PROGRESS_FROM && std::io::stderr().is_terminal();
        Progress { verb, total, shown, done: AtomicUsize::new(0) }
    }

    // Nothing can be told to a person whose standard error is gone, so a failed write is dropped.
    fn line(&mut self, label: &str, style: Style, text: &str) {
        drop(writeln!(self.stderr, "{style}{label}:{style:#} {}", printable(text)));
    }
}

/// Replaces control characters, so that a name taken from a file can't drive the terminal, begin a line that
/// looks like the program's own, or turn the direction of the text.
pub(crate) fn printable(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Counts finished documents; its line is wiped when it is dropped.
pub(crate) struct Progress {
    verb: &'static str,
    total: usize,
    shown: bool,
    done: AtomicUsize,
}

impl Progress {
    /// One more document is done. Called from several threads.
    pub(crate) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && (done.is_multiple_of(50) || done == self.total) {
            drop(write!(std::io::stderr(), "\r{} {done}/{}", self.verb, self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            drop(write!(std::io::stderr(), "\r\u{1b}[K"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_from_a_file_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mb\u{7}c"), "a\u{fffd}[31mb\u{fffd}c");
        assert_eq!(printable("a\nhint: b\u{202e}c"), "a\u{fffd}hint: b\u{fffd}c");
    }
}
