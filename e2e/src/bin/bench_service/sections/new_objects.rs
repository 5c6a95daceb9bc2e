//! SealedSecrets that nobody has opened yet.

use std::thread;
use std::time::{Duration, Instant};

use sealkit_e2e::service::Service;

use crate::figures::{median, median_ratio, milliseconds, ratio, seconds};
use crate::floor;
use crate::options::Options;
use crate::progress::Progress;
use crate::stage::{NAMESPACE, Stage};

/// Upstream's default settings open little more than one a second.
const AT_DEFAULT_RATE: usize = 13;

pub(crate) fn run(options: &Options) {
    let count = options.objects;
    let (mut ours, mut requests, mut operations) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.turns {
        operations.push(floor::private_key_operations(count));
        requests.push(floor::requests(count));
        ours.push(time_for(&Stage::ours(), count, |stage| stage.start(&[])));
    }
    let sum = |(a, b): (&Duration, &Duration)| *a + *b;
    let floors: Vec<Duration> = requests.iter().zip(&operations).map(sum).collect();
    let mine = median(&ours);
    println!("### {count} new SealedSecrets of one value\n");
    println!("| | time | ours beside it |\n|---|---|---|");
    println!("| `seal-controller`, from its start | {} | |", seconds(mine));
    println!("| a bare client's requests | {} | |", seconds(median(&requests)));
    println!(
        "| bare private-key operations on all processors | {} ({} each) | |",
        seconds(median(&operations)),
        milliseconds(one(median(&operations), count))
    );
    println!(
        "| both: the floor | {} | {:.2} times as long |",
        seconds(median(&floors)),
        median_ratio(&ours, &floors)
    );
    if options.with_peer {
        peer(count, mine);
    }
    println!();
}

/// Upstream's controller, without its limit of requests and with it.
fn peer(count: usize, ours: Duration) {
    let unlimited = time_for(&Stage::upstream(), count, |stage| stage.start(&[]));
    println!(
        "| upstream, `--kubeclient-qps=-1` | {} | {:.1} times faster |",
        seconds(unlimited),
        ratio(unlimited, ours)
    );
    let few = (count / AT_DEFAULT_RATE).max(1);
    let some = time_for(&Stage::upstream(), few, Stage::start_upstream_as_it_is);
    let all = some.mul_f64(count as f64 / few as f64);
    println!(
        "| upstream, default settings | {} ({} for {few}, extrapolated) | {:.0} times faster |",
        seconds(all),
        seconds(some),
        ratio(all, ours)
    );
}

/// From the start of a service until all that was there before is in sync.
fn time_for(stage: &Stage, count: usize, start: impl Fn(&Stage) -> Service) -> Duration {
    stage.create(count);
    let progress = Progress::follow(&stage.cluster, NAMESPACE, count);
    let begin = Instant::now();
    let _service = start(stage);
    let took = progress.wait() - begin;
    assert_eq!(stage.secrets(), count, "each has its Secret");
    took
}

/// One operation of a processor.
fn one(all: Duration, count: usize) -> Duration {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    all.mul_f64(processors as f64 / count as f64)
}
