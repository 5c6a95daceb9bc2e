//! A table of objects under the real upstream controller and under ours, in one cluster and with one key: the same Secrets,

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]
//! statuses and events, but where `docs/differences.md` says otherwise.

mod objects;

use std::collections::BTreeSet;
use std::time::Duration;

use sealkit_e2e::service::{NAME, Service, cluster_for_the_service, grant_all};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{eventually, repository};
use serde_json::json;

use objects::{Case, Run};

#[test]
fn both_controllers_make_the_same_of_each_object() {
    let cases = Case::all();
    assert!(cases.len() >= 60, "{} objects", cases.len());
    let cluster = cluster_for_the_service();
    let_events_be_counted(&cluster);
    let mut upstream = Service::start_upstream(&cluster, &["--kubeclient-qps=-1"]);
    upstream.wait_for_certificate(&cluster);
    let certificate = upstream.certificate(&cluster);
    let theirs = Run::new(&cluster, &certificate, "theirs", &cases);
    theirs.all_steps();
    let results = theirs.results();
    upstream.terminate();

    let service = Service::ready(&cluster, &[]);
    assert_eq!(service.certificate(&cluster), certificate, "one key for both");
    let ours = Run::new(&cluster, &certificate, "ours", &cases);
    ours.all_steps();
    eventually("the same results", Duration::from_secs(20), || {
        let problems: Vec<_> =
            cases.iter().filter_map(|case| case.compare(&results, &ours.results())).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
    });
}

/// Upstream's controller counts an event that comes again by a patch. Where it may not, nobody sees that it still tries again, for
/// seconds where many objects fail, and the next step comes too early.
fn let_events_be_counted(cluster: &Cluster) {
    let name = json!({"name": "events-counter"});
    let api = "rbac.authorization.k8s.io";
    let rules = json!([{"apiGroups": [""], "resources": ["events"], "verbs": ["patch"]}]);
    let role = json!({"kind": "ClusterRole", "metadata": name, "rules": rules});
    let account = json!([{"kind": "ServiceAccount", "namespace": "kube-system", "name": NAME}]);
    let binding = json!({
        "kind": "ClusterRoleBinding",
        "metadata": name,
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "events-counter"},
        "subjects": account,
    });
    grant_all(cluster, &[role, binding]);
}

#[test]
fn every_difference_is_documented_and_occurs() {
    let text = std::fs::read_to_string(repository().join("docs/differences.md")).unwrap();
    let section =
        text.split("\n## ").find(|section| section.starts_with("To the controller: objects"));
    let rows =
        section.unwrap().lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: BTreeSet<_> = rows.map(|(name, _)| name.to_owned()).collect();
    let cases = Case::all();
    let shown: BTreeSet<_> = cases.iter().flat_map(Case::differences).collect();
    assert_eq!(shown, documented);
}
