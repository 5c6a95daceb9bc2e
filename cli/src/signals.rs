//! Signals that end the program, held back while there is something to be put in order before it ends.
//!
//! Nothing is set up before that: a run that holds nothing back dies as any program does.

#[cfg(unix)]
pub(crate) use unix::HeldBack;

#[cfg(not(unix))]
pub(crate) use elsewhere::HeldBack;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag::{register_conditional_default, register_usize};
    use signal_hook::low_level::emulate_default_handler;

    /// While it lives, a signal that would end the program only leaves a mark; the program ends when it is dropped.
    pub(crate) struct HeldBack {
        signals: &'static Signals,
        _one_at_a_time: MutexGuard<'static, ()>,
    }

    impl HeldBack {
        /// From now on.
        pub(crate) fn begin() -> io::Result<Self> {
            static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
            let one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
            let signals = Signals::set_up()?;
            signals.end_at_once.store(false, Ordering::SeqCst);
            Ok(Self { signals, _one_at_a_time: one_at_a_time })
        }

        /// An error once the program is about to end.
        pub(crate) fn check(&self) -> io::Result<()> {
            match self.signals.caught.load(Ordering::SeqCst) {
                0 => Ok(()),
                _ => Err(io::ErrorKind::Interrupted.into()),
            }
        }
    }

    impl Drop for HeldBack {
        fn drop(&mut self) {
            self.signals.end_at_once.store(true, Ordering::SeqCst);
            let caught = self.signals.caught.load(Ordering::SeqCst);
            if let Ok(signal @ 1..) = i32::try_from(caught) {
                // As if it had come only now; it does not come back.
                emulate_default_handler(signal).ok();
            }
        }
    }

    /// What the handlers look at.
    struct Signals {
        end_at_once: Arc<AtomicBool>,
        /// The signal's number; 0 is none.
        caught: Arc<AtomicUsize>,
    }

    impl Signals {
        fn set_up() -> io::Result<&'static Self> {
            static SIGNALS: OnceLock<Signals> = OnceLock::new();
            if let Some(signals) = SIGNALS.get() {
                return Ok(signals);
            }
            let end_at_once = Arc::new(AtomicBool::new(true));
            let signals = Self { end_at_once, caught: Arc::default() };
            let ignored = ignored();
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
                if ignored & (1 << (signal - 1)) == 0 {
                    register_conditional_default(signal, Arc::clone(&signals.end_at_once))?;
                    let number = usize::try_from(signal).unwrap_or_default();
                    register_usize(signal, Arc::clone(&signals.caught), number)?;
                }
            }
            Ok(SIGNALS.get_or_init(|| signals))
        }
    }

    /// The signals that whoever started the program wants it to ignore, as `nohup` does; a bit each.
    fn ignored() -> u64 {
        // Systems without this file have no way to ask that is safe code.
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        ignored_by(&status)
    }

    fn ignored_by(status: &str) -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn signals_that_are_ignored_are_read_from_the_status() {
            let status = "SigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t00\n";
            assert_eq!(ignored_by(status), 0x1001);
            assert_eq!(ignored_by("Name:\tseal\n"), 0);
        }
    }
}

/// There, nothing is held back.
#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    pub(crate) struct HeldBack;

    impl HeldBack {
        pub(crate) fn begin() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) fn check(&self) -> io::Result<()> {
            Ok(())
        }
    }
}
