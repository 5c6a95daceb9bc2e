//! Keys that are made in a cluster in memory, in a time of its own.

use sealkit_core::KeyOrder;
use tokio::sync::watch::channel;
use tokio::task::JoinHandle;

use super::*;
use crate::keys::testing::{Cluster, Fault, PREFIX, key_secret};
use crate::keys::watch::KeyWatch;
use crate::restores::Restores;

const START: i64 = 1_700_000_000;
const DAY: u64 = 86_400;

/// A replica that watches keys and makes them.
struct Replica {
    asked: Arc<Notify>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

fn options() -> RenewalOptions {
    RenewalOptions { size: 2048, ..RenewalOptions::default() }
}

fn cluster() -> Cluster {
    Cluster::new(Clock::at(UnixTime(START)))
}

fn start(cluster: &Cluster, options: RenewalOptions) -> Replica {
    start_with(cluster, options, Leadership::unelected())
}

fn start_with(cluster: &Cluster, options: RenewalOptions, leadership: Leadership) -> Replica {
    let workers = Workers::with_threads(2);
    let prefix = options.prefix.clone();
    let (publish, keys) = channel(Arc::new(KeySet::empty()));
    let order = KeyOrder::default();
    let watch =
        KeyWatch::new(cluster.clone(), prefix, order, workers.clone(), Restores::never(), publish);
    let context = RenewalContext {
        api: cluster.clone(),
        namespace: "seal".to_owned(),
        installation: Some("3f2504e0-4f89-11d3-9a0c-0305e82c3301".to_owned()),
        leadership,
        keys,
        workers,
        clock: cluster.clock.clone(),
    };
    let asked = Arc::new(Notify::new());
    let renewal = Renewal::new(context, options, Arc::clone(&asked));
    let tasks = [tokio::spawn(watch.run()), tokio::spawn(renewal.run())];
    Replica { asked, tasks }
}

/// Lets so much time pass, on the wall as well.
async fn pass(cluster: &Cluster, seconds: u64) {
    const STEP: u64 = 300;
    let mut left = seconds;
    while left > 0 {
        let step = left.min(STEP);
        sleep(Duration::from_secs(step)).await;
        let now = cluster.clock.now();
        cluster.clock.set(UnixTime(now.0 + i64::try_from(step).unwrap()));
        left -= step;
    }
}

fn named(number: usize) -> String {
    format!("{PREFIX}-3f2504e0-{number}")
}

#[tokio::test(start_paused = true)]
async fn the_first_key_is_made_at_the_start() {
    let cluster = cluster();
    let _replica = start(&cluster, options());
    pass(&cluster, 10).await;
    assert_eq!(cluster.names(), [named(0)]);
    assert_eq!(cluster.get(&named(0)).immutable, Some(true));
    pass(&cluster, 20 * DAY).await;
    assert_eq!(cluster.names().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn any_number_of_replicas_make_one_first_key() {
    let cluster = cluster();
    let _replicas: Vec<_> = (0..4).map(|_| start(&cluster, options())).collect();
    pass(&cluster, 600).await;
    assert_eq!(cluster.names(), [named(0)]);
}

#[tokio::test(start_paused = true)]
async fn one_key_is_made_whatever_becomes_of_answers() {
    for fault in [
        Fault::AnswersLost(1),
        Fault::AnswersLost(3),
        Fault::Away(1),
        Fault::Away(4),
        Fault::Away(10),
        Fault::Late(1),
        Fault::Late(3),
    ] {
        let cluster = cluster();
        cluster.set_fault(fault);
        let _replica = start(&cluster, options());
        pass(&cluster, 1200).await;
        assert_eq!(cluster.names(), [named(0)], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_does_not_lead_makes_none() {
    let cluster = cluster();
    let follower = start_with(&cluster, options(), Leadership::follower());
    follower.asked.notify_one();
    pass(&cluster, DAY).await;
    assert!(cluster.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_key_is_renewed_on_schedule() {
    let cluster = cluster();
    let _replica = start(&cluster, options());
    pass(&cluster, 29 * DAY).await;
    assert_eq!(cluster.names().len(), 1);
    pass(&cluster, 2 * DAY).await;
    assert_eq!(cluster.names(), [named(0), named(1)]);
    pass(&cluster, 30 * DAY).await;
    assert_eq!(cluster.names().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_signal_makes_a_key_and_does_not_shift_the_timer() {
    let cluster = cluster();
    let replica = start(&cluster, options());
    pass(&cluster, 20 * DAY).await;
    replica.asked.notify_one();
    pass(&cluster, 3600).await;
    assert_eq!(cluster.names().len(), 2);
    pass(&cluster, 11 * DAY).await;
    assert_eq!(cluster.names().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_signal_works_where_there_is_no_renewal_and_not_where_no_keys_are_made() {
    let cluster = cluster();
    let off = RenewalOptions { renew_period: Duration::ZERO, ..options() };
    let replica = start(&cluster, off);
    pass(&cluster, 100 * DAY).await;
    assert_eq!(cluster.names().len(), 1);
    replica.asked.notify_one();
    pass(&cluster, 3600).await;
    assert_eq!(cluster.names().len(), 2);
    drop(replica);
    let provided = RenewalOptions { generate: false, ..options() };
    let replica = start(&cluster, provided);
    replica.asked.notify_one();
    pass(&cluster, 100 * DAY).await;
    assert_eq!(cluster.names().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_older_than_the_cutoff_is_followed_by_one_new_key() {
    let cluster = cluster();
    cluster.put(key_secret("brought", "demo.key", "demo.crt", START));
    let off =
        RenewalOptions { renew_period: Duration::ZERO, cutoff: Some(UnixTime(START)), ..options() };
    let replica = start(&cluster, off.clone());
    pass(&cluster, 600).await;
    let after_start = ["brought".to_owned(), named(1)];
    assert_eq!(cluster.names(), after_start);
    drop(replica);
    let _again = start(&cluster, off);
    pass(&cluster, 600).await;
    assert_eq!(cluster.names(), after_start);
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_away_for_a_moment_are_not_replaced() {
    let cluster = cluster();
    let _replica = start(&cluster, options());
    pass(&cluster, 10).await;
    let first = cluster.get(&named(0));
    cluster.remove(&named(0));
    pass(&cluster, 30).await;
    assert!(cluster.names().is_empty());
    cluster.put(first);
    pass(&cluster, DAY).await;
    assert_eq!(cluster.names(), [named(0)]);
    // The last key made counts: nobody shall be able to make the service flood the namespace.
    cluster.remove(&named(0));
    pass(&cluster, 3600).await;
    assert_eq!(cluster.names(), [named(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_by_something_else_is_passed_over() {
    let cluster = cluster();
    cluster.put(key_secret(&named(0), "demo.key", "demo.crt", START));
    cluster.label(&named(0), None);
    let _replica = start(&cluster, options());
    pass(&cluster, 60).await;
    assert_eq!(cluster.names(), [named(0), named(1)]);
}

#[tokio::test(start_paused = true)]
async fn retired_keys_count_for_the_name() {
    let cluster = cluster();
    cluster.put(key_secret("old", "demo.key", "demo.crt", START));
    cluster.label("old", Some("compromised"));
    let _replica = start(&cluster, options());
    pass(&cluster, 60).await;
    assert_eq!(cluster.names(), ["old".to_owned(), named(1)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_forbidden_is_tried_again() {
    let cluster = cluster();
    cluster.set_fault(Fault::Refused);
    let _replica = start(&cluster, options());
    pass(&cluster, 3600).await;
    assert!(cluster.names().is_empty());
    cluster.set_fault(Fault::None);
    pass(&cluster, 600).await;
    assert_eq!(cluster.names(), [named(0)]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_makes_one_key_at_most() {
    let cluster = cluster();
    let _replica = start(&cluster, options());
    pass(&cluster, DAY).await;
    let now = cluster.clock.now().0;
    for jump in [3650, -3650, 5, -5] {
        cluster.clock.set(UnixTime(now + jump * i64::try_from(DAY).unwrap()));
        pass(&cluster, DAY).await;
    }
    assert_eq!(cluster.names().len(), 1, "the process knows how long ago it made one");
}
