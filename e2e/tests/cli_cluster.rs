//! `seal` against a live cluster: the certificate through the API server, and clusters that give none.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use sealkit_e2e::service::{NAME, Service, cluster_for_the_service, condition, sealed_secrets};
use sealkit_e2e::{kubeseal, namespace, seal};
use sealkit_testkit::cluster::{ADMIN, Cluster, DEVELOPER};
use sealkit_testkit::{Answer, Finished, Program, WebServer, eventually, fixture, read_fixture};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);
const LABEL: &str = "app.kubernetes.io/name";

/// A cluster with our service in it, found where everybody looks.
struct Stage {
    cluster: Cluster,
    certificate: String,
    _service: Service,
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let cluster = cluster_for_the_service();
        let service = Service::ready(&cluster, &["--key-size", "2048"]);
        cluster.publish("kube-system", NAME, service.port);
        let certificate = service.certificate(&cluster);
        Stage { cluster, certificate, _service: service }
    })
}

impl Stage {
    fn fetch(&self, user: &str) -> Program {
        self.fetch_by(&self.cluster.kubeconfig_file(user))
    }

    fn fetch_by(&self, kubeconfig: &PathBuf) -> Program {
        seal().args(["cert", "fetch"]).env("KUBECONFIG", kubeconfig)
    }

    /// The certificate of a Service of this name, as soon as the proxy knows it.
    fn fetched(&self, arguments: &[&str]) -> Finished {
        eventually("a certificate", SOON, || {
            let done = self.fetch(ADMIN).args(arguments).run();
            match done.code() {
                Some(0) => Ok(done),
                _ => Err(done.stderr_text().to_owned()),
            }
        })
    }

    /// A kubeconfig that is changed like this.
    fn kubeconfig(&self, name: &str, change: impl FnOnce(&mut Value)) -> PathBuf {
        let text = fs::read(self.cluster.kubeconfig_file(ADMIN)).expect("it can be read");
        let mut config = serde_json::from_slice(&text).expect("it is JSON");
        change(&mut config);
        let path = self.cluster.file(name);
        fs::write(&path, config.to_string()).expect("it can be written");
        path
    }

    fn service(&self, namespace: &str, name: &str, label: &str) {
        let service = json!({
            "metadata": {"name": name, "labels": {LABEL: label}},
            "spec": {"ports": [{"port": 8080}]},
        });
        let path = format!("/api/v1/namespaces/{namespace}/services");
        self.cluster.api().post(&path, &service).success();
    }
}

fn set(config: &mut Value, pointer: &str, value: Value) {
    *config.pointer_mut(pointer).expect("a kubeconfig has it") = value;
}

/// Holds a run to a failure that says this and writes nothing.
fn fails(done: Finished, message: &str) {
    let done = done.exited(1);
    let text = done.stderr_text();
    assert!(text.contains(message), "{message:?} not in: {text}");
    assert!(!text.contains("token-of") && !text.contains("panicked"), "{text}");
    assert!(done.stdout.is_empty());
}

#[test]
fn the_certificate_comes_from_the_cluster_that_kubectl_talks_to() {
    let stage = stage();
    let done = stage.fetched(&[]);
    assert_eq!(done.stdout_text(), stage.certificate);
    let note = done.stderr_text();
    assert!(note.contains("SHA256:") && note.contains("test (https://"), "{note}");
    let theirs = kubeseal()
        .arg("--kubeconfig")
        .arg(stage.cluster.kubeconfig_file(ADMIN))
        .arg("--fetch-cert")
        .run()
        .success();
    assert_eq!(theirs.stdout, done.stdout);

    let file = stage.cluster.file("fetched.pem");
    stage.fetch(ADMIN).arg("-w").arg(&file).run().success();
    assert_eq!(fs::read_to_string(&file).unwrap(), stage.certificate);
    let sealed = seal().arg("--cert").arg(&file).stdin(sealkit_testkit::SECRET).run().success();
    assert!(sealed.stdout_text().contains("kind: SealedSecret"));
    // Where kubectl works, nothing has to be said.
    let secret = sealkit_testkit::SECRET;
    let kubeconfig = stage.cluster.kubeconfig_file(ADMIN);
    let bare = || seal().env("KUBECONFIG", &kubeconfig).stdin(secret);
    let sealed = bare().run().success();
    assert!(sealed.stdout_text().contains("kind: SealedSecret"));
    let note = sealed.stderr_text();
    assert!(
        note.contains("sealed for key SHA256:") && note.contains("from test (https://"),
        "{note}"
    );
    let item = seal().args(["set", "--name=database"]).arg(sealed_file(
        &stage.cluster,
        "sealed",
        &sealed.stdout,
    ));
    item.arg("password").env("KUBECONFIG", &kubeconfig).stdin("new").run().success();
    fails(bare().args(["--context", "other"]).run(), "no context of that name");
    let pinned = format!("--pin=SHA256:{}", "A".repeat(43));
    fails(stage.fetch(ADMIN).arg(pinned).run(), "--pin demands");
}

fn sealed_file(cluster: &Cluster, name: &str, sealed: &[u8]) -> PathBuf {
    let path = cluster.file(&format!("{name}.yaml"));
    fs::write(&path, sealed).expect("it can be written");
    path
}

/// What was fetched is there for the same cluster, whoever asks: not for another one.
#[test]
fn a_certificate_that_was_fetched_needs_no_cluster_any_more() {
    let stage = stage();
    let home = stage.cluster.file("home");
    fs::create_dir(&home).expect("it can be made");
    let offline = |kubeconfig: &PathBuf| {
        let run = seal().arg("--offline").env("KUBECONFIG", kubeconfig).env("HOME", &home);
        run.stdin(sealkit_testkit::SECRET).run()
    };
    let admin = stage.cluster.kubeconfig_file(ADMIN);
    fails(offline(&admin), "no certificate of its controller was kept");
    stage.fetched(&[]);
    stage.fetch(ADMIN).env("HOME", &home).run().success();
    let login = |config: &mut Value| set(config, "/users/0/user/token", json!("wrong"));
    let sealed = offline(&stage.kubeconfig("nobody-asks", login)).success();
    let note = sealed.stderr_text();
    assert!(note.contains("from test (https://") && note.contains("fetched less than"), "{note}");
    let validate = seal().arg("validate").env("KUBECONFIG", &admin).stdin(&sealed.stdout);
    validate.run().success();
    let authority = json!(fixture("keys/demo.crt"));
    let other =
        |config: &mut Value| set(config, "/clusters/0/cluster/certificate-authority", authority);
    let other = stage.kubeconfig("other-authority", other);
    fails(offline(&other), "no certificate of its controller was kept");
}

#[test]
fn certificates_of_all_contexts_are_fetched_at_once() {
    let stage = stage();
    stage.fetched(&[]);
    let (port, _running) = pretend(stage.cluster.address(), &Pretender::Hangs);
    let kubeconfig = stage.kubeconfig("contexts", |config| {
        let mut hangs = config["clusters"][0].clone();
        hangs["name"] = json!("hangs");
        hangs["cluster"]["server"] = json!(format!("https://{}:{port}", stage.cluster.address()));
        let user = config["users"][0]["name"].clone();
        let test = config["clusters"][0]["name"].clone();
        let clusters = [&test, &json!("hangs"), &json!("hangs"), &json!("absent"), &test];
        let contexts = clusters.iter().enumerate().map(|(place, cluster)| {
            json!({"name": format!("c{place}"), "context": {"cluster": cluster, "user": user}})
        });
        config["contexts"] = contexts.collect();
        config["clusters"].as_array_mut().expect("a list").push(hangs);
    });
    let folder = stage.cluster.file("of-contexts");
    let run = stage.fetch_by(&kubeconfig).args(["--all-contexts", "--request-timeout=3s"]);
    let done = run.args(["-o", "json", "-w"]).arg(&folder).run().exited(1);
    assert!(done.stderr_text().contains("3 of 5 contexts gave no certificate"));
    let report: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    let contexts = report["contexts"].as_array().expect("a list");
    let problem = |place: usize| contexts[place]["problem"].as_str().unwrap_or_default();
    assert!(problem(1).ends_with("no answer within 3 seconds"), "{}", problem(1));
    assert!(problem(2).ends_with("no answer within 3 seconds"), "{}", problem(2));
    assert!(problem(3).contains("no cluster for that context"), "{}", problem(3));
    for place in [0, 4] {
        assert_eq!(contexts[place]["problem"], Value::Null);
        let file = contexts[place]["file"].as_str().expect("a path");
        assert_eq!(fs::read_to_string(file).unwrap(), stage.certificate);
    }
    assert_eq!(fs::read_dir(&folder).expect("it was made").count(), 2);
}

#[test]
fn the_controller_says_of_each_document_whether_it_opens() {
    let stage = stage();
    stage.fetched(&[]);
    let kubeconfig = stage.cluster.kubeconfig_file(ADMIN);
    let at = |program: Program| program.env("KUBECONFIG", &kubeconfig);
    let secret = |name: &str| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "n"}, "stringData": {"a": "b"}});
    // More than the controller takes at once: it is waited for.
    let many: String = (0..8).map(|number| secret(&format!("s{number}")).to_string()).collect();
    let sealed = at(seal()).args(["--format", "json"]).stdin(many).run().success().stdout;
    let all = at(seal()).arg("validate").stdin(&sealed).run().success();
    assert_eq!(all.stdout_text().matches(": opens").count(), 8, "{}", all.stdout_text());
    let foreign = seal().arg("--cert").arg(fixture("keys/demo.crt"));
    let foreign = foreign.stdin(secret("foreign").to_string()).run().success().stdout;
    let both = [
        sealed_file(&stage.cluster, "own", &sealed),
        sealed_file(&stage.cluster, "foreign", &foreign),
    ];
    let done = at(seal()).arg("validate").args(&both).run().exited(3);
    let text = done.stdout_text();
    assert_eq!(text.matches(": opens").count(), 8, "{text}");
    assert!(text.ends_with("n/foreign: does not open\n"), "{text}");
    let done = at(seal()).args(["validate", "-o", "json"]).args(&both).run().exited(3);
    let report: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    let opens = |place: usize| &report["sealedSecrets"][place]["opens"];
    assert_eq!((opens(7), opens(8)), (&json!(true), &json!(false)));
    fails(
        at(seal()).arg("validate").stdin(secret("a").to_string()).run(),
        "it has no SealedSecret",
    );
}

/// A Service with one port need not name it.
#[test]
fn a_port_without_a_name_is_reached() {
    let stage = stage();
    namespace(&stage.cluster, "unnamed");
    let server =
        WebServer::start_at(stage.cluster.address(), &Answer::ok(stage.certificate.clone()));
    // For its Pod alone.
    stage.cluster.publish("unnamed", "backing", server.port());
    let (name, ports) = ("controller", json!([{"port": server.port()}]));
    let service = json!({"metadata": {"name": name}, "spec": {"ports": ports}});
    stage.cluster.api().post("/api/v1/namespaces/unnamed/services", &service).success();
    let pod = json!({"kind": "Pod", "namespace": "unnamed", "name": "backing"});
    let address = json!({"ip": stage.cluster.address(), "targetRef": pod});
    let subsets = json!([{"addresses": [address], "ports": ports}]);
    let endpoints = json!({"metadata": {"name": name}, "subsets": subsets});
    stage.cluster.api().post("/api/v1/namespaces/unnamed/endpoints", &endpoints).success();
    let arguments = ["--controller-namespace", "unnamed", "--controller-name", name];
    assert_eq!(stage.fetched(&arguments).stdout_text(), stage.certificate);
}

#[test]
fn a_login_that_does_not_work_is_named() {
    let stage = stage();
    stage.fetched(&[]);
    let foreign = ["--controller-namespace", "foreign"];
    fails(stage.fetch(DEVELOPER).args(foreign).run(), "the server does not allow it");
    let token = |config: &mut Value| set(config, "/users/0/user/token", json!("wrong"));
    let expired = stage.kubeconfig("expired", token);
    fails(stage.fetch_by(&expired).run(), "does not accept the login");
    let login = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh", "args": ["-c", "echo token-of-somebody; exit 3"],
        "interactiveMode": "Never"}});
    let failing = stage.kubeconfig("failing", |config| set(config, "/users/0/user", login));
    fails(stage.fetch_by(&failing).run(), "exit status: 3");
    let other = json!(fixture("keys/demo.crt"));
    let ca = |config: &mut Value| set(config, "/clusters/0/cluster/certificate-authority", other);
    let stranger = stage.kubeconfig("stranger", ca);
    fails(stage.fetch_by(&stranger).run(), "cannot prove that it is the one");
    let nowhere = json!("https://127.0.0.1:1");
    let server = |config: &mut Value| set(config, "/clusters/0/cluster/server", nowhere);
    let nobody = stage.kubeconfig("nobody", server);
    fails(stage.fetch_by(&nobody).run(), "cannot be reached");
    fails(stage.fetch(ADMIN).args(["--context", "other"]).run(), "no context of that name");
    fails(seal().args(["cert", "fetch"]).run(), "there is no kubeconfig");
}

/// What answers in the place of a controller.
enum Pretender {
    Answers(Answer),
    /// Begins to send a gibibyte.
    SendsOn,
    Hangs,
}

#[test]
fn a_controller_that_answers_nonsense_is_named_in_time() {
    let stage = stage();
    namespace(&stage.cluster, "strange");
    let address = stage.cluster.address();
    let not_one = read_fixture("keys/demo.key");
    for (name, pretender, message) in [
        ("page", Pretender::Answers(Answer::ok("<html></html>")), "but a web page"),
        ("key", Pretender::Answers(Answer::ok(not_one)), "private key"),
        ("large", Pretender::Answers(Answer::ok(vec![b'x'; 8 << 20])), "too long"),
        ("endless", Pretender::SendsOn, "too long"),
        (
            "empty",
            Pretender::Answers(Answer::new("500 Internal Server Error", "")),
            "no certificate",
        ),
        ("hangs", Pretender::Hangs, "no answer within 3 seconds"),
    ] {
        let (port, _running) = pretend(address, &pretender);
        stage.cluster.publish("strange", name, port);
        let arguments = ["--controller-namespace", "strange", "--controller-name", name];
        eventually(message, SOON, || {
            let done = stage.fetch(ADMIN).args(arguments).arg("--request-timeout=3s").run();
            let text = done.stderr_text();
            assert_eq!(done.code(), Some(1), "{text}");
            assert!(done.stdout.is_empty());
            if text.contains(message) { Ok(()) } else { Err(text.to_owned()) }
        });
    }
    stage.service("strange", "nobody", "none");
    let nobody = ["--controller-namespace", "strange", "--controller-name", "nobody"];
    eventually("no Pod", SOON, || {
        let done = stage.fetch(ADMIN).args(nobody).run();
        let message = "no Pod answers for the Service strange/nobody";
        let text = done.stderr_text();
        if text.contains(message) { Ok(()) } else { Err(text.to_owned()) }
    });
}

/// The port, and what keeps it answering.
fn pretend(address: IpAddr, pretender: &Pretender) -> (u16, Box<dyn std::any::Any>) {
    match pretender {
        Pretender::Answers(answer) => {
            let server = WebServer::start_at(address, answer);
            (server.port(), Box::new(server))
        }
        Pretender::SendsOn => {
            let listener = TcpListener::bind((address, 0)).expect("a port is free");
            let port = listener.local_addr().expect("it has an address").port();
            // It ends with the test's process: whoever has gone away is not sent to any more.
            thread::spawn(move || {
                for mut stream in listener.incoming().flatten() {
                    let mut request = [0; 4096];
                    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
                    let begun =
                        stream.read(&mut request).and_then(|_| stream.write_all(head.as_bytes()));
                    let mut sent = begun.map(|()| 0_u64).unwrap_or(u64::MAX);
                    while sent < 1 << 30 && stream.write_all(&[b'x'; 1 << 16]).is_ok() {
                        sent += 1 << 16;
                    }
                }
            });
            (port, Box::new(()))
        }
        Pretender::Hangs => {
            let listener = TcpListener::bind((address, 0)).expect("a port is free");
            let port = listener.local_addr().expect("it has an address").port();
            (port, Box::new(listener))
        }
    }
}

/// In a cluster of its own: what is labelled there is found.
#[test]
fn a_controller_of_another_name_is_found_by_its_label_if_it_is_the_only_one() {
    let cluster = cluster_for_the_service();
    let kubeconfig = cluster.kubeconfig_file(ADMIN);
    let fetch = || seal().args(["cert", "fetch"]).env("KUBECONFIG", &kubeconfig);
    fails(fetch().run(), "there is no Service kube-system/sealed-secrets-controller");
    namespace(&cluster, "secrets");
    let label = |namespace: &str, name: &str| {
        let metadata = json!({"metadata": {"labels": {LABEL: "sealed-secrets"}}});
        let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
        cluster.api().patch(&path, &metadata).success();
    };
    let certificate = read_fixture("keys/demo.crt");
    let server = WebServer::start_at(cluster.address(), &Answer::ok(certificate.clone()));
    cluster.publish("secrets", "sealed-secrets", server.port());
    label("secrets", "sealed-secrets");
    eventually("the certificate", SOON, || {
        let done = fetch().run();
        if done.stdout == certificate { Ok(()) } else { Err(done.stderr_text().to_owned()) }
    });
    namespace(&cluster, "more");
    cluster.publish("more", "other", server.port());
    label("more", "other");
    fails(fetch().run(), "there are more/other, secrets/sealed-secrets");
}

/// A Secret with two values, and the SealedSecret that is made of it.
struct Kept<'a> {
    cluster: &'a Cluster,
    sealed: PathBuf,
}

impl Kept<'_> {
    /// Seals these values, and keeps what has not changed. The note that all is sealed anew is told.
    fn update(&self, password: &str, user: &str) -> (Value, bool) {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"},
            "stringData": {"password": password, "user": user}});
        let update =
            seal().args(["--update", "--compare-live", "--format=json", "-w"]).arg(&self.sealed);
        let update = update.env("KUBECONFIG", self.cluster.kubeconfig_file(ADMIN));
        let done = update.stdin(secret.to_string()).run().success();
        let sealed = fs::read(&self.sealed).expect("it is there");
        let mut sealed: Value = serde_json::from_slice(&sealed).expect("it is JSON");
        (sealed["spec"]["encryptedData"].take(), done.stderr_text().contains("sealed anew"))
    }

    /// Applies it, and waits until the controller has opened it.
    fn apply(&self) {
        let sealed = fs::read(&self.sealed).expect("it is there");
        let mut sealed: Value = serde_json::from_slice(&sealed).expect("it is JSON");
        let (all, api) = (sealed_secrets("shop"), self.cluster.api());
        let one = format!("{all}/db");
        let there = api.get(&one);
        if there.text().contains("resourceVersion") {
            let there = there.success();
            sealed["metadata"]["resourceVersion"] = there["metadata"]["resourceVersion"].clone();
            api.put(&one, &sealed).success();
        } else {
            api.post(&all, &sealed).success();
        }
        eventually("an opened SealedSecret", SOON, || {
            let object = api.get(&one).success();
            let is_handled =
                object["status"]["observedGeneration"] == object["metadata"]["generation"];
            match condition(&object, "Synced") {
                Some((status, _)) if is_handled && status == "True" => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
    }
}

#[test]
fn what_the_controller_has_opened_tells_what_has_changed() {
    for is_upstream in [false, true] {
        let cluster = cluster_for_the_service();
        let mut service = match is_upstream {
            true => Service::start_upstream(&cluster, &["--key-size=2048"]),
            false => Service::start(&cluster, &["--key-size=2048"]),
        };
        service.wait_for_certificate(&cluster);
        cluster.publish("kube-system", NAME, service.port);
        namespace(&cluster, "shop");
        let kept = Kept { cluster: &cluster, sealed: cluster.file("kept.json") };
        let fetch = || {
            seal().args(["cert", "fetch"]).env("KUBECONFIG", cluster.kubeconfig_file(ADMIN)).run()
        };
        eventually("a certificate", SOON, || {
            match fetch().code() {
                Some(0) => Ok(()),
                _ => Err("none yet"),
            }
            .map_err(str::to_owned)
        });
        let (first, _) = kept.update("one", "shop");
        // Nobody has opened it yet.
        let (second, is_anew) = kept.update("one", "shop");
        assert!(is_anew && first["password"] != second["password"]);
        kept.apply();
        let (third, is_anew) = kept.update("two", "shop");
        assert!(!is_anew && third["password"] != second["password"]);
        assert_eq!(third["user"], second["user"]);
        kept.apply();
        // What somebody else has written there was not opened from what is here.
        let edit = json!({"stringData": {"password": "three"}});
        cluster.api().patch("/api/v1/namespaces/shop/secrets/db", &edit).success();
        let (fourth, _) = kept.update("three", "shop");
        assert_ne!(fourth["password"], third["password"]);
        assert_eq!(fourth["user"], third["user"]);
        let not_allowed = seal().args(["--update", "--compare-live", "-w"]).arg(&kept.sealed);
        let not_allowed = not_allowed.env("KUBECONFIG", cluster.kubeconfig_file(DEVELOPER));
        fails(
            not_allowed
                .stdin(sealkit_testkit::SECRET)
                .arg("--cert")
                .arg(fixture("keys/demo.crt"))
                .run(),
            "the server does not allow it to be read",
        );
    }
}
