//! `seal cert fetch --all-contexts`: each cluster of a kubeconfig, whatever becomes of the others.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sealkit_testkit::{Folder, Program, WebServer};
use serde_json::{Value, json};

use crate::offline::{api_server, kubeconfig};
use crate::support::{refuses, seal};

/// Clusters of which some answer.
struct Stage {
    folder: Folder,
    kubeconfig: PathBuf,
    server: WebServer,
    /// Whoever connects hears nothing.
    _silent: TcpListener,
}

const ARN: &str = "arn:aws:eks:eu-west-1:1:cluster/shop";

impl Stage {
    fn new() -> Self {
        let (folder, server) = (Folder::new(), api_server());
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = silent.local_addr().expect("an address");
        let kubeconfig = kubeconfig(
            &folder,
            &[
                ("production", server.url("")),
                ("silent", format!("http://{address}")),
                ("gone", "http://127.0.0.1:1".to_owned()),
                (ARN, server.url("")),
            ],
        );
        Self { folder, kubeconfig, server, _silent: silent }
    }

    fn fetch(&self) -> Program {
        let run = seal().env("KUBECONFIG", &self.kubeconfig).env("HOME", self.folder.path());
        run.args(["cert", "fetch", "--all-contexts", "--request-timeout=2s"])
    }

    fn contexts(&self, flags: &[&str]) -> Vec<Value> {
        let done = self.fetch().args(flags).args(["-o", "json"]).run().exited(1);
        let mut report: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        serde_json::from_value(report["contexts"].take()).expect("it is a list")
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a run takes is what is looked at")]
#[test]
fn one_that_fails_does_not_hold_up_the_others() {
    let stage = Stage::new();
    let start = Instant::now();
    let done = stage.fetch().run().exited(1);
    assert!(start.elapsed() < Duration::from_secs(20));
    let lines: Vec<&str> = done.stdout_text().lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].starts_with("CONTEXT  ") && lines[0].ends_with("  VALID UNTIL"), "{lines:?}");
    assert!(lines[1].starts_with("production  ") && lines[1].contains("  SHA256:"), "{lines:?}");
    assert!(lines[2].ends_with("  failed: no answer within 2 seconds"), "{lines:?}");
    assert!(lines[3].contains("  failed: the server cannot be reached: "), "{lines:?}");
    assert!(lines[4].starts_with(ARN) && lines[4].contains("  SHA256:"), "{lines:?}");
    let told = done.stderr_text();
    assert!(told.contains("error: 2 of 4 contexts gave no certificate\n"), "{told}");
    assert!(told.contains("--request-timeout") && told.contains("VPN"), "{told}");

    // What was fetched is kept.
    let asked = stage.server.requests().len();
    let contexts = stage.contexts(&["--offline"]);
    let of = |field: &str| -> Vec<&Value> { contexts.iter().map(|found| &found[field]).collect() };
    assert_eq!(of("context"), ["production", "silent", "gone", ARN]);
    assert_eq!(of("validity"), [&json!("valid"), &Value::Null, &Value::Null, &json!("valid")]);
    assert_eq!(contexts[0]["fingerprint"], contexts[3]["fingerprint"]);
    assert_eq!(contexts[0]["problem"], Value::Null);
    let problem = contexts[1]["problem"].as_str().expect("a text");
    assert!(problem.ends_with("no certificate of its controller was kept"), "{problem}");
    let text = stage.fetch().arg("--offline").run().exited(1);
    assert!(text.stdout_text().contains(", fetched less than an hour ago\n"));
    assert_eq!(stage.server.requests().len(), asked);
}

#[test]
fn each_certificate_gets_a_file() {
    let stage = Stage::new();
    let folder = stage.folder.join("clusters");
    let flags = ["-w", folder.to_str().expect("a path in ASCII")];
    let contexts = stage.contexts(&flags);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("it was made")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    let told: Vec<Option<&str>> = contexts.iter().map(|found| found["file"].as_str()).collect();
    assert_eq!(told, [files[1].to_str(), None, None, files[0].to_str()]);
    assert!(files[1].ends_with("production.pem"), "{files:?}");
    seal().args(["cert", "show"]).arg(&files[0]).run().success();
    // Again, over what is there.
    assert_eq!(stage.contexts(&flags)[0]["file"], contexts[0]["file"]);
    refuses(stage.fetch().arg("-w").arg(&files[0]).run(), 1, "no folder can be made there");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let stage = Stage::new();
    let both = "--context and --all-contexts are both given";
    refuses(stage.fetch().args(["--context", "gone"]).run(), 2, both);
    // A variable that is for other commands is no contradiction.
    stage.fetch().env("SEALED_SECRETS_CONTEXT", "gone").run().exited(1);
    let nothing = stage.fetch().env("KUBECONFIG", stage.folder.join("absent"));
    refuses(nothing.run(), 1, "there is no kubeconfig with contexts");
    let one = seal().args(["cert", "fetch", "-o", "json"]);
    refuses(one.run(), 2, "--all-contexts");
}

#[test]
fn a_broken_context_is_one_that_fails() {
    let folder = Folder::new();
    let broken = folder.write("kubeconfig", "contexts:\n- name: a\n- name: b\n  context: 1\n- 7\n");
    let run = seal().args(["cert", "fetch", "--all-contexts"]).env("KUBECONFIG", broken);
    let done = run.run().exited(1);
    assert_eq!(done.stdout_text().matches("failed: the kubeconfig has no cluster").count(), 2);
    assert!(done.stderr_text().contains("2 of 2 contexts gave no certificate"));
}
