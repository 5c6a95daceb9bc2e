//! Our service in the namespaces that it is told, with rights in these alone.

#![expect(
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::time::{Duration, Instant};

use sealkit_e2e::deployment::Chart;
use sealkit_e2e::http::ask;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::apply;
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{CRD, NAME, Service, grant_all};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{eventually, repository};
use serde_json::Value;

/// How long a probe of the kubelet may have to wait for the first answer.
const START: Duration = Duration::from_secs(2);

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
