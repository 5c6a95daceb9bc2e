//! What a cluster does to our service: parts of it go away and come back, answers are lost, rights are taken. At the end
//! every Secret holds the right bytes, every status is true, and no key is lost or doubled.
//!
//! `SEALKIT_KILLS` is how often a replica is killed; `scripts/soak` sets it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sealkit_e2e::load::Load;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply, key_secrets};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{
    CRD, Service, cluster_for_the_service, condition, grant, wait_until_gone,
};
use sealkit_testkit::cluster::{Cluster, Treatment};
use sealkit_testkit::{eventually, repository};
use serde_json::json;

const ARGUMENTS: [&str; 2] = ["--key-size", "2048"];
const SOON: Duration = Duration::from_secs(60);
const COUNT: usize = 50;

/// A cluster with a service and the namespace `load`.
fn stage() -> (Cluster, Service, Load) {
    let cluster = cluster_for_the_service();
    let service = Service::ready(&cluster, &ARGUMENTS);
    namespace(&cluster, "load");
    let load = Load::new(&cluster, &service.certificate(&cluster), "load");
    (cluster, service, load)
}

/// Changes SealedSecrets in turn while something happens.
fn under_load(load: &mut Load, value: &str, happens: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !is_over.load(Ordering::SeqCst) {
                load.put(&format!("load-{}", number % COUNT), &format!("{value}-{number}"));
                number += 1;
            }
        });
        happens();
        is_over.store(true, Ordering::SeqCst);
    });
}

#[test]
fn the_api_server_is_killed_and_restarted_under_load() {
    let (mut cluster, _service, mut load) = stage();
    load.put_all(COUNT, "first");
    under_load(&mut load, "without", || {
        cluster.kill_api_server();
        thread::sleep(Duration::from_secs(3));
        cluster.start_api_server();
    });
    load.put_all(COUNT, "last");
    load.check(&cluster);
}

#[test]
fn etcd_is_stopped_for_half_a_minute() {
    let (mut cluster, _service, mut load) = stage();
    load.put_all(COUNT, "first");
    under_load(&mut load, "without", || {
        cluster.stop_etcd();
        thread::sleep(Duration::from_secs(30));
        cluster.start_etcd();
        cluster.wait_until_ready();
    });
    load.put_all(COUNT, "last");
    load.check(&cluster);
}

#[test]
fn etcd_is_restored_from_a_snapshot_while_the_service_runs() {
    let (mut cluster, service, mut load) = stage();
    load.put_all(COUNT, "first");
    load.check(&cluster);
    let snapshot = cluster.snapshot_etcd();
    load.put_all(COUNT, "lost");
    load.put("lost", "lost");
    load.check(&cluster);
    cluster.restore_etcd(&snapshot);
    // What the load remembers is what the snapshot holds.
    load.forget("lost");
    load.put("after", "new");
    load.put_all(COUNT, "second");
    load.check(&cluster);
    assert!(service.leads(&cluster));
}

#[test]
fn every_second_write_is_a_conflict_and_every_tenth_answer_is_lost() {
    let cluster = cluster_for_the_service();
    let writes = AtomicUsize::new(0);
    let proxy = cluster.proxy(move |method, path| {
        if !is_write(method, path) {
            return Treatment::Pass;
        }
        match writes.fetch_add(1, Ordering::SeqCst) {
            number if number % 2 == 1 => Treatment::Conflict,
            number if number % 10 == 0 => Treatment::LoseAnswer,
            _ => Treatment::Pass,
        }
    });
    let mut service = Service::start_behind(&cluster, proxy, &ARGUMENTS);
    service.wait_until_ready(&cluster);
    assert_eq!(key_secrets(&cluster).len(), 1);
    namespace(&cluster, "load");
    let mut load = Load::new(&cluster, &service.certificate(&cluster), "load");
    load.put_all(COUNT, "first");
    load.check(&cluster);
    load.put_all(COUNT, "second");
    load.check(&cluster);
}

#[test]
fn a_replica_is_killed_at_random() {
    let kills = std::env::var("SEALKIT_KILLS").map_or(5, |kills| kills.parse().expect("a number"));
    let cluster = cluster_for_the_service();
    let mut replicas = [Service::start(&cluster, &ARGUMENTS), Service::start(&cluster, &ARGUMENTS)];
    // The first key may be in the making.
    thread::sleep(at_random(1000));
    replicas[usize::from(rand::random::<bool>())].kill();
    for replica in &mut replicas {
        *replica = Service::start(&cluster, &ARGUMENTS);
    }
    replicas.iter_mut().for_each(|replica| replica.wait_until_ready(&cluster));
    assert_eq!(key_secrets(&cluster).len(), 1);
    namespace(&cluster, "load");
    let mut load = Load::new(&cluster, &replicas[0].certificate(&cluster), "load");
    load.put_all(500, "first");
    under_load(&mut load, "meanwhile", || {
        for _ in 0..kills {
            thread::sleep(at_random(10_000));
            let replica = &mut replicas[usize::from(rand::random::<bool>())];
            replica.kill();
            *replica = Service::start(&cluster, &ARGUMENTS);
        }
    });
    load.put_all(500, "last");
    load.check(&cluster);
}

fn at_random(at_most: u64) -> Duration {
    Duration::from_millis(rand::random_range(0..=at_most))
}

#[test]
fn a_namespace_goes_with_all_that_is_in_it() {
    let (cluster, service, mut load) = stage();
    load.put_all(COUNT, "first");
    load.check(&cluster);
    cluster.api().delete("/api/v1/namespaces/load").success();
    wait_until_gone(&cluster, "/api/v1/namespaces/load");
    namespace(&cluster, "load");
    let sealer = Sealer::new(&service.certificate(&cluster));
    let again = apply(&cluster, &sealer.seal("load", "load-0", &[("a", "again")]));
    again.wait_until_synced(&cluster);
    again.wait_until_item_is(&cluster, "a", "again");
    let log = service.log();
    let complains = |line: &&str| line.contains("WARN") && line.contains("load/");
    assert_eq!(log.lines().find(complains), None);
    assert_eq!(service.metric(&cluster, &series("load-0")), Some(1.0));
    assert_eq!(service.metric(&cluster, &series("load-1")), None);
}

/// The metric that tells whether an object of the load is in sync.
fn series(name: &str) -> String {
    format!(
        "sealed_secrets_controller_condition_info{{namespace=\"load\",name=\"{name}\",condition=\"Synced\",ss_app_kubernetes_io_instance=\"\"}}"
    )
}

const SEALED_SECRETS: &str = "/apis/bitnami.com/v1alpha1/sealedsecrets";
const ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/secrets-unsealer";

#[test]
fn rights_are_taken_away_and_given_back() {
    let (cluster, mut service, mut load) = stage();
    load.put_all(5, "first");
    load.check(&cluster);
    let api = cluster.api();
    let rules = api.get(ROLE).success()["rules"].clone();

    // Those to write Secrets.
    let mut fewer = rules.as_array().unwrap().clone();
    for rule in &mut fewer {
        if rule["resources"] == json!(["secrets"]) {
            rule["verbs"] = json!(["get", "list", "watch"]);
        }
    }
    api.patch(ROLE, &json!({"rules": fewer})).success();
    wait_until_forbidden(&cluster, "POST", "/api/v1/namespaces/load/secrets");
    load.put("refused", "1");
    let failed = load.paths("refused").wait_until_ready_is(&cluster, "False", "Forbidden");
    assert_eq!(condition(&failed, "Stalled"), None);
    api.patch(ROLE, &json!({"rules": rules})).success();
    load.check(&cluster);

    // All of them, for one that runs and for one that starts.
    api.patch(ROLE, &json!({"rules": []})).success();
    wait_until_forbidden(&cluster, "GET", "/api/v1/namespaces/load/secrets");
    load.put_all(5, "second");
    load.put("new", "1");
    let mut other = Service::start(&cluster, &ARGUMENTS);
    eventually("refused lists", SOON, || {
        let log = other.log();
        if log.contains("cannot be watched") { Ok(()) } else { Err(log) }
    });
    service.terminate();
    api.patch(ROLE, &json!({"rules": rules})).success();
    load.check(&cluster);
    other.wait_until_ready(&cluster);
}

fn wait_until_forbidden(cluster: &Cluster, method: &str, path: &str) {
    let service = cluster.api_as("kube-system/sealed-secrets-controller");
    eventually("missing rights", SOON, || {
        let body = Some(("application/json", b"{}".to_vec())).filter(|_| method != "GET");
        let reply = service.request(method, path, body).map_err(|error| error.to_string())?;
        if reply.status == 403 { Ok(()) } else { Err(reply.to_string()) }
    });
}

#[test]
fn the_definition_of_the_resource_comes_later() {
    let cluster = Cluster::start();
    grant(&cluster, "overlays/cluster-wide");
    let mut service = Service::start(&cluster, &ARGUMENTS);
    eventually("a refused list", SOON, || {
        let log = service.log();
        if log.contains("cannot be watched") { Ok(()) } else { Err(log) }
    });
    let definition = std::fs::read(repository().join(CRD)).unwrap();
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    cluster.api().post_yaml(path, definition).success();
    service.wait_until_ready(&cluster);
    namespace(&cluster, "shop");
    let sealer = Sealer::new(&service.certificate(&cluster));
    let sealed: Paths = apply(&cluster, &sealer.seal("shop", "database", &[("a", "1")]));
    sealed.wait_until_synced(&cluster);
    sealed.wait_until_item_is(&cluster, "a", "1");
}

/// Requests that the faults are meant for: writes of Secrets and of statuses.
fn is_write(method: &str, path: &str) -> bool {
    matches!(method, "POST" | "PUT") && (path.contains("/secrets") || path.contains("/status"))
}

/// What a proxy makes of watches.
#[derive(Clone, Copy, PartialEq)]
enum Watches {
    /// They are let through.
    Pass,
    /// None begins.
    Fail,
    /// The position of each is too old, once.
    Expire,
}

/// The collection that a request watches.
fn watched(path: &str) -> Option<&str> {
    let (collection, query) = path.split_once('?')?;
    query
        .split('&')
        .any(|part| matches!(part, "watch" | "watch=true" | "watch=1"))
        .then_some(collection)
}

/// As after a compaction of etcd.
#[test]
fn what_happened_before_the_position_of_a_watch_is_found_by_another_list() {
    let mut cluster = cluster_for_the_service();
    let watches = Arc::new(Mutex::new((Watches::Pass, BTreeSet::new())));
    let of_proxy = Arc::clone(&watches);
    let proxy = cluster.proxy(move |_, path| {
        let Some(collection) = watched(path) else { return Treatment::Pass };
        let (state, expired) = &mut *of_proxy.lock().unwrap();
        match state {
            Watches::Fail => Treatment::Conflict,
            Watches::Expire if expired.insert(collection.to_owned()) => Treatment::Expire,
            Watches::Pass | Watches::Expire => Treatment::Pass,
        }
    });
    let mut service = Service::start_behind(&cluster, proxy, &ARGUMENTS);
    service.wait_until_ready(&cluster);
    namespace(&cluster, "load");
    let mut load = Load::new(&cluster, &service.certificate(&cluster), "load");
    load.put_all(10, "first");
    load.check(&cluster);
    let removed = load.paths("load-1");

    // Watches end with their server, and the next ones come too late.
    watches.lock().unwrap().0 = Watches::Fail;
    cluster.kill_api_server();
    cluster.start_api_server();
    let api = cluster.api();
    api.delete(&load.paths("load-0").secret).success();
    api.delete(&removed.sealed).success();
    wait_until_gone(&cluster, &removed.secret);
    load.forget("load-1");
    ["load-2", "load-3", "new"].iter().for_each(|name| load.put(name, "second"));
    watches.lock().unwrap().0 = Watches::Expire;

    load.check(&cluster);
    let expired: Vec<_> = watches.lock().unwrap().1.iter().cloned().collect();
    let all = ["/api/v1/namespaces/kube-system/secrets", "/api/v1/secrets", SEALED_SECRETS];
    assert_eq!(expired, all);
    eventually("the end of a series", SOON, || match service.metric(&cluster, &series("load-1")) {
        None => Ok(()),
        Some(_) => Err(service.log()),
    });
    assert_eq!(service.metric(&cluster, &series("load-0")), Some(1.0));
    assert_eq!(cluster.api().get(&removed.secret).status, 404);
}
