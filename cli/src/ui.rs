//! What a person sees on standard error: errors, warnings, hints and progress.
//!
//! Standard output carries data only, which [`crate::output`] writes, and the help that was asked for.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anstyle::{AnsiColor, Style};

use crate::error::{Error, Kind};
use crate::streams::{InStream, OutStream, Streams};
use crate::text;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Below this many documents nobody waits long enough to want to see progress.
const PROGRESS_FROM: usize = 200;

/// The exit code where not even help could be printed.
const FAILURE: u8 = 1;

/// The streams of a run. Standard error is in colour only on a terminal, and never when `NO_COLOR` is set.
pub(crate) struct Ui<'a> {
    streams: Streams<'a>,
}

impl<'a> Ui<'a> {
    pub(crate) fn new(streams: Streams<'a>) -> Self {
        Self { streams }
    }

    pub(crate) fn stdin(&mut self) -> &mut InStream<'a> {
        &mut self.streams.stdin
    }

    pub(crate) fn stdout(&mut self) -> &mut OutStream<'a> {
        &mut self.streams.stdout
    }

    /// Prints an error with its causes and hints and gives the exit code.
    pub(crate) fn report(&mut self, error: &Error) -> u8 {
        let lost = match error.kind() {
            Kind::BrokenPipe | Kind::Found => None,
            Kind::CommandLine(command_line) => self.print_command_line(command_line).err(),
            Kind::Failed | Kind::Usage => {
                self.print_failure(error);
                None
            }
        };
        match lost {
            // Help that nobody can read is no success; that its reader went away is.
            Some(lost) if lost.kind() != std::io::ErrorKind::BrokenPipe => FAILURE,
            _ => error.exit_code(),
        }
    }

    fn print_command_line(&mut self, command_line: &clap::Error) -> std::io::Result<()> {
        let Streams { stdout, stderr, .. } = &mut self.streams;
        let stream = if command_line.use_stderr() { stderr } else { stdout };
        stream.write_styled(&command_line.render().ansi().to_string())
    }

    fn print_failure(&mut self, error: &Error) {
        for error in error.all() {
            self.line("error", ERROR, error.message());
            for cause in error.causes() {
                self.line("caused by", ERROR, &cause);
            }
        }
        if let more @ 1.. = error.left_out() {
            self.line("error", ERROR, &format!("and {more} more errors"));
        }
        // What helps against several errors is said once.
        let mut said: Vec<&str> = Vec::new();
        for hint in error.all().flat_map(Error::hints) {
            if !said.contains(&hint.as_str()) {
                self.line("hint", HINT, hint);
                said.push(hint);
            }
        }
    }

    /// Something that may be wrong but stops nothing.
    pub(crate) fn warning(&mut self, message: impl std::fmt::Display) {
        self.line("warning", WARNING, &message.to_string());
    }

    /// Lines for a person that are no data.
    pub(crate) fn lines(&mut self, text: &str) {
        drop(self.streams.stderr.write_styled(text));
    }

    /// Something worth knowing.
    pub(crate) fn note(&mut self, message: impl std::fmt::Display) {
        self.line("note", HINT, &message.to_string());
    }

    /// A counter of `total` documents, shown on a terminal when there are many.
    pub(crate) fn progress(&mut self, verb: &'static str, total: usize) -> Progress<'_, 'a> {
        let stderr = &mut self.streams.stderr;
        let shown = total >= PROGRESS_FROM && stderr.is_terminal();
        let stderr = shown.then(|| Mutex::new(stderr));
        Progress { verb, total, stderr, done: AtomicUsize::new(0) }
    }

    /// A bar of `total` things, such as files, shown on a terminal.
    pub(crate) fn bar(&mut self, verb: &'static str, total: usize, things: &str) -> Bar {
        let stderr = &self.streams.stderr;
        let is_shown = stderr.is_terminal() && stderr.is_of_process();
        Bar::new(verb, total, things, is_shown)
    }

    // Nothing can be told to a person whose standard error is gone, so a failed write is dropped.
    fn line(&mut self, label: &str, style: Style, message: &str) {
        let line = format!("{style}{label}:{style:#} {}\n", text::one_line(message));
        drop(self.streams.stderr.write_styled(&line));
    }
}

/// Shows how far a long run is, how fast it goes, and how long it will take. It is wiped when it is dropped.
pub(crate) struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new(verb: &'static str, total: usize, things: &str, is_shown: bool) -> Self {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let target = match is_shown {
            true => indicatif::ProgressDrawTarget::stderr(),
            false => indicatif::ProgressDrawTarget::hidden(),
        };
        let bar = indicatif::ProgressBar::with_draw_target(Some(total), target);
        let line = format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {things}, {{rate}}, {{eta}} left");
        if let Ok(style) = indicatif::ProgressStyle::with_template(&line) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_message(verb);
        Self(bar)
    }

    /// Prints something else meanwhile.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// One more of them is done.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }
}

/// Things a second: parts of a file tell nobody anything, unless it takes seconds.
fn rate(state: &indicatif::ProgressState, line: &mut dyn std::fmt::Write) {
    let rate = state.per_sec();
    let decimals = if rate < 10.0 { 1 } else { 0 };
    // A bar that cannot be drawn is no failure of the run.
    write!(line, "{rate:.decimals$}/s").ok();
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Counts finished documents; its line is wiped when it is dropped.
pub(crate) struct Progress<'ui, 'a> {
    verb: &'static str,
    total: usize,
    /// None unless it is shown.
    stderr: Option<Mutex<&'ui mut OutStream<'a>>>,
    done: AtomicUsize,
}

impl Progress<'_, '_> {
    /// One more document is done. Called from several threads.
    pub(crate) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(50) || done == self.total {
            self.show(&format!("\r{} {done}/{}", self.verb, self.total));
        }
    }

    fn show(&self, text: &str) {
        if let Some(stderr) = &self.stderr {
            let mut stderr = stderr.lock().unwrap_or_else(PoisonError::into_inner);
            drop(stderr.write_all(text.as_bytes()));
        }
    }
}

impl Drop for Progress<'_, '_> {
    fn drop(&mut self) {
        self.show("\r\u{1b}[K");
    }
}
