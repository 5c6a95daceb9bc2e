//! Our service in a real cluster, with the rights of `deploy/kustomize` and no others: what becomes of SealedSecrets.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use sealkit_e2e::namespace;
use sealkit_e2e::service::{
    Service, apply, cluster_for_the_service, condition, sealed, sealed_secrets, secret, value,
    wait_for, wait_until_gone,
};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::eventually;
use serde_json::{Value, json};

/// One cluster and one service for all tests here, each in a namespace of its own.
struct Stage {
    cluster: Cluster,
    service: Mutex<Service>,
    certificate: String,
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let cluster = cluster_for_the_service();
        let service = Service::ready(&cluster, &[]);
        let certificate = service.certificate(&cluster);
        Stage { cluster, service: Mutex::new(service), certificate }
    })
}

impl Stage {
    fn service(&self) -> MutexGuard<'_, Service> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seals a Secret and gives it to the cluster. Returns the paths of the SealedSecret and of its Secret.
    fn apply(&self, secret: &Value) -> (String, String) {
        let sealed = sealed(&self.cluster, &self.certificate, secret);
        apply(&self.cluster, &sealed)
    }

    fn wait_for_condition(&self, path: &str, status: &str, reason: &str) -> Value {
        wait_for(&self.cluster, path, |sealed| {
            condition(sealed, "Ready") == Some((status.to_owned(), reason.to_owned()))
        })
    }
}

#[test]
fn a_sealed_secret_becomes_a_secret_and_its_status_says_so() {
    let stage = stage();
    namespace(&stage.cluster, "becomes");
    let (sealed, secret) = stage.apply(&secret("becomes", "database", &[("password", "hunter2")]));
    let synced = stage.wait_for_condition(&sealed, "True", "Unsealed");
    assert_eq!(condition(&synced, "Synced").unwrap().0, "True");
    assert_eq!(synced["status"]["observedGeneration"], 1);
    assert_eq!(synced["status"]["conditions"][0]["type"], "Synced");
    assert_eq!(synced["status"]["applied"]["mode"], "full");
    let made = stage.cluster.api().get(&secret).success();
    assert_eq!(value(&made, "password"), "hunter2");
    assert_eq!(made["metadata"]["ownerReferences"][0]["name"], "database");
    assert!(
        made["metadata"].get("labels").is_none() && made["metadata"].get("annotations").is_none()
    );
    stage.cluster.api().delete(&sealed).success();
    wait_until_gone(&stage.cluster, &secret);
}

#[test]
fn what_others_change_in_a_secret_is_undone_and_their_labels_stay() {
    let stage = stage();
    namespace(&stage.cluster, "undone");
    let (sealed, secret) = stage.apply(&secret("undone", "database", &[("password", "hunter2")]));
    stage.wait_for_condition(&sealed, "True", "Unsealed");
    let edit = json!({
        "metadata": {"labels": {"team": "a"}},
        "data": {"password": "b3RoZXI=", "more": "bW9yZQ=="},
    });
    stage.cluster.api().patch(&secret, &edit).success();
    let restored =
        wait_for(&stage.cluster, &secret, |secret| value(secret, "password") == "hunter2");
    assert!(restored["data"].get("more").is_none(), "{restored}");
    assert_eq!(restored["metadata"]["labels"], json!({"team": "a"}));
    stage.cluster.api().delete(&secret).success();
    wait_for(&stage.cluster, &secret, |secret| value(secret, "password") == "hunter2");
}

#[test]
fn a_foreign_secret_is_left_alone_until_it_goes() {
    let stage = stage();
    let core = namespace(&stage.cluster, "foreign");
    let foreign = json!({"metadata": {"name": "database"}, "data": {"theirs": "dGhlaXJz"}});
    stage.cluster.api().post(&format!("{core}/secrets"), &foreign).success();
    let (sealed, secret) = stage.apply(&secret("foreign", "database", &[("password", "hunter2")]));
    let failed = stage.wait_for_condition(&sealed, "False", "NotManaged");
    assert_eq!(condition(&failed, "Stalled").unwrap().0, "True");
    assert_eq!(
        failed["status"]["conditions"][0]["message"],
        "failed update: Resource \"database\" already exists and is not managed by SealedSecret"
    );
    assert!(stage.cluster.api().get(&secret).success()["data"].get("password").is_none());
    stage.cluster.api().delete(&secret).success();
    let synced = stage.wait_for_condition(&sealed, "True", "Unsealed");
    assert_eq!(condition(&synced, "Stalled"), None);
    // One that may be taken over is.
    let managed = json!({"metadata": {"name": "taken", "labels": {"theirs": "x"}, "annotations": {"sealedsecrets.bitnami.com/managed": "true"}}, "data": {"theirs": "dGhlaXJz"}});
    stage.cluster.api().post(&format!("{core}/secrets"), &managed).success();
    let (sealed, secret) =
        stage.apply(&sealkit_e2e::service::secret("foreign", "taken", &[("password", "hunter2")]));
    stage.wait_for_condition(&sealed, "True", "Unsealed");
    let taken = stage.cluster.api().get(&secret).success();
    assert_eq!(taken["data"].as_object().unwrap().len(), 1);
    assert!(taken["metadata"].get("labels").is_none(), "{taken}");
}

#[test]
fn what_does_not_open_says_why_and_an_update_mends_it() {
    let stage = stage();
    namespace(&stage.cluster, "mends");
    let secret = secret("mends", "database", &[("password", "CANARY-hunter2")]);
    let mut wrong = sealed(&stage.cluster, &stage.certificate, &secret);
    wrong["metadata"]["name"] = json!("renamed");
    let path = sealed_secrets("mends");
    stage.cluster.api().post(&path, &wrong).success();
    let failed = stage.wait_for_condition(&format!("{path}/renamed"), "False", "SealedForAnother");
    assert!(
        failed["status"]["conditions"][0]["message"].as_str().unwrap().contains("mends/database")
    );
    let right = sealed(&stage.cluster, &stage.certificate, &{
        let mut secret = secret.clone();
        secret["metadata"]["name"] = json!("renamed");
        secret
    });
    stage
        .cluster
        .api()
        .patch(&format!("{path}/renamed"), &json!({"spec": right["spec"]}))
        .success();
    let mended = stage.wait_for_condition(&format!("{path}/renamed"), "True", "Unsealed");
    assert_eq!(mended["status"]["observedGeneration"], 2);
    let events = stage.cluster.api().get("/api/v1/namespaces/mends/events").success();
    let reasons: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|event| &event["reason"]).collect();
    assert_eq!(reasons, ["ErrUnsealFailed", "Unsealed"], "{events}");
    assert!(!stage.service().log().contains("CANARY") && !events.to_string().contains("CANARY"));
}

#[test]
fn after_a_restart_what_is_in_sync_costs_nothing() {
    let stage = stage();
    namespace(&stage.cluster, "restarts");
    let (sealed, secret_path) =
        stage.apply(&secret("restarts", "database", &[("password", "hunter2")]));
    let before = stage.wait_for_condition(&sealed, "True", "Unsealed");
    let mut service = stage.service();
    service.terminate();
    *service = Service::ready(&stage.cluster, &[]);
    std::thread::sleep(Duration::from_secs(2));
    let after = stage.cluster.api().get(&sealed).success();
    assert_eq!(after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
    let log = service.log();
    assert!(!log.contains("restarts/database"), "{log}");
    // What was edited while nobody looked is undone.
    service.terminate();
    stage.cluster.api().patch(&secret_path, &json!({"data": {"password": "b3RoZXI="}})).success();
    *service = Service::ready(&stage.cluster, &[]);
    wait_for(&stage.cluster, &secret_path, |secret| value(secret, "password") == "hunter2");
}

/// What `kubectl explain` shows is the server's OpenAPI document.
#[test]
fn the_definition_of_the_resource_explains_itself() {
    let stage = stage();
    let document = eventually("OpenAPI of the resource", Duration::from_secs(60), || {
        let reply = stage.cluster.api().get("/openapi/v3/apis/bitnami.com/v1alpha1");
        if reply.status == 200 { Ok(reply.success()) } else { Err(reply.to_string()) }
    });
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let (_, schema) = schemas.iter().find(|(name, _)| name.ends_with(".SealedSecret")).unwrap();
    let fields = ["spec.encryptedData", "spec.template", "status.applied", "status.conditions"];
    for field in fields {
        let found = field.split('.').fold(schema, |place, name| &place["properties"][name]);
        let text = found["description"].as_str().unwrap_or_default();
        assert!(text.ends_with('.') && text.len() > 20, "{field}: {text:?}");
    }
}
