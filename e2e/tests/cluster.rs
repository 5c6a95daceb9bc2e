//! The test cluster itself: that it stores, authorises, collects garbage and is a proxy as a production cluster does,
//! and that it fails and comes back when a test wants it to.

use std::time::Duration;

use sealkit_e2e::{cluster, namespace, shared_cluster};
use sealkit_testkit::cluster::{Api, Cluster, DEVELOPER};
use sealkit_testkit::{Answer, WebServer, eventually};
use serde_json::{Value, json};

/// Long enough for what the cluster does by itself, on a busy machine.
const SOON: Duration = Duration::from_secs(60);

fn secret(name: &str) -> Value {
    json!({"metadata": {"name": name}, "stringData": {"password": "swordfish"}})
}

fn wait_until_gone(api: &Api, path: &str) {
    eventually(&format!("the end of {path}"), SOON, || {
        let reply = api.get(path);
        if reply.status == 404 { Ok(()) } else { Err(reply.to_string()) }
    });
}

#[test]
fn it_is_ready_and_stores_a_secret() {
    let api = shared_cluster().api();
    assert_eq!(api.get("/readyz").text(), "ok");
    let core = namespace(shared_cluster(), "stores");
    api.post(&format!("{core}/secrets"), &secret("database")).success();
    let stored = api.get(&format!("{core}/secrets/database")).success();
    assert_eq!(stored["data"]["password"], "c3dvcmRmaXNo");
    assert_eq!(stored["type"], "Opaque");
}

#[test]
fn a_user_may_do_what_was_granted_and_no_more() {
    let core = namespace(shared_cluster(), "grants");
    let secrets = format!("{core}/secrets");
    let developer = shared_cluster().api_as(DEVELOPER);
    developer.get(&secrets).refused(403);
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/grants";
    let role = json!({
        "metadata": {"name": "reader"},
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}],
    });
    let binding = json!({
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": DEVELOPER}],
    });
    shared_cluster().api().post(&format!("{rbac}/roles"), &role).success();
    shared_cluster().api().post(&format!("{rbac}/rolebindings"), &binding).success();
    eventually("the role", SOON, || {
        let reply = developer.get(&secrets);
        if reply.status == 200 { Ok(()) } else { Err(reply.to_string()) }
    });
    developer.post(&secrets, &secret("database")).refused(403);
    developer.with_token("no such token").get(&secrets).refused(401);
}

#[test]
fn what_a_sealed_secret_owns_goes_with_it() {
    let api = shared_cluster().api();
    let core = namespace(shared_cluster(), "owns");
    let sealed_secrets = "/apis/bitnami.com/v1alpha1/namespaces/owns/sealedsecrets";
    let owner = json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "database"},
        "spec": {"encryptedData": {"password": "AgA="}},
    });
    let owner = api.post(sealed_secrets, &owner).success();
    let mut owned = secret("database");
    owned["metadata"]["ownerReferences"] = json!([{
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": true,
    }]);
    api.post(&format!("{core}/secrets"), &owned).success();
    api.delete(&format!("{sealed_secrets}/database")).success();
    wait_until_gone(&api, &format!("{core}/secrets/database"));
}

#[test]
fn what_is_in_a_namespace_goes_with_it() {
    let api = shared_cluster().api();
    let core = namespace(shared_cluster(), "ends");
    api.post(&format!("{core}/secrets"), &secret("database")).success();
    api.delete(&core).success();
    wait_until_gone(&api, &core);
}

#[test]
fn the_service_proxy_reaches_a_server_of_the_test() {
    namespace(shared_cluster(), "serves");
    let server = WebServer::start_at(shared_cluster().address(), &Answer::ok("short and stout"));
    shared_cluster().publish("serves", "teapot", server.port());
    let path = "/api/v1/namespaces/serves/services/http:teapot:http/proxy/pot";
    let reply = eventually("an answer of the server", SOON, || {
        let reply = shared_cluster().api().get(path);
        if reply.status == 200 { Ok(reply) } else { Err(reply.to_string()) }
    });
    assert_eq!(reply.text(), "short and stout");
    assert!(server.requests().iter().any(|request| request == "GET /pot HTTP/1.1"));
    shared_cluster().api_as(DEVELOPER).get(path).refused(403);
}

#[test]
fn what_was_written_outlives_the_api_server() {
    let mut cluster = Cluster::start();
    let (api, secrets) = (cluster.api(), "/api/v1/namespaces/default/secrets");
    api.post(secrets, &secret("database")).success();
    cluster.kill_api_server();
    api.request("GET", secrets, None).expect_err("nobody listens");
    cluster.start_api_server();
    api.get(&format!("{secrets}/database")).success();
}

#[test]
fn without_etcd_nothing_is_written() {
    let mut cluster = Cluster::start();
    let (api, secrets) = (cluster.api(), "/api/v1/namespaces/default/secrets");
    cluster.stop_etcd();
    let body = secret("lost").to_string().into_bytes();
    let reply = api.request("POST", secrets, Some(("application/json", body)));
    assert!(!reply.is_ok_and(|reply| reply.status < 500), "written without etcd");
    cluster.start_etcd();
    cluster.wait_until_ready();
    eventually("a Secret that is written", SOON, || {
        let reply = api.post(secrets, &secret("database"));
        if reply.status == 201 { Ok(()) } else { Err(reply.to_string()) }
    });
}

#[test]
fn a_snapshot_brings_back_what_was() {
    let mut cluster = cluster();
    let (api, secrets) = (cluster.api(), "/api/v1/namespaces/default/secrets");
    api.post(secrets, &secret("before")).success();
    let snapshot = cluster.snapshot_etcd();
    api.post(secrets, &secret("after")).success();
    api.delete(&format!("{secrets}/before")).success();
    cluster.restore_etcd(&snapshot);
    api.get(&format!("{secrets}/before")).success();
    api.get(&format!("{secrets}/after")).refused(404);
}
