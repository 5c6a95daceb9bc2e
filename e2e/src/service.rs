//! The decryption service in a test cluster, ours or upstream's, with the rights that its manifests give it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use sealkit_testkit::cluster::{ADMIN, Cluster};
use sealkit_testkit::{Daemon, Program, eventually};
use serde_json::{Value, json};

use crate::deployment::kustomize;
use crate::programs::{kubeseal, path_in, upstream_controller};

/// The account that the service runs under, and the name of its Service.
pub const NAME: &str = "sealed-secrets-controller";

/// Long enough for a new key of 4096 bits, on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// Our definition of the resource.
pub const CRD: &str = "deploy/crd/sealedsecrets.bitnami.com.yaml";

/// A cluster with our definition of the resource and our roles.
#[must_use]
pub fn cluster_for_the_service() -> Cluster {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|root| root.join(CRD));
    let cluster = Cluster::start_with(&root.into_iter().collect::<Vec<_>>());
    grant(&cluster, "overlays/cluster-wide");
    cluster
}

/// Gives the service the rights of a folder of `deploy/kustomize`, and nothing else of it.
pub fn grant(cluster: &Cluster, folder: &str) {
    grant_all(cluster, &kustomize(folder));
}

/// Gives the rights that are among these objects.
pub fn grant_all(cluster: &Cluster, objects: &[Value]) {
    for object in objects {
        if let Some(path) = rights_path(object) {
            cluster.api().post(&path, object).success();
        }
    }
}

/// Where an object that gives rights belongs; none for others.
fn rights_path(object: &Value) -> Option<String> {
    let group = "/apis/rbac.authorization.k8s.io/v1";
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
    match object.get("kind")?.as_str()? {
        "ClusterRole" => Some(format!("{group}/clusterroles")),
        "ClusterRoleBinding" => Some(format!("{group}/clusterrolebindings")),
        "Role" => Some(format!("{group}/namespaces/{}/roles", namespace?)),
        "RoleBinding" => Some(format!("{group}/namespaces/{}/rolebindings", namespace?)),
        _ => None,
    }
}

/// A service that runs, until it is dropped.
pub struct Service {
    daemon: Daemon,
    /// Where it answers requests.
    pub port: u16,
    /// Where its metrics are.
    pub metrics_port: u16,
}

impl Service {
    /// Starts our service. It is not ready yet.
    #[must_use]
    pub fn start(cluster: &Cluster, arguments: &[&str]) -> Self {
        Self::start_program(cluster, Program::new(path_in("SEALKIT_E2E_CONTROLLER")), arguments)
    }

    /// Starts ours behind a proxy of the cluster.
    #[must_use]
    pub fn start_behind(cluster: &Cluster, proxy: u16, arguments: &[&str]) -> Self {
        let program = Program::new(path_in("SEALKIT_E2E_CONTROLLER"));
        Self::start_there(cluster, program, arguments, Some(proxy))
    }

    /// Starts upstream's.
    #[must_use]
    pub fn start_upstream(cluster: &Cluster, arguments: &[&str]) -> Self {
        Self::start_program(cluster, upstream_controller(), arguments)
    }

    fn start_program(cluster: &Cluster, program: Program, arguments: &[&str]) -> Self {
        Self::start_there(cluster, program, arguments, None)
    }

    fn start_there(
        cluster: &Cluster,
        program: Program,
        arguments: &[&str],
        proxy: Option<u16>,
    ) -> Self {
        let (port, metrics_port) = (cluster.free_port(), cluster.free_port());
        let address = cluster.address();
        let program = program
            .arg(format!("--listen-addr={address}:{port}"))
            .arg(format!("--listen-metrics-addr={address}:{metrics_port}"))
            .args(arguments)
            .env("POD_NAMESPACE", "kube-system");
        let mut program = cluster.in_pod(program, &format!("kube-system/{NAME}"));
        if let Some(port) = proxy {
            program = program.env("KUBERNETES_SERVICE_PORT", port.to_string());
        }
        let log = cluster.file(&format!("service-{port}.log"));
        Self { daemon: Daemon::start(&program, &log), port, metrics_port }
    }

    /// Waits until it is ready: the certificate is there, and all objects are listed.
    pub fn wait_until_ready(&mut self, cluster: &Cluster) {
        let (address, port) = (cluster.address(), self.port);
        self.daemon.wait_until("a ready service", SOON, || {
            http(&format!("http://{address}:{port}/readyz"))?;
            http(&format!("http://{address}:{port}/v1/cert.pem")).map(drop)
        });
    }

    /// Waits until it has a key. Not every version of upstream's tells that it is ready.
    pub fn wait_for_certificate(&mut self, cluster: &Cluster) {
        let url = format!("http://{}:{}/v1/cert.pem", cluster.address(), self.port);
        self.daemon.wait_until("a certificate", SOON, || http(&url).map(drop));
    }

    /// Starts ours and waits until it is ready.
    #[must_use]
    pub fn ready(cluster: &Cluster, arguments: &[&str]) -> Self {
        let mut service = Self::start(cluster, arguments);
        service.wait_until_ready(cluster);
        service
    }

    /// The certificate that it serves.
    #[must_use]
    pub fn certificate(&self, cluster: &Cluster) -> String {
        http(&format!("http://{}:{}/v1/cert.pem", cluster.address(), self.port)).unwrap_or_default()
    }

    /// One of its metrics, by its name and labels as they are written.
    #[must_use]
    pub fn metric(&self, cluster: &Cluster, name: &str) -> Option<f64> {
        let text = self.metrics(cluster);
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse().ok()
    }

    /// All of its metrics.
    #[must_use]
    pub fn metrics(&self, cluster: &Cluster) -> String {
        let url = format!("http://{}:{}/metrics", cluster.address(), self.metrics_port);
        http(&url).unwrap_or_default()
    }

    /// What it answers when a document is posted: the body, then the code.
    #[must_use]
    pub fn post(&self, cluster: &Cluster, path: &str, document: &Value) -> String {
        let url = format!("http://{}:{}{path}", cluster.address(), self.port);
        let curl = ["--silent", "--write-out", "\n%{http_code}", "--data-binary", "@-"];
        let curl = Program::new("curl").args(curl).arg(url).stdin(document.to_string());
        curl.run().success().stdout_text().to_owned()
    }

    /// What it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// Kills it: nothing is finished.
    pub fn kill(&mut self) {
        self.daemon.kill();
    }

    /// Ends it as a cluster does, and waits for its end.
    ///
    /// # Panics
    ///
    /// If it ends otherwise than it should.
    pub fn terminate(&mut self) {
        self.daemon.terminate();
        let status = self.daemon.wait(SOON);
        assert!(status.success(), "the service ends with {status}: {}", self.log());
    }

    /// Sends it a signal, such as `-USR1`.
    pub fn signal(&self, signal: &str) {
        Program::new("kill").args([signal, &self.id().to_string()]).run().success();
    }

    /// Whether its metrics say that it may write.
    #[must_use]
    pub fn leads(&self, cluster: &Cluster) -> bool {
        self.metric(cluster, "sealed_secrets_controller_leader") == Some(1.0)
    }

    /// Where it answers requests.
    #[must_use]
    pub fn address(&self, cluster: &Cluster) -> SocketAddr {
        SocketAddr::new(cluster.address(), self.port)
    }

    /// Where its metrics are.
    #[must_use]
    pub fn metrics_address(&self, cluster: &Cluster) -> SocketAddr {
        SocketAddr::new(cluster.address(), self.metrics_port)
    }

    /// The most memory that it has had so far, in MiB.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()));
        let status = status.expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        kibibytes.map(|kibibytes: u64| kibibytes >> 10).expect("Linux tells it")
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.daemon.id()
    }
}

/// The text that a server answers with.
fn http(url: &str) -> Result<String, String> {
    let done = Program::new("curl").args(["--silent", "--fail", "--max-time", "5", url]).run();
    match done.code() {
        Some(0) => Ok(done.stdout_text().to_owned()),
        code => Err(format!("{url}: curl ends with {code:?}")),
    }
}

/// The path of the SealedSecrets of a namespace.
#[must_use]
pub fn sealed_secrets(namespace: &str) -> String {
    format!("/apis/bitnami.com/v1alpha1/namespaces/{namespace}/sealedsecrets")
}

/// A Secret sealed by the real kubeseal for the certificate that a service serves.
///
/// # Panics
///
/// If kubeseal refuses.
#[must_use]
pub fn sealed(cluster: &Cluster, certificate: &str, secret: &Value) -> Value {
    let file = cluster.file(&format!("certificate-{:x}.pem", certificate.len()));
    std::fs::write(&file, certificate).expect("the cluster's folder can be written to");
    let done = kubeseal()
        .arg("--allow-empty-data")
        .arg("--cert")
        .arg(&file)
        .stdin(secret.to_string())
        .run()
        .success();
    serde_json::from_slice(&done.stdout).expect("kubeseal writes JSON")
}

/// Gives a SealedSecret to the cluster. Returns its path and that of its Secret.
///
/// # Panics
///
/// If it has no name or namespace, or the cluster refuses it.
pub fn apply(cluster: &Cluster, sealed: &Value) -> (String, String) {
    let text = |pointer: &str| sealed.pointer(pointer).and_then(Value::as_str).expect("a name");
    let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
    let path = sealed_secrets(namespace);
    cluster.api().post(&path, sealed).success();
    (format!("{path}/{name}"), format!("/api/v1/namespaces/{namespace}/secrets/{name}"))
}

/// An item of a Secret, in clear; empty where there is none.
///
/// # Panics
///
/// If it is no text.
#[must_use]
pub fn value(secret: &Value, item: &str) -> String {
    let text = secret.get("data").and_then(|data| data.get(item)).and_then(Value::as_str);
    let bytes = kubeyaml::go_base64::decode(text.unwrap_or_default()).expect("base64");
    String::from_utf8(bytes.to_vec()).expect("a text")
}

/// A Secret with these items, in clear.
#[must_use]
pub fn secret(namespace: &str, name: &str, items: &[(&str, &str)]) -> Value {
    let items: serde_json::Map<_, _> =
        items.iter().map(|(item, value)| ((*item).to_owned(), json!(value))).collect();
    let metadata = json!({"namespace": namespace, "name": name});
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": items})
}

/// Waits until what is at `path` is as it should be.
pub fn wait_for(cluster: &Cluster, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(path, Duration::from_secs(30), || {
        let reply = cluster.api().get(path);
        match reply.status {
            200 => Ok(reply.success()).and_then(|object| {
                if is_so(&object) { Ok(object) } else { Err(object.to_string()) }
            }),
            _ => Err(reply.to_string()),
        }
    })
}

/// Waits until there is nothing at `path`.
pub fn wait_until_gone(cluster: &Cluster, path: &str) {
    eventually(path, Duration::from_secs(60), || {
        let reply = cluster.api().get(path);
        if reply.status == 404 { Ok(()) } else { Err(reply.to_string()) }
    });
}

/// Status and reason of a condition.
#[must_use]
pub fn condition(sealed: &Value, kind: &str) -> Option<(String, String)> {
    let conditions = sealed.pointer("/status/conditions")?.as_array()?;
    let condition = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |field: &str| condition[field].as_str().unwrap_or_default().to_owned();
    Some((text("status"), text("reason")))
}

/// Who may do everything.
#[must_use]
pub fn admin_kubeconfig(cluster: &Cluster) -> std::path::PathBuf {
    cluster.kubeconfig_file(ADMIN)
}
