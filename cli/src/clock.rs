//! The only place that asks for the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sealkit_core::UnixTime;

/// The time now, in whole seconds.
pub(crate) fn now() -> UnixTime {
    UnixTime(precisely_now().0)
}

/// The time now: seconds since 1970 and nanoseconds. A clock before 1970 counts as 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
pub(crate) fn precisely_now() -> (i64, u32) {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX);
    (seconds, since_epoch.subsec_nanos())
}

/// Asks whether this time has passed since it was made.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
pub(crate) fn has_passed(time: Duration) -> impl Fn() -> bool + Send + 'static {
    let start = Instant::now();
    move || start.elapsed() >= time
}

/// How much time has passed since it was made.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Until when something has to be done.
pub(crate) struct Deadline {
    began: Instant,
    length: Duration,
}

impl Deadline {
    /// So long from now on.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    pub(crate) fn within(length: Duration) -> Self {
        Self { began: Instant::now(), length }
    }

    /// How much time is left; none when there is none.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.length.checked_sub(self.began.elapsed()).filter(|left| !left.is_zero())
    }
}
