//! Our service where upstream's was: its roles, its definition of the resource, its keys, and its Deployment's command.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::os::unix::fs::symlink;
use std::time::Duration;

use sealkit_e2e::deployment::{Chart, object};
use sealkit_e2e::service::{
    NAME, Service, condition, grant_all, sealed, sealed_secrets, secret, wait_for,
};
use sealkit_e2e::{cluster, namespace};
use sealkit_testkit::cluster::Cluster;
use sealkit_testkit::{Daemon, Folder, Program};
use serde_json::Value;

const KEYS: &str = "/api/v1/namespaces/kube-system/secrets?labelSelector=sealedsecrets.bitnami.com/sealed-secrets-key";

/// What a Deployment runs, as it says: command, arguments and environment, without any capability. The folder is the image's.
fn container(cluster: &Cluster, image: &Folder, deployment: &Value) -> Program {
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let texts = |field: &str| -> Vec<String> {
        let texts = container[field].as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("command"), ["controller"]);
    assert!(container["env"].as_array().is_none_or(Vec::is_empty), "{container}");
    let ours = std::env::var("SEALKIT_E2E_CONTROLLER").unwrap();
    symlink(ours, image.join("controller")).unwrap();
    let path = format!("{}:{}", image.path().display(), std::env::var("PATH").unwrap());
    let command = Program::new("controller").args(texts("args")).env("PATH", path);
    let powerless = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
    cluster.in_pod(
        command.behind(Program::new("setpriv").args(powerless)),
        &format!("kube-system/{NAME}"),
    )
}

#[test]
fn the_image_can_be_switched_before_anything_else_is_installed() {
    let cluster = cluster();
    let objects = Chart::upstream().render(NAME, &[]);
    grant_all(&cluster, &objects);
    let core = namespace(&cluster, "shop");
    let mut upstream = Service::start_upstream(&cluster, &[]);
    upstream.wait_for_certificate(&cluster);
    let certificate = upstream.certificate(&cluster);
    let apply = |name: &str| {
        let sealed = sealed(&cluster, &certificate, &secret("shop", name, &[("v", name)]));
        cluster.api().post(&sealed_secrets("shop"), &sealed).success();
    };
    let wait = |name: &str, kind: &str| {
        wait_for(&cluster, &format!("{}/{name}", sealed_secrets("shop")), |sealed| {
            condition(sealed, kind).is_some_and(|(status, _)| status == "True")
        });
        cluster.api().get(&format!("{core}/secrets/{name}")).success()
    };
    apply("old");
    let old = wait("old", "Synced");
    let keys = cluster.api().get(KEYS).success()["items"].clone();
    upstream.terminate();

    let (image, log) = (Folder::new(), cluster.file("ours.log"));
    let program = container(&cluster, &image, object(&objects, "Deployment", NAME));
    let mut ours = Daemon::start(&program, &log);
    let url = format!("http://{}:8080", cluster.address());
    ours.wait_until("a ready service", Duration::from_secs(60), || {
        let ready = Program::new("curl").args(["-sf", "-m", "5", &format!("{url}/readyz")]).run();
        if ready.code() == Some(0) { Ok(()) } else { Err(format!("{:?}", ready.code())) }
    });
    let served = Program::new("curl")
        .args(["-sf", "-m", "5", &format!("{url}/v1/cert.pem")])
        .run()
        .success();
    assert_eq!(served.stdout_text(), certificate);
    for name in ["new", "newer"] {
        apply(name);
        let made = wait(name, "Ready");
        assert_eq!(made["metadata"]["ownerReferences"][0]["name"], name);
    }
    assert_eq!(wait("old", "Ready"), old, "what is right is not written again");
    assert_eq!(cluster.api().get(KEYS).success()["items"], keys, "there is no new key");

    // What is missing is said, once, with the remedy.
    let log = ours.log();
    for text in ["leases may not be used", "drops status.applied"] {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(text)).collect();
        assert_eq!(lines.len(), 1, "{text}: {log}");
    }
    let loud = log.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    assert_eq!(loud, 2, "{log}");
    assert!(ours.terminate().success(), "{}", ours.log());
}
