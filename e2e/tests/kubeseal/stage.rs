//! The cluster, the files that each line finds, and the two programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_core::KeyRing;
use sealkit_e2e::service::{NAME, Service, cluster_for_the_service, wait_until_gone};
use sealkit_e2e::{kubeseal, namespace};
use sealkit_testkit::cluster::{ADMIN, Cluster, token_of};
use sealkit_testkit::{Answer, Folder, Program, WebServer, eventually, read_fixture, repository};
use serde_json::{Value, json};

use crate::line::Line;
use crate::result::{Files, Opener, files};

/// Whose controller is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Controller {
    Upstream,
    Ours,
}

/// What a program has done.
#[derive(Clone, Default)]
pub(crate) struct Run {
    /// Exit code, output, changed files.
    pub(crate) result: Value,
    /// What it has told a person.
    pub(crate) said: String,
}

/// What all lines share.
pub(crate) struct Stage {
    cluster: Cluster,
    /// What each line's folder has at first.
    files: Files,
    opener: Opener,
    web: WebServer,
    /// The real kubeseal.
    pub(crate) theirs: PathBuf,
    /// Ours, under its name.
    pub(crate) ours: PathBuf,
}

const OLD_KEY: &str = "sealed-secrets-key-old";
const SOON: Duration = Duration::from_secs(60);

/// Nobody waits for a quota here.
const UNLIMITED: [&str; 2] = ["--rate-limit=100000", "--rate-limit-burst=100000"];

impl Stage {
    pub(crate) fn set() -> Self {
        let cluster = cluster_for_the_service();
        add_old_key(&cluster);
        let service = Service::ready(&cluster, &[]);
        let newest = newest_key(&cluster);
        let certificate = service.certificate(&cluster);
        drop(service);
        namespace(&cluster, "shop");
        silent_service(&cluster);
        let web = WebServer::start(&Answer::ok(certificate.clone()));
        let folder = Folder::new();
        put_inputs(&folder);
        put_keys(&folder, &certificate);
        put_kubeconfig(&folder, &cluster);
        put_sealed(&folder);
        let opener = Opener {
            rings: vec![
                ("newest", KeyRing::from_pem(&newest).unwrap()),
                ("old", KeyRing::from_pem(&folder.read("old.key")).unwrap()),
                ("other", KeyRing::from_pem(&folder.read("other.key")).unwrap()),
            ],
        };
        let theirs = cluster.file("theirs").join("kubeseal");
        let ours = cluster.file("ours").join("kubeseal");
        for (link, program) in [(&theirs, "SEALKIT_E2E_KUBESEAL"), (&ours, "SEALKIT_E2E_SEAL")] {
            fs::create_dir(link.parent().unwrap()).unwrap();
            let program = std::env::var_os(program).expect("these tests are run by scripts/e2e");
            std::os::unix::fs::symlink(program, link).unwrap();
        }
        let files = files(folder.path());
        Self { cluster, files, opener, web, theirs, ours }
    }

    /// Starts a controller where both programs look for it.
    pub(crate) fn start(&self, controller: Controller) -> Service {
        let mut service = match controller {
            Controller::Upstream => Service::start_upstream(&self.cluster, &UNLIMITED),
            Controller::Ours => Service::start(&self.cluster, &UNLIMITED),
        };
        service.wait_for_certificate(&self.cluster);
        let api = self.cluster.api();
        let core = "/api/v1/namespaces/kube-system";
        for kind in ["services", "endpoints", "pods"] {
            let former = format!("{core}/{kind}/{NAME}");
            api.delete(&former);
            wait_until_gone(&self.cluster, &former);
        }
        self.cluster.publish("kube-system", NAME, service.port);
        let path = format!("{core}/services/http:{NAME}:http/proxy/v1/cert.pem");
        eventually("a certificate", SOON, || {
            let reply = api.get(&path);
            if reply.text().contains("BEGIN CERTIFICATE") {
                Ok(())
            } else {
                Err(reply.text().to_owned())
            }
        });
        service
    }

    /// What a program does with a line: its exit code, its output, and what has become of the files.
    pub(crate) fn run(&self, line: &Line, program: &Path) -> Run {
        let folder = Folder::new();
        for (name, text) in &self.files {
            folder.write(name, text);
        }
        for (name, text) in line.files() {
            folder.write(name, text.as_str().expect("a file is text"));
        }
        let before = files(folder.path());
        let fill = |text: &str| self.filled(text, &folder);
        let mut run = Program::new(program).current_dir(folder.path()).env("HOME", folder.path());
        run = run.args(line.words().iter().map(|word| fill(word)));
        let variables = line.variables();
        if !variables.contains_key("KUBECONFIG") {
            run = run.env("KUBECONFIG", "config");
        }
        for (name, value) in &variables {
            run = run.env(name, fill(value.as_str().expect("a variable is text")));
        }
        let input = line.stdin().map(|name| self.files[name].clone());
        let done = run.stdin(input.unwrap_or_default()).run();
        assert!(!done.stderr_text().contains("panicked"), "{line}: {}", done.stderr_text());
        let code = done.code();
        let output = match code {
            // What is wrong with a command line is told to people, and so is help.
            Some(2) => json!("for people"),
            _ if line.is_for_people() => {
                json!(if done.stdout.is_empty() { "nothing" } else { "for people" })
            }
            _ => self.opener.comparable(&done.stdout, line.opens()),
        };
        let after = files(folder.path());
        let changes = self.opener.changes(&before, &after, line.opens());
        let said = done.stderr_text().to_owned();
        Run { result: json!({ "code": code, "output": output, "files": changes }), said }
    }

    fn filled(&self, text: &str, folder: &Folder) -> String {
        let ca = self.cluster.ca_file();
        text.replace("{folder}", &folder.path().display().to_string())
            .replace("{server}", &self.cluster.url())
            .replace("{token}", &token_of(ADMIN))
            .replace("{ca}", &ca.display().to_string())
            .replace("{web}", self.web.url("").trim_end_matches('/'))
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("a fixture is text")
}

/// An older key than the one that the controller makes.
fn add_old_key(cluster: &Cluster) {
    let encoded = |name: &str| STANDARD.encode(read_fixture(name));
    let secret = json!({
        "metadata": {
            "name": OLD_KEY,
            "labels": {"sealedsecrets.bitnami.com/sealed-secrets-key": "active"},
        },
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": encoded("keys/rsa-2048.crt"), "tls.key": encoded("keys/rsa-2048.key")},
    });
    cluster.api().post("/api/v1/namespaces/kube-system/secrets", &secret).success();
}

/// The key that the controller makes, as the old one is due.
fn newest_key(cluster: &Cluster) -> Vec<u8> {
    eventually("a new key", SOON, || {
        let secrets = cluster.api().get("/api/v1/namespaces/kube-system/secrets").success();
        let mut all = secrets["items"].as_array().unwrap().iter();
        let made = all.find(|secret| {
            secret["type"] == "kubernetes.io/tls" && secret["metadata"]["name"] != OLD_KEY
        });
        let key = made.ok_or("none yet")?["data"]["tls.key"].as_str().unwrap();
        Ok(STANDARD.decode(key).unwrap())
    })
}

/// A Service that no Pod answers for.
fn silent_service(cluster: &Cluster) {
    let service = json!({"metadata": {"name": "silent"}, "spec": {"ports": [{"name": "http", "port": 8080}]}});
    cluster.api().post("/api/v1/namespaces/kube-system/services", &service).success();
}

fn put_inputs(folder: &Folder) {
    for (name, text) in files(&repository().join("e2e/tests/kubeseal/files")) {
        folder.write(name, text);
    }
}

fn put_keys(folder: &Folder, certificate: &str) {
    folder.write("cert.pem", certificate);
    for (name, from) in [
        ("old.pem", "keys/rsa-2048.crt"),
        ("old.key", "keys/rsa-2048.key"),
        ("other.pem", "keys/demo.crt"),
        ("other.key", "keys/demo.key"),
        ("expired.pem", "keys/expired.crt"),
        ("ec.pem", "keys/ec.crt"),
    ] {
        folder.write(name, read_fixture(from));
    }
    let secret = |name: &str, key: &str, certificate: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": "kube-system"},
            "type": "kubernetes.io/tls",
            "data": {
                "tls.key": STANDARD.encode(read_fixture(key)),
                "tls.crt": STANDARD.encode(read_fixture(certificate)),
            },
        })
    };
    let old = secret("old", "keys/rsa-2048.key", "keys/rsa-2048.crt");
    let other = secret("other", "keys/demo.key", "keys/demo.crt");
    folder.write("backup.yaml", old.to_string());
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [other, old]});
    folder.write("backups.json", list.to_string());
}

fn put_kubeconfig(folder: &Folder, cluster: &Cluster) {
    let given = fs::read(cluster.kubeconfig_file(ADMIN)).unwrap();
    let mut config: Value = serde_json::from_slice(&given).unwrap();
    let mut add = |list: &str, entry: Value| config[list].as_array_mut().unwrap().push(entry);
    let context = |name: &str, cluster: &str, user: &str, namespace: &str| json!({"name": name, "context": {"cluster": cluster, "user": user, "namespace": namespace}});
    add("contexts", context("shop", "test", ADMIN, "shop"));
    add("contexts", context("nobody", "nobody", ADMIN, "shop"));
    add("contexts", context("stranger", "test", "stranger", "shop"));
    add("clusters", json!({"name": "nobody", "cluster": {"server": "https://127.0.0.1:1"}}));
    add("users", json!({"name": "stranger", "user": {"token": "wrong"}}));
    folder.write("config", config.to_string());
}

/// SealedSecrets by the real kubeseal, for the older key.
fn put_sealed(folder: &Folder) {
    let seal = |to: &str, from: &str, arguments: &[&str]| {
        let certificate = if to.contains("foreign") { "other.pem" } else { "old.pem" };
        let run = kubeseal().current_dir(folder.path()).args(["--cert", certificate, "-f", from]);
        let sealed = run.args(arguments).run().success().stdout;
        folder.write(to, &sealed);
        text(sealed)
    };
    let sealed = seal("sealed.yaml", "secret.yaml", &["-o", "yaml"]);
    seal("sealed.json", "secret.yaml", &[]);
    seal("sealed-many.yaml", "many.yaml", &["-o", "yaml"]);
    seal("sealed-wide.yaml", "cluster-wide.yaml", &["-o", "yaml"]);
    seal("sealed-namespace.yaml", "namespace-wide.yaml", &["-o", "yaml"]);
    seal("sealed-labelled.yaml", "labelled.yaml", &["-o", "yaml"]);
    seal("sealed-foreign.yaml", "secret.yaml", &["-o", "yaml"]);
    let template =
        "  template:\n    data:\n      url: \"postgres://{{ .user }}:{{ .password }}@db\"\n";
    folder.write("sealed-template.yaml", sealed.replace("  template:\n", template));
    let at = sealed.find("password: ").expect("it has the item") + "password: ".len() + 400;
    let end = at + sealed[at..].find('\n').expect("the line ends");
    folder.write("sealed-damaged.yaml", format!("{}{}", &sealed[..at], &sealed[end..]));
}
