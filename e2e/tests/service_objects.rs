//! Our service and the life of single objects: paused, deleted, made again, in another scope, in an old form.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply, changes_since, delete, item, warnings};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{
    Service, cluster_for_the_service, condition, wait_for, wait_until_gone,
};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::eventually;
use serde_json::{Value, json};

const ARGUMENTS: [&str; 3] = ["--key-size=2048", "--log-level=DEBUG", "--log-format=text"];
const SOON: Duration = Duration::from_secs(60);

const MANAGED: &str = "sealedsecrets.bitnami.com/managed";
const CLUSTER_WIDE: &str = "sealedsecrets.bitnami.com/cluster-wide";
const PAUSED: &str = "sealkit.dev/paused";

/// One cluster and one service for the tests here that leave both as they are, each with a namespace of its own.
struct Stage {
    cluster: Cluster,
    service: Service,
    sealer: Sealer,
}

impl Stage {
    fn new() -> Self {
        let cluster = cluster_for_the_service();
        let service = Service::ready(&cluster, &ARGUMENTS);
        let sealer = Sealer::new(&service.certificate(&cluster));
        Self { cluster, service, sealer }
    }

    /// One item `a` under the name `database`, in sync.
    fn synced(&self, namespace: &str, value: &str) -> Paths {
        let sealed = self.sealer.seal(namespace, "database", &[("a", value)]);
        let paths = apply(&self.cluster, &sealed);
        paths.wait_until_synced(&self.cluster);
        paths.wait_until_item_is(&self.cluster, "a", value);
        paths
    }

    fn get(&self, path: &str) -> Value {
        self.cluster.api().get(path).success()
    }

    /// Sets an annotation, or takes it away.
    fn annotate(&self, path: &str, name: &str, value: Option<&str>) {
        let patch = json!({"metadata": {"annotations": {name: value}}});
        self.cluster.api().patch(path, &patch).success();
    }

    /// Waits until what happened in a namespace so far is taken in: a Secret that is deleted afterwards is made again.
    fn catch_up(&self, namespace: &str) {
        let last = self.sealer.seal(namespace, "last", &[("a", "1")]);
        let last = apply(&self.cluster, &last);
        let first = last.wait_until_item_is(&self.cluster, "a", "1");
        self.cluster.api().delete(&last.secret).success();
        wait_for(&self.cluster, &last.secret, |secret| uid(secret) != uid(&first));
    }
}

fn shared() -> &'static Stage {
    static SHARED: OnceLock<Stage> = OnceLock::new();
    SHARED.get_or_init(Stage::new)
}

fn uid(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap()
}

fn owners(secret: &Value) -> Vec<&str> {
    let owners = secret["metadata"]["ownerReferences"].as_array().into_iter().flatten();
    owners.map(|owner| owner["uid"].as_str().unwrap()).collect()
}

fn kinds(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["type"].as_str().unwrap()).collect()
}

#[test]
fn a_paused_secret_is_left_alone_until_the_pause_ends() {
    let stage = shared();
    let (cluster, service) = (&stage.cluster, &stage.service);
    namespace(cluster, "paused");
    let paths = stage.synced("paused", "first");
    let counts = |count| {
        eventually("the number of paused Secrets", SOON, || {
            let name = "sealed_secrets_controller_sealed_secrets_paused";
            let counted = service.metric(cluster, name);
            if counted == Some(count) { Ok(()) } else { Err(format!("{counted:?}")) }
        });
    };
    stage.annotate(&paths.secret, PAUSED, Some("true"));
    let paused = paths.wait_until_ready_is(cluster, "False", "Paused");
    assert_eq!(condition(&paused, "Synced").unwrap().0, "False");

    // Somebody on call changes it by hand, and somebody else its SealedSecret.
    let by_hand = json!({"data": {"a": "YnkgaGFuZA=="}});
    let by_hand = cluster.api().patch(&paths.secret, &by_hand).success();
    let second = stage.sealer.seal("paused", "database", &[("a", "second")]);
    cluster.api().patch(&paths.sealed, &json!({"spec": second["spec"]})).success();
    let held = paths.wait_until_ready_is(cluster, "False", "Paused");
    assert_eq!(held["status"]["observedGeneration"], 2);
    counts(1.0);
    let unchanged = stage.get(&paths.secret);
    assert_eq!(unchanged["metadata"]["resourceVersion"], by_hand["metadata"]["resourceVersion"]);

    stage.annotate(&paths.secret, PAUSED, None);
    let ended = Instant::now();
    paths.wait_until_item_is(cluster, "a", "second");
    let time = ended.elapsed();
    assert!(time < Duration::from_secs(5), "{time:?}");
    paths.wait_until_synced(cluster);
    counts(0.0);
    assert_eq!(warnings(cluster, "paused"), [] as [Value; 0]);
}

#[test]
fn what_is_deleted_in_the_foreground_goes_and_does_not_come_back() {
    let stage = shared();
    namespace(&stage.cluster, "foreground");
    let paths = stage.synced("foreground", "1");
    let before = stage.get(&paths.secret);
    delete(&stage.cluster, &paths.sealed, "Foreground");
    wait_until_gone(&stage.cluster, &paths.sealed);
    wait_until_gone(&stage.cluster, &paths.secret);
    stage.catch_up("foreground");
    let changes = changes_since(&stage.cluster, &paths.secret, &before);
    assert_eq!(kinds(&changes), ["DELETED"], "{changes:?}");
    assert_eq!(warnings(&stage.cluster, "foreground"), [] as [Value; 0]);
}

#[test]
fn a_change_of_the_scope_alone_is_acted_on() {
    let stage = shared();
    let cluster = &stage.cluster;
    namespace(cluster, "scopes");
    let strict = stage.synced("scopes", "strict");
    let wide = stage.sealer.seal_cluster_wide("scopes", "wide", &[("a", "wide")]);
    let wide = apply(cluster, &wide);
    wide.wait_until_ready_is(cluster, "False", "SealedForAnother");
    assert_eq!(cluster.api().get(&wide.secret).status, 404);

    stage.annotate(&wide.sealed, CLUSTER_WIDE, Some("true"));
    stage.annotate(&strict.sealed, CLUSTER_WIDE, Some("true"));
    wide.wait_until_synced(cluster);
    wide.wait_until_item_is(cluster, "a", "wide");
    let failed = strict.wait_until_ready_is(cluster, "False", "SealedForAnother");
    assert_eq!(condition(&failed, "Stalled").unwrap().0, "True");
    assert_eq!(failed["metadata"]["generation"], 1);

    let (wide_before, strict_before) = (stage.get(&wide.secret), stage.get(&strict.secret));
    stage.annotate(&wide.sealed, CLUSTER_WIDE, None);
    stage.annotate(&strict.sealed, CLUSTER_WIDE, None);
    wide.wait_until_ready_is(cluster, "False", "SealedForAnother");
    let mended = strict.wait_until_synced(cluster);
    assert_eq!(condition(&mended, "Stalled"), None);
    for (paths, before) in [(&wide, wide_before), (&strict, strict_before)] {
        assert_eq!(stage.get(&paths.secret), before, "the older Secret stays as it is");
    }
}

/// As Argo CD's Replace does it, with the service faster than the garbage collector.
#[test]
fn one_that_is_made_again_takes_its_secret_over_before_it_is_collected() {
    let mut stage = Stage::new();
    namespace(&stage.cluster, "adopted");
    let first = stage.synced("adopted", "1");
    let before = stage.get(&first.secret);
    let (sealer, path) = (&stage.sealer, &first);
    let again = stage.cluster.without_controller_manager(|cluster| {
        delete(cluster, &path.sealed, "Background");
        wait_until_gone(cluster, &path.sealed);
        let sealed = sealer.seal("adopted", "database", &[("a", "1"), ("b", "2")]);
        apply(cluster, &sealed);
        path.wait_until_item_is(cluster, "b", "2");
        path.wait_until_synced(cluster)
    });
    let adopted = stage.get(&first.secret);
    assert_eq!(owners(&adopted), [uid(&again)]);
    assert_eq!(uid(&adopted), uid(&before), "it is the same Secret");

    // The collector looks for what belonged to the first one. Where a later such Secret is gone, it has looked at ours.
    stage.cluster.api().post("/api/v1/namespaces/adopted/secrets", &json!({
        "metadata": {"name": "collected", "ownerReferences": [before["metadata"]["ownerReferences"][0]]},
    })).success();
    wait_until_gone(&stage.cluster, "/api/v1/namespaces/adopted/secrets/collected");
    let changes = changes_since(&stage.cluster, &first.secret, &before);
    assert!(changes.iter().all(|change| change["type"] == "MODIFIED"), "{changes:?}");
    assert!(changes.iter().all(|change| item(&change["object"], "a").as_deref() == Some("1")));

    delete(&stage.cluster, &first.sealed, "Background");
    wait_until_gone(&stage.cluster, &first.secret);
}

#[test]
fn an_orphan_is_blocked_until_it_may_be_taken_over() {
    let stage = shared();
    let cluster = &stage.cluster;
    namespace(cluster, "orphan");
    let paths = stage.synced("orphan", "1");
    let before = stage.get(&paths.secret);
    delete(cluster, &paths.sealed, "Orphan");
    wait_until_gone(cluster, &paths.sealed);
    assert!(owners(&stage.get(&paths.secret)).is_empty(), "the collector has taken the owner away");

    apply(cluster, &stage.sealer.seal("orphan", "database", &[("a", "1"), ("b", "2")]));
    paths.wait_until_ready_is(cluster, "False", "NotManaged");
    assert_eq!(item(&stage.get(&paths.secret), "b"), None);
    stage.annotate(&paths.secret, MANAGED, Some("true"));
    let synced = paths.wait_until_synced(cluster);
    let taken = paths.wait_until_item_is(cluster, "b", "2");
    assert_eq!(owners(&taken), [uid(&synced)]);
    assert!(taken["metadata"].get("annotations").is_none(), "{taken}");
    let changes = changes_since(cluster, &paths.secret, &before);
    assert!(changes.iter().all(|change| change["type"] == "MODIFIED"), "{changes:?}");
    assert!(changes.iter().all(|change| item(&change["object"], "a").as_deref() == Some("1")));
}

#[test]
fn an_item_that_is_null_is_left_out_and_can_still_be_used() {
    let stage = shared();
    namespace(&stage.cluster, "nulls");
    let items = [("kept", "1"), ("hidden", "2")];
    let mut sealed = stage.sealer.seal("nulls", "database", &items);
    sealed["spec"]["template"] =
        json!({"data": {"hidden": null, "never": null, "url": "db://{{ .hidden }}"}});
    let paths = apply(&stage.cluster, &sealed);
    paths.wait_until_synced(&stage.cluster);
    let secret = paths.wait_until_item_is(&stage.cluster, "url", "db://2");
    assert_eq!(item(&secret, "kept").unwrap(), "1");
    assert_eq!(secret["data"].as_object().unwrap().len(), 2, "{secret}");
}

#[test]
fn the_deprecated_form_still_opens() {
    let stage = shared();
    namespace(&stage.cluster, "deprecated");
    let whole = json!({
        "metadata": {"name": "database", "namespace": "deprecated", "labels": {"app": "shop"}},
        "type": "example.com/own",
        "data": {"a": "MQ=="},
    });
    let sealed = stage.sealer.seal_whole("deprecated", "database", &whole);
    let paths = apply(&stage.cluster, &sealed);
    let synced = paths.wait_until_synced(&stage.cluster);
    let secret = paths.wait_until_item_is(&stage.cluster, "a", "1");
    assert_eq!(secret["type"], "example.com/own");
    assert_eq!(secret["metadata"]["labels"], json!({"app": "shop"}));
    assert_eq!(owners(&secret), [uid(&synced)]);
}

#[test]
fn when_a_foreign_secret_goes_nobody_waits_for_the_next_retry() {
    let stage = shared();
    let cluster = &stage.cluster;
    let core = namespace(cluster, "blocked");
    let foreign = json!({"metadata": {"name": "database"}, "data": {"theirs": "dGhlaXJz"}});
    cluster.api().post(&format!("{core}/secrets"), &foreign).success();
    let paths = apply(cluster, &stage.sealer.seal("blocked", "database", &[("a", "1")]));
    paths.wait_until_ready_is(cluster, "False", "NotManaged");
    // The next retry is eight seconds away.
    eventually("four attempts", SOON, || {
        let log = stage.service.log();
        let is_fourth =
            |line: &str| line.contains("key=blocked/database") && line.contains("attempts=4");
        if log.lines().any(is_fourth) { Ok(()) } else { Err(log) }
    });
    cluster.api().delete(&paths.secret).success();
    let gone = Instant::now();
    let synced = paths.wait_until_synced(cluster);
    let time = gone.elapsed();
    assert!(time < Duration::from_secs(5), "{time:?}");
    assert_eq!(condition(&synced, "Stalled"), None);
    assert_eq!(synced["metadata"]["generation"], 1);
    paths.wait_until_item_is(cluster, "a", "1");
}
