//! The table, and what becomes of its objects in a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use sealkit_e2e::deployment::read_documents;
use sealkit_e2e::namespace;
use sealkit_e2e::service::{condition, sealed, sealed_secrets, wait_until_gone};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{eventually, read_fixture, repository};
use serde_json::{Value, json};

/// Nothing has changed for so long when nothing more is expected.
const CALM: Duration = Duration::from_millis(1500);

/// A row of the table.
pub(crate) struct Case(Value);

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let rows = read_documents(repository().join("e2e/tests/table/objects.yaml"));
        let names: BTreeSet<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), rows.len(), "a name stands for one object");
        rows.into_iter().map(Self).collect()
    }

    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    fn steps(&self) -> &[Value] {
        self.0["then"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The names of its differences.
    pub(crate) fn differences(&self) -> Vec<String> {
        self.0["differs"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// What is wrong with our result, if anything is.
    pub(crate) fn compare(&self, theirs: &Results, ours: &Results) -> Option<String> {
        let (theirs, ours) = (&theirs[self.name()], &ours[self.name()]);
        let mut expected = theirs.clone();
        for (difference, patch) in self.0["differs"].as_object().into_iter().flatten() {
            let before = expected.clone();
            merge(&mut expected, patch);
            if expected == before {
                return Some(format!("{}: {difference} is none: {theirs}", self.name()));
            }
        }
        (&expected != ours)
            .then(|| format!("{}:\n  expected {expected}\n  found    {ours}", self.name()))
    }
}

/// What became of each object: its Secret, its status and its events, without what differs by chance.
pub(crate) type Results = BTreeMap<String, Value>;

/// The table in a namespace.
pub(crate) struct Run<'a> {
    cluster: &'a Cluster,
    certificate: &'a str,
    namespace: &'a str,
    cases: &'a [Case],
    core: String,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        cluster: &'a Cluster,
        certificate: &'a str,
        name: &'a str,
        cases: &'a [Case],
    ) -> Self {
        Self { cluster, certificate, namespace: name, cases, core: namespace(cluster, name) }
    }

    /// Applies all objects, and does with them what the table says, one step of each at a time.
    pub(crate) fn all_steps(&self) {
        let another = json!({"metadata": {"name": "another"}});
        self.cluster.api().post(&format!("{}/configmaps", self.core), &another).success();
        for case in self.cases {
            self.make_secret(case);
        }
        for case in self.cases {
            self.apply(case, &case.0["secret"], true);
        }
        self.wait_until_calm();
        let steps = self.cases.iter().map(|case| case.steps().len()).max().unwrap_or_default();
        for number in 0..steps {
            for case in self.cases {
                if let Some(step) = case.steps().get(number) {
                    self.step(case, step);
                }
            }
            self.wait_until_calm();
        }
    }

    fn make_secret(&self, case: &Case) {
        let mut secret = case.0["before"].clone();
        if secret.is_null() {
            return;
        }
        merge(&mut secret, &json!({"metadata": {"name": case.name()}}));
        if secret.as_object_mut().unwrap().remove("owner").is_some() {
            secret["metadata"]["ownerReferences"] = json!([self.another(true)]);
        }
        self.cluster.api().post(&format!("{}/secrets", self.core), &secret).success();
    }

    /// A reference to somebody else.
    fn another(&self, controller: bool) -> Value {
        let another =
            self.cluster.api().get(&format!("{}/configmaps/another", self.core)).success();
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": "another",
            "uid": another["metadata"]["uid"],
            "controller": controller,
        })
    }

    fn apply(&self, case: &Case, secret: &Value, is_first: bool) {
        let mut sealed = self.sealed(case, secret);
        if is_first {
            merge(&mut sealed, &case.0["patch"]);
        }
        self.cluster.api().post(&sealed_secrets(self.namespace), &sealed).success();
    }

    /// Sealed by the real kubeseal, under the name that the object has in the end.
    fn sealed(&self, case: &Case, secret: &Value) -> Value {
        let mut input = json!({"apiVersion": "v1", "kind": "Secret"});
        merge(&mut input, secret);
        merge(&mut input, &json!({"metadata": {"name": case.name(), "namespace": self.namespace}}));
        merge(&mut input["metadata"], &case.0["sealed-for"]);
        for (item, size) in case.0["fill"].as_object().into_iter().flatten() {
            let size = usize::try_from(size.as_u64().unwrap()).unwrap();
            merge(&mut input, &json!({"stringData": {item: "x".repeat(size)}}));
        }
        let certificate = match case.0["key"].as_str() {
            Some(key) => String::from_utf8(read_fixture(&format!("keys/{key}"))).unwrap(),
            None => self.certificate.to_owned(),
        };
        let mut sealed = sealed(self.cluster, &certificate, &input);
        for place in ["/metadata", "/spec/template/metadata"] {
            let names = json!({"name": case.name(), "namespace": self.namespace});
            merge(sealed.pointer_mut(place).unwrap(), &names);
        }
        sealed
    }

    fn step(&self, case: &Case, step: &Value) {
        let api = self.cluster.api();
        let object = format!("{}/{}", sealed_secrets(self.namespace), case.name());
        let secret = format!("{}/secrets/{}", self.core, case.name());
        let (name, argument) = match step {
            Value::String(name) => (name.as_str(), &Value::Null),
            step => step
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .next()
                .unwrap(),
        };
        match name {
            "edit" => drop(api.patch(&object, argument).success()),
            "edit-secret" => drop(api.patch(&secret, argument).success()),
            "delete-secret" => drop(api.delete(&secret).success()),
            "seal" => {
                let mut sealed = self.sealed(case, argument);
                let there = api.get(&object).success();
                sealed["metadata"]["resourceVersion"] =
                    there["metadata"]["resourceVersion"].clone();
                api.put(&object, &sealed).success();
            }
            "add-owner" => {
                let there = api.get(&secret).success();
                let mut owners = there["metadata"]["ownerReferences"].clone();
                owners.as_array_mut().unwrap().push(self.another(false));
                api.patch(&secret, &json!({"metadata": {"ownerReferences": owners}})).success();
            }
            "delete" => {
                let is_owned =
                    api.get(&secret).success()["metadata"].get("ownerReferences").is_some();
                api.delete(&object).success();
                wait_until_gone(self.cluster, &object);
                if is_owned {
                    wait_until_gone(self.cluster, &secret);
                }
            }
            "apply" => self.apply(case, argument, false),
            other => panic!("{}: {other} is no step", case.name()),
        }
    }

    /// Waits until every object has been handled, and nothing happens any more.
    fn wait_until_calm(&self) {
        let mut last = (Instant::now(), Value::Null);
        eventually("calm", Duration::from_secs(90), || {
            let all = self.everything();
            let unhandled = all["sealed"].as_array().unwrap().iter().find(|object| {
                object["status"]["observedGeneration"] != object["metadata"]["generation"]
            });
            if all != last.1 {
                last = (Instant::now(), all.clone());
            }
            match unhandled {
                Some(object) => Err(format!("not handled: {}", object["metadata"]["name"])),
                None if last.0.elapsed() < CALM => Err("something happens".to_owned()),
                None => Ok(()),
            }
        });
    }

    fn everything(&self) -> Value {
        let items = |path: &str| self.cluster.api().get(path).success()["items"].take();
        json!({
            "sealed": items(&sealed_secrets(self.namespace)),
            "secrets": items(&format!("{}/secrets", self.core)),
            "events": items(&format!("{}/events", self.core)),
        })
    }

    /// What has become of each object.
    pub(crate) fn results(&self) -> Results {
        let all = self.everything();
        let results = self.cases.iter().map(|case| {
            let named = |kind: &str, field: &str| {
                let items = all[kind].as_array().unwrap().iter();
                let field = field.to_owned();
                items.filter(move |item| item.pointer(&field).is_some_and(|name| name == case.name()))
            };
            let sealed = named("sealed", "/metadata/name").next();
            let secret = named("secrets", "/metadata/name").next();
            let events: BTreeSet<_> =
                named("events", "/involvedObject/name").map(|event| event["reason"].as_str().unwrap()).collect();
            let uid = sealed.map(|sealed| &sealed["metadata"]["uid"]);
            let result = json!({
                "synced": sealed.and_then(|sealed| condition(sealed, "Synced")).map(|(status, _)| status),
                "events": events,
                "secret": secret.map(|secret| comparable(secret, uid)),
            });
            (case.name().to_owned(), result)
        });
        results.collect()
    }
}

/// What counts of a Secret.
fn comparable(secret: &Value, sealed: Option<&Value>) -> Value {
    let metadata = &secret["metadata"];
    let owners: Vec<_> = metadata["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|owner| {
            let is_itself = owner["kind"] == "SealedSecret"
                && Some(&owner["uid"]) == sealed
                && owner["name"] == metadata["name"]
                && owner["apiVersion"] == "bitnami.com/v1alpha1"
                && owner["controller"] == true;
            if is_itself { json!("itself") } else { owner["name"].clone() }
        })
        .collect();
    let mut data = secret["data"].clone();
    for value in data.as_object_mut().into_iter().flat_map(|data| data.values_mut()) {
        if let Some(text) = value.as_str().filter(|text| text.len() > 100) {
            *value = json!(format!("{} bytes in base64", text.len()));
        }
    }
    let mut all = json!({
        "data": data,
        "type": secret["type"],
        "immutable": secret["immutable"],
        "labels": metadata["labels"],
        "annotations": metadata["annotations"],
        "finalizers": metadata["finalizers"],
        "owners": owners,
    });
    all.as_object_mut().unwrap().retain(|_, value| !value.is_null() && value != &json!([]));
    all
}

/// A JSON merge patch.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else { return };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in fields {
        match value {
            Value::Null => drop(target.as_object_mut().unwrap().remove(name)),
            Value::Object(_) => merge(&mut target[name], value),
            value => target[name] = value.clone(),
        }
    }
}
