//! The real controller in the test cluster: that it finds there what it needs, and that the real kubeseal finds it.

use std::time::Duration;

use sealkit_e2e::{cluster, kubeseal, namespace, upstream_controller};
use sealkit_testkit::cluster::{ADMIN, Cluster};
use sealkit_testkit::{Daemon, Program, SECRET, eventually};
use serde_json::{Value, json};

/// Long enough for a new key of 4096 bits, on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// As kubeseal looks for it when it is not told otherwise.
const NAME: &str = "sealed-secrets-controller";

fn start_controller(cluster: &Cluster) -> Daemon {
    let binding = json!({
        "metadata": {"name": NAME},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "namespace": "kube-system", "name": NAME}],
    });
    let bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    cluster.api().post(bindings, &binding).success();
    let port = cluster.free_port();
    cluster.publish("kube-system", NAME, port);
    let controller = upstream_controller()
        .arg(format!("--listen-addr={}:{port}", cluster.address()))
        .arg(format!("--listen-metrics-addr={}:{}", cluster.address(), cluster.free_port()));
    let controller = cluster.in_pod(controller, &format!("kube-system/{NAME}"));
    Daemon::start(&controller, &cluster.file("controller.log"))
}

fn kubeseal_in(cluster: &Cluster) -> Program {
    kubeseal().arg("--kubeconfig").arg(cluster.kubeconfig_file(ADMIN))
}

#[test]
fn kubeseal_fetches_its_certificate_and_it_opens_what_kubeseal_sealed() {
    let cluster = cluster();
    let mut controller = start_controller(&cluster);
    let certificate = controller.wait_until("the certificate", SOON, || {
        let done = kubeseal_in(&cluster).arg("--fetch-cert").run();
        let certificate = String::from_utf8_lossy(&done.stdout).into_owned();
        if done.code() == Some(0) { Ok(certificate) } else { Err(format!("{:?}", done.code())) }
    });
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"), "{certificate}");

    let sealed = kubeseal_in(&cluster).args(["--format", "json"]).stdin(SECRET).run().success();
    let sealed: Value = serde_json::from_slice(&sealed.stdout).expect("kubeseal writes JSON");
    let metadata = |name| sealed.pointer(name).and_then(Value::as_str).expect("it has a name");
    let (of, name) = (metadata("/metadata/namespace"), metadata("/metadata/name"));
    let core = namespace(&cluster, of);
    let path = format!("/apis/bitnami.com/v1alpha1/namespaces/{of}/sealedsecrets");
    cluster.api().post(&path, &sealed).success();
    let opened = eventually("the Secret", SOON, || {
        let reply = cluster.api().get(&format!("{core}/secrets/{name}"));
        if reply.status == 200 { Ok(reply.success()) } else { Err(controller.log()) }
    });
    assert_eq!(
        opened.pointer("/metadata/ownerReferences/0/kind"),
        Some(&json!("SealedSecret")),
        "{opened}"
    );
    cluster.api().delete(&format!("{path}/{name}")).success();
    eventually("the end of the Secret", SOON, || {
        let reply = cluster.api().get(&format!("{core}/secrets/{name}"));
        if reply.status == 404 { Ok(()) } else { Err(reply.to_string()) }
    });
}
