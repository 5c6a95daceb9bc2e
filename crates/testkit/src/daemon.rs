//! A program that runs beside a test until the test is done with it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crate::{Program, eventually};

/// How long a program may take to end after SIGTERM.
const TIME_TO_END: Duration = Duration::from_secs(60);

/// How much of a log a message shows.
const LINES_SHOWN: usize = 30;

/// A running program. It is killed when this value is dropped, also by a panic, and when the test's process ends in
/// any way.
///
/// ```no_run
/// # use sealkit_testkit::{Daemon, Folder, Program};
/// let folder = Folder::new();
/// let mut daemon = Daemon::start(&Program::new("sleep").arg("60"), &folder.join("log"));
/// assert!(daemon.is_running());
/// daemon.kill();
/// ```
pub struct Daemon {
    command: String,
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts a program whose output, both streams, is appended to a file. The program's input is empty.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(program: &Program, log: &Path) -> Self {
        let output = File::options().create(true).append(true).open(log);
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let errors = output.try_clone().expect("an open file can be had twice");
        let mut command = killed_with_this_process(program).command();
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child = spawn_from_lasting_thread(command)
            .unwrap_or_else(|error| panic!("{program}: cannot be started: {error}"));
        Self { command: program.to_string(), child, log: log.to_path_buf() }
    }

    /// The process's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    ///
    /// # Panics
    ///
    /// If the system does not say.
    pub fn is_running(&mut self) -> bool {
        self.status().is_none()
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    ///
    /// If it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Makes it stand still (SIGSTOP): its ports stay open, and nothing answers there.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on after [`Self::pause`].
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    ///
    /// # Panics
    ///
    /// If it does not end within a minute.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("-TERM");
        self.wait(TIME_TO_END)
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    ///
    /// If it does not within the limit.
    pub fn wait(&mut self, limit: Duration) -> ExitStatus {
        let command = self.command.clone();
        eventually(&format!("the end of {command}"), limit, || {
            self.status().ok_or_else(|| "it is still running".to_owned())
        })
    }

    /// All it wrote so far.
    ///
    /// # Panics
    ///
    /// If the file cannot be read.
    #[must_use]
    pub fn log(&self) -> String {
        let log = fs::read(&self.log);
        let log = log.unwrap_or_else(|error| panic!("{}: {error}", self.log.display()));
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits for what `look` looks for.
    ///
    /// # Panics
    ///
    /// If it is not there within the limit, or the program ends meanwhile. The message shows the end of its log.
    pub fn wait_until<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Result<T, String>,
    ) -> T {
        let found = eventually(what, limit, || match look() {
            Ok(found) => Ok(Ok(found)),
            Err(_) if !self.is_running() => Ok(Err("it has ended")),
            Err(reason) => Err(format!("{reason}; {}", self.last_lines())),
        });
        found.unwrap_or_else(|reason| panic!("{what}: {reason}; {}", self.last_lines()))
    }

    fn signal(&self, signal: &str) {
        Program::new("kill").args([signal, &self.id().to_string()]).run().success();
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let shown = lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN));
        let shown: String = shown.map(|line| format!("\n  {line}")).collect();
        format!("the end of what {} wrote:{shown}", self.command)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program behind one that has the kernel kill it when its parent ends.
fn killed_with_this_process(program: &Program) -> Program {
    program.behind(Program::new("setpriv").args(["--pdeathsig", "KILL", "--"]))
}

/// A command to be started, and whom to tell.
type Order = (Command, Sender<io::Result<Child>>);

/// For the kernel a program's parent is the thread that started it, and a test's thread ends with the test, while what
/// it started may serve other tests as well.
fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    static ORDERS: LazyLock<Sender<Order>> = LazyLock::new(|| {
        let (sender, receiver) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, reply) in receiver {
                reply.send(command.spawn()).expect("whoever ordered it waits");
            }
        });
        sender
    });
    let (sender, receiver) = mpsc::channel();
    ORDERS.send((command, sender)).expect("the starting thread never ends");
    receiver.recv().expect("the starting thread answers")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::Folder;

    const SOON: Duration = Duration::from_secs(30);

    fn shell(script: &str) -> Program {
        Program::new("/bin/sh").args(["-c", script])
    }

    fn exists(process: u32) -> bool {
        Path::new("/proc").join(process.to_string()).exists()
    }

    #[test]
    fn its_output_is_kept_and_it_is_killed_with_the_value() {
        let folder = Folder::new();
        let program = shell("echo out; echo problem >&2; exec sleep 600");
        let mut daemon = Daemon::start(&program, &folder.join("log"));
        eventually("both lines", SOON, || {
            Some(()).filter(|()| daemon.log() == "out\nproblem\n").ok_or_else(|| daemon.log())
        });
        let process = daemon.id();
        assert!(daemon.is_running() && exists(process));
        drop(daemon);
        assert!(!exists(process));
    }

    #[test]
    fn it_outlives_the_thread_that_started_it() {
        let folder = Folder::new();
        let log = folder.join("log");
        let start = move || Daemon::start(&Program::new("sleep").arg("600"), &log);
        let mut daemon = thread::spawn(start).join().unwrap();
        thread::sleep(Duration::from_millis(200));
        assert!(daemon.is_running());
    }

    #[test]
    fn asked_to_end_it_ends_as_it_likes() {
        let folder = Folder::new();
        let program = shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
        let mut daemon = Daemon::start(&program, &folder.join("log"));
        eventually("its trap", SOON, || {
            Some(()).filter(|()| !daemon.log().is_empty()).ok_or_else(String::new)
        });
        assert_eq!(daemon.terminate().code(), Some(3));
    }

    #[test]
    fn it_stands_still_for_a_while() {
        let folder = Folder::new();
        let program = shell("while :; do echo tick; sleep 0.01; done");
        let daemon = Daemon::start(&program, &folder.join("log"));
        let ticks = |more_than: usize| {
            eventually("a tick", SOON, || {
                Some(daemon.log().len()).filter(|now| *now > more_than).ok_or_else(String::new)
            })
        };
        ticks(0);
        daemon.pause();
        let before = daemon.log();
        thread::sleep(Duration::from_millis(200));
        assert_eq!(daemon.log(), before);
        daemon.resume();
        ticks(before.len());
    }

    #[test]
    #[should_panic(expected = "no such luck")]
    fn the_log_of_one_that_ends_too_early_is_shown() {
        let folder = Folder::new();
        let mut daemon = Daemon::start(&shell("echo no such luck"), &folder.join("log"));
        daemon.wait_until("good luck", SOON, || Err::<(), _>("none yet".to_owned()));
    }
}
