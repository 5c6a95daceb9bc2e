//! The most memory, beside many Secrets that do not concern the service.

use crate::figures::mebibytes;
use crate::options::Options;
use crate::process;
use crate::stage::Stage;

pub(crate) fn run(options: &Options) {
    let count = options.objects;
    let others = count * 5 / 2;
    let (first, again) = peaks(&Stage::ours(), count, others);
    println!("### Peak memory, {count} SealedSecrets and {others} other Secrets of 10 KiB\n");
    println!("| | all are new | all are in sync |\n|---|---|---|");
    println!("| `seal-controller` | {} | {} |", mebibytes(first), mebibytes(again));
    if options.with_peer {
        let (peer_first, peer_again) = peaks(&Stage::upstream(), count, others);
        let times = |peer: usize, ours: usize| peer as f64 / ours as f64;
        println!(
            "| upstream, `--kubeclient-qps=-1` | {}, {:.1} times as much | {}, {:.1} times as much |",
            mebibytes(peer_first),
            times(peer_first, first),
            mebibytes(peer_again),
            times(peer_again, again)
        );
    }
    println!();
}

/// With everything new, and after a restart.
fn peaks(stage: &Stage, count: usize, others: usize) -> (usize, usize) {
    stage.create(count);
    stage.create_other_secrets(others);
    let mut service = stage.synced(count);
    let first = process::peak_memory(service.id());
    stage.end(&mut service);
    let service = stage.ready(&[]);
    process::settled(service.id());
    (first, process::peak_memory(service.id()))
}
