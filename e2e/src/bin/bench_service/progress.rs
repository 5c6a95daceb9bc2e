//! When all SealedSecrets of a namespace are in sync, as a watch tells it.

use std::collections::HashSet;
use std::io::BufRead;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use sealkit_e2e::service::{condition, sealed_secrets};
use sealkit_testkit::cluster::Cluster;
use serde_json::Value;

/// Longer than upstream takes for its slowest part.
const PATIENCE: Duration = Duration::from_secs(1800);

/// What has become of a number of SealedSecrets since it was asked for.
pub(crate) struct Progress(Receiver<Instant>);

impl Progress {
    /// Follows what happens from now on, until so many are in sync.
    pub(crate) fn follow(cluster: &Cluster, namespace: &str, count: usize) -> Self {
        let path = sealed_secrets(namespace);
        let list = cluster.api().get(&format!("{path}?limit=1")).success();
        let version = list.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        let version = version.expect("a list has a version");
        let watch = format!("{path}?watch=1&resourceVersion={version}&timeoutSeconds=3600");
        let mut lines = cluster.api().stream(&watch).unwrap_or_else(|error| panic!("{error}"));
        let (done, receiver) = mpsc::channel();
        thread::spawn(move || {
            // Nobody may be left who wants to know.
            done.send(read_until_synced(&mut lines, count)).ok();
        });
        Self(receiver)
    }

    /// Waits for it, and returns when it was.
    pub(crate) fn wait(&self) -> Instant {
        self.0.recv_timeout(PATIENCE).expect("all SealedSecrets get in sync")
    }
}

fn read_until_synced(lines: &mut impl BufRead, count: usize) -> Instant {
    let mut synced = HashSet::new();
    let mut line = Vec::new();
    while synced.len() < count {
        line.clear();
        let length = lines.read_until(b'\n', &mut line).expect("the watch goes on");
        assert!(length > 0, "the watch has ended");
        let event: Value = serde_json::from_slice(&line).expect("a watch is JSON");
        let object = event.get("object").expect("an event has an object");
        if condition(object, "Synced").is_some_and(|(status, _)| status == "True") {
            let name = object.pointer("/metadata/name").and_then(Value::as_str);
            synced.insert(name.expect("an object has a name").to_owned());
        }
    }
    Instant::now()
}
