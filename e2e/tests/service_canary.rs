//! No value in the clear comes out of our service but in its Secret: distinctive ones go through it, and through every
//! failure, at the most talkative level of its log.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service, wait_for};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::eventually;
use serde_json::{Value, json};

/// What all plaintexts have in them.
const CANARY: &str = "CANARY-in-the-coal-mine";
const ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/secrets-unsealer";

/// A SealedSecret with a canary and with this template.
fn sealed(sealer: &Sealer, name: &str, template: &Value) -> Value {
    let value = format!("{CANARY} of {name}");
    let mut sealed = sealer.seal("canary", name, &[("x", &value), (".dockerconfigjson", &value)]);
    sealed["spec"]["template"] = template.clone();
    sealed
}

/// Every failure that a template, the API server or others cause, with its reason.
fn failures() -> Vec<(&'static str, Value, &'static str)> {
    let templated = |text: &str| json!({"data": {"out": text}});
    vec![
        ("fails", templated("{{ fail .x }}"), "TemplateFailed"),
        ("index", templated("{{ index .x 999999 }}"), "TemplateFailed"),
        ("number", templated("{{ required .x \"\" }}"), "TemplateFailed"),
        ("json", templated("{{ mustFromJson .x }}"), "TemplateFailed"),
        ("syntax", templated("{{ .x "), "TemplateSyntax"),
        ("label", json!({"metadata": {"labels": {"a": "not valid!"}}}), "Invalid"),
        ("docker", json!({"type": "kubernetes.io/dockerconfigjson"}), "Invalid"),
        ("tls", json!({"type": "kubernetes.io/tls"}), "Invalid"),
        ("foreign", json!({}), "NotManaged"),
    ]
}

/// The canary, and base64 of it wherever in a text it may stand.
fn traces() -> Vec<String> {
    let encoded = (0..3).map(|shift| {
        let text = format!("{}{CANARY}", " ".repeat(shift));
        // The first and the last group hold bits of what stands beside it.
        let groups = STANDARD.encode(text);
        groups[4..groups.len() - 4].to_owned()
    });
    encoded.chain([CANARY.to_owned()]).collect()
}

/// Verifies and rotates a document, and returns the answers.
fn ask(cluster: &Cluster, service: &Service, document: &Value) -> String {
    ["verify", "rotate"]
        .map(|what| service.post(cluster, &format!("/v1/{what}"), document))
        .join("\n")
}

#[test]
fn no_value_comes_out_but_in_its_secret() {
    let cluster = cluster_for_the_service();
    let api = cluster.api();
    let core = namespace(&cluster, "canary");
    let service = Service::ready(&cluster, &["--key-size", "2048", "--log-level", "DEBUG"]);
    let sealer = Sealer::new(&service.certificate(&cluster));
    let mut answers = String::new();

    // What succeeds, and is written once more.
    let good = sealed(&sealer, "good", &json!({"data": {"out": "<{{ .x }}>"}}));
    let paths = apply(&cluster, &good);
    paths.wait_until_synced(&cluster);
    paths.wait_until_item_is(&cluster, "out", &format!("<{CANARY} of good>"));
    answers += &ask(&cluster, &service, &good);
    api.patch(&paths.secret, &json!({"data": {"x": "b3RoZXI="}})).success();
    paths.wait_until_item_is(&cluster, "x", &format!("{CANARY} of good"));

    // What fails by itself.
    let foreign = json!({"metadata": {"name": "foreign"}, "data": {"x": STANDARD.encode(CANARY)}});
    api.post(&format!("{core}/secrets"), &foreign).success();
    for (name, template, reason) in failures() {
        let document = sealed(&sealer, name, &template);
        apply(&cluster, &document).wait_until_ready_is(&cluster, "False", reason);
        answers += &ask(&cluster, &service, &document);
    }

    // A value of another object, and one that is damaged.
    let mut renamed = sealed(&sealer, "other", &json!({}));
    renamed["metadata"]["name"] = json!("renamed");
    apply(&cluster, &renamed).wait_until_ready_is(&cluster, "False", "SealedForAnother");
    answers += &ask(&cluster, &service, &renamed);
    let mut damaged = sealed(&sealer, "damaged", &json!({}));
    damaged["spec"]["encryptedData"]["x"] = json!("AQ");
    apply(&cluster, &damaged).wait_until_ready_is(&cluster, "False", "Malformed");
    answers += &ask(&cluster, &service, &damaged);

    // An immutable Secret that is to change.
    let immutable = json!({"immutable": true});
    let paths = apply(&cluster, &sealed(&sealer, "immutable", &immutable));
    paths.wait_until_synced(&cluster);
    let mut changed = sealer.seal("canary", "immutable", &[("x", &format!("{CANARY}, changed"))]);
    changed["spec"]["template"] = immutable;
    api.patch(&paths.sealed, &json!({"spec": changed["spec"]})).success();
    paths.wait_until_ready_is(&cluster, "False", "Immutable");

    // Missing rights.
    let rules = api.get(ROLE).success()["rules"].clone();
    let others = rules.as_array().unwrap().iter();
    let others: Vec<_> = others.filter(|rule| rule["resources"] != json!(["secrets"])).collect();
    api.patch(ROLE, &json!({"rules": others})).success();
    eventually("missing rights", std::time::Duration::from_secs(30), || {
        let service = cluster.api_as("kube-system/sealed-secrets-controller");
        let reply = service.get(&format!("{core}/secrets/good"));
        if reply.status == 403 { Ok(()) } else { Err("it may still".to_owned()) }
    });
    apply(&cluster, &sealed(&sealer, "refused", &json!({}))).wait_until_ready_is(
        &cluster,
        "False",
        "Forbidden",
    );
    api.patch(ROLE, &json!({"rules": rules})).success();
    Paths::of("canary", "refused").wait_until_synced(&cluster);

    let events = wait_for(&cluster, &format!("{core}/events"), |events| {
        events["items"].as_array().is_some_and(|events| events.len() >= failures().len() + 5)
    });
    let objects = api.get("/apis/bitnami.com/v1alpha1/sealedsecrets").success();
    let mut told = format!("{events}\n{objects}\n{answers}\n");
    writeln!(told, "{}\n{}", service.metrics(&cluster), service.log()).unwrap();
    assert!(told.contains("TemplateFailed") && answers.contains("200") && answers.contains("409"));
    for trace in traces() {
        let place = told.find(&trace);
        let shown =
            place.map(|place| &told[place.saturating_sub(500)..(place + 100).min(told.len())]);
        assert_eq!(shown, None, "{trace} is told");
    }
}
