//! A SealedSecret in a cluster, and the Secret that it becomes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_testkit::cluster::Cluster;
use serde_json::Value;

use crate::documents::json;
use crate::service::{condition, sealed_secrets, wait_for};

/// Where a SealedSecret and its Secret are.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The SealedSecret.
    pub sealed: String,
    /// Its Secret.
    pub secret: String,
}

impl Paths {
    /// Of this name.
    #[must_use]
    pub fn of(namespace: &str, name: &str) -> Self {
        Self {
            sealed: format!("{}/{name}", sealed_secrets(namespace)),
            secret: format!("/api/v1/namespaces/{namespace}/secrets/{name}"),
        }
    }

    /// Waits until `Ready` is as it should be, for the generation of the moment. Returns the SealedSecret.
    pub fn wait_until_ready_is(&self, cluster: &Cluster, status: &str, reason: &str) -> Value {
        wait_for(cluster, &self.sealed, |sealed| {
            condition(sealed, "Ready") == Some((status.to_owned(), reason.to_owned()))
                && sealed.pointer("/status/observedGeneration")
                    == sealed.pointer("/metadata/generation")
        })
    }

    /// Waits until it is in sync. Returns the SealedSecret.
    pub fn wait_until_synced(&self, cluster: &Cluster) -> Value {
        self.wait_until_ready_is(cluster, "True", "Unsealed")
    }

    /// Waits until an item of the Secret has this value. Returns the Secret.
    pub fn wait_until_item_is(&self, cluster: &Cluster, name: &str, value: &str) -> Value {
        wait_for(cluster, &self.secret, |secret| item(secret, name).as_deref() == Some(value))
    }
}

/// Gives a SealedSecret to the cluster.
///
/// # Panics
///
/// If it is not taken.
pub fn apply(cluster: &Cluster, sealed: &Value) -> Paths {
    let text = |pointer| sealed.pointer(pointer).and_then(Value::as_str).expect("it has a name");
    let namespace = text("/metadata/namespace");
    cluster.api().post(&sealed_secrets(namespace), sealed).success();
    Paths::of(namespace, text("/metadata/name"))
}

/// An item of a Secret, as text.
#[must_use]
pub fn item(secret: &Value, name: &str) -> Option<String> {
    let text = secret.get("data")?.get(name)?.as_str()?;
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

/// The key Secrets of the service, retired ones, too.
#[must_use]
pub fn key_secrets(cluster: &Cluster) -> Vec<Value> {
    let path = "/api/v1/namespaces/kube-system/secrets?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key";
    let list = cluster.api().get(path).success();
    list.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What has become of an object since a version of its own: one document a change, with `type` and `object`. The API server
/// remembers some minutes.
///
/// # Panics
///
/// If the API server does not tell.
#[must_use]
pub fn changes_since(cluster: &Cluster, path: &str, before: &Value) -> Vec<Value> {
    let (collection, name) = path.rsplit_once('/').expect("a path has a name");
    let version = before.pointer("/metadata/resourceVersion").and_then(Value::as_str);
    let version = version.expect("an object has a version");
    // The watch ends after a second: all that happened before is told by then.
    let query = format!(
        "watch=true&timeoutSeconds=1&resourceVersion={version}&fieldSelector=metadata.name={name}"
    );
    let reply = cluster.api().get(&format!("{collection}?{query}"));
    assert_eq!(reply.status, 200, "{reply}");
    json(&reply.body)
}

/// Deletes an object, and what belongs to it by a policy: `Foreground`, `Background` or `Orphan`.
pub fn delete(cluster: &Cluster, path: &str, policy: &str) {
    cluster.api().delete(&format!("{path}?propagationPolicy={policy}")).success();
}

/// The events of a namespace that are warnings.
///
/// # Panics
///
/// If they cannot be listed.
#[must_use]
pub fn warnings(cluster: &Cluster, namespace: &str) -> Vec<Value> {
    let path = format!("/api/v1/namespaces/{namespace}/events?fieldSelector=type=Warning");
    let list = cluster.api().get(&path).success();
    list.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
}
