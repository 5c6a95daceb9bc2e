//! Flags of our service that change what becomes of Secrets, each in a real cluster with the rights that it needs and no
//! more.

use std::thread;
use std::time::Duration;

use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply, item};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{
    NAME, Service, cluster_for_the_service, condition, wait_for, wait_until_gone,
};
use sealkit_testkit::cluster::Cluster;
use serde_json::{Value, json};

const KEY_SIZE: [&str; 2] = ["--key-size", "2048"];

struct Stage {
    cluster: Cluster,
    service: Service,
    sealer: Sealer,
}

fn stage(flags: &[&str]) -> Stage {
    let cluster = cluster_for_the_service();
    namespace(&cluster, "shop");
    let arguments: Vec<&str> = KEY_SIZE.iter().chain(flags).copied().collect();
    let service = Service::ready(&cluster, &arguments);
    let sealer = Sealer::new(&service.certificate(&cluster));
    Stage { cluster, service, sealer }
}

impl Stage {
    fn apply(&self, name: &str, value: &str) -> Paths {
        apply(&self.cluster, &self.sealer.seal("shop", name, &[("value", value)]))
    }

    /// Lets the service do one thing more with Secrets, everywhere.
    fn allow(&self, verb: &str) {
        let path = "/apis/rbac.authorization.k8s.io/v1";
        let role = json!({
            "metadata": {"name": "more"},
            "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": [verb]}],
        });
        let binding = json!({
            "metadata": {"name": "more"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "more"},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": "kube-system"}],
        });
        let api = self.cluster.api();
        api.post(&format!("{path}/clusterroles"), &role).success();
        api.post(&format!("{path}/clusterrolebindings"), &binding).success();
    }
}

fn is_of(secret: &Value, sealed: &Value) -> bool {
    secret.pointer("/metadata/ownerReferences/0/uid") == sealed.pointer("/metadata/uid")
}

#[test]
fn old_gc_behavior_deletes_a_secret_with_its_sealed_secret_and_nothing_of_others() {
    let mut stage = stage(&["--old-gc-behavior"]);
    // Kubernetes' own collector is away: it is for clusters where it does not do it.
    stage.cluster.stop_controller_manager();
    let (own, foreign) = (stage.apply("own", "1"), Paths::of("shop", "foreign"));
    let sealed = own.wait_until_synced(&stage.cluster);
    assert!(is_of(&stage.cluster.api().get(&own.secret).success(), &sealed));
    let somebodys = json!({"metadata": {"name": "foreign"}, "data": {"a": "MQ=="}});
    stage.cluster.api().post("/api/v1/namespaces/shop/secrets", &somebodys).success();
    stage.apply("foreign", "2").wait_until_ready_is(&stage.cluster, "False", "NotManaged");

    for paths in [&foreign, &own] {
        stage.cluster.api().delete(&paths.sealed).success();
    }
    // It may not yet, and says so.
    let refused = "the Secret of a SealedSecret that is gone cannot be deleted";
    sealkit_testkit::eventually("a warning", Duration::from_secs(30), || {
        let log = stage.service.log();
        if log.contains(refused) { Ok(()) } else { Err(log) }
    });
    stage.allow("delete");
    wait_until_gone(&stage.cluster, &own.secret);
    let there = stage.cluster.api().get(&foreign.secret).success();
    assert_eq!(item(&there, "a").as_deref(), Some("1"));
}

#[test]
fn a_secret_that_somebody_changes_again_and_again_is_not_restored_without_end() {
    let stage = stage(&[]);
    let paths = stage.apply("contended", "ours");
    paths.wait_until_synced(&stage.cluster);
    let edit = json!({"data": {"value": "dGhlaXJz"}});
    let is_contended = |sealed: &Value| {
        condition(sealed, "Ready") == Some(("False".to_owned(), "Contended".to_owned()))
    };
    let mut restores = 0;
    while !is_contended(&stage.cluster.api().get(&paths.sealed).success()) {
        assert!(restores < 100, "it is restored without end");
        stage.cluster.api().patch(&paths.secret, &edit).success();
        wait_for(&stage.cluster, &paths.secret, |secret| {
            let sealed = stage.cluster.api().get(&paths.sealed).success();
            item(secret, "value").as_deref() == Some("ours") || is_contended(&sealed)
        });
        restores += 1;
    }
    assert_eq!(restores, 6, "five restores, and one edit that stays for a while");
    let sealed = stage.cluster.api().get(&paths.sealed).success();
    assert!(condition(&sealed, "Stalled").is_none(), "it is tried again: {sealed}");
    // What it says afterwards: with the next spec, or when the minute is over.
    let again = stage.sealer.seal("shop", "contended", &[("value", "newer")]);
    let spec = json!({"spec": again.get("spec")});
    stage.cluster.api().patch(&paths.sealed, &spec).success();
    wait_for(&stage.cluster, &paths.secret, |secret| {
        item(secret, "value").as_deref() == Some("newer")
    });
    paths.wait_until_synced(&stage.cluster);
}

#[test]
fn with_skip_recreate_secrets_are_not_watched_and_what_changed_is_seen_at_the_next_look() {
    let mut stage = stage(&["--skip-recreate"]);
    let (edited, deleted) = (stage.apply("edited", "1"), stage.apply("deleted", "1"));
    for paths in [&edited, &deleted] {
        paths.wait_until_synced(&stage.cluster);
    }
    stage.service.terminate();
    let edit = json!({"data": {"value": "dGhlaXJz"}});
    stage.cluster.api().patch(&edited.secret, &edit).success();
    stage.cluster.api().delete(&deleted.secret).success();
    stage.service = Service::ready(&stage.cluster, &[&KEY_SIZE[..], &["--skip-recreate"]].concat());
    edited.wait_until_item_is(&stage.cluster, "value", "1");
    // It was looked at together with the other one.
    for _ in 0..20 {
        assert_eq!(stage.cluster.api().get(&deleted.secret).status, 404);
        thread::sleep(Duration::from_millis(100));
    }
}
