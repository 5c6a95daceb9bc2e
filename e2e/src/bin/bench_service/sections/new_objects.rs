//! SealedSecrets that nobody has opened yet.

use std::thread;
use std::time::{Duration, Instant};

use sealkit_e2e::service::Service;

use crate::figures::{median, median_ratio, milliseconds, ratio, seconds};
use crate::floor;
use crate::options::Options;
use crate::progress::Progress;
use crate::stage::{NAMESPACE, Stage};

/// Without a limit of requests.
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
        let peer = time_for(&Stage::upstream(), count, |stage| stage.start(&[]));
        println!(
            "| upstream, `--kubeclient-qps=-1` | {} | {:.1} times faster |",
            seconds(peer),
            ratio(peer, mine)
        );
    }
    println!();
}

/// With default settings, and as few as upstream opens within minutes with those.
pub(crate) fn run_by_default(options: &Options) {
    let count = options.objects;
    let few = (count * 3 / 40).max(1);
    let ours = time_for(&Stage::ours(), few, |stage| stage.start(&[]));
    println!("### {few} new SealedSecrets, default settings\n");
    println!("| | time | for {count}, extrapolated |\n|---|---|---|");
    println!("| `seal-controller` | {} | |", seconds(ours));
    if options.with_peer {
        let peer = time_for(&Stage::upstream(), few, Stage::start_upstream_as_it_is);
        println!(
            "| upstream | {}, {:.0} times as long | {} |",
            seconds(peer),
            ratio(peer, ours),
            seconds(peer.mul_f64(count as f64 / few as f64))
        );
    }
    println!();
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
