//! Clusters that know SealedSecret.

use std::path::PathBuf;
use std::sync::OnceLock;

use sealkit_testkit::cluster::Cluster;
use serde_json::json;

use crate::programs::path_in;

/// A cluster of a test's own, for one that stops parts of it.
#[must_use]
pub fn cluster() -> Cluster {
    Cluster::start_with(&[PathBuf::from(path_in("SEALKIT_E2E_UPSTREAM_CRD"))])
}

/// The cluster that the tests of a process share, each with a [`namespace`] of its own.
pub fn shared_cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(cluster)
}

/// Makes a namespace, and returns the path of what is in it that belongs to the core API.
///
/// # Panics
///
/// If it exists already.
pub fn namespace(cluster: &Cluster, name: &str) -> String {
    let namespace = json!({"metadata": {"name": name}});
    cluster.api().post("/api/v1/namespaces", &namespace).success();
    format!("/api/v1/namespaces/{name}")
}
