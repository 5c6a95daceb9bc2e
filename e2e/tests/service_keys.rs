//! The service's keys in a real cluster: made, retired, brought along, damaged.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::{apply, key_secrets};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service, condition};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{eventually, read_fixture};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);
const SECRETS: &str = "/api/v1/namespaces/kube-system/secrets";
const LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";

fn relabel(cluster: &Cluster, key: &str, label: &str) {
    let patch = json!({"metadata": {"labels": {LABEL: label}}});
    cluster.api().patch(&format!("{SECRETS}/{key}"), &patch).success();
}

/// A key Secret as somebody brings it along.
fn bring(cluster: &Cluster, name: &str, key: &[u8], certificate: &[u8]) {
    let secret = json!({
        "metadata": {"name": name, "labels": {LABEL: "active"}},
        "type": "kubernetes.io/tls",
        "data": {"tls.key": STANDARD.encode(key), "tls.crt": STANDARD.encode(certificate)},
    });
    cluster.api().post(SECRETS, &secret).success();
}

fn name(secret: &Value) -> &str {
    secret["metadata"]["name"].as_str().unwrap()
}

#[test]
fn a_key_that_is_retired_opens_nothing_and_one_that_comes_back_opens_all() {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    let service = Service::ready(&cluster, &["--key-size", "2048"]);
    let old_certificate = service.certificate(&cluster);
    let old = Sealer::new(&old_certificate);
    let first = apply(&cluster, &old.seal("shop", "first", &[("a", "1")]));
    first.wait_until_synced(&cluster);
    let old_key = name(&key_secrets(&cluster)[0]).to_owned();

    // Certificates tell whole seconds: the second key is to be the newer one.
    eventually("another second", SOON, || {
        let created = key_secrets(&cluster)[0]["metadata"]["creationTimestamp"].to_string();
        let now = now(&cluster);
        if now > created { Ok(()) } else { Err(now) }
    });
    service.signal("-USR1");
    let new_certificate = eventually("a new certificate", SOON, || {
        let served = service.certificate(&cluster);
        if served == old_certificate { Err(service.log()) } else { Ok(served) }
    });
    assert_eq!(key_secrets(&cluster).len(), 2);
    let new = Sealer::new(&new_certificate);
    let second = apply(&cluster, &new.seal("shop", "second", &[("a", "2")]));
    let third = apply(&cluster, &old.seal("shop", "third", &[("a", "3")]));
    second.wait_until_synced(&cluster);
    third.wait_until_synced(&cluster);

    relabel(&cluster, &old_key, "compromised");
    for paths in [&first, &third] {
        let failed = paths.wait_until_ready_is(&cluster, "False", "KeyMissing");
        assert_eq!(condition(&failed, "Stalled").unwrap().0, "True");
    }
    first.wait_until_item_is(&cluster, "a", "1");
    second.wait_until_synced(&cluster);
    let fourth = apply(&cluster, &old.seal("shop", "fourth", &[("a", "4")]));
    // Of what was never opened, nobody knows the key.
    fourth.wait_until_ready_is(&cluster, "False", "NoKeyFits");

    relabel(&cluster, &old_key, "active");
    for (paths, value) in [(&first, "1"), (&second, "2"), (&third, "3"), (&fourth, "4")] {
        let mended = paths.wait_until_synced(&cluster);
        assert_eq!(condition(&mended, "Stalled"), None);
        paths.wait_until_item_is(&cluster, "a", value);
    }
    assert_eq!(key_secrets(&cluster).len(), 2);
    assert_eq!(service.certificate(&cluster), new_certificate);
}

/// The time of day by the API server's clock, as JSON has it: the creation of something new.
fn now(cluster: &Cluster) -> String {
    let object = json!({"metadata": {"generateName": "now-"}});
    let made = cluster.api().post("/api/v1/namespaces/default/configmaps", &object).success();
    made["metadata"]["creationTimestamp"].to_string()
}

#[test]
fn none_is_made_where_all_are_brought_along_and_a_damaged_one_is_skipped() {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    let mut service = Service::start(&cluster, &["--no-key-generation"]);
    let certificate = read_fixture("keys/rsa-2048.crt");
    let sealer = Sealer::new(std::str::from_utf8(&certificate).unwrap());
    let sealed = apply(&cluster, &sealer.seal("shop", "early", &[("a", "1")]));
    sealed.wait_until_ready_is(&cluster, "False", "NoKeyFits");
    service.signal("-USR1");
    eventually("a refusal", SOON, || {
        let log = service.log();
        if log.contains("--no-key-generation forbids it") { Ok(()) } else { Err(log) }
    });
    assert!(key_secrets(&cluster).is_empty());

    bring(&cluster, "damaged", &read_fixture("keys/damaged.key"), &certificate);
    eventually("a warning", SOON, || {
        let log = service.log();
        let is_told = log.lines().any(|line| line.contains("WARN") && line.contains("damaged"));
        if is_told { Ok(()) } else { Err(log) }
    });
    sealed.wait_until_ready_is(&cluster, "False", "NoKeyFits");

    bring(&cluster, "brought", &read_fixture("keys/rsa-2048.key"), &certificate);
    sealed.wait_until_synced(&cluster);
    sealed.wait_until_item_is(&cluster, "a", "1");
    service.wait_until_ready(&cluster);
    assert_eq!(key_secrets(&cluster).len(), 2);
    assert_eq!(service.metric(&cluster, "sealed_secrets_controller_sealing_keys"), Some(1.0));
    assert_eq!(service.metric(&cluster, "sealed_secrets_controller_sealing_key_faults"), Some(1.0));
}
