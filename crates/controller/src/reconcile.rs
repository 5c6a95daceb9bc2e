//! One SealedSecret after the other: look, plan, write, report.

mod contention;
mod dry_run;
mod removal;
mod report;
mod secret;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use self::contention::Contention;
use crate::api::{Api, ApiError};
use crate::clock::Clock;
use crate::events::Events;
use crate::index::{Entry, Index};
use crate::keys::Keys;
use crate::leader::Leadership;
use crate::object::ObjectKey;
use crate::observer::Observer;
use crate::plan::{
    self, Decision, Failure, Outcome, Retry, SecretState, Settings, Situation, reason,
};
use crate::queue::{Priority, Queue};
use crate::shutdown::Shutdown;
use crate::workers::Workers;

/// How often an object is looked at again at once, where somebody else has written meanwhile.
const ROUNDS: usize = 5;

/// What the operator wants of reconciling.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// `spec.data` counts.
    pub accepts_deprecated_data: bool,
    /// The status is written.
    pub updates_status: bool,
    /// `Ready` and `Stalled` beside `Synced`, and the record.
    pub extra_conditions: bool,
    /// Secrets that were deleted are not made again, and not watched.
    pub skip_recreate: bool,
    /// The Secret of a SealedSecret that was deleted is deleted, too (`--old-gc-behavior`).
    pub deletes_secrets: bool,
    /// Nothing is written; what would be is logged.
    pub dry_run: bool,
    /// What every Secret gets.
    pub settings: Settings,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            accepts_deprecated_data: true,
            updates_status: true,
            extra_conditions: true,
            skip_recreate: false,
            deletes_secrets: false,
            dry_run: false,
            settings: Settings { labels: BTreeMap::new(), annotations: BTreeMap::new() },
        }
    }
}

/// All that reconciling uses.
pub struct Reconciler {
    /// Requests to the API server.
    pub api: Api,
    /// What is known of the cluster.
    pub index: Arc<Index>,
    /// What to look at next.
    pub queue: Arc<Queue>,
    /// The keys.
    pub keys: Keys,
    /// Threads for private-key operations.
    pub workers: Workers,
    /// The time of day.
    pub clock: Clock,
    /// Events.
    pub events: Events,
    /// Whether this replica may write.
    pub leadership: Leadership,
    /// Who is told what became of each object.
    pub observer: Arc<dyn Observer>,
    /// What the operator wants.
    pub wishes: Wishes,
    /// The installed definition of the resource drops the record.
    pub drops_record: AtomicBool,
    /// How often each Secret was restored of late.
    pub contention: Contention,
}

/// What is to be done after an attempt.
enum Next {
    /// Nothing, until something changes.
    Wait,
    /// Look again at once: somebody else has written.
    Again,
    /// Try again later.
    Later,
    /// Look again after this time.
    After(Duration),
}

impl Reconciler {
    /// Looks at what the queue gives, as long as this replica may write and until `shutdown`. Several of these run side by
    /// side.
    pub async fn run(self: Arc<Self>, mut shutdown: Shutdown) {
        let mut leadership = self.leadership.clone();
        loop {
            let key = tokio::select! {
                biased;
                () = shutdown.requested() => return,
                key = self.next(&mut leadership) => key,
            };
            if leadership.may_write() {
                self.handle(&key).await;
            } else {
                self.queue.push(key.clone(), Priority::Urgent);
            }
            self.queue.done(&key);
        }
    }

    async fn next(&self, leadership: &mut Leadership) -> ObjectKey {
        leadership.wait_until(true).await;
        self.queue.next().await
    }

    /// Looks at one SealedSecret until nobody else comes between.
    async fn handle(&self, key: &ObjectKey) {
        for _ in 0..ROUNDS {
            match self.reconcile(key).await {
                Next::Wait => return self.queue.succeeded(key),
                Next::After(pause) => return self.queue.push_after(key.clone(), pause),
                Next::Later => break,
                Next::Again => {}
            }
        }
        let attempts = self.queue.retry(key.clone());
        tracing::debug!(%key, attempts, "it is tried again later");
    }

    async fn reconcile(&self, key: &ObjectKey) -> Next {
        if self.wishes.skip_recreate
            && let Err(next) = self.look_at_secret(key).await
        {
            return next;
        }
        let Some(entry) = self.index.get(key) else { return self.remove_secret_of(key).await };
        let keys = Arc::clone(&self.keys.borrow());
        let decision = plan::decide(Situation {
            sealed: &entry.sealed,
            applied: entry.applied(),
            secret: entry.secret.as_deref().map_or(SecretState::Absent, SecretState::Present),
            keys: &keys,
            options: plan::Options {
                open_all: entry.is_audited,
                skip_recreate: self.wishes.skip_recreate,
            },
        });
        match decision {
            Decision::LeaveAlone => Next::Wait,
            Decision::Report(outcome) => self.report(&entry, outcome).await,
            Decision::Write(target) => self.unseal_and_write(&entry, target, &keys).await,
        }
    }

    async fn unseal_and_write(
        &self,
        entry: &Entry,
        target: plan::Target,
        keys: &Arc<crate::keys::KeySet>,
    ) -> Next {
        if let Some(failure) = entry.known_failure(keys) {
            return self.report(entry, Outcome::Failed(failure.clone())).await;
        }
        if entry.was_applied()
            && let Some(pause) = self.contention.pause(&entry.sealed.key)
        {
            return match self.report(entry, Outcome::Failed(Failure::contended())).await {
                Next::Wait | Next::Later => Next::After(pause),
                next => next,
            };
        }
        if entry.sealed.spec.is_none() {
            return self.fetch(&entry.sealed.key).await;
        }
        self.observer.unsealing();
        match self.unseal(entry, keys).await {
            Ok(unsealed) => match self.write(entry, target, &unsealed).await {
                Ok(outcome) => self.report(entry, outcome).await,
                Err(next) => next,
            },
            Err(failure) => {
                self.index.set_failed(&entry.sealed, &failure, keys);
                self.report(entry, Outcome::Failed(failure)).await
            }
        }
    }

    /// Learns of a Secret that no watch tells of.
    async fn look_at_secret(&self, key: &ObjectKey) -> Result<(), Next> {
        match self.api.secret_metadata(key).await {
            Ok(Some(metadata)) => drop(self.index.put_secret(metadata, true)),
            Ok(None) => drop(self.index.remove_secret(key)),
            // A write will tell what is there.
            Err(ApiError::Forbidden(_)) => {}
            Err(error) => {
                tracing::warn!(%key, %error, "its Secret cannot be looked at");
                return Err(Next::Later);
            }
        }
        Ok(())
    }

    /// Gets a spec that was let go.
    async fn fetch(&self, key: &ObjectKey) -> Next {
        match self.api.sealed_secret(key).await {
            Ok(Some(object)) => {
                self.index.put_fetched(object);
                Next::Again
            }
            Ok(None) => {
                self.index.remove_sealed(key);
                // No list will miss what is not known any more.
                self.observer.gone(key);
                Next::Wait
            }
            Err(error) => {
                tracing::warn!(%key, %error, "the SealedSecret cannot be read");
                Next::Later
            }
        }
    }
}

/// What a failure to write means.
fn update_failure(error: &ApiError) -> Failure {
    let (reason, retry) = match error {
        ApiError::Immutable => (reason::IMMUTABLE, Retry::OnChange),
        ApiError::Invalid(_) => (reason::INVALID, Retry::OnChange),
        ApiError::Forbidden(_) => (reason::FORBIDDEN, Retry::Later),
        _ => (reason::UNAVAILABLE, Retry::Later),
    };
    Failure::update(reason, error.to_string(), retry)
}
