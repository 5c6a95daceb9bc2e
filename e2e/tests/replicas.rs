//! Several replicas of the service in one cluster: one writes, all answer.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::time::{Duration, Instant};

use sealkit_e2e::namespace;
use sealkit_e2e::objects::{apply, key_secrets};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::eventually;
use serde_json::{Value, json};

const ARGUMENTS: [&str; 2] = ["--key-size", "2048"];
const SOON: Duration = Duration::from_secs(30);

fn start(cluster: &Cluster, count: usize) -> Vec<Service> {
    let mut replicas: Vec<_> = (0..count).map(|_| Service::start(cluster, &ARGUMENTS)).collect();
    replicas.iter_mut().for_each(|replica| replica.wait_until_ready(cluster));
    replicas
}

/// Waits until exactly one leads, and takes it out.
fn take_leader(cluster: &Cluster, replicas: &mut Vec<Service>) -> Service {
    let place = eventually("one leader", SOON, || {
        let leads: Vec<_> = replicas.iter().map(|replica| replica.leads(cluster)).collect();
        let place = leads.iter().position(|leads| *leads);
        let is_one = leads.iter().filter(|leads| **leads).count() == 1;
        place.filter(|_| is_one).ok_or_else(|| format!("{leads:?}"))
    });
    replicas.remove(place)
}

/// One key, which all replicas serve.
fn only_certificate(cluster: &Cluster, replicas: &[Service]) -> String {
    assert_eq!(key_secrets(cluster).len(), 1);
    let certificates: Vec<_> =
        replicas.iter().map(|replica| replica.certificate(cluster)).collect();
    assert!(certificates.windows(2).all(|two| two[0] == two[1]), "{certificates:?}");
    certificates[0].clone()
}

#[test]
fn one_of_three_makes_the_key_and_whoever_goes_is_replaced() {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    let mut replicas = start(&cluster, 3);
    let sealer = Sealer::new(&only_certificate(&cluster, &replicas));
    let mut leader = take_leader(&cluster, &mut replicas);
    apply(&cluster, &sealer.seal("shop", "first", &[("a", "1")])).wait_until_synced(&cluster);

    // One that is killed holds its lease until that runs out.
    leader.kill();
    let killed = Instant::now();
    let second = apply(&cluster, &sealer.seal("shop", "second", &[("a", "2")]));
    second.wait_until_synced(&cluster);
    let time = killed.elapsed();
    assert!(time < Duration::from_secs(20), "{time:?}");
    second.wait_until_item_is(&cluster, "a", "2");

    // One that is asked to end gives it up.
    let mut leader = take_leader(&cluster, &mut replicas);
    let asked = Instant::now();
    leader.terminate();
    let third = apply(&cluster, &sealer.seal("shop", "third", &[("a", "3")]));
    third.wait_until_synced(&cluster);
    let time = asked.elapsed();
    assert!(time < Duration::from_secs(5), "{time:?}: {}", leader.log());
    only_certificate(&cluster, &replicas);
}

/// Takes the rights on leases away.
fn forbid_leases(cluster: &Cluster) {
    let path =
        "/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles/sealed-secrets-key-admin";
    let role = cluster.api().get(path).success();
    let rules = role["rules"].as_array().unwrap().iter();
    let rules: Vec<&Value> =
        rules.filter(|rule| rule["apiGroups"] != json!(["coordination.k8s.io"])).collect();
    cluster.api().patch(path, &json!({"rules": rules})).success();
    let service = cluster.api_as("kube-system/sealed-secrets-controller");
    eventually("no rights on leases", SOON, || {
        let lease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/sealed-secrets-key";
        let reply = service.get(lease);
        if reply.status == 403 { Ok(()) } else { Err(reply.to_string()) }
    });
}

#[test]
fn without_rights_on_leases_each_takes_itself_for_the_only_one_and_says_so_once() {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    forbid_leases(&cluster);
    let replicas = start(&cluster, 2);
    let sealer = Sealer::new(&only_certificate(&cluster, &replicas));
    let applied: Vec<_> = (0..10)
        .map(|number| format!("database-{number}"))
        .map(|name| (apply(&cluster, &sealer.seal("shop", &name, &[("a", &name)])), name))
        .collect();
    for (paths, name) in applied {
        paths.wait_until_synced(&cluster);
        paths.wait_until_item_is(&cluster, "a", &name);
    }
    for replica in &replicas {
        assert!(replica.leads(&cluster));
        let log = replica.log();
        assert_eq!(log.matches("leases may not be used").count(), 1, "{log}");
    }
}
