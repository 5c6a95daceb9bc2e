//! The time of day, which tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sealkit_core::UnixTime;

/// Tells the time of day. Durations are measured by tokio's and the system's monotonic clock instead: the time of day jumps.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// One that stands still until it is set. Clones are set together.
    #[must_use]
    pub fn at(time: UnixTime) -> Self {
        Self(Source::Set(Arc::new(AtomicI64::new(time.0))))
    }

    /// Sets a clock made by [`Clock::at`]. The machine's cannot be set.
    pub fn set(&self, time: UnixTime) {
        if let Source::Set(seconds) = &self.0 {
            seconds.store(time.0, Ordering::SeqCst);
        }
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        match &self.0 {
            Source::System => system_time(),
            Source::Set(seconds) => UnixTime(seconds.load(Ordering::SeqCst)),
        }
    }
}

fn system_time() -> UnixTime {
    let seconds = |length: std::time::Duration| i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
    UnixTime(match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => seconds(since),
        Err(before) => -seconds(before.duration()),
    })
}
