//! A cluster with keys and SealedSecrets, and who looks after them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{NAME, Service, cluster_for_the_service, sealed_secrets};
use sealkit_e2e::{cluster, namespace};
use sealkit_testkit::cluster::{Api, Cluster};
use sealkit_testkit::read_fixture;
use serde_json::{Value, json};

use crate::process;
use crate::progress::Progress;

/// Where the SealedSecrets are.
pub(crate) const NAMESPACE: &str = "bench";
/// As many requests at once as the service sends.
const CONNECTIONS: usize = 16;
/// No key is made: all have the same.
const OWN_KEYS: &str = "--key-renew-period=0";

/// Who looks after the SealedSecrets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Ours,
    Upstream,
}

/// A cluster of its own, with the key of 4096 bits that everything is sealed for.
pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    who: Who,
    sealer: Sealer,
    has_hints: bool,
}

impl Stage {
    /// For our service, with its definition and its rights.
    pub(crate) fn ours() -> Self {
        Self::new(cluster_for_the_service(), Who::Ours)
    }

    /// For upstream's, with its definition. It may do everything.
    pub(crate) fn upstream() -> Self {
        let cluster = cluster();
        let binding = json!({
            "metadata": {"name": NAME},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": NAME}],
        });
        let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        cluster.api().post(path, &binding).success();
        Self::new(cluster, Who::Upstream)
    }

    fn new(cluster: Cluster, who: Who) -> Self {
        namespace(&cluster, NAMESPACE);
        let certificate = read_fixture("kubeseal/keys/rsa-4096.crt");
        let text = String::from_utf8(certificate.clone()).expect("PEM is text");
        let stage = Self { cluster, who, sealer: Sealer::new(&text), has_hints: false };
        stage.bring_key("bench", &read_fixture("kubeseal/keys/rsa-4096.key"), &certificate);
        stage
    }

    /// SealedSecrets tell the key that they are sealed for.
    pub(crate) fn with_hints(self) -> Self {
        Self { has_hints: true, ..self }
    }

    /// A key more, in PEM.
    pub(crate) fn bring_key(&self, name: &str, key: &[u8], certificate: &[u8]) {
        let secret = json!({
            "metadata": {"name": name, "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"}},
            "type": "kubernetes.io/tls",
            "data": {"tls.key": STANDARD.encode(key), "tls.crt": STANDARD.encode(certificate)},
        });
        self.cluster.api().post("/api/v1/namespaces/kube-system/secrets", &secret).success();
    }

    /// A client that keeps its connections.
    pub(crate) fn client(&self) -> Api {
        self.cluster.api_keeping(CONNECTIONS)
    }

    /// Makes SealedSecrets of one value.
    pub(crate) fn create(&self, count: usize) {
        let api = self.client();
        let path = sealed_secrets(NAMESPACE);
        let numbers: Vec<usize> = (0..count).collect();
        at_once(&numbers, |number| {
            api.post(&path, &self.seal(&format!("object-{number}"))).success();
        });
    }

    /// A SealedSecret of one value.
    pub(crate) fn seal(&self, name: &str) -> Value {
        let items = [("value", "correct horse battery staple")];
        if self.has_hints {
            self.sealer.seal_with_hints(NAMESPACE, name, &items)
        } else {
            self.sealer.seal(NAMESPACE, name, &items)
        }
    }

    /// A SealedSecret of many values that are alike.
    pub(crate) fn seal_many(&self, count: usize, value: &str) -> Value {
        let names: Vec<String> = (0..count).map(|number| format!("value-{number}")).collect();
        let items: Vec<_> = names.iter().map(|name| (name.as_str(), value)).collect();
        self.sealer.seal(NAMESPACE, "many", &items)
    }

    /// Makes Secrets of 10 KiB that are nobody's, in another namespace.
    pub(crate) fn create_other_secrets(&self, count: usize) {
        let core = namespace(&self.cluster, "others");
        let api = self.client();
        let value = STANDARD.encode([7; 10 << 10]);
        let numbers: Vec<usize> = (0..count).collect();
        at_once(&numbers, |number| {
            let metadata = json!({"name": format!("other-{number}")});
            let secret = json!({"metadata": metadata, "data": {"value": value}});
            api.post(&format!("{core}/secrets"), &secret).success();
        });
    }

    /// Starts whoever looks after them, without a limit of requests.
    pub(crate) fn start(&self, arguments: &[&str]) -> Service {
        let all: Vec<&str> = [OWN_KEYS].iter().chain(arguments).copied().collect();
        match self.who {
            Who::Ours => Service::start(&self.cluster, &all),
            Who::Upstream => {
                let all: Vec<&str> = all.into_iter().chain(["--kubeclient-qps=-1"]).collect();
                Service::start_upstream(&self.cluster, &all)
            }
        }
    }

    /// Starts upstream's as it is without flags.
    pub(crate) fn start_upstream_as_it_is(&self) -> Service {
        Service::start_upstream(&self.cluster, &[OWN_KEYS])
    }

    /// Starts it and waits until it would do what comes.
    pub(crate) fn ready(&self, arguments: &[&str]) -> Service {
        let mut service = self.start(arguments);
        match self.who {
            Who::Ours => service.wait_until_ready(&self.cluster),
            Who::Upstream => service.wait_for_certificate(&self.cluster),
        }
        service
    }

    /// Starts it, and waits until so many are in sync and nothing is left to do.
    pub(crate) fn synced(&self, count: usize) -> Service {
        let progress = Progress::follow(&self.cluster, NAMESPACE, count);
        let service = self.start(&[]);
        progress.wait();
        process::settled(service.id());
        service
    }

    /// Ends it: ours in order, so that the next one need not wait for the Lease.
    pub(crate) fn end(&self, service: &mut Service) {
        match self.who {
            Who::Ours => service.terminate(),
            Who::Upstream => service.kill(),
        }
    }

    /// How many Secrets there are.
    pub(crate) fn secrets(&self) -> usize {
        let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets?limit=1");
        let list = self.cluster.api().get(&path).success();
        let number = |pointer: &str| list.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
        let shown = list.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        shown + usize::try_from(number("/metadata/remainingItemCount")).unwrap_or(usize::MAX)
    }

    /// How many SealedSecrets it has opened.
    pub(crate) fn unseals(&self, service: &Service) -> usize {
        let metrics = service.metrics(&self.cluster);
        let name = "sealed_secrets_controller_unseal_requests_total ";
        let count = metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        count.expect("the metrics tell it")
    }

    /// All versions of the SealedSecrets and their Secrets.
    pub(crate) fn versions(&self) -> Vec<Value> {
        let secrets = format!("/api/v1/namespaces/{NAMESPACE}/secrets");
        let lists = [sealed_secrets(NAMESPACE), secrets].map(|path| {
            let list = self.cluster.api().get(&path).success();
            list.get("items").and_then(Value::as_array).cloned().unwrap_or_default()
        });
        let version = |item: &Value| item.pointer("/metadata/resourceVersion").cloned();
        lists.iter().flatten().filter_map(version).collect()
    }
}

/// Does all of it, so much at a time as the service does.
pub(crate) fn at_once<T: Sync>(all: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(one);
                }
            });
        }
    });
}
