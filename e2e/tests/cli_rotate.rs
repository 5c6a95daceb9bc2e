//! `seal rotate --through-controller`: our service and upstream's, and what only looks like a controller.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "what is not as it should be fails the test there and then"
)]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use sealkit_e2e::objects::key_secrets;
use sealkit_e2e::service::{NAME, Service, cluster_for_the_service};
use sealkit_e2e::{namespace, seal};
use sealkit_testkit::cluster::{ADMIN, Cluster};
use sealkit_testkit::{
    Answer, Finished, Folder, Program, Request, WebServer, eventually, fixture, read_fixture,
};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(60);

/// Seals a Secret for the certificate, as YAML.
fn sealed(certificate: &Path, name: &str, arguments: &[&str]) -> String {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": name, "namespace": "shop"},
        "stringData": {"password": "hunter2", "user": "carol"},
    });
    let program = seal().arg("--cert").arg(certificate).args(arguments);
    program.stdin(secret.to_string()).run().success().stdout_text().to_owned()
}

/// A value of such a Secret.
fn ciphertext(sealed: &str, item: &str) -> String {
    let mut lines = sealed.lines().filter_map(|line| line.trim().split_once(": "));
    lines.find(|(name, _)| *name == item).expect("it has the item").1.to_owned()
}

/// A small repository: all scopes, a template, comments, a patch, values that a comment explains.
fn repository(certificate: &Path) -> Folder {
    let folder = Folder::new();
    let strict = sealed(certificate, "database", &[]);
    let template = "  template:\n    data:\n      url: 'db://{{ .user }}' # stays\n";
    let strict = strict.replacen("  template:\n", template, 1);
    assert!(strict.contains("# stays"), "{strict}");
    folder.write("strict.yaml", format!("# a comment\n{strict}"));
    for scope in ["namespace-wide", "cluster-wide"] {
        let scoped = sealed(certificate, scope, &["--scope", scope]);
        folder.write(format!("deep/{scope}.yaml"), scoped);
    }
    let patched = ciphertext(&strict, "password");
    let patch = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: database, namespace: shop}}\n\
         spec:\n  encryptedData:\n    password: \"{patched}\"\n"
    );
    folder.write("patch.yaml", patch);
    let values =
        format!("app:\n  password: {patched} # sealed-for: shop/database strict\n  other: true\n");
    folder.write("values.yaml", values);
    folder
}

/// A cluster with a controller that keeps its quota, found where everybody looks.
struct Stage {
    cluster: Cluster,
    service: Service,
}

impl Stage {
    fn new(cluster: Cluster, service: Service) -> Self {
        cluster.publish("kube-system", NAME, service.port);
        let stage = Self { cluster, service };
        eventually("a certificate", SOON, || {
            let done = stage.at(seal()).args(["cert", "fetch"]).run();
            done.code().filter(|code| *code == 0).ok_or(done.stderr_text().to_owned())
        });
        stage
    }

    fn ours(arguments: &[&str]) -> Self {
        let cluster = cluster_for_the_service();
        let service = Service::ready(&cluster, &[&["--key-size=2048"], arguments].concat());
        Self::new(cluster, service)
    }

    fn at(&self, program: Program) -> Program {
        program.env("KUBECONFIG", self.cluster.kubeconfig_file(ADMIN)).time_limit(SOON)
    }

    fn rotate(&self, folder: &Folder) -> Program {
        self.at(seal().args(["rotate", "--through-controller"]).arg(folder.path()))
    }

    fn certificate(&self, name: &str) -> std::path::PathBuf {
        let file = self.cluster.file(name);
        fs::write(&file, self.service.certificate(&self.cluster)).expect("it can be written");
        file
    }

    /// Has the controller make a new key; its certificate.
    fn new_key(&self) -> std::path::PathBuf {
        let old = self.service.certificate(&self.cluster);
        // Certificates tell whole seconds: the second key is to be the newer one.
        thread::sleep(Duration::from_secs(2));
        self.service.signal("-USR1");
        eventually("a new certificate", SOON, || match self.service.certificate(&self.cluster) {
            served if served == old || served.is_empty() => Err(self.service.log()),
            served => Ok(served),
        });
        self.certificate("new.crt")
    }

    fn backup(&self) -> std::path::PathBuf {
        let file = self.cluster.file("backup.json");
        let mut keys = key_secrets(&self.cluster);
        // The items of a list of the API server do not say what they are.
        for key in &mut keys {
            key["apiVersion"] = json!("v1");
            key["kind"] = json!("Secret");
        }
        let list = json!({"apiVersion": "v1", "kind": "List", "items": keys});
        fs::write(&file, list.to_string()).expect("it can be written");
        file
    }
}

/// The files of a folder and what is in them.
fn contents(folder: &Folder) -> Vec<(String, String)> {
    let names = [
        "strict.yaml",
        "deep/namespace-wide.yaml",
        "deep/cluster-wide.yaml",
        "patch.yaml",
        "values.yaml",
    ];
    let read = |name: &str| (name.to_owned(), String::from_utf8(folder.read(name)).expect("text"));
    names.into_iter().map(read).collect()
}

/// What there is besides ciphertexts and fingerprints.
fn skeleton(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let parts = text.split_inclusive(|c| !is_word(c));
    parts.filter(|part| part.len() < 40).collect()
}

fn a_repository_is_rotated(stage: &Stage) {
    let old = stage.certificate("old.crt");
    let folder = repository(&old);
    let before = contents(&folder);
    let new = stage.new_key();

    let looked = stage.rotate(&folder).args(["--dry-run", "--output=json"]).run().success();
    let report: Value = serde_json::from_slice(&looked.stdout).expect("JSON");
    assert_eq!(report["summary"]["stale"], 8, "{report}");
    let note = looked.stderr_text();
    assert!(note.contains("8 values, in 5 requests to rotate and as many to verify"), "{note}");
    assert_eq!(contents(&folder), before);

    let done = stage.rotate(&folder).args(["--verbose", "--diff"]).run().success();
    let told = done.stderr_text();
    assert!(told.contains("8 rotated in 5 files") && told.contains("note: all current"), "{told}");
    for ((name, before), (_, after)) in before.iter().zip(contents(&folder)) {
        assert_ne!(*before, after, "{name}");
        assert_eq!(skeleton(before), skeleton(&after), "{name}");
    }
    let check = seal().args(["rotate", "--check", "--key"]).arg(stage.backup());
    check.arg("--cert").arg(&new).arg(folder.path()).run().success();
    let strict = seal().args(["unseal", "--key"]).arg(stage.backup());
    let strict = strict.arg(folder.path().join("strict.yaml")).run().success();
    let text = strict.stdout_text();
    let (password, url) = ("password: aHVudGVyMg==", "url: ZGI6Ly9jYXJvbA==");
    assert!(text.contains(password) && text.contains(url), "{text}");

    // Hints are believed, where there are any; patches and values files have none.
    let again = stage.rotate(&folder).args(["--dry-run", "--output=json"]).run().success();
    let report: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(report["summary"]["current"], 6, "{report}");
    let wrong = format!("--pin=SHA256:{}", "A".repeat(43));
    let refused = stage.rotate(&folder).arg(wrong).run().exited(1);
    assert!(refused.stderr_text().contains("--pin demands"), "{}", refused.stderr_text());
}

#[test]
fn a_repository_is_rotated_through_our_service() {
    a_repository_is_rotated(&Stage::ours(&[]));
}

#[test]
fn a_repository_is_rotated_through_upstreams_controller() {
    let cluster = cluster_for_the_service();
    let mut upstream = Service::start_upstream(&cluster, &["--kubeclient-qps=-1"]);
    upstream.wait_for_certificate(&cluster);
    a_repository_is_rotated(&Stage::new(cluster, upstream));
}

#[test]
fn foreign_values_are_left_and_named() {
    let stage = Stage::ours(&["--rate-limit=1000", "--rate-limit-burst=1000"]);
    let folder = Folder::new();
    let foreign = sealed(&fixture("keys/demo.crt"), "foreign", &[]);
    folder.write("foreign.yaml", &foreign);
    folder.write("own.yaml", sealed(&stage.certificate("old.crt"), "own", &[]));
    let own = folder.read("own.yaml");
    let done = stage.rotate(&folder).arg("--all").run().exited(1);
    let text = done.stdout_text();
    assert!(
        text.contains("foreign.yaml:") && text.contains("2 rotated in 1 file, 2 left"),
        "{text}"
    );
    assert!(
        text.contains(
            "the controller cannot open it, or another one beside it, for shop/foreign (strict)"
        ),
        "{text}"
    );
    assert_eq!(folder.read("foreign.yaml"), foreign.as_bytes());
    assert_ne!(folder.read("own.yaml"), own);

    // The first files that open are written, and no more is sent than that takes.
    for number in 0..20 {
        folder.write(format!("z{number:02}.yaml"), sealed(&stage.certificate("old.crt"), "z", &[]));
    }
    let done = stage.rotate(&folder).args(["--all", "--limit=2"]).run().exited(1);
    let (text, note) = (done.stdout_text(), done.stderr_text());
    assert!(text.contains("4 rotated in 2 files, 38 stale, 2 left"), "{text}");
    assert!(note.contains("still to be rotated: 19 files"), "{note}");
}

/// More than the controller takes: a share is left to others, and nothing is refused.
#[test]
fn the_quota_is_kept_and_the_time_is_told() {
    let stage = Stage::ours(&[]);
    let folder = Folder::new();
    let certificate = stage.certificate("old.crt");
    for number in 0..24 {
        folder.write(format!("{number}.yaml"), sealed(&certificate, &format!("n{number}"), &[]));
    }
    let start = Instant::now();
    let done = stage.rotate(&folder).arg("--all").run().success();
    let (took, note) = (start.elapsed().as_secs_f64(), done.stderr_text());
    // Two at once, and then three in two seconds.
    assert!((14.0..25.0).contains(&took), "{took}");
    assert!(
        note.contains("more requests to rotate, and as many to verify, take about 1"),
        "{note}"
    );
    let refused = stage.service.metrics(&stage.cluster);
    assert!(!refused.contains("code=\"429\""), "{refused}");
}

#[test]
fn a_cluster_that_goes_away_leaves_each_file_old_or_new() {
    let mut stage = Stage::ours(&[]);
    let folder = Folder::new();
    let certificate = stage.certificate("old.crt");
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}.yaml")).collect();
    for name in &names {
        folder.write(name, sealed(&certificate, name.trim_end_matches(".yaml"), &[]));
    }
    let before: Vec<_> = names.iter().map(|name| folder.read(name)).collect();
    let changed = || {
        let is_changed = |(name, before): &(&String, &Vec<u8>)| folder.read(name) != **before;
        names.iter().zip(&before).filter(is_changed).count()
    };
    let program = stage.rotate(&folder).arg("--all");
    let (done, took) = thread::scope(|scope| {
        let running = scope.spawn(|| program.run());
        eventually("a file", SOON, || {
            if changed() > 1 { Ok(()) } else { Err(format!("{} changed", changed())) }
        });
        stage.cluster.kill_api_server();
        let start = Instant::now();
        (running.join().expect("it ends"), start.elapsed())
    });
    let done = done.exited(1);
    assert!(took < Duration::from_secs(20), "{took:?}");
    let (text, note) = (done.stdout_text(), done.stderr_text());
    let rotated = changed();
    assert!(text.contains(&format!("rotated in {rotated} files")), "{rotated}: {text}");
    assert_eq!(note.matches("error: https://").count(), 1, "{note}");
    assert!(note.contains("cannot be reached") && note.contains("left as before"), "{note}");
    let check = seal().args(["rotate", "--check", "--key"]).arg(fixture("keys/demo.key"));
    assert!(check.arg(folder.path()).run().code().is_some_and(|code| code != 0));
}

/// What stands in the place of a controller: it serves a certificate, and answers the rest like this.
type Pretends = fn(&Request) -> Answer;

fn answered(request: &Request, change: impl FnOnce(&mut Value)) -> Answer {
    let mut sealed: Value = serde_json::from_slice(&request.body).expect("JSON is sent");
    change(&mut sealed["spec"]["encryptedData"]);
    Answer::ok(sealed.to_string())
}

/// An envelope for a key of so many bits, as long as that of the password.
fn envelope(bits: usize) -> Value {
    let certificate = match bits {
        2048 => fixture("keys/rsa-2048.crt"),
        _ => fixture("keys/demo.crt"),
    };
    json!(ciphertext(&sealed(&certificate, "x", &[]), "password"))
}

/// Both values anew, for a key of the size that is served.
fn new_values(items: &mut Value) {
    for value in items.as_object_mut().expect("a map").values_mut() {
        let old = value.as_str().expect("text").len();
        let sizes = ["password", "user"]
            .map(|item| ciphertext(&sealed(&fixture("keys/rsa-2048.crt"), "x", &[]), item));
        *value = json!(sizes.into_iter().find(|new| new.len() == old).expect("as long as that"));
    }
}

const PRETENDERS: [(&str, Pretends, &str); 9] = [
    ("garbage", |_| Answer::ok("<html></html>"), "its answer is no SealedSecret"),
    (
        "fewer",
        |request| {
            answered(request, |items| drop(items.as_object_mut().expect("a map").remove("value-0")))
        },
        "its answer has not the items that were sent",
    ),
    (
        "more",
        |request| answered(request, |items| items["more"] = envelope(2048)),
        "its answer has not the items that were sent",
    ),
    ("same", |request| answered(request, |_| ()), "a value of its answer is the one that was sent"),
    (
        "size",
        |request| answered(request, |items| items["value-0"] = envelope(4096)),
        "not sealed for a key of the size that it serves",
    ),
    (
        "unverified",
        |request| match request.first_line.contains("verify") {
            true => Answer::new("409 Conflict", ""),
            false => answered(request, new_values),
        },
        "it does not open what it has sealed",
    ),
    (
        "busy",
        |_| Answer::new("429 Too Many Requests", "limit exceeded\n").header("Retry-After", "1"),
        "has too much to do",
    ),
    (
        "fails",
        |request| match request.first_line.contains("verify") {
            true => Answer::ok(""),
            false => Answer::new("500 Internal Server Error", ""),
        },
        "opens values, and does not seal them again",
    ),
    ("endless", |_| Answer::ok(vec![b' '; 64 << 20]), "too long"),
];

#[test]
fn nothing_is_written_of_a_wrong_answer() {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(cluster_for_the_service);
    namespace(cluster, "strange");
    let folder = repository(&fixture("keys/rsa-2048.crt"));
    let before = contents(&folder);
    let certificate = read_fixture("keys/rsa-2048.crt");
    for (name, pretends, message) in PRETENDERS {
        let certificate = certificate.clone();
        let server = WebServer::start_answering(cluster.address(), move |request| {
            match request.first_line.contains("cert.pem") {
                true => Answer::ok(certificate.clone()),
                false => pretends(request),
            }
        });
        cluster.publish("strange", name, server.port());
        let run = || -> Finished {
            let program = seal().args(["rotate", "--all", "--through-controller"]);
            let program = program.args(["--controller-namespace=strange", "--request-timeout=4s"]);
            let program = program.args(["--controller-name", name]).arg(folder.path());
            program.env("KUBECONFIG", cluster.kubeconfig_file(ADMIN)).time_limit(SOON).run()
        };
        let done = eventually("an answer", SOON, || {
            let done = run();
            match done.stderr_text().contains("no Pod answers") {
                true => Err(done.stderr_text().to_owned()),
                false => Ok(done),
            }
        });
        let note = done.exited(1).stderr_text().to_owned();
        assert!(note.contains(message), "{name}: {message:?} not in {note}");
        assert_eq!(note.matches("error: https://").count(), 1, "{name}: {note}");
        assert!(!note.contains("panicked"), "{name}: {note}");
        assert_eq!(contents(&folder), before, "{name}");
        assert!(server.requests().len() < 60, "{name}: {:?}", server.requests().len());
    }
}
