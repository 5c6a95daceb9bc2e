//! A terminal that does not show what is typed.

use std::io::{self, Stdin};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::signals::HeldBack;

/// How long a person waits after Ctrl-C at most, should it come in the one moment in which it wakes nobody.
const MOMENT: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// In which what is pasted arrives.
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// While it lives, the terminal at standard input shows nothing but the end of a line. It is set right again when this is
/// dropped, and so before a signal ends the program.
pub(crate) struct Unseen {
    terminal: Stdin,
    before: Termios,
    signals: HeldBack,
}

impl Unseen {
    /// What has been typed before is lost: it was seen.
    pub(super) fn begin(terminal: Stdin) -> io::Result<Self> {
        let signals = HeldBack::begin()?;
        let before = tcgetattr(&terminal)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        modes.local_modes.insert(LocalModes::ECHONL | LocalModes::ICANON);
        let unseen = Self { terminal, before, signals };
        tcsetattr(&unseen.terminal, OptionalActions::Flush, &modes)?;
        Ok(unseen)
    }

    /// Waits for the end of a line. An error once a signal has come.
    pub(crate) fn wait(&self) -> io::Result<()> {
        loop {
            self.signals.check()?;
            if self.is_readable(&MOMENT)? {
                return Ok(());
            }
        }
    }

    /// Whether there is more than the line that was read, as there is when several lines are pasted. The terminal gives
    /// out single characters from now on: the last of the lines may have no end.
    pub(crate) fn has_more(&self) -> io::Result<bool> {
        let mut modes = tcgetattr(&self.terminal)?;
        modes.local_modes.remove(LocalModes::ICANON);
        tcsetattr(&self.terminal, OptionalActions::Now, &modes)?;
        self.is_readable(&AT_ONCE)
    }

    fn is_readable(&self, within: &Timespec) -> io::Result<bool> {
        let mut terminal = [PollFd::new(&self.terminal, PollFlags::IN)];
        match poll(&mut terminal, Some(within)) {
            Ok(readable) => Ok(readable > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // What was pasted behind the first line is no command for the shell.
        tcsetattr(&self.terminal, OptionalActions::Flush, &self.before).ok();
    }
}
