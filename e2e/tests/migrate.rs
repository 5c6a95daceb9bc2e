//! What `docs/migrate.md` says, done: from upstream's controller to ours and back, with every Secret looked at all the time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use sealkit_e2e::namespace;
use sealkit_e2e::service::{
    Service, cluster_for_the_service, condition, sealed, sealed_secrets, secret,
};
use sealkit_testkit::cluster::{Api, Cluster};
use sealkit_testkit::eventually;
use serde_json::{Value, json};

const COUNT: usize = 20;
const SOON: Duration = Duration::from_secs(60);
const KEYS: &str = "/api/v1/namespaces/kube-system/secrets?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key";
const SECRETS: &str = "/api/v1/namespaces/shop/secrets";

/// Looks at all Secrets again and again.
struct Watcher {
    ends: AtomicBool,
    looks: AtomicUsize,
    faults: Mutex<Vec<String>>,
}

impl Watcher {
    fn watch(&self, api: &Api, expected: &BTreeMap<String, Value>) {
        while !self.ends.load(Ordering::Relaxed) {
            let found = contents(api);
            if &found != expected {
                self.faults.lock().unwrap().push(format!("{found:?}"));
            }
            self.looks.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Watcher {
    /// Waits until all has been looked at once more, from the beginning.
    fn has_looked(&self) {
        let before = self.looks.load(Ordering::Relaxed);
        eventually("another look", SOON, || match self.looks.load(Ordering::Relaxed) {
            looks if looks >= before + 2 => Ok(()),
            looks => Err(format!("{looks} so far")),
        });
    }
}

/// Ends a watcher, also when the test fails.
struct Ending<'a>(&'a Watcher);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.ends.store(true, Ordering::Relaxed);
    }
}

fn items(api: &Api, path: &str) -> Vec<Value> {
    api.get(path).success()["items"].as_array().cloned().unwrap_or_default()
}

/// Of each Secret, what whoever uses it sees.
fn contents(api: &Api) -> BTreeMap<String, Value> {
    let secrets = items(api, SECRETS).into_iter().map(|secret| {
        let metadata = &secret["metadata"];
        let name = metadata["name"].as_str().unwrap().to_owned();
        (
            name,
            json!([secret["data"], secret["type"], metadata["uid"], metadata["ownerReferences"]]),
        )
    });
    secrets.collect()
}

/// All that a controller could write, with its versions.
fn everything(api: &Api) -> Vec<Value> {
    let events = "/api/v1/namespaces/shop/events";
    let leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
    let paths = [SECRETS, KEYS, events, leases, &sealed_secrets("shop")];
    let named = |object: &Value| {
        object["metadata"]["name"]
            .as_str()
            .is_some_and(|name| !name.starts_with("kube-") && !name.starts_with("apiserver-"))
    };
    paths.into_iter().flat_map(|path| items(api, path)).filter(|object| named(object)).collect()
}

fn wait_for_all(cluster: &Cluster, what: &str, is_so: impl Fn(&Value) -> bool) {
    eventually(what, SOON, || {
        let objects = items(&cluster.api(), &sealed_secrets("shop"));
        match objects.iter().find(|object| !is_so(object)) {
            None if objects.len() == COUNT => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

fn is_true(object: &Value, kind: &str) -> bool {
    condition(object, kind).is_some_and(|(status, _)| status == "True")
}

fn apply(cluster: &Cluster, certificate: &str, name: &str) {
    let sealed = sealed(cluster, certificate, &secret("shop", name, &[("password", name)]));
    cluster.api().post(&sealed_secrets("shop"), &sealed).success();
}

fn start_upstream(cluster: &Cluster) -> Service {
    let mut upstream = Service::start_upstream(cluster, &["--kubeclient-qps=-1"]);
    upstream.wait_for_certificate(cluster);
    upstream
}

/// A dry run beside upstream's controller writes nothing, and says what it would.
fn look(cluster: &Cluster) {
    let edited = format!("{SECRETS}/s-0");
    let right = cluster.api().get(&edited).success()["data"].clone();
    cluster.api().patch(&edited, &json!({"data": {"password": "Q0FOQVJZ"}})).success();
    let before = everything(&cluster.api());
    let mut dry_run = Service::ready(cluster, &["--dry-run"]);
    let lines = |text: &str| dry_run.log().lines().filter(|line| line.contains(text)).count();
    eventually("a word on each", SOON, || {
        if lines("dry run: ") >= COUNT { Ok(()) } else { Err(dry_run.log()) }
    });
    assert_eq!(lines("is as it should be"), COUNT - 1, "{}", dry_run.log());
    let log = dry_run.log();
    let changed: Vec<_> = log.lines().filter(|line| line.contains("would be changed")).collect();
    assert_eq!(changed.len(), 1, "{log}");
    assert!(changed[0].contains("shop/s-0") && changed[0].contains("data password"), "{log}");
    assert!(!log.contains("CANARY") && !log.contains("Q0FOQVJZ"));
    dry_run.terminate();
    assert_eq!(everything(&cluster.api()), before, "nothing is written");
    cluster.api().patch(&edited, &json!({"data": right})).success();
}

#[test]
fn there_and_back() {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    let mut upstream = start_upstream(&cluster);
    let certificate = upstream.certificate(&cluster);
    for number in 0..COUNT {
        apply(&cluster, &certificate, &format!("s-{number}"));
    }
    wait_for_all(&cluster, "upstream's Secrets", |object| is_true(object, "Synced"));
    look(&cluster);

    let keys = items(&cluster.api(), KEYS);
    let expected = contents(&cluster.api());
    assert_eq!(expected.len(), COUNT);
    let watcher = Watcher {
        ends: AtomicBool::new(false),
        looks: AtomicUsize::new(0),
        faults: Mutex::new(Vec::new()),
    };
    let api = cluster.api();
    std::thread::scope(|scope| {
        let ending = Ending(&watcher);
        scope.spawn(|| watcher.watch(&api, &expected));

        watcher.has_looked();
        upstream.terminate();
        let mut ours = Service::ready(&cluster, &[]);
        wait_for_all(&cluster, "ours", |object| is_true(object, "Ready"));
        assert_eq!(ours.certificate(&cluster), certificate);
        watcher.has_looked();
        ours.terminate();

        let mut plain = Service::ready(&cluster, &["--extra-conditions=false"]);
        wait_for_all(&cluster, "no condition but upstream's", |object| {
            let status = &object["status"];
            status.get("applied").is_none() && status["conditions"].as_array().unwrap().len() == 1
        });
        watcher.has_looked();
        plain.terminate();

        let mut upstream = start_upstream(&cluster);
        // It has handled all others when it has handled what comes last.
        let last = sealed(&cluster, &certificate, &secret("default", "last", &[("v", "x")]));
        cluster.api().post(&sealed_secrets("default"), &last).success();
        eventually("upstream's controller at work", SOON, || {
            let reply = cluster.api().get("/api/v1/namespaces/default/secrets/last");
            if reply.status == 200 { Ok(()) } else { Err(upstream.log()) }
        });
        wait_for_all(&cluster, "upstream's again", |object| is_true(object, "Synced"));
        assert_eq!(upstream.certificate(&cluster), certificate);
        watcher.has_looked();
        upstream.terminate();
        drop(ending);
    });
    assert_eq!(watcher.faults.into_inner().unwrap(), Vec::<String>::new());
    assert_eq!(items(&cluster.api(), KEYS), keys, "no key is made or changed");
}
