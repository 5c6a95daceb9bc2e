//! Rings of many keys, where everything is sealed for the oldest.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, CertificateParams, PrivateKey, UnixTime};

use super::restart::restart;
use crate::figures::{ratio, seconds};
use crate::options::Options;
use crate::process;
use crate::progress::Progress;
use crate::stage::{NAMESPACE, Stage};

/// As few as upstream opens within a minute.
const OBJECTS: usize = 300;
const YEAR: i64 = 365 * 24 * 3600;

/// A key and its certificate, in PEM.
type Pair = (String, String);

/// What new SealedSecrets cost.
struct Cost {
    /// From the first one until all are in sync.
    time: Duration,
    /// Of the service, on processors.
    processors: Duration,
}

pub(crate) fn run(options: &Options) {
    let count = options.objects.min(OBJECTS);
    let more = pairs(options.keys.saturating_sub(1));
    let keys = more.len() + 1;
    println!("### {count} new SealedSecrets, all sealed for the oldest key\n");
    println!("| | one key | {keys} keys | ratio |\n|---|---|---|---|");
    let one = cost(&Stage::ours().with_hints(), &[], count);
    let many = cost(&Stage::ours().with_hints(), &more, count);
    row("`seal-controller`, hints", &one, &many);
    let one = cost(&Stage::ours(), &[], count);
    let stage = Stage::ours();
    let many = cost(&stage, &more, count);
    row("`seal-controller`, without hints", &one, &many);
    let (restart, _service) = restart(&stage);
    if options.with_peer {
        let one = cost(&Stage::upstream(), &[], count);
        let many = cost(&Stage::upstream(), &more, count);
        row("upstream, `--kubeclient-qps=-1`", &one, &many);
    }
    println!("\nOpened again after a restart, without hints: {}.\n", restart.unseals);
}

fn row(who: &str, one: &Cost, many: &Cost) {
    println!(
        "| {who}: time | {} | {} | {:.2} |",
        seconds(one.time),
        seconds(many.time),
        ratio(many.time, one.time)
    );
    println!(
        "| {who}: processor time | {} | {} | {:.2} |",
        seconds(one.processors),
        seconds(many.processors),
        ratio(many.processors, one.processors)
    );
}

/// What comes while the service runs: keys are read by then.
fn cost(stage: &Stage, more: &[Pair], count: usize) -> Cost {
    for (number, (key, certificate)) in more.iter().enumerate() {
        stage.bring_key(&format!("more-{number}"), key.as_bytes(), certificate.as_bytes());
    }
    let mut service = stage.ready(&[]);
    process::settled(service.id());
    let progress = Progress::follow(&stage.cluster, NAMESPACE, count);
    let (begin, before) = (Instant::now(), process::processor_time(service.id()));
    stage.create(count);
    let time = progress.wait() - begin;
    let processors = process::processor_time(service.id()).saturating_sub(before);
    stage.end(&mut service);
    Cost { time, processors }
}

/// That many keys, younger than the fixture, made on all processors.
fn pairs(count: usize) -> Vec<Pair> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let now = i64::try_from(now).expect("it is long before the end of time");
    let numbers: Vec<i64> = (0_i64..).take(count).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(threads).max(1);
    thread::scope(|scope| {
        let shares = numbers.chunks(share);
        let shares = shares
            .map(|share| scope.spawn(|| share.iter().map(|number| pair(now + number)).collect()));
        let shares: Vec<_> = shares.collect();
        let pairs = shares.into_iter().map(|share| share.join().expect("keys can be made"));
        pairs.collect::<Vec<Vec<Pair>>>().concat()
    })
}

fn pair(not_before: i64) -> Pair {
    let key = PrivateKey::generate(4096).expect("it is a size of keys");
    let params = CertificateParams {
        common_name: String::new(),
        not_before: UnixTime(not_before),
        not_after: UnixTime(not_before + YEAR),
    };
    let certificate = Certificate::self_signed(&key, &params, &mut UnwrapErr(SysRng));
    (key.to_pkcs1_pem().to_string(), certificate.expect("a year is a period").to_pem())
}
