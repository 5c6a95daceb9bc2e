//! Which SealedSecret to look at next: each at most once at a time, new ones first, failed ones again after a while.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::object::ObjectKey;

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// New, changed or failed: somebody waits for it.
    Urgent,
    /// It only needs a look.
    Look,
}

/// The first wait after a failure; each further one is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest wait.
const LAST_RETRY: Duration = Duration::from_secs(600);

/// The queue. Everything about it is done under one lock, for less than a microsecond.
#[derive(Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    woken: Notify,
}

#[derive(Default)]
struct Inner {
    urgent: VecDeque<ObjectKey>,
    look: VecDeque<ObjectKey>,
    waiting: HashMap<ObjectKey, Priority>,
    /// Those that somebody works on.
    in_hand: HashSet<ObjectKey>,
    /// Those of them that are to be looked at again.
    again: HashMap<ObjectKey, Priority>,
    later: BinaryHeap<Reverse<(Instant, ObjectKey)>>,
    /// When each is due; what stands in `later` with another time is out of date.
    due: HashMap<ObjectKey, Instant>,
    attempts: HashMap<ObjectKey, u32>,
}

impl Queue {
    /// Puts one in, unless it is in already. If somebody works on it, it is looked at once more after that.
    pub fn push(&self, key: ObjectKey, priority: Priority) {
        self.lock().push(key, priority);
        self.woken.notify_one();
    }

    /// Puts one in after a while; the earlier time counts.
    pub fn push_after(&self, key: ObjectKey, delay: Duration) {
        self.lock().push_at(key, Instant::now() + delay);
        self.woken.notify_one();
    }

    /// Puts one in that has failed: after a second, then twice as long each time, at most ten minutes. Returns how often it
    /// has failed in a row.
    pub fn retry(&self, key: ObjectKey) -> u32 {
        let attempts = {
            let mut inner = self.lock();
            let attempts = inner.attempts.entry(key.clone()).or_default();
            *attempts = attempts.saturating_add(1);
            let attempts = *attempts;
            inner.push_at(key, Instant::now() + jittered(retry_delay(attempts)));
            attempts
        };
        self.woken.notify_one();
        attempts
    }

    /// Forgets how often one has failed.
    pub fn succeeded(&self, key: &ObjectKey) {
        self.lock().attempts.remove(key);
    }

    /// How many have failed and are waiting to be tried again.
    pub fn failing(&self) -> usize {
        self.lock().attempts.len()
    }

    /// Forgets one that is gone.
    pub fn forget(&self, key: &ObjectKey) {
        let mut inner = self.lock();
        inner.attempts.remove(key);
        inner.due.remove(key);
    }

    /// The next one. Whoever takes it says [`Queue::done`] afterwards.
    pub async fn next(&self) -> ObjectKey {
        loop {
            let woken = self.woken.notified();
            let due = match self.lock().take(Instant::now()) {
                Ok(key) => return key,
                Err(due) => due,
            };
            match due {
                Some(due) => drop(tokio::time::timeout_at(due, woken).await),
                None => woken.await,
            }
        }
    }

    /// Nobody works on it any more.
    pub fn done(&self, key: &ObjectKey) {
        let mut inner = self.lock();
        inner.in_hand.remove(key);
        if let Some(priority) = inner.again.remove(key) {
            inner.push(key.clone(), priority);
            self.woken.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn push(&mut self, key: ObjectKey, priority: Priority) {
        self.due.remove(&key);
        if self.in_hand.contains(&key) {
            let again = self.again.entry(key).or_insert(priority);
            *again = priority.min(*again);
            return;
        }
        if self.waiting.get(&key).is_some_and(|known| *known <= priority) {
            return;
        }
        self.waiting.insert(key.clone(), priority);
        match priority {
            Priority::Urgent => self.urgent.push_back(key),
            Priority::Look => self.look.push_back(key),
        }
    }

    fn push_at(&mut self, key: ObjectKey, at: Instant) {
        if self.due.get(&key).is_none_or(|due| at < *due) {
            self.due.insert(key.clone(), at);
            self.later.push(Reverse((at, key)));
        }
    }

    /// The next one; else when the next is due.
    fn take(&mut self, now: Instant) -> Result<ObjectKey, Option<Instant>> {
        self.wake_due(now);
        for (queue, priority) in
            [(&mut self.urgent, Priority::Urgent), (&mut self.look, Priority::Look)]
        {
            while let Some(key) = queue.pop_front() {
                // One that became urgent stands in both.
                if self.waiting.get(&key) == Some(&priority) {
                    self.waiting.remove(&key);
                    self.in_hand.insert(key.clone());
                    return Ok(key);
                }
            }
        }
        Err(self.later.peek().map(|Reverse((at, _))| *at))
    }

    fn wake_due(&mut self, now: Instant) {
        while let Some(Reverse((at, _))) = self.later.peek()
            && *at <= now
        {
            let Some(Reverse((at, key))) = self.later.pop() else { return };
            if self.due.get(&key) == Some(&at) {
                self.push(key, Priority::Urgent);
            }
        }
    }
}

fn retry_delay(attempts: u32) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).filter(|factor| *factor != 0);
    doubled.map_or(LAST_RETRY, |factor| FIRST_RETRY.saturating_mul(factor).min(LAST_RETRY))
}

/// Up to a tenth longer, so that what failed together is not tried again together.
fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(1.0 + rand::random::<f64>() / 10.0)
}

/// Keys in the order in which they are taken: what tests and reports look at.
impl Queue {
    /// All that wait now, whatever for.
    pub fn waiting(&self) -> BTreeSet<ObjectKey> {
        let inner = self.lock();
        inner.waiting.keys().chain(inner.due.keys()).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> ObjectKey {
        ObjectKey { namespace: "n".to_owned(), name: name.to_owned() }
    }

    fn take(queue: &Queue) -> Option<String> {
        queue.lock().take(Instant::now()).ok().map(|key| key.name)
    }

    #[tokio::test(start_paused = true)]
    async fn urgent_ones_come_first_and_each_once() {
        let queue = Queue::default();
        queue.push(key("a"), Priority::Look);
        queue.push(key("b"), Priority::Look);
        queue.push(key("c"), Priority::Urgent);
        queue.push(key("b"), Priority::Urgent);
        queue.push(key("b"), Priority::Look);
        let order: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
        assert_eq!(order, ["c", "b", "a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_while_it_is_in_hand_is_looked_at_again() {
        let queue = Queue::default();
        queue.push(key("a"), Priority::Look);
        let taken = queue.next().await;
        queue.push(key("a"), Priority::Look);
        queue.push(key("a"), Priority::Urgent);
        assert_eq!(take(&queue), None, "nobody else may work on it");
        queue.done(&taken);
        assert_eq!(take(&queue).as_deref(), Some("a"));
        queue.done(&taken);
        assert_eq!(take(&queue), None);
    }

    #[tokio::test(start_paused = true)]
    async fn failed_ones_come_back_later_and_later() {
        let queue = Queue::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            queue.retry(key("a"));
            let start = Instant::now();
            let taken = queue.next().await;
            waits.push(start.elapsed().as_secs());
            queue.done(&taken);
        }
        for (wait, expected) in waits.iter().zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
        {
            assert!((expected..=expected + expected / 10).contains(wait), "{waits:?}");
        }
        assert_eq!(queue.failing(), 1);
        queue.succeeded(&key("a"));
        assert_eq!(queue.retry(key("a")), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_does_not_wait_for_the_retry_and_replaces_it() {
        let queue = Queue::default();
        queue.push_after(key("a"), Duration::from_secs(60));
        queue.push(key("a"), Priority::Urgent);
        assert_eq!(take(&queue).as_deref(), Some("a"));
        queue.done(&key("a"));
        tokio::time::advance(Duration::from_secs(120)).await;
        assert_eq!(take(&queue), None);
    }

    #[test]
    fn no_number_of_failures_is_too_large() {
        for attempts in [11, 32, 33, u32::MAX] {
            assert_eq!(retry_delay(attempts), LAST_RETRY);
        }
    }
}
