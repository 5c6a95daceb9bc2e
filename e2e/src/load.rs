//! SealedSecrets that come and change while a cluster is disturbed.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use sealkit_testkit::cluster::{Api, Cluster};
use sealkit_testkit::eventually;
use serde_json::{Value, json};

use crate::objects::{Paths, item, key_secrets};
use crate::sealing::Sealer;
use crate::service::{condition, sealed_secrets};

/// Between two tries while the API server is away.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the API server may be away.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the service may take to catch up. A failed object waits longer each time.
const TIME_TO_SETTLE: Duration = Duration::from_secs(180);

/// SealedSecrets of one namespace, each with two values, and what these are.
pub struct Load {
    api: Api,
    sealer: Sealer,
    namespace: String,
    values: BTreeMap<String, String>,
    keys: BTreeSet<String>,
}

impl Load {
    /// None yet, in a namespace that exists. The key Secrets of the moment are those that are to be there at the end.
    #[must_use]
    pub fn new(cluster: &Cluster, certificate: &str, namespace: &str) -> Self {
        Self {
            api: cluster.api(),
            sealer: Sealer::new(certificate),
            namespace: namespace.to_owned(),
            values: BTreeMap::new(),
            keys: key_uids(cluster),
        }
    }

    /// Makes one, or gives it other values.
    pub fn put(&mut self, name: &str, value: &str) {
        let items = [("value", value), ("name", name)];
        let sealed = self.sealer.seal(&self.namespace, name, &items);
        let collection = sealed_secrets(&self.namespace);
        match self.values.insert(name.to_owned(), value.to_owned()) {
            None => self.send("POST", &collection, "application/json", &sealed),
            Some(_) => {
                let patch = json!({"spec": sealed.get("spec")});
                let path = format!("{collection}/{name}");
                self.send("PATCH", &path, "application/merge-patch+json", &patch);
            }
        }
    }

    /// Asks until an answer says that it is done.
    fn send(&self, method: &str, path: &str, kind: &str, body: &Value) {
        let start = Instant::now();
        loop {
            let body = body.to_string().into_bytes();
            let answer = match self.api.request(method, path, Some((kind, body))) {
                // Made by an earlier try whose answer was lost.
                Ok(reply) if reply.status == 409 && method == "POST" => return,
                Ok(reply) if (200..300).contains(&reply.status) => return,
                Ok(reply) => reply.to_string(),
                Err(error) => error.to_string(),
            };
            assert!(start.elapsed() < PATIENCE, "{answer}");
            thread::sleep(PAUSE);
        }
    }

    /// Makes or changes so many of them, in turn.
    pub fn put_all(&mut self, count: usize, value: &str) {
        (0..count).for_each(|number| self.put(&format!("load-{number}"), value));
    }

    /// Takes back what came after a snapshot.
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Waits until every Secret holds the right bytes and every status says so; no key is lost, and none came.
    ///
    /// # Panics
    ///
    /// If that does not happen.
    pub fn check(&self, cluster: &Cluster) {
        eventually("all Secrets are right", TIME_TO_SETTLE, || {
            let sealed = by_name(cluster, &sealed_secrets(&self.namespace))?;
            let path = format!("/api/v1/namespaces/{}/secrets", self.namespace);
            let secrets = by_name(cluster, &path)?;
            for (name, value) in &self.values {
                let sealed = sealed.get(name).ok_or_else(|| format!("{name} is gone"))?;
                let secret =
                    secrets.get(name).ok_or_else(|| format!("{name} has no Secret: {sealed}"))?;
                is_right(sealed, secret, value)?;
            }
            Ok(())
        });
        assert_eq!(key_uids(cluster), self.keys);
    }

    /// Where one of them is.
    #[must_use]
    pub fn paths(&self, name: &str) -> Paths {
        Paths::of(&self.namespace, name)
    }
}

fn is_right(sealed: &Value, secret: &Value, value: &str) -> Result<(), String> {
    let is_right = item(secret, "value").as_deref() == Some(value)
        && item(secret, "name").as_deref()
            == sealed.pointer("/metadata/name").and_then(Value::as_str)
        && secret.get("data").and_then(Value::as_object).is_some_and(|data| data.len() == 2)
        && secret.pointer("/metadata/ownerReferences/0/uid") == sealed.pointer("/metadata/uid");
    let at = |pointer| sealed.pointer(pointer);
    let says_so = at("/status/observedGeneration") == at("/metadata/generation")
        && ["Synced", "Ready"].iter().all(|kind| {
            condition(sealed, kind) == Some(("True".to_owned(), "Unsealed".to_owned()))
        })
        && condition(sealed, "Stalled").is_none()
        && at("/status/applied/generation") == at("/metadata/generation")
        && at("/status/applied/secret/uid") == secret.pointer("/metadata/uid")
        && at("/status/applied/secret/resourceVersion")
            == secret.pointer("/metadata/resourceVersion");
    if is_right && says_so { Ok(()) } else { Err(format!("{sealed} and {secret}")) }
}

fn by_name(cluster: &Cluster, path: &str) -> Result<BTreeMap<String, Value>, String> {
    let reply = cluster.api().request("GET", path, None).map_err(|error| error.to_string())?;
    if reply.status != 200 {
        return Err(reply.to_string());
    }
    let list = reply.success();
    let items = list.get("items").and_then(Value::as_array).into_iter().flatten();
    let named = items.filter_map(|item| {
        Some((item.pointer("/metadata/name")?.as_str()?.to_owned(), item.clone()))
    });
    Ok(named.collect())
}

fn key_uids(cluster: &Cluster) -> BTreeSet<String> {
    let uids = key_secrets(cluster).into_iter();
    uids.filter_map(|key| Some(key.pointer("/metadata/uid")?.as_str()?.to_owned())).collect()
}
