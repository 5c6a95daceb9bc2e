//! Who else writes a Secret again and again: it is not restored without an end.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::object::ObjectKey;

/// The time in which restores are counted.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// How many restores of one Secret there are within [`WINDOW`].
pub(super) const LIMIT: usize = 5;

/// The restores of the last minute: writes of Secrets that had been written before for the same SealedSecret, and that
/// somebody else has changed since.
#[derive(Default)]
pub struct Contention {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    restores: HashMap<ObjectKey, VecDeque<Instant>>,
    swept: Option<Instant>,
}

impl Contention {
    /// A Secret was restored.
    pub(super) fn restored(&self, key: &ObjectKey) {
        let now = Instant::now();
        let mut inner = self.lock();
        inner.sweep(now);
        let times = inner.restores.entry(key.clone()).or_default();
        times.push_back(now);
        // More are never asked for.
        if times.len() > LIMIT {
            times.pop_front();
        }
    }

    /// How long to leave a Secret alone that was restored too often; none where it was not.
    pub(super) fn pause(&self, key: &ObjectKey) -> Option<Duration> {
        let inner = self.lock();
        let times = inner.restores.get(key).filter(|times| times.len() == LIMIT)?;
        let over = *times.front()? + WINDOW;
        let pause = over.saturating_duration_since(Instant::now());
        (!pause.is_zero()).then_some(pause)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Forgets what is older than the window, once in each.
    fn sweep(&mut self, now: Instant) {
        if self.swept.is_some_and(|swept| now < swept + WINDOW) {
            return;
        }
        self.swept = Some(now);
        self.restores.retain(|_, times| times.back().is_some_and(|last| now < *last + WINDOW));
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn key(name: &str) -> ObjectKey {
        ObjectKey { namespace: "n".to_owned(), name: name.to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_restored_too_often_is_left_alone_until_the_first_restore_is_a_minute_old() {
        let contention = Contention::default();
        for _ in 0..LIMIT {
            assert_eq!(contention.pause(&key("a")), None);
            contention.restored(&key("a"));
            advance(Duration::from_secs(2)).await;
        }
        assert_eq!(contention.pause(&key("a")), Some(Duration::from_secs(50)));
        assert_eq!(contention.pause(&key("b")), None);
        advance(Duration::from_secs(50)).await;
        assert_eq!(contention.pause(&key("a")), None);
        contention.restored(&key("a"));
        assert_eq!(contention.pause(&key("a")), Some(Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_restored_long_ago_is_forgotten() {
        let contention = Contention::default();
        contention.restored(&key("a"));
        advance(2 * WINDOW).await;
        contention.restored(&key("b"));
        assert_eq!(contention.lock().restores.len(), 1);
    }
}
