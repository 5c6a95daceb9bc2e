//! A start where everything is in sync already.

use std::time::{Duration, Instant};

use sealkit_e2e::service::Service;
use sealkit_testkit::eventually;

use crate::figures::{median, ratio, seconds};
use crate::options::Options;
use crate::process;
use crate::stage::Stage;

/// Longer than upstream takes.
const PATIENCE: Duration = Duration::from_secs(1800);

/// How a start went.
pub(crate) struct Restart {
    /// Until it says that it is ready.
    pub(crate) ready: Duration,
    /// Until it has nothing to do any more.
    pub(crate) settled: Duration,
    /// How many SealedSecrets it opened.
    pub(crate) unseals: usize,
    /// How many objects have another version afterwards.
    pub(crate) writes: usize,
}

pub(crate) fn run(options: &Options) {
    let count = options.objects;
    let stage = Stage::ours();
    stage.create(count);
    stage.synced(count).terminate();
    let turns: Vec<Restart> = (0..options.turns).map(|_| restart_and_end(&stage)).collect();
    let time = |of: fn(&Restart) -> Duration| median(&turns.iter().map(of).collect::<Vec<_>>());
    let settled = time(|turn| turn.settled);
    let most = |of: fn(&Restart) -> usize| turns.iter().map(of).max().unwrap_or_default();
    println!("### Restart with {count} in sync\n");
    println!("| | ready | settled | opened again | objects written |\n|---|---|---|---|---|");
    println!(
        "| `seal-controller` | {} | {} | {} | {} |",
        seconds(time(|turn| turn.ready)),
        seconds(settled),
        most(|turn| turn.unseals),
        most(|turn| turn.writes)
    );
    if options.with_peer {
        let peer = upstream(count);
        println!(
            "| upstream, `--kubeclient-qps=-1` | {} | {}, {:.0} times as long | {} | {} |",
            seconds(peer.ready),
            seconds(peer.settled),
            ratio(peer.settled, settled),
            peer.unseals,
            peer.writes
        );
    }
    println!();
}

/// Starts our service where all is in sync, and waits until it does nothing any more.
pub(crate) fn restart(stage: &Stage) -> (Restart, Service) {
    let before = stage.versions();
    let begin = Instant::now();
    let service = stage.ready(&[]);
    let ready = begin.elapsed();
    let settled = process::settled(service.id()) - begin;
    let (unseals, writes) = (stage.unseals(&service), differences(&before, &stage.versions()));
    (Restart { ready, settled, unseals, writes }, service)
}

/// The next one need not wait for the Lease.
fn restart_and_end(stage: &Stage) -> Restart {
    let (restart, mut service) = restart(stage);
    service.terminate();
    restart
}

/// Upstream's opens everything again: it has settled when it has opened as many as there are.
fn upstream(count: usize) -> Restart {
    let stage = Stage::upstream();
    stage.create(count);
    drop(stage.synced(count));
    let before = stage.versions();
    let begin = Instant::now();
    let service = stage.ready(&[]);
    let ready = begin.elapsed();
    let unseals = eventually("everything opened again", PATIENCE, || {
        let unseals = stage.unseals(&service);
        if unseals >= count { Ok(unseals) } else { Err(format!("{unseals} so far")) }
    });
    let settled = begin.elapsed();
    let writes = differences(&before, &stage.versions());
    Restart { ready, settled, unseals, writes }
}

fn differences<T: PartialEq>(before: &[T], after: &[T]) -> usize {
    let different = before.iter().zip(after).filter(|(before, after)| before != after).count();
    different + before.len().abs_diff(after.len())
}
