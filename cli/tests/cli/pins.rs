//! Pins of a rule: nothing is sealed for another key, wherever the certificate comes from.

use std::path::PathBuf;

use sealkit_testkit::{Folder, Program, fixture};
use serde_json::Value;

use crate::offline::{api_server, kubeconfig};
use crate::rotate::{manifest, new_certificate};
use crate::support::{SECRET, certificate, key, refuses, seal};

/// A repository whose rule demands the key of [`certificate`].
struct Stage {
    folder: Folder,
    pinned: String,
}

fn other() -> PathBuf {
    fixture("kubeseal/keys/rsa-4096.crt")
}

fn fingerprint(certificate: PathBuf) -> String {
    let done = seal().args(["cert", "show", "-o", "json"]).arg(certificate).run().success();
    let shown: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    shown["fingerprint"].as_str().expect("a text").to_owned()
}

impl Stage {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write(".git/HEAD", "");
        let stage = Self { folder, pinned: fingerprint(certificate()) };
        stage.rules("");
        stage.folder.write("secret.yaml", SECRET);
        stage.folder.write("sealed.yaml", manifest("database", &[]));
        stage
    }

    fn rules(&self, more: &str) {
        let pin = &self.pinned;
        let rules = format!("version: 1\nrules:\n- paths: [\"**\"]\n  pins: [\"{pin}\"]\n{more}");
        self.folder.write(".seal.yaml", rules);
    }

    fn seal(&self, words: &[&str]) -> Program {
        seal().current_dir(self.folder.path()).args(words)
    }

    /// Both fingerprints, and where the rule is.
    fn refusal(&self) -> String {
        format!(
            "the certificate is of key {}, and the rule at .seal.yaml:3 demands {}",
            fingerprint(other()),
            self.pinned
        )
    }
}

#[test]
fn every_way_to_seal_refuses_another_key() {
    let stage = Stage::new();
    let key = key();
    let key = key.to_str().expect("a path in ASCII");
    let ways: [&[&str]; 8] = [
        &["secret.yaml"],
        &["-w", "new.yaml"],
        &["-i", "secret.yaml"],
        &["--update", "--key", key, "-w", "sealed.yaml"],
        &["raw", "--name=database", "--namespace=shop", "--filename=sealed.yaml"],
        &["set", "sealed.yaml", "password"],
        &["merge", "sealed.yaml"],
        &["edit", "sealed.yaml", "--blind"],
    ];
    let refusal = stage.refusal();
    for way in ways {
        let by_flag = stage.seal(way).arg("--cert").arg(other()).stdin(SECRET);
        refuses(by_flag.run(), 1, &refusal);
        let by_variable = stage.seal(way).env("SEALED_SECRETS_CERT", other()).stdin(SECRET);
        refuses(by_variable.run(), 1, &refusal);
    }
    assert!(!stage.folder.join("new.yaml").exists());
    assert_eq!(stage.folder.read("secret.yaml"), SECRET.as_bytes());
    // The one that is demanded.
    stage.seal(&["secret.yaml"]).arg("--cert").arg(certificate()).run().success();
    // The rule's own certificate, and what both pins say.
    std::fs::copy(other(), stage.folder.join("other.crt")).expect("a copy");
    stage.rules("  certificate: other.crt\n");
    refuses(stage.seal(&["secret.yaml"]).run(), 1, &refusal);
    let both = stage.seal(&["secret.yaml", "--pin", &fingerprint(other())]);
    refuses(both.run(), 1, &refusal);
}

#[test]
fn a_cluster_is_held_to_them_too() {
    let stage = Stage::new();
    let server = api_server();
    let kubeconfig = kubeconfig(&stage.folder, &[("production", server.url(""))]);
    let run = |flags: &[&str]| {
        let run = stage.seal(&["secret.yaml"]).args(flags).env("KUBECONFIG", &kubeconfig);
        run.env("HOME", stage.folder.path()).run()
    };
    run(&[]).success();
    run(&["--offline"]).success();
    let other = Stage { folder: Folder::new(), pinned: fingerprint(other()) }.pinned;
    let rules = format!("version: 1\nrules:\n- paths: [\"**\"]\n  pins: [\"{other}\"]\n");
    stage.folder.write(".seal.yaml", rules);
    let message = format!("and the rule at .seal.yaml:3 demands {other}");
    for flags in [&[][..], &["--offline"]] {
        refuses(run(flags), 1, &message);
    }
}

#[test]
fn a_file_is_not_rotated_to_another_key() {
    let stage = Stage::new();
    let before = stage.folder.read("sealed.yaml");
    let message = format!("the rule at .seal.yaml:3 demands {}", stage.pinned);
    let rotate = |flags: &[&str]| {
        stage.seal(&["rotate", "--key"]).arg(key()).args(flags).arg("--cert").arg(new_certificate())
    };
    let done = rotate(&[]).run().exited(1);
    assert!(done.stdout_text().contains(&message), "{}", done.stdout_text());
    assert_eq!(stage.folder.read("sealed.yaml"), before);
    let done = rotate(&["-o", "json"]).run().exited(1);
    let report: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert_eq!(report["files"][0]["reason"], "NotPinned");
    // A file that another rule is for is rotated all the same.
    stage.folder.write("open/.seal.yaml", "version: 1\nrules:\n- paths: [\"**\"]\n");
    stage.folder.write("open/sealed.yaml", manifest("other", &[]));
    rotate(&[]).run().exited(1);
    assert_eq!(stage.folder.read("sealed.yaml"), before);
    rotate(&["--check", "open"]).run().success();
    // Both keys, while the old one goes.
    let both = format!(
        "version: 1\nrules:\n- paths: [\"**\"]\n  pins:\n  - {}\n  - {}\n",
        stage.pinned,
        fingerprint(new_certificate())
    );
    stage.folder.write(".seal.yaml", both);
    rotate(&[]).run().success();
    assert_ne!(stage.folder.read("sealed.yaml"), before);
}
