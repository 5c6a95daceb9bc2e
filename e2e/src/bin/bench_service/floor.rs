//! What no service can do without: the bare requests, and the bare private-key operations.

use std::time::{Duration, Instant};

use sealkit_e2e::service::sealed_secrets;
use sealkit_testkit::Program;
use sealkit_testkit::cluster::{Api, Reply};
use serde_json::{Value, json};

use crate::progress::Progress;
use crate::stage::{NAMESPACE, Stage, at_once};

/// What is sent for one SealedSecret.
struct Bodies {
    name: String,
    secret: Value,
    status: Value,
    event: Value,
}

/// A bare client makes as many Secrets, statuses and events as the service would, and as many at once.
pub(crate) fn requests(count: usize) -> Duration {
    let stage = Stage::ours();
    stage.create(count);
    let list = stage.cluster.api().get(&sealed_secrets(NAMESPACE)).success();
    let sealed = list.get("items").and_then(Value::as_array).expect("a list has items");
    let bodies: Vec<Bodies> = sealed.iter().map(bodies).collect();
    let progress = Progress::follow(&stage.cluster, NAMESPACE, count);
    let api = stage.client();
    let start = Instant::now();
    at_once(&bodies, |bodies| send(&api, bodies));
    start.elapsed().max(progress.wait() - start)
}

fn send(api: &Api, bodies: &Bodies) {
    let core = format!("/api/v1/namespaces/{NAMESPACE}");
    is_taken(&api.post(&format!("{core}/secrets"), &bodies.secret));
    let status = format!("{}/{}/status", sealed_secrets(NAMESPACE), bodies.name);
    is_taken(&api.put(&status, &bodies.status));
    is_taken(&api.post(&format!("{core}/events"), &bodies.event));
}

/// The answer is not read: that is no part of the floor.
fn is_taken(reply: &Reply) {
    assert!((200..300).contains(&reply.status), "{reply}");
}

fn bodies(sealed: &Value) -> Bodies {
    let text = |pointer: &str| sealed.pointer(pointer).and_then(Value::as_str).expect("a text");
    let (name, uid) = (text("/metadata/name"), text("/metadata/uid"));
    let (version, kind) = ("bitnami.com/v1alpha1", "SealedSecret");
    let time = text("/metadata/creationTimestamp");
    let owner =
        json!({"apiVersion": version, "kind": kind, "name": name, "uid": uid, "controller": true});
    let condition = |kind: &str| json!({"type": kind, "status": "True", "reason": "Unsealed", "message": "", "lastTransitionTime": time, "lastUpdateTime": time});
    let about = json!({"apiVersion": version, "kind": kind, "namespace": NAMESPACE, "name": name, "uid": uid});
    Bodies {
        name: name.to_owned(),
        secret: json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": name, "namespace": NAMESPACE, "ownerReferences": [owner]},
            "data": {"value": "dmFsdWU="},
        }),
        status: json!({
            "apiVersion": version, "kind": kind,
            "metadata": {"name": name, "namespace": NAMESPACE, "uid": uid, "resourceVersion": text("/metadata/resourceVersion")},
            "status": {"observedGeneration": 1, "conditions": [condition("Synced"), condition("Ready")]},
        }),
        event: json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": format!("{name}.1"), "namespace": NAMESPACE},
            "involvedObject": about, "reason": "Unsealed", "type": "Normal",
            "message": "SealedSecret unsealed successfully", "source": {"component": "bare-client"},
            "firstTimestamp": time, "lastTimestamp": time, "count": 1,
        }),
    }
}

/// That many private-key operations with the key of the sections, on all processors.
pub(crate) fn private_key_operations(count: usize) -> Duration {
    let path = |variable: &str| {
        std::env::var_os(variable)
            .unwrap_or_else(|| panic!("{variable} is not set: scripts/bench-service does"))
    };
    let bare = Program::new(path("SEALKIT_BENCH_BARE_OPEN")).arg(path("SEALKIT_BENCH_KEY_DER"));
    let bare = bare.arg(count.to_string());
    let start = Instant::now();
    bare.run().success();
    start.elapsed()
}
