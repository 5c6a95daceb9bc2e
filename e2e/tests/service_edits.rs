//! Whatever anybody does to Secrets while our service is down, it finds when it starts: their data is right again, what others
//! have put beside it stays, and what nobody touched costs nothing.
//!
//! `SEALKIT_SEED` repeats a run.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use sealkit_e2e::namespace;
use sealkit_e2e::objects::{Paths, apply};
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service, condition, wait_for};
use sealkit_testkit::cluster::{Api, Cluster};
use sealkit_testkit::eventually;
use serde_json::{Map, Value, json};

const COUNT: usize = 60;
const ROUNDS: usize = 2;
const SOON: Duration = Duration::from_secs(60);

/// Who edits. Two of them are names under which a service writes: what they put beside the data may go.
const MANAGERS: [&str; 6] =
    ["kubectl-edit", "helm", "argocd-controller", "velero", "sealkit", "controller"];
const SERVICES: [&str; 2] = ["sealkit", "controller"];

const OPENED: &str = "sealed_secrets_controller_unseal_requests_total";
const MANAGED: &str = "sealedsecrets.bitnami.com/managed";

/// All who edit Secrets.
struct Editors {
    api: Api,
    rng: StdRng,
}

/// One way to edit a Secret that is there.
type Edit = fn(&mut Editors, path: &str, secret: Value);

const EDITS: [Edit; 12] = [
    |editors, path, _| {
        let value = editors.value();
        let name = path.rsplit('/').next().unwrap();
        let applied = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": {"a": value}});
        editors.patch(path, "application/apply-patch+yaml", "force=true&", &applied);
    },
    |editors, path, mut secret| {
        secret["data"]["a"] = editors.value();
        secret["data"]["more"] = editors.value();
        editors.put(path, &secret);
    },
    |editors, path, mut secret| {
        secret.as_object_mut().unwrap().remove("type");
        secret["data"] = json!({"b": editors.value()});
        editors.put(path, &secret);
    },
    |editors, path, _| {
        let patch = json!({"data": {"a": null, "c": editors.value()}});
        editors.patch(path, "application/merge-patch+json", "", &patch);
    },
    |editors, path, _| {
        let patch = json!([{"op": "add", "path": "/data", "value": {"a": editors.value()}}]);
        editors.patch(path, "application/json-patch+json", "", &patch);
    },
    |editors, path, _| {
        let name = format!("example.com/{}", editors.rng.random_range(0..4));
        let of_others = json!({name: "theirs"});
        let patch = json!({"metadata": {"labels": of_others, "annotations": of_others}});
        editors.patch(path, "application/merge-patch+json", "", &patch);
    },
    |editors, path, _| {
        let patch =
            json!({"metadata": {"labels": {"app": "theirs"}, "annotations": {"note": null}}});
        editors.patch(path, "application/merge-patch+json", "", &patch);
    },
    // Nobody can be seen to have written anything.
    |editors, path, _| {
        let patch = json!([{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]);
        editors.patch(path, "application/json-patch+json", "", &patch);
    },
    |editors, path, mut secret| {
        secret["data"]["a"] = editors.value();
        secret["metadata"]["managedFields"] = json!([{}]);
        editors.put(path, &secret);
    },
    // Another owner beside the SealedSecret.
    |editors, path, mut secret| {
        let (core, _) = path.split_once("/secrets/").unwrap();
        let owner = editors.api.get(&format!("{core}/configmaps/owner")).success();
        let reference = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]});
        let owners = &mut secret["metadata"]["ownerReferences"];
        match owners.as_array_mut() {
            Some(owners) if owners.contains(&reference) => {}
            Some(owners) => owners.push(reference),
            None => *owners = json!([reference]),
        }
        editors.put(path, &secret);
    },
    |editors, path, _| {
        let may_be_taken = editors.rng.random::<bool>();
        let annotations = json!({MANAGED: may_be_taken.to_string()});
        let patch = json!({"metadata": {"ownerReferences": null, "annotations": annotations}, "data": {"a": editors.value()}});
        editors.patch(path, "application/merge-patch+json", "", &patch);
    },
    |editors, path, secret| {
        editors.api.delete(path).success();
        if editors.rng.random::<bool>() {
            let (collection, name) = path.rsplit_once('/').unwrap();
            let mut again =
                json!({"metadata": {"name": name}, "data": {"theirs": editors.value()}});
            if editors.rng.random::<bool>() {
                again["metadata"]["ownerReferences"] =
                    secret["metadata"]["ownerReferences"].clone();
            }
            let query = editors.manager();
            editors.api.post(&format!("{collection}?{query}"), &again).success();
        }
    },
];

impl Editors {
    fn manager(&mut self) -> String {
        format!("fieldManager={}", MANAGERS.choose(&mut self.rng).unwrap())
    }

    /// Of an item, in base64.
    fn value(&mut self) -> Value {
        json!(format!("{:04}", self.rng.random_range(0..10_000)))
    }

    fn put(&mut self, path: &str, secret: &Value) {
        let path = format!("{path}?{}", self.manager());
        self.api.put(&path, secret).success();
    }

    fn patch(&mut self, path: &str, kind: &str, query: &str, patch: &Value) {
        let path = format!("{path}?{query}{}", self.manager());
        let body = patch.to_string().into_bytes();
        self.api.request("PATCH", &path, Some((kind, body))).unwrap().success();
    }

    /// Several edits of one Secret.
    fn edit(&mut self, path: &str) {
        for _ in 0..self.rng.random_range(1..=4) {
            let reply = self.api.get(path);
            if reply.status == 404 {
                return;
            }
            let edit = EDITS.choose(&mut self.rng).unwrap();
            edit(self, path, reply.success());
        }
    }
}

/// A SealedSecret, and what its Secret is to hold.
struct Object {
    paths: Paths,
    data: Value,
    labels: Map<String, Value>,
    annotations: Map<String, Value>,
}

impl Object {
    fn new(cluster: &Cluster, sealer: &Sealer, number: usize) -> Self {
        let name = format!("object-{number}");
        let mut sealed = sealer.seal("edits", &name, &[("a", &name), ("b", "2")]);
        let metadata = json!({"labels": {"app": "shop"}, "annotations": {"note": name}});
        sealed["spec"]["template"] = json!({"metadata": metadata});
        let encoded = |text: &str| json!(kubeyaml::go_base64::encode(text.as_bytes()));
        Self {
            paths: apply(cluster, &sealed),
            data: json!({"a": encoded(&name), "b": encoded("2")}),
            labels: metadata["labels"].as_object().unwrap().clone(),
            annotations: metadata["annotations"].as_object().unwrap().clone(),
        }
    }
}

/// What is there of an object.
struct State {
    sealed: Value,
    secret: Option<Value>,
}

impl State {
    fn of(cluster: &Cluster, object: &Object) -> Self {
        let secret = cluster.api().get(&object.paths.secret);
        let secret = (secret.status != 404).then(|| secret.success());
        Self { sealed: cluster.api().get(&object.paths.sealed).success(), secret }
    }

    /// Versions of both objects.
    fn versions(&self) -> [&Value; 2] {
        let secret = self.secret.as_ref().map(|secret| &secret["metadata"]["resourceVersion"]);
        [&self.sealed["metadata"]["resourceVersion"], secret.unwrap_or(&Value::Null)]
    }

    /// What the service may do about the Secret.
    fn standing(&self) -> Standing {
        let Some(secret) = &self.secret else { return Standing::Missing };
        let owners = secret["metadata"]["ownerReferences"].as_array().into_iter().flatten();
        let is_ours = |owner: &Value| owner["uid"] == self.sealed["metadata"]["uid"];
        if owners.into_iter().any(is_ours) {
            Standing::Ours
        } else if secret["metadata"]["annotations"][MANAGED] == "true" {
            Standing::Takeable
        } else {
            Standing::Foreign
        }
    }
}

/// What the service may do about a Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Missing,
    Ours,
    Takeable,
    Foreign,
}

/// What edits have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    /// There were none.
    None,
    /// The Secret is somebody else's.
    Theft,
    /// The data is what it was.
    Harmless,
    /// It is not.
    Damage,
}

impl Effect {
    fn of(object: &Object, earlier: &State, before: &State) -> Self {
        let data = before.secret.as_ref().map(|secret| &secret["data"]);
        if earlier.versions() == before.versions() {
            Self::None
        } else if before.standing() == Standing::Foreign {
            Self::Theft
        } else if data == Some(&object.data) {
            Self::Harmless
        } else {
            Self::Damage
        }
    }
}

/// Names in a map of the metadata that somebody has put there under the name of a service.
fn put_by_services(secret: &Value, map: &str) -> BTreeSet<String> {
    let entries = secret["metadata"]["managedFields"].as_array().into_iter().flatten();
    let of_services =
        entries.filter(|entry| SERVICES.iter().any(|manager| entry["manager"] == *manager));
    let fields = of_services.filter_map(|entry| {
        entry["fieldsV1"]["f:metadata"][format!("f:{map}")].as_object().cloned()
    });
    fields.flatten().filter_map(|(name, _)| Some(name.strip_prefix("f:")?.to_owned())).collect()
}

/// Whether labels or annotations are what the template says, and what others have put there.
fn is_right_beside(
    before: Option<&Value>,
    after: &Value,
    map: &str,
    template: &Map<String, Value>,
) -> bool {
    let empty = Map::new();
    let after = after["metadata"][map].as_object().unwrap_or(&empty);
    let mut expected = template.clone();
    let before_map = before.and_then(|before| before["metadata"][map].as_object());
    let may_go = before.map(|before| put_by_services(before, map)).unwrap_or_default();
    for (name, value) in before_map.unwrap_or(&empty) {
        if !may_go.contains(name) && !expected.contains_key(name) {
            expected.insert(name.clone(), value.clone());
        }
    }
    let is_kept = expected.iter().all(|(name, value)| after.get(name) == Some(value));
    is_kept && after.keys().all(|name| expected.contains_key(name) || may_go.contains(name))
}

/// Whether all is as it should be after what was there `before`.
fn is_right(object: &Object, before: &State, after: &State) -> bool {
    let standing = before.standing();
    let ready = condition(&after.sealed, "Ready").map(|(_, reason)| reason).unwrap_or_default();
    if standing == Standing::Foreign {
        return ready == "NotManaged" && before.secret == after.secret;
    }
    let Some(secret) = &after.secret else { return false };
    let kept = before.secret.as_ref().filter(|_| standing == Standing::Ours);
    ready == "Unsealed"
        && secret["data"] == object.data
        && secret["type"] == "Opaque"
        && secret["metadata"]["ownerReferences"][0]["uid"] == after.sealed["metadata"]["uid"]
        && is_right_beside(kept, secret, "labels", &object.labels)
        && is_right_beside(kept, secret, "annotations", &object.annotations)
}

fn wait_until_right(cluster: &Cluster, object: &Object, before: &State) {
    eventually(&object.paths.secret, SOON, || {
        let after = State::of(cluster, object);
        if is_right(object, before, &after) {
            return Ok(());
        }
        Err(format!("after {:?}: {} and {:?}", before.secret, after.sealed, after.secret))
    });
}

fn states(cluster: &Cluster, objects: &[Object]) -> Vec<State> {
    objects.iter().map(|object| State::of(cluster, object)).collect()
}

/// Waits until what the service only looks at was looked at: something that is changed later is mended.
fn wait_for_a_look(cluster: &Cluster, last: &Object) {
    let patch = json!({"metadata": {"labels": {"app": "theirs"}}});
    cluster.api().patch(&last.paths.secret, &patch).success();
    wait_for(cluster, &last.paths.secret, |secret| secret["metadata"]["labels"]["app"] == "shop");
}

#[test]
fn what_was_edited_meanwhile_is_right_again_and_what_was_not_costs_nothing() {
    let seed =
        std::env::var("SEALKIT_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    println!("SEALKIT_SEED={seed}");
    let cluster = cluster_for_the_service();
    let core = namespace(&cluster, "edits");
    cluster
        .api()
        .post(&format!("{core}/configmaps"), &json!({"metadata": {"name": "owner"}}))
        .success();
    let mut service = Service::ready(&cluster, &["--key-size=2048"]);
    let sealer = Sealer::new(&service.certificate(&cluster));
    let objects: Vec<_> =
        (0..=COUNT).map(|number| Object::new(&cluster, &sealer, number)).collect();
    objects.iter().for_each(|object| drop(object.paths.wait_until_synced(&cluster)));
    let (last, objects) = objects.split_last().unwrap();
    let mut editors = Editors { api: cluster.api(), rng: StdRng::seed_from_u64(seed) };

    for round in 0..ROUNDS {
        service.terminate();
        let earlier = states(&cluster, objects);
        for object in objects {
            if editors.rng.random_bool(0.6) {
                editors.edit(&object.paths.secret);
            }
        }
        let before = states(&cluster, objects);
        service = Service::ready(&cluster, &["--key-size=2048"]);
        for (object, before) in objects.iter().zip(&before) {
            wait_until_right(&cluster, object, before);
        }
        wait_for_a_look(&cluster, last);

        let after = states(&cluster, objects);
        let mut effects = BTreeMap::new();
        for (number, object) in objects.iter().enumerate() {
            let effect = Effect::of(object, &earlier[number], &before[number]);
            *effects.entry(effect).or_insert(0_u32) += 1;
            if effect == Effect::None {
                let (after, before) = (after[number].versions(), before[number].versions());
                assert_eq!(after, before, "{}", object.paths.secret);
            }
        }
        let opened = service.metric(&cluster, OPENED).unwrap();
        println!("round {round}: {effects:?}, {opened} opened");
        let count = |effect| f64::from(effects.get(&effect).copied().unwrap_or_default());
        // The one that was looked at last may have been opened for that.
        let most = count(Effect::Damage) + count(Effect::Harmless) + 1.0;
        assert!((count(Effect::Damage)..=most).contains(&opened), "{effects:?}, {opened} opened");
    }
}
