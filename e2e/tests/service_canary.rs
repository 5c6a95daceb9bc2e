//! No part of a secret gets anywhere but into Secrets: not into a log, an event, a status, a metric or an answer, whatever
//! goes wrong.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::canary::Canary;
use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service, condition, sealed_secrets};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::eventually;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(60);

/// The most talkative level, and no limit that would keep a request from being looked at.
const ARGUMENTS: [&str; 4] =
    ["--key-size=2048", "--log-level=DEBUG", "--rate-limit=1000", "--rate-limit-burst=1000"];

/// Templates that fail over an item `a`, each in a way of its own, most of them in words that quote what they got.
const TEMPLATES: [(&str, &str); 10] = [
    ("fails", "{{ fail .a }}"),
    ("no-index", "{{ index .a 1000 }}"),
    ("no-field", "{{ .a.b }}"),
    ("no-slice", "{{ slice .a 1000 }}"),
    ("no-list", "{{ range .a }}{{ end }}"),
    ("no-function", "{{ call .a }}"),
    ("no-expression", r#"{{ mustRegexMatch .a "x" }}"#),
    ("no-address", "{{ urlParse .a }}"),
    ("no-date", r#"{{ mustToDate "2006" .a }}"#),
    ("no-json", "{{ mustFromJson .a }}"),
];

#[test]
fn the_search_finds_a_secret_in_every_encoding() {
    let canary = Canary::new();
    let secret = canary.secret();
    assert_eq!(canary.found_in(&secret), Some("as it is"));
    assert_eq!(canary.found_in(&json!(secret).to_string()), Some("as it is"));
    assert_eq!(canary.found_in(&format!("{:?}", secret.to_uppercase())), Some("as it is"));
    let (first_line, _) = secret.split_once('\n').unwrap();
    assert_eq!(canary.found_in(first_line), Some("as it is"));
    for length in 0..3 {
        let text = format!("{}{secret} and more", "x".repeat(length));
        assert_eq!(canary.found_in(&STANDARD.encode(text)), Some("in base64"), "{length}");
    }
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(canary.found_in(&hexadecimal), Some("in hexadecimal"));
    assert_eq!(canary.found_in(&format!("{:?}", secret.as_bytes())), Some("as numbers"));
    assert_eq!(canary.found_in(&json!(secret.as_bytes()).to_string()), Some("as numbers"));
    assert_eq!(Canary::new().found_in(&secret), None);
}

/// Where something is told, and all that is told there.
type Told = (&'static str, String);

/// Whatever people and programs without rights on Secrets can read.
fn all_that_is_told(cluster: &Cluster, service: &Service) -> Vec<Told> {
    let list = |path: &str| cluster.api().get(path).success().to_string();
    vec![
        ("log", service.log()),
        ("metrics", service.metrics(cluster)),
        ("events", list("/api/v1/events")),
        ("SealedSecrets", list("/apis/bitnami.com/v1alpha1/sealedsecrets")),
        ("Leases", list("/apis/coordination.k8s.io/v1/leases")),
        ("ConfigMaps", list("/api/v1/configmaps")),
    ]
}

#[test]
fn a_secret_gets_into_secrets_alone() {
    let mut cluster = cluster_for_the_service();
    let canary = Canary::new();
    for (format, namespace) in [("--log-format=text", "text"), ("--log-format=json", "json")] {
        let arguments: Vec<_> = ARGUMENTS.into_iter().chain([format]).collect();
        let mut service = Service::ready(&cluster, &arguments);
        let sealer = Sealer::new(&service.certificate(&cluster));
        let cases = Cases { sealer: &sealer, namespace, canary: &canary };
        go_through_everything(&mut cluster, &service, &cases);

        let failed = failed(&cluster, namespace);
        assert_eq!(failed.len(), cases.all().len() + 3, "{failed:?}");
        let told = all_that_is_told(&cluster, &service);
        for (place, text) in &told {
            assert_eq!(canary.found_in(text), None, "{place}");
        }
        // It is looked for where these are told of.
        for (place, text) in told.iter().take(4) {
            let is_missing = |name: &&String| !text.contains(name.as_str());
            assert_eq!(failed.iter().find(is_missing), None, "{place}");
        }
        service.terminate();
        assert_eq!(canary.found_in(&service.log()), None, "{}", service.log());
    }
    let secrets = cluster.api().get("/api/v1/secrets").success();
    assert_eq!(canary.found_in(&secrets.to_string()), Some("in base64"));
}

/// A SealedSecret that does not get through, and the reason.
struct Case {
    sealed: Value,
    reason: &'static str,
}

/// What is sealed for a namespace, all of it with the same secret.
struct Cases<'a> {
    sealer: &'a Sealer,
    namespace: &'a str,
    canary: &'a Canary,
}

impl Cases<'_> {
    /// With an item `a`, and a template.
    fn sealed(&self, name: &str, template: Value) -> Value {
        let mut sealed = self.sealer.seal(self.namespace, name, &[("a", &self.canary.secret())]);
        sealed["spec"]["template"] = template;
        sealed
    }

    fn case(&self, name: &str, template: Value, reason: &'static str) -> Case {
        Case { sealed: self.sealed(name, template), reason }
    }

    /// Of the deprecated form.
    fn whole(&self, name: &str, whole: &Value, reason: &'static str) -> Case {
        Case { sealed: self.sealer.seal_whole(self.namespace, name, whole), reason }
    }

    fn damaged(&self) -> Case {
        let mut sealed = self.sealed("damaged", json!({}));
        let value = &mut sealed["spec"]["encryptedData"]["a"];
        let mut bytes = STANDARD.decode(value.as_str().unwrap()).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        *value = json!(STANDARD.encode(bytes));
        Case { sealed, reason: "Damaged" }
    }

    fn renamed(&self) -> Case {
        let mut sealed = self.sealed("another", json!({}));
        let hint = json!({"sealkit.dev/sealed-for": format!("{}/another", self.namespace)});
        sealed["metadata"] =
            json!({"namespace": self.namespace, "name": "renamed", "annotations": hint});
        Case { sealed, reason: "SealedForAnother" }
    }

    /// All that fails without any help.
    fn all(&self) -> Vec<Case> {
        let secret = &self.canary.secret();
        let docker = json!({"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": "{{ .a }}"}});
        let label = json!({"metadata": {"labels": {"label": secret}}, "data": {}});
        let mut cases = vec![
            self.case("no-docker", docker, "Invalid"),
            self.case("no-login", json!({"type": "kubernetes.io/basic-auth"}), "Invalid"),
            self.whole("no-label", &label, "Invalid"),
            self.whole("no-object", &json!(secret), "NoSecret"),
            self.whole("no-data", &json!({"data": {"a": secret}}), "NoSecret"),
            self.damaged(),
            self.renamed(),
            self.case("foreign", json!({}), "NotManaged"),
        ];
        cases.extend(TEMPLATES.map(|(name, template)| {
            self.case(name, json!({"data": {"made": template}}), "TemplateFailed")
        }));
        cases
    }
}

fn apply_all(cluster: &Cluster, cases: &[Case]) {
    let applied: Vec<_> = cases.iter().map(|case| (apply(cluster, &case.sealed), case)).collect();
    for (paths, case) in applied {
        paths.wait_until_ready_is(cluster, "False", case.reason);
    }
}

/// The names of all SealedSecrets that failed.
fn failed(cluster: &Cluster, namespace: &str) -> Vec<String> {
    let list = cluster.api().get(&sealed_secrets(namespace)).success();
    let failed =
        list["items"].as_array().unwrap().iter().filter(|sealed| {
            condition(sealed, "Ready").is_some_and(|(status, _)| status == "False")
        });
    failed.map(|sealed| sealed["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

/// Goes through everything that can become of a secret, in a new namespace.
fn go_through_everything(cluster: &mut Cluster, service: &Service, of: &Cases<'_>) {
    let core = namespace(cluster, of.namespace);
    let foreign = json!({"metadata": {"name": "foreign"}, "data": {"theirs": "dGhlaXJz"}});
    cluster.api().post(&format!("{core}/secrets"), &foreign).success();
    apply_all(cluster, &of.all());

    let fine = apply(cluster, &of.sealed("fine", json!({"data": {"made": "{{ .a }}"}})));
    fine.wait_until_synced(cluster);
    fine.wait_until_item_is(cluster, "made", &of.canary.secret());

    // One that must not change.
    let first = of.sealer.seal(of.namespace, "immutable", &[("a", "harmless")]);
    let immutable = apply(cluster, &{
        let mut sealed = first;
        sealed["spec"]["template"] = json!({"immutable": true});
        sealed
    });
    immutable.wait_until_synced(cluster);
    let second = of.sealed("immutable", json!({"immutable": true}));
    cluster.api().patch(&immutable.sealed, &json!({"spec": second["spec"]})).success();
    immutable.wait_until_ready_is(cluster, "False", "Immutable");

    denied(cluster, of);
    forbidden(cluster, of);
    killed_meanwhile(cluster, service, of);
    requests(cluster, service, of);
}

/// A rule of the cluster's administrators that quotes what it refuses.
fn denied(cluster: &Cluster, of: &Cases<'_>) {
    let group = "/apis/admissionregistration.k8s.io/v1";
    for (refusal, reason) in [("Forbidden", "Forbidden"), ("Invalid", "Invalid")] {
        let name = format!("denied-{}", refusal.to_lowercase());
        let policy = format!("{name}-{}", of.namespace);
        let rule = json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"]});
        let validation = json!({"expression": "false", "reason": refusal, "messageExpression": "'no: ' + string(object.data['a'])"});
        let only =
            json!({"name": "only", "expression": format!("object.metadata.name == '{name}'")});
        let constraints = json!({"resourceRules": [rule]});
        let spec = json!({"matchConstraints": constraints, "matchConditions": [only], "validations": [validation]});
        let api = cluster.api();
        let object = json!({"metadata": {"name": policy}, "spec": spec});
        api.post(&format!("{group}/validatingadmissionpolicies"), &object).success();
        let binding = json!({"metadata": {"name": policy}, "spec": {"policyName": policy, "validationActions": ["Deny"]}});
        api.post(&format!("{group}/validatingadmissionpolicybindings"), &binding).success();
        let tried = json!({"metadata": {"name": name}, "data": {"a": STANDARD.encode("tried")}});
        let path = format!("/api/v1/namespaces/{}/secrets?dryRun=All", of.namespace);
        eventually("a refusal", SOON, || {
            let reply = api.post(&path, &tried);
            let is_refused =
                reply.status >= 400 && reply.text().contains(&STANDARD.encode("tried"));
            if is_refused { Ok(()) } else { Err(reply.to_string()) }
        });
        apply_all(cluster, &[of.case(&name, json!({}), reason)]);
    }
}

const ROLE: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles/secrets-unsealer";

/// While the service may not write.
fn forbidden(cluster: &Cluster, of: &Cases<'_>) {
    let api = cluster.api();
    let rules = api.get(ROLE).success()["rules"].clone();
    let mut fewer = rules.clone();
    for rule in fewer.as_array_mut().unwrap() {
        if rule["resources"] == json!(["secrets"]) {
            rule["verbs"] = json!(["get", "list", "watch"]);
        }
    }
    api.patch(ROLE, &json!({"rules": fewer})).success();
    let service = cluster.api_as("kube-system/sealed-secrets-controller");
    let path = format!("/api/v1/namespaces/{}/secrets", of.namespace);
    eventually("missing rights", SOON, || {
        let reply = service.post(&path, &json!({}));
        if reply.status == 403 { Ok(()) } else { Err(reply.to_string()) }
    });
    apply_all(cluster, &[of.case("forbidden", json!({}), "Forbidden")]);
    api.patch(ROLE, &json!({"rules": rules})).success();
    // It is tried again by itself.
    Paths::of(of.namespace, "forbidden").wait_until_synced(cluster);
}

/// While the API server goes.
fn killed_meanwhile(cluster: &mut Cluster, service: &Service, of: &Cases<'_>) {
    let complaints = || service.log().matches("cannot be watched at the moment").count();
    let before = complaints();
    let applied: Vec<Paths> = (0..20)
        .map(|number| apply(cluster, &of.sealed(&format!("killed-{number}"), json!({}))))
        .collect();
    cluster.kill_api_server();
    eventually("a complaint", SOON, || {
        if complaints() > before { Ok(()) } else { Err(service.log()) }
    });
    cluster.start_api_server();
    for paths in applied {
        paths.wait_until_synced(cluster);
    }
}

/// Through the endpoints, also by mistake: what was to be sealed first.
fn requests(cluster: &Cluster, service: &Service, of: &Cases<'_>) {
    let secret = of.canary.secret();
    let unsealed = sealkit_e2e::service::secret(of.namespace, "unsealed", &[("a", &secret)]);
    let documents = [
        (of.sealed("fine", json!({"data": {"made": "{{ fail .a }}"}})), ["200", "200"]),
        (of.damaged().sealed, ["409", "500"]),
        (of.renamed().sealed, ["409", "500"]),
        (unsealed, ["500", "500"]),
        (json!(secret), ["500", "500"]),
        (json!({"kind": secret}), ["500", "500"]),
    ];
    for (document, expected) in documents {
        let answers = ["/v1/verify", "/v1/rotate"].map(|path| {
            let answer = service.post(cluster, path, &document);
            assert_eq!(of.canary.found_in(&answer), None, "{path}: {answer}");
            answer
        });
        let codes = answers.each_ref().map(|answer| answer.lines().last().unwrap_or_default());
        assert_eq!(codes, expected, "{document}");
    }
}
