//! Which replica writes: the holder of the Lease. All others watch, compute and answer requests.
//!
//! It is the election of Kubernetes' own components (client-go), by the same Lease. Two of them never write at once: a holder
//! stops by itself [`DEADLINE`] after its last renewal, and nobody takes its place before [`LEASE`] has passed since. Clocks
//! of two machines are never compared.

mod api;
mod record;
#[cfg(test)]
mod tests;

use std::future::{Future, pending};
use std::pin::pin;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{error, info, warn};

pub use self::api::{KubeLeases, LeaseApi, LeaseError};
use self::record::{Step, decide, held, released};
use crate::clock::Clock;

/// How long a Lease is its holder's without being renewed.
pub const LEASE: Duration = Duration::from_secs(15);
/// For how long a holder writes without having renewed its Lease.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// From one try to the next, and [`JITTER`] at most.
const RETRY: Duration = Duration::from_secs(2);
const JITTER: Duration = Duration::from_millis(400);
/// How long a call may take.
const CALL: Duration = Duration::from_secs(4);
/// How often the Lease is tried to be given up.
const GIVE_UPS: u32 = 3;
/// From one try to the next where the service may not use Leases.
const REFUSED_RETRY: Duration = Duration::from_secs(60);

/// Whether this replica may write. Clones see the same.
#[derive(Clone)]
pub struct Leadership(watch::Receiver<Standing>);

/// What this replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Another one writes, or none.
    Follower,
    /// It may write until then.
    Leader { until: Instant },
    /// It may not use Leases, and takes itself for the only one.
    Unelected,
}

impl Standing {
    fn may_write(self) -> bool {
        match self {
            Self::Follower => false,
            Self::Leader { until } => Instant::now() < until,
            Self::Unelected => true,
        }
    }

    /// Waits for the end of a time in which it may write.
    async fn lapse(self) {
        match self {
            Self::Leader { until } if Instant::now() < until => sleep_until(until).await,
            _ => pending().await,
        }
    }
}

impl Leadership {
    /// That of the only replica there is: without an election.
    #[must_use]
    pub fn unelected() -> Self {
        Self(watch::channel(Standing::Unelected).1)
    }

    /// That of a replica that never leads.
    #[cfg(test)]
    pub(crate) fn follower() -> Self {
        Self(watch::channel(Standing::Follower).1)
    }

    /// Whether this replica may write now. To be asked before every write.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.0.borrow().may_write()
    }

    /// Waits until this replica may write, or until it may not; for no time where it is so already.
    pub async fn wait_until(&mut self, may_write: bool) {
        loop {
            let standing = *self.0.borrow_and_update();
            if standing.may_write() == may_write {
                return;
            }
            tokio::select! {
                () = standing.lapse() => {}
                () = next_standing(&mut self.0) => {}
            }
        }
    }
}

/// Without an election that could change it, a standing stays.
async fn next_standing(standing: &mut watch::Receiver<Standing>) {
    if standing.changed().await.is_err() {
        pending::<()>().await;
    }
}

/// A candidate, and its part in the election.
pub struct Election<A> {
    api: A,
    identity: String,
    clock: Clock,
    standing: watch::Sender<Standing>,
    /// The record, and since when it has been as it is.
    seen: Option<(LeaseSpec, Instant)>,
    /// A Lease was read or made: they are there, and may be used.
    works: bool,
    /// The last try failed, which was said.
    failing: bool,
}

/// What came of a try.
enum Outcome {
    /// The Lease was taken or renewed by a call that was made then.
    Held { since: Instant },
    /// It is another's until then, if nothing happens to it.
    Other { until: Instant },
}

impl<A: LeaseApi> Election<A> {
    /// A candidate whose `identity` no other process has or ever had, and the standing that it will have.
    pub fn new(api: A, identity: String, clock: Clock) -> (Self, Leadership) {
        let (standing, leadership) = watch::channel(Standing::Follower);
        let election =
            Self { api, identity, clock, standing, seen: None, works: false, failing: false };
        (election, Leadership(leadership))
    }

    /// Takes part until `stop`, which is to come after the last write: then the Lease is given up, so that another replica
    /// takes it at once.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let next = tokio::select! {
                biased;
                () = &mut stop => break,
                next = self.round() => next,
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = sleep_until(next) => {}
            }
        }
        self.release().await;
    }

    /// One try, what it means for the standing, and when the next one is due.
    async fn round(&mut self) -> Instant {
        let started = Instant::now();
        let retry = started + RETRY + rand::random_range(Duration::ZERO..=JITTER);
        match self.attempt().await {
            Ok(Outcome::Held { since }) => {
                self.answered();
                self.lead(since + DEADLINE);
                retry
            }
            Ok(Outcome::Other { until }) => {
                self.answered();
                self.follow("another replica has the lease");
                retry.min(until)
            }
            Err(LeaseError::Refused(why)) if !self.works => {
                self.go_unelected(&why);
                started + REFUSED_RETRY
            }
            Err(error) => {
                self.failed(&error);
                retry
            }
        }
    }

    async fn attempt(&mut self) -> Result<Outcome, LeaseError> {
        let Some(lease) = limited(self.api.get()).await? else {
            let since = Instant::now();
            if let Some(Step::Wait { until }) = self.decide_as_seen(since) {
                return Ok(Outcome::Other { until });
            }
            let spec = held(&LeaseSpec::default(), &self.identity, self.clock.now());
            limited(self.api.create(spec)).await?;
            return Ok(Outcome::Held { since });
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let unchanged_since = self.observe(&spec);
        let since = Instant::now();
        if let Step::Wait { until } = decide(&spec, &self.identity, unchanged_since, since) {
            return Ok(Outcome::Other { until });
        }
        let spec = held(&spec, &self.identity, self.clock.now());
        limited(self.api.replace(lease, spec)).await?;
        Ok(Outcome::Held { since })
    }

    /// What the last record that was seen allows: its holder goes on, though somebody has deleted the Lease.
    fn decide_as_seen(&self, now: Instant) -> Option<Step> {
        let (spec, since) = self.seen.as_ref()?;
        Some(decide(spec, &self.identity, *since, now))
    }

    /// Since when the record has been as it is, by this machine's monotonic clock.
    fn observe(&mut self, spec: &LeaseSpec) -> Instant {
        self.works = true;
        match &self.seen {
            Some((seen, since)) if seen == spec => *since,
            _ => {
                let now = Instant::now();
                self.seen = Some((spec.clone(), now));
                now
            }
        }
    }

    fn lead(&self, until: Instant) {
        let before = self.standing.send_replace(Standing::Leader { until });
        if !matches!(before, Standing::Leader { .. }) {
            info!(identity = self.identity, "this replica leads: it has the lease");
        }
    }

    fn follow(&self, why: &str) {
        if self.standing.send_replace(Standing::Follower) != Standing::Follower {
            warn!(identity = self.identity, "this replica no longer leads: {why}");
        }
    }

    fn go_unelected(&self, why: &str) {
        if self.standing.send_replace(Standing::Unelected) != Standing::Unelected {
            error!(
                reason = why,
                "leases may not be used: this replica takes itself for the only one; run no second one before the role \
                 has the verbs get, create and update on leases (coordination.k8s.io) in this namespace"
            );
        }
    }

    fn answered(&mut self) {
        self.works = true;
        if std::mem::take(&mut self.failing) {
            info!("the lease can be read and renewed again");
        }
    }

    /// The standing stays until its time is over.
    fn failed(&mut self, error: &LeaseError) {
        if !std::mem::replace(&mut self.failing, true) {
            warn!("the lease could be neither taken nor renewed, which is tried again: {error}");
        }
        let lapsed = |standing: Standing| standing != Standing::Follower && !standing.may_write();
        if lapsed(*self.standing.borrow()) {
            self.follow("its lease could not be renewed in time");
        }
    }

    /// Gives the Lease up, if it is this replica's.
    async fn release(self) {
        self.standing.send_replace(Standing::Follower);
        if !self.works {
            return;
        }
        match timeout(CALL, self.give_up()).await {
            Ok(Ok(())) => info!("the lease is given up"),
            Ok(Err(error)) => warn!("the lease could not be given up, and runs out: {error}"),
            Err(_) => warn!("the lease could not be given up in time, and runs out"),
        }
    }

    async fn give_up(&self) -> Result<(), LeaseError> {
        // A renewal that was on its way may arrive in between.
        let mut left = GIVE_UPS;
        loop {
            let Some(lease) = self.api.get().await? else { return Ok(()) };
            let spec = lease.spec.clone().unwrap_or_default();
            if spec.holder_identity.as_ref() != Some(&self.identity) {
                return Ok(());
            }
            left -= 1;
            match self.api.replace(lease, released(&spec, self.clock.now())).await {
                Err(LeaseError::Conflict) if left > 0 => {}
                other => return other,
            }
        }
    }
}

async fn limited<T>(call: impl Future<Output = Result<T, LeaseError>>) -> Result<T, LeaseError> {
    let late = || LeaseError::Failed(format!("no answer within {} seconds", CALL.as_secs()));
    timeout(CALL, call).await.unwrap_or_else(|_| Err(late()))
}
