//! Threads for private-key operations, which take milliseconds of a processor: what waits for the network must not wait for
//! them.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use tokio::sync::{Semaphore, oneshot};

/// Who asks for private-key operations. Each has its own queue, so that neither can keep the other waiting for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// SealedSecrets of the cluster. They wait as long as it takes.
    Reconcile,
    /// Requests over HTTP. Those that would wait for too long are refused.
    Request,
}

/// There are as many requests in the queue as it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// A bounded number of threads at work. Clones share them.
#[derive(Clone)]
pub struct Workers {
    /// Whole work in hand, of both shares together.
    threads: Arc<Semaphore>,
    /// Requests in hand: all threads but one, so that reconciling goes on.
    requests: Arc<Semaphore>,
    /// Requests in hand and waiting.
    queue: Arc<Semaphore>,
}

/// How many requests may be in hand and wait.
const QUEUE: usize = 64;

impl Workers {
    /// One thread more than there are processors: requests may keep all of these busy, and reconciling still goes on, with its
    /// share of them.
    #[must_use]
    pub fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        Self::with_threads(processors + 1)
    }

    /// That many threads, at least two.
    #[must_use]
    pub fn with_threads(threads: usize) -> Self {
        let threads = threads.max(2);
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            requests: Arc::new(Semaphore::new(threads - 1)),
            queue: Arc::new(Semaphore::new(QUEUE)),
        }
    }

    /// Runs `work` on a thread that may be busy with it.
    ///
    /// # Errors
    /// [`Busy`] where requests wait already as many as may; or if `work` panicked, which no work should.
    pub async fn run<T: Send + 'static>(
        &self,
        share: Share,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _queued = match share {
            Share::Request => Some(self.queue.try_acquire().map_err(|_| Busy)?),
            Share::Reconcile => None,
        };
        let _request = match share {
            Share::Request => Some(self.requests.acquire().await.map_err(|_| Busy)?),
            Share::Reconcile => None,
        };
        // Semaphores serve in the order in which they were asked.
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| Busy)?;
        let (done, result) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            drop(thread);
            // Whoever asked may have gone away.
            if let Ok(outcome) = outcome {
                drop(done.send(outcome));
            }
        });
        result.await.map_err(|_| Busy)
    }
}

impl Default for Workers {
    fn default() -> Self {
        Self::new()
    }
}
