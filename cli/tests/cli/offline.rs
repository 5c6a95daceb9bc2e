//! `--offline`: what a cluster gave before is taken, and nobody is asked.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_testkit::{Answer, Folder, Program, WebServer};

use crate::support::{SECRET, certificate, refuses, seal};

/// A server that answers as an API server and as a controller: a Service that has a certificate.
pub(crate) fn api_server() -> WebServer {
    let pem = STANDARD.encode(fs::read(certificate()).expect("a fixture"));
    let service =
        format!(r#"{{"metadata": {{"name": "c"}}, "spec": {{}}, "data": {{"tls.crt": "{pem}"}}}}"#);
    WebServer::start(&Answer::ok(service))
}

/// A kubeconfig with a context for each server; the first is the current one.
pub(crate) fn kubeconfig(folder: &Folder, servers: &[(&str, String)]) -> PathBuf {
    let list = |entry: &dyn Fn(&str, &str) -> String| -> String {
        let entries: Vec<String> = servers.iter().map(|(name, url)| entry(name, url)).collect();
        entries.join(", ")
    };
    let clusters =
        list(&|name, url| format!(r#"{{"name": "{name}", "cluster": {{"server": "{url}"}}}}"#));
    let contexts =
        list(&|name, _| format!(r#"{{"name": "{name}", "context": {{"cluster": "{name}"}}}}"#));
    let current = servers.first().map_or("", |(name, _)| name);
    folder.write(
        "kubeconfig",
        format!(
            r#"{{"current-context": "{current}", "clusters": [{clusters}], "contexts": [{contexts}]}}"#
        ),
    )
}

struct Stage {
    folder: Folder,
    server: WebServer,
    kubeconfig: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let (folder, server) = (Folder::new(), api_server());
        let kubeconfig = kubeconfig(&folder, &[("production", server.url(""))]);
        Self { folder, server, kubeconfig }
    }

    fn seal(&self) -> Program {
        let home = self.folder.path();
        seal().env("KUBECONFIG", &self.kubeconfig).env("HOME", home).stdin(SECRET)
    }

    /// The one file that is kept.
    fn kept(&self) -> PathBuf {
        let folder = self.folder.join(".cache/sealkit/certificates");
        let mut entries = fs::read_dir(folder).expect("the folder is there");
        entries.next().expect("a file").expect("it can be read").path()
    }
}

#[test]
fn what_was_fetched_is_taken_and_nobody_is_asked() {
    let stage = Stage::new();
    let none = "no certificate of its controller was kept";
    refuses(stage.seal().arg("--offline").run(), 1, none);
    assert_eq!(stage.server.requests().len(), 0);
    // Sealing keeps it as fetching does.
    stage.seal().run().success();
    let asked = stage.server.requests().len();
    let text = fs::read_to_string(stage.kept()).expect("it is text");
    let (_, pem) = text.split_once('\n').expect("a line above it");
    fs::write(stage.kept(), format!("fetched: 2026-01-01T00:00:00Z\n{pem}")).expect("written");

    let sealed = stage.seal().arg("--offline").run().success();
    let note = sealed.stderr_text();
    assert!(note.contains("sealed for key SHA256:"), "{note}");
    let from = format!("from production ({}), fetched ", stage.server.url(""));
    assert!(note.contains(&from) && note.contains(" days ago"), "{note}");
    let file = stage.folder.write("sealed.yaml", sealed.stdout_text());
    let by_variable = || stage.seal().env("SEALED_SECRETS_OFFLINE", "true");
    by_variable().args(["raw", "--scope=cluster-wide"]).run().success();
    by_variable().arg("set").arg(&file).args(["token", "--generate"]).run().success();
    by_variable().arg("merge").arg(&file).stdin(SECRET).run().success();
    let in_place = stage.folder.write("secret.yaml", SECRET);
    by_variable().arg("-i").arg(in_place).run().success();
    let fetched = by_variable().args(["cert", "fetch"]).run().success();
    assert_eq!(fetched.stdout_text(), pem);
    assert_eq!(stage.server.requests().len(), asked);
    // Another cluster, another controller: nothing is kept of them.
    let namespace = "--controller-namespace=other";
    refuses(by_variable().args(["cert", "fetch", namespace]).run(), 1, none);
}

#[test]
fn what_is_kept_never_stands_in_for_a_cluster() {
    let stage = Stage::new();
    stage.seal().run().success();
    let Stage { server, kubeconfig, folder } = stage;
    drop(server);
    let offline = || seal().env("KUBECONFIG", &kubeconfig).env("HOME", folder.path()).stdin(SECRET);
    refuses(offline().run(), 1, "the server cannot be reached");
    offline().arg("--offline").run().success();
    // A URL would have to be asked.
    let url = ["--offline", "--cert", "https://127.0.0.1:1/"];
    refuses(offline().args(url).run(), 2, "--offline asks nobody");
    offline().arg("--offline").arg("--cert").arg(certificate()).run().success();
    let live = ["--offline", "--update", "--compare-live", "-w", "sealed.yaml"];
    refuses(offline().args(live).run(), 2, "--compare-live asks the cluster");
}

#[test]
fn sealing_goes_on_where_nothing_can_be_kept() {
    let stage = Stage::new();
    let nowhere = stage.folder.write("file", "");
    let seal = || stage.seal().env("XDG_CACHE_HOME", &nowhere);
    let done = seal().run().success();
    assert!(!done.stderr_text().contains("kept"), "{}", done.stderr_text());
    let done = seal().args(["cert", "fetch"]).run().success();
    assert!(done.stderr_text().contains("it is not kept for --offline"), "{}", done.stderr_text());
}

#[cfg(unix)]
#[test]
fn what_others_can_write_is_not_sealed_for() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    stage.seal().run().success();
    fs::set_permissions(stage.kept(), fs::Permissions::from_mode(0o666)).expect("a mode");
    refuses(stage.seal().arg("--offline").run(), 1, "others can write to it");
    // Nor does fetching trust the file.
    let done = stage.seal().args(["cert", "fetch"]).run().success();
    assert!(done.stderr_text().contains("others can write to it"), "{}", done.stderr_text());
}

/// A login program that hangs does not hold up the run for ever.
#[cfg(unix)]
#[test]
fn a_login_program_has_to_end_in_time() {
    let folder = Folder::new();
    let config = r#"{"current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:1"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "users": [{"name": "a", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1",
            "command": "/bin/sh", "args": ["-c", "SCRIPT"]}}}]}"#;
    for script in ["exec sleep 600", "exec >&-; exec sleep 600"] {
        let path = folder.write("kubeconfig", config.replace("SCRIPT", script));
        let run = seal().env("KUBECONFIG", path).env("PATH", "/usr/bin:/bin");
        let done = run.args(["cert", "fetch", "--request-timeout=1s"]).run();
        refuses(done, 1, "the login program of the kubeconfig has not ended within 1 seconds");
    }
}
