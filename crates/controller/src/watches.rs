//! What is watched, and what follows from each change: which SealedSecret to look at.

mod sealed_secrets;
mod secrets;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kube::runtime::watcher;
use tokio::sync::Notify;

use crate::index::Index;
use crate::observer::Observer;
use crate::queue::{Priority, Queue};

pub use sealed_secrets::watch_sealed_secrets;
pub use secrets::watch_secrets;

/// Where changes go.
#[derive(Clone)]
pub struct Sink {
    /// What is known of the cluster.
    pub index: Arc<Index>,
    /// What to look at next.
    pub queue: Arc<Queue>,
    /// Who is told.
    pub observer: Arc<dyn Observer>,
    /// Whether the first lists are there.
    pub listed: Arc<Listed>,
}

/// Waits for the first lists: before they are all there, a Secret that is not known of may be there all the same.
pub struct Listed {
    missing: AtomicUsize,
    done: Notify,
}

impl Listed {
    /// Waits for this many lists.
    #[must_use]
    pub fn new(lists: usize) -> Self {
        Self { missing: AtomicUsize::new(lists), done: Notify::new() }
    }

    /// One of them is there. Each says so once.
    pub fn one(&self) {
        if self.missing.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.done.notify_waiters();
        }
    }

    /// Whether all are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.load(Ordering::SeqCst) == 0
    }

    /// Waits until all are there.
    pub async fn complete(&self) {
        let done = self.done.notified();
        tokio::pin!(done);
        // Registered before it is asked, so that no notice is missed.
        done.as_mut().enable();
        if !self.is_complete() {
            done.await;
        }
    }
}

/// Whether the service may not list. In a namespace that does not exist yet, it has no Role: nobody waits for that one, and it
/// is taken up when it can be listed.
fn is_refused(error: &watcher::Error) -> bool {
    let watcher::Error::InitialListFailed(kube::Error::Api(status)) = error else { return false };
    status.code == 403
}

impl Sink {
    /// Puts all SealedSecrets into the queue: those that are in sync cost nothing.
    pub fn look_at_all(&self) {
        for key in self.index.keys() {
            let is_urgent = self.index.get(&key).is_some_and(|entry| entry.sealed.is_unsettled());
            self.queue.push(key, if is_urgent { Priority::Urgent } else { Priority::Look });
        }
    }

    /// One is gone, or going. It is looked at once more: its Secret may have to go as well.
    fn gone(&self, key: &crate::object::ObjectKey) {
        self.queue.forget(key);
        self.queue.push(key.clone(), Priority::Look);
        self.observer.gone(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_rights_to_list_are_a_refusal() {
        let status = |code| {
            kube::Error::Api(Box::new(kube::core::Status::failure("no", "No").with_code(code)))
        };
        assert!(is_refused(&watcher::Error::InitialListFailed(status(403))));
        assert!(!is_refused(&watcher::Error::InitialListFailed(status(404))));
        assert!(!is_refused(&watcher::Error::InitialListFailed(status(503))));
        assert!(!is_refused(&watcher::Error::WatchStartFailed(status(403))));
    }
}
