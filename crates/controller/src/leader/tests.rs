//! Elections against a Lease in memory, in a time of their own.

use std::sync::{Arc, Mutex};

use k8s_openapi::api::coordination::v1::Lease;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sealkit_core::UnixTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;

/// One Lease, and how many writes it has seen.
#[derive(Clone, Default)]
struct Server(Arc<Mutex<Option<Lease>>>);

/// How calls of one replica fail.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    /// The server is away: no answer at all.
    Away,
    /// Writes arrive, answers do not.
    AnswersLost,
    /// The role has nothing on leases.
    Refused,
    /// Somebody else is always faster.
    Conflict,
}

/// What one replica has of the server.
#[derive(Clone, Default)]
struct Link {
    server: Server,
    fault: Arc<Mutex<Fault>>,
}

impl Server {
    fn write(&self, version: Option<&str>, spec: LeaseSpec) -> Result<(), LeaseError> {
        let mut stored = self.0.lock().unwrap();
        let before = stored.as_ref().and_then(|lease| lease.metadata.resource_version.clone());
        if before.as_deref() != version {
            return Err(LeaseError::Conflict);
        }
        let next = before.map_or(1, |version| version.parse::<u64>().unwrap() + 1);
        let mut lease = Lease { spec: Some(spec), ..Lease::default() };
        lease.metadata.resource_version = Some(next.to_string());
        *stored = Some(lease);
        Ok(())
    }

    fn spec(&self) -> LeaseSpec {
        self.0.lock().unwrap().clone().unwrap().spec.unwrap()
    }

    fn holder(&self) -> String {
        self.spec().holder_identity.unwrap()
    }
}

impl Link {
    fn to(server: &Server) -> Self {
        Self { server: server.clone(), ..Self::default() }
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    async fn before(&self) -> Result<(), LeaseError> {
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::Away => pending().await,
            Fault::Refused => Err(LeaseError::Refused("leases is forbidden".to_owned())),
            _ => Ok(()),
        }
    }

    async fn write(&self, version: Option<&str>, spec: LeaseSpec) -> Result<(), LeaseError> {
        self.before().await?;
        let fault = *self.fault.lock().unwrap();
        if fault == Fault::Conflict {
            return Err(LeaseError::Conflict);
        }
        let answer = self.server.write(version, spec);
        if fault == Fault::AnswersLost {
            pending::<()>().await;
        }
        answer
    }
}

impl LeaseApi for Link {
    async fn get(&self) -> Result<Option<Lease>, LeaseError> {
        self.before().await?;
        Ok(self.server.0.lock().unwrap().clone())
    }

    async fn create(&self, spec: LeaseSpec) -> Result<(), LeaseError> {
        self.write(None, spec).await
    }

    async fn replace(&self, lease: Lease, spec: LeaseSpec) -> Result<(), LeaseError> {
        self.write(lease.metadata.resource_version.as_deref(), spec).await
    }
}

/// A replica that takes part.
struct Replica {
    link: Link,
    clock: Clock,
    leadership: Leadership,
    task: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Replica {
    fn start(server: &Server, identity: &str) -> Self {
        Self::start_with(Link::to(server), identity, 1_700_000_000)
    }

    fn start_with(link: Link, identity: &str, time: i64) -> Self {
        let clock = Clock::at(UnixTime(time));
        let (election, leadership) =
            Election::new(link.clone(), identity.to_owned(), clock.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(election.run(async {
            drop(stopped.await);
        }));
        Self { link, clock, leadership, task, stop: Some(stop) }
    }

    async fn leads(&mut self) -> Duration {
        self.reaches(true).await
    }

    async fn stops(&mut self) -> Duration {
        self.reaches(false).await
    }

    /// How long it takes until it may write, or may not.
    async fn reaches(&mut self, may_write: bool) -> Duration {
        let start = Instant::now();
        let reached = self.leadership.wait_until(may_write);
        timeout(seconds(600.0), reached).await.expect("within ten minutes");
        start.elapsed()
    }

    async fn terminate(mut self) {
        drop(self.stop.take());
        self.task.await.unwrap();
        assert!(!self.leadership.may_write());
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[tokio::test(start_paused = true)]
async fn the_first_one_leads_at_once_and_goes_on() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    assert!(first.leads().await < seconds(0.1));
    let second = Replica::start(&server, "b");
    for _ in 0..600 {
        sleep(seconds(0.5)).await;
        assert!(first.leadership.may_write());
        assert!(!second.leadership.may_write());
    }
    assert_eq!(server.spec().lease_transitions, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_killed_one_is_replaced_when_its_lease_has_run_out() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    let mut second = Replica::start(&server, "b");
    sleep(seconds(31.7)).await;
    first.task.abort();
    let replaced = second.leads().await;
    assert!(replaced > seconds(15.0 - 2.4) && replaced < seconds(15.0 + 2.4), "{replaced:?}");
    assert!(!first.leadership.may_write());
    assert_eq!(server.holder(), "b");
    assert_eq!(server.spec().lease_transitions, Some(1));
}

#[tokio::test(start_paused = true)]
async fn one_that_ends_hands_over_at_once() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    let mut second = Replica::start(&server, "b");
    sleep(seconds(5.0)).await;
    first.terminate().await;
    assert_eq!(server.holder(), "");
    assert_eq!(server.spec().lease_duration_seconds, Some(1));
    let handed_over = second.leads().await;
    assert!(handed_over <= seconds(2.4), "{handed_over:?}");
    assert_eq!(server.spec().lease_duration_seconds, Some(15));
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_lead_leaves_the_lease_alone_when_it_ends() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    let second = Replica::start(&server, "b");
    sleep(seconds(5.0)).await;
    second.terminate().await;
    assert_eq!(server.holder(), "a");
}

#[tokio::test(start_paused = true)]
async fn writing_stops_after_ten_seconds_without_the_server() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    sleep(seconds(60.0)).await;
    first.link.set(Fault::Away);
    let stopped = first.stops().await;
    assert!(stopped > seconds(10.0 - 2.4) && stopped <= seconds(10.0), "{stopped:?}");
    sleep(seconds(300.0)).await;
    assert!(!first.leadership.may_write());
    first.link.set(Fault::None);
    let again = first.leads().await;
    assert!(again < seconds(8.0), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_cut_off_stops_before_another_starts() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    let mut second = Replica::start(&server, "b");
    sleep(seconds(20.0)).await;
    first.link.set(Fault::Away);
    first.stops().await;
    let between = second.leads().await;
    assert!(between > seconds(2.5), "{between:?}");
    // It does not come back as the leader, and the other one goes on.
    first.link.set(Fault::None);
    for _ in 0..100 {
        sleep(seconds(0.5)).await;
        assert!(!first.leadership.may_write());
        assert!(second.leadership.may_write());
    }
}

#[tokio::test(start_paused = true)]
async fn renewals_count_from_when_they_were_sent_and_only_when_answered() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    first.link.set(Fault::AnswersLost);
    // Its renewals arrive, so that nobody takes the lease, and it does not know.
    let stopped = first.stops().await;
    assert!(stopped <= seconds(10.0), "{stopped:?}");
    assert_eq!(server.holder(), "a");
    first.link.set(Fault::None);
    first.leads().await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_taken_without_an_answer_is_known_at_the_next_try() {
    let server = Server::default();
    let link = Link::to(&server);
    link.set(Fault::AnswersLost);
    let mut first = Replica::start_with(link, "a", 1_700_000_000);
    sleep(seconds(1.0)).await;
    assert_eq!(server.holder(), "a");
    assert!(!first.leadership.may_write());
    first.link.set(Fault::None);
    assert!(first.leads().await < seconds(4.0));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_a_lost_try_and_no_more() {
    let server = Server::default();
    let link = Link::to(&server);
    link.set(Fault::Conflict);
    let mut first = Replica::start_with(link, "a", 1_700_000_000);
    sleep(seconds(7.0)).await;
    assert!(!first.leadership.may_write());
    first.link.set(Fault::None);
    assert!(first.leads().await <= seconds(2.4));
}

#[tokio::test(start_paused = true)]
async fn clocks_of_machines_do_not_matter() {
    let server = Server::default();
    // Hours apart, and both standing still.
    let mut first = Replica::start_with(Link::to(&server), "a", 1_700_000_000);
    first.leads().await;
    let mut second = Replica::start_with(Link::to(&server), "b", 1_700_080_000);
    let mut third = Replica::start_with(Link::to(&server), "c", 1_600_000_000);
    for step in 0..200 {
        first.clock.set(UnixTime(1_700_000_000 + (step % 3) * 100_000));
        sleep(seconds(0.7)).await;
        assert!(first.leadership.may_write());
        assert!(!second.leadership.may_write() && !third.leadership.may_write());
    }
    first.task.abort();
    tokio::select! { _ = second.leads() => {}, _ = third.leads() => {} }
    sleep(seconds(1.0)).await;
    assert_ne!(second.leadership.may_write(), third.leadership.may_write());
}

#[tokio::test(start_paused = true)]
async fn without_rights_on_leases_the_only_replica_writes_and_joins_when_it_may() {
    let server = Server::default();
    let link = Link::to(&server);
    link.set(Fault::Refused);
    let mut first = Replica::start_with(link, "a", 1_700_000_000);
    assert!(first.leads().await < seconds(0.1));
    sleep(seconds(3600.0)).await;
    assert!(first.leadership.may_write());
    let second = Replica::start(&server, "b");
    sleep(seconds(1.0)).await;
    assert!(second.leadership.may_write());
    first.link.set(Fault::None);
    let stopped = first.stops().await;
    assert!(stopped <= seconds(60.0), "{stopped:?}");
}

#[tokio::test(start_paused = true)]
async fn rights_that_are_taken_away_later_end_the_leadership() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    first.link.set(Fault::Refused);
    assert!(first.stops().await <= seconds(10.0));
    sleep(seconds(300.0)).await;
    assert!(!first.leadership.may_write());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_deleted_is_made_again_by_its_holder() {
    let server = Server::default();
    let mut first = Replica::start(&server, "a");
    first.leads().await;
    let second = Replica::start(&server, "b");
    for step in 0..200 {
        sleep(seconds(0.3)).await;
        if step % 40 == 20 {
            *server.0.lock().unwrap() = None;
        }
        assert!(first.leadership.may_write() && !second.leadership.may_write());
    }
    assert_eq!(server.holder(), "a");
}

#[tokio::test(start_paused = true)]
async fn two_never_write_at_once_whatever_fails() {
    for seed in 0..20 {
        let mut chance = StdRng::seed_from_u64(seed);
        let server = Server::default();
        let start = |number: usize| Replica::start(&server, &format!("r{number}"));
        let mut replicas: Vec<_> = (0..3).map(start).collect();
        for step in 3..403 {
            let replica = chance.random_range(0..replicas.len());
            match chance.random_range(0..20) {
                0 => std::mem::replace(&mut replicas[replica], start(step)).task.abort(),
                1 => std::mem::replace(&mut replicas[replica], start(step)).terminate().await,
                2..6 => replicas[replica].link.set(Fault::Away),
                6..9 => replicas[replica].link.set(Fault::AnswersLost),
                9..11 => replicas[replica].link.set(Fault::Conflict),
                _ => replicas[replica].link.set(Fault::None),
            }
            for _ in 0..chance.random_range(1..40) {
                sleep(seconds(0.1)).await;
                assert!(writers(&replicas) <= 1, "seed {seed}, step {step}");
            }
        }
        replicas.iter().for_each(|replica| replica.link.set(Fault::None));
        sleep(seconds(15.0 + 2.4 + 4.0)).await;
        assert_eq!(writers(&replicas), 1, "seed {seed}");
    }
}

fn writers(replicas: &[Replica]) -> usize {
    replicas.iter().filter(|replica| replica.leadership.may_write()).count()
}
