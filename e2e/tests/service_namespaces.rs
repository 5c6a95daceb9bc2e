//! Our service in the namespaces that it is told, with rights in these alone.

#![expect(
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::deployment::Chart;
use sealkit_e2e::http::ask;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::apply;
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{CRD, NAME, Service, grant_all};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{eventually, read_fixture, repository};
use serde_json::{Value, json};

/// How long a probe of the kubelet may have to wait for the first answer.
const START: Duration = Duration::from_secs(2);

/// Key Secrets that may not be watched are listed once a minute.
const TWO_LISTS: Duration = Duration::from_secs(120);

const COUNT: usize = 200;
/// So many of them are not there at first.
const MISSING: usize = 5;

/// A cluster with our definition of the resource, and no roles.
fn cluster() -> Cluster {
    Cluster::start_with(&[repository().join(CRD)])
}

/// The roles of our chart for some namespaces.
fn roles(namespaces: &[String]) -> Vec<Value> {
    let list = format!("--set=additionalNamespaces={{{}}}", namespaces.join(","));
    Chart::ours().render(NAME, &["--set=rbac.namespacedRoles=true", &list])
}

fn is_in(object: &Value, namespaces: &[String]) -> bool {
    namespaces.iter().any(|namespace| object["metadata"]["namespace"] == namespace.as_str())
}

#[test]
fn of_two_hundred_namespaces_some_come_later_and_hold_up_nobody() {
    let cluster = cluster();
    let namespaces: Vec<_> = (0..COUNT).map(|number| format!("team-{number}")).collect();
    let (there, missing) = namespaces.split_at(COUNT - MISSING);
    there.iter().chain([&"other".to_owned()]).for_each(|name| drop(namespace(&cluster, name)));
    let roles = roles(&namespaces);
    let (later, now): (Vec<_>, Vec<_>) = roles.into_iter().partition(|role| is_in(role, missing));
    grant_all(&cluster, &now);

    let additional = format!("--additional-namespaces={}", namespaces.join(","));
    let start = Instant::now();
    let mut service = Service::start(&cluster, &["--key-size=2048", &additional]);
    let (address, metrics) = (service.address(&cluster), service.metrics_address(&cluster));
    eventually("the first answers", START, || {
        let health = ask(address, "GET", "/healthz", b"").map_err(|error| error.to_string())?;
        let metrics = ask(metrics, "GET", "/metrics", b"").map_err(|error| error.to_string())?;
        if (health.code, metrics.code) == (200, 200) { Ok(()) } else { Err(health.head) }
    });
    assert!(start.elapsed() < START, "{:?}", start.elapsed());
    service.wait_until_ready(&cluster);

    let sealer = Sealer::new(&service.certificate(&cluster));
    let synced = |namespace: &str| {
        let paths = apply(&cluster, &sealer.seal(namespace, "database", &[("a", namespace)]));
        paths.wait_until_synced(&cluster);
        paths.wait_until_item_is(&cluster, "a", namespace);
    };
    let elsewhere = apply(&cluster, &sealer.seal("other", "database", &[("a", "1")]));
    ["kube-system", "team-0", "team-100"].into_iter().for_each(synced);

    for name in missing {
        namespace(&cluster, name);
    }
    grant_all(&cluster, &later);
    missing.iter().for_each(|name| synced(name));
    assert!(cluster.api().get(&elsewhere.sealed).success().get("status").is_none());

    // What is missing is said, once for each kind of objects.
    let log = service.log();
    for name in missing {
        let is_told = |line: &&str| line.contains("WARN") && line.contains(name.as_str());
        assert_eq!(log.lines().filter(is_told).count(), 2, "{name}: {log}");
    }
}

/// With the roles of upstream's chart, and none in the service's own namespace.
#[test]
fn keys_that_may_not_be_watched_are_listed() {
    let cluster = cluster();
    namespace(&cluster, "shop");
    let namespaced = [
        "--set=rbac.clusterRole=false",
        "--set=rbac.namespacedRoles=true",
        "--set=additionalNamespaces={shop}",
    ];
    grant_all(&cluster, &Chart::upstream().render(NAME, &namespaced));
    let arguments = ["--key-size=2048", "--additional-namespaces=shop"];
    let service = Service::ready(&cluster, &arguments);
    let sealer = Sealer::new(&service.certificate(&cluster));
    apply(&cluster, &sealer.seal("shop", "first", &[("a", "1")])).wait_until_synced(&cluster);

    let certificate = read_fixture("keys/rsa-2048.crt");
    let brought = Sealer::new(std::str::from_utf8(&certificate).unwrap());
    let second = apply(&cluster, &brought.seal("shop", "second", &[("a", "2")]));
    second.wait_until_ready_is(&cluster, "False", "NoKeyFits");
    let key = STANDARD.encode(read_fixture("keys/rsa-2048.key"));
    let secret = json!({
        "metadata": {"name": "brought", "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}},
        "type": "kubernetes.io/tls",
        "data": {"tls.key": key, "tls.crt": STANDARD.encode(&certificate)},
    });
    cluster.api().post("/api/v1/namespaces/kube-system/secrets", &secret).success();
    eventually("a second key", TWO_LISTS, || {
        let keys = service.metric(&cluster, "sealed_secrets_controller_sealing_keys");
        if keys == Some(2.0) { Ok(()) } else { Err(service.log()) }
    });
    second.wait_until_synced(&cluster);
    second.wait_until_item_is(&cluster, "a", "2");
}
