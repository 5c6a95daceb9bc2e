//! The question for health while as many ask for as much as the service can do.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sealkit_e2e::service::Service;
use sealkit_testkit::cluster::Api;

use crate::figures::{median, milliseconds};
use crate::options::Options;
use crate::stage::Stage;

/// Who verifies at once.
const CONNECTIONS: usize = 64;
/// Values of an object: a private-key operation each.
const VALUES: usize = 100;
/// Of each value, in clear: a body of some 1.4 MiB.
const SIZE: usize = 10 << 10;
/// How often it is asked for health.
const PROBES: usize = 200;
/// Between two of them, as between those of several who probe.
const PAUSE: Duration = Duration::from_millis(20);
/// The limits on requests are for strangers.
const NO_LIMITS: [&str; 2] = ["--rate-limit=1000000", "--rate-limit-burst=1000000"];

pub(crate) fn run(_options: &Options) {
    let stage = Stage::ours();
    let service = stage.ready(&NO_LIMITS);
    let body = stage.seal_many(VALUES, &"x".repeat(SIZE)).to_string().into_bytes();
    let idle = probes(&stage, &service);
    let is_over = AtomicBool::new(false);
    let answers = Mutex::new(BTreeMap::new());
    let full = thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| verify(&client(&stage, &service, 1), &body, &is_over, &answers));
        }
        let full = probes(&stage, &service);
        is_over.store(true, Ordering::Relaxed);
        full
    });
    let answers = answers.into_inner().expect("nobody has panicked");
    let told: Vec<String> =
        answers.iter().map(|(status, count)| format!("{count} times {status}")).collect();
    println!("### /healthz\n");
    println!("| | median | longest |\n|---|---|---|");
    row("idle", &idle);
    row(&format!("{CONNECTIONS} connections verify objects of {} KiB", body.len() >> 10), &full);
    println!("\nThe answers to `/v1/verify` meanwhile: {}.\n", told.join(", "));
}

fn row(when: &str, probes: &[Duration]) {
    let longest = probes.iter().max().copied().unwrap_or_default();
    println!("| {when} | {} | {} |", milliseconds(median(probes)), milliseconds(longest));
}

/// A client of the service that keeps so many connections.
fn client(stage: &Stage, service: &Service, connections: usize) -> Api {
    let url = format!("http://{}:{}", stage.cluster.address(), service.port);
    Api::keeping(connections, &url, &stage.cluster.ca_pem(), "")
}

/// Each over a connection of its own, as a kubelet asks.
fn probes(stage: &Stage, service: &Service) -> Vec<Duration> {
    let api = client(stage, service, 0);
    let probe = |_| {
        thread::sleep(PAUSE);
        let begin = Instant::now();
        let reply = api.get("/healthz");
        assert_eq!(reply.status, 200, "{reply}");
        begin.elapsed()
    };
    (0..PROBES).map(probe).collect()
}

fn verify(api: &Api, body: &[u8], is_over: &AtomicBool, answers: &Mutex<BTreeMap<String, usize>>) {
    while !is_over.load(Ordering::Relaxed) {
        let body = Some(("application/json", body.to_vec()));
        let answer = match api.request("POST", "/v1/verify", body) {
            Ok(reply) => reply.status.to_string(),
            Err(_) => "broken off".to_owned(),
        };
        *answers.lock().expect("nobody has panicked").entry(answer).or_default() += 1;
    }
}
