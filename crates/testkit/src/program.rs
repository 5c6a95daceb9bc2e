//! Runs a built program as a test wants it: an empty environment, its input, a time limit, all of
//! its output.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for anything that ends at all, on a busy machine.
const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(120);

/// How often a running program is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// A program to be run, with its arguments and surroundings.
///
/// Its environment holds only `PATH`, `LANG=C.UTF-8`, `TZ=UTC` and a `HOME` that does not exist, so
/// that nothing of the person who runs the tests has a say; its standard input is empty unless
/// given.
///
/// ```no_run
/// # use sealkit_testkit::Program;
/// let done = Program::new("/bin/cat").stdin("text").run();
/// assert_eq!(done.success().stdout_text(), "text");
/// ```
#[derive(Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    stdin: Vec<u8>,
    time_limit: Duration,
}

impl Program {
    /// The program at a path; `env!("CARGO_BIN_EXE_…")` gives the one of a crate under test.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path_variable = std::env::var_os("PATH").unwrap_or_default();
        Self {
            path: path.into(),
            arguments: Vec::new(),
            environment: vec![
                ("PATH".into(), path_variable),
                ("LANG".into(), "C.UTF-8".into()),
                ("TZ".into(), "UTC".into()),
                ("HOME".into(), "/nonexistent".into()),
            ],
            folder: None,
            stdin: Vec::new(),
            time_limit: DEFAULT_TIME_LIMIT,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.retain(|(set, _)| set != name.as_ref());
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Sets the folder in which it runs.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_path_buf());
        self
    }

    /// Sets its standard input.
    #[must_use]
    pub fn stdin(mut self, input: impl AsRef<[u8]>) -> Self {
        self.stdin = input.as_ref().to_vec();
        self
    }

    /// Sets the time after which it is killed and the test fails (two minutes otherwise).
    #[must_use]
    pub fn time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    ///
    /// If it cannot be started, or does not end in time.
    #[must_use]
    pub fn run(&self) -> Finished {
        let mut child = self.start();
        let stdout = read_aside(child.stdout.take());
        let stderr = read_aside(child.stderr.take());
        let stdin = child.stdin.take();
        let input = self.stdin.clone();
        // A program may end without reading its input: the error of a broken pipe is its business.
        thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let status = self.wait(&mut child);
        Finished {
            command: self.to_string(),
            status,
            stdout: stdout.recv().expect("the reading thread sends what it read"),
            stderr: stderr.recv().expect("the reading thread sends what it read"),
        }
    }

    /// The same program with its input and surroundings, as the last arguments of `launcher`.
    #[must_use]
    pub fn behind(&self, launcher: Self) -> Self {
        Self {
            path: launcher.path,
            arguments: [
                launcher.arguments,
                vec![self.path.clone().into_os_string()],
                self.arguments.clone(),
            ]
            .concat(),
            ..self.clone()
        }
    }

    fn start(&self) -> Child {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("{self}: cannot be started: {error}"))
    }

    /// The program with its arguments and surroundings, its streams not yet chosen.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }

    fn wait(&self, child: &mut Child) -> ExitStatus {
        let deadline = Instant::now() + self.time_limit;
        loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                return status;
            }
            if Instant::now() >= deadline {
                child.kill().expect("a child can be killed");
                panic!("{self}: still running after {:?}", self.time_limit);
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}

/// The command line, for messages.
impl std::fmt::Display for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.path.display())?;
        self.arguments.iter().try_for_each(|argument| write!(formatter, " {}", argument.display()))
    }
}

/// Reads a pipe to its end on a thread of its own, so that a full pipe never stops the program.
fn read_aside(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        }
        // Nobody listens any more when the test has failed meanwhile.
        sender.send(bytes).ok();
    });
    receiver
}

/// What a program that has ended left: its exit code and its two streams.
pub struct Finished {
    command: String,
    status: ExitStatus,
    /// Everything it wrote to standard output.
    pub stdout: Vec<u8>,
    /// Everything it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// The exit code; none when a signal ended it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Standard output as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[must_use]
    pub fn stdout_text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is text")
    }

    /// Standard error as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[must_use]
    pub fn stderr_text(&self) -> &str {
        std::str::from_utf8(&self.stderr).expect("standard error is text")
    }

    /// Holds it to exit code 0.
    ///
    /// # Panics
    ///
    /// If it ended otherwise; the message shows its standard error.
    pub fn success(self) -> Self {
        self.exited(0)
    }

    /// Holds it to an exit code.
    ///
    /// # Panics
    ///
    /// If it ended otherwise; the message shows its standard error.
    pub fn exited(self, code: i32) -> Self {
        assert!(
            self.code() == Some(code),
            "{}: {} instead of exit code {code}; standard error:\n{}",
            self.command,
            self.status,
            String::from_utf8_lossy(&self.stderr)
        );
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::new("/bin/sh").args(["-c", script])
    }

    #[test]
    fn collects_both_streams_and_the_exit_code() {
        let done = shell("cat; echo problem >&2; exit 3").stdin("input").run();
        let done = done.exited(3);
        assert_eq!(done.stdout_text(), "input");
        assert_eq!(done.stderr_text(), "problem\n");
    }

    #[test]
    fn the_environment_is_empty_but_for_a_few() {
        let done = shell("env | cut -d= -f1 | grep -v -e PWD -e SHLVL -e '^_$' | sort")
            .env("ADDED", "value")
            .run();
        assert_eq!(done.success().stdout_text(), "ADDED\nHOME\nLANG\nPATH\nTZ\n");
    }

    #[test]
    fn more_than_a_pipe_holds_passes_through() {
        let input = vec![b'x'; 3 << 20];
        let done = shell("tee /dev/stderr").stdin(&input).run().success();
        assert!(done.stdout == input && done.stderr == input);
    }

    #[test]
    fn input_that_is_not_read_is_no_error() {
        let done = shell("exit 0").stdin(vec![0; 1 << 20]).run();
        assert_eq!(done.code(), Some(0));
    }

    #[test]
    #[should_panic(expected = "still running after")]
    fn what_does_not_end_is_killed() {
        drop(Program::new("/bin/sleep").arg("60").time_limit(Duration::from_millis(50)).run());
    }

    #[test]
    #[should_panic(expected = "instead of exit code 0")]
    fn failure_is_not_success() {
        shell("exit 1").run().success();
    }
}
