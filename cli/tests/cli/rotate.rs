//! `seal rotate` and `seal status` over folders: flags, what is told, and what stays as it is.

use std::path::PathBuf;

use sealkit_testkit::{Finished, Folder, Program, fixture};
use serde_json::Value;

use crate::support::{certificate, key, refuses, seal};

/// A repository with files that are sealed for the key of [`certificate`].
struct Tree(Folder);

pub(crate) fn new_certificate() -> PathBuf {
    fixture("keys/rsa-2048.crt")
}

pub(crate) fn new_key() -> PathBuf {
    fixture("keys/rsa-2048.key")
}

/// Both keys as those of one cluster.
pub(crate) fn both_keys() -> String {
    format!("{},{}", key().display(), new_key().display())
}

/// A SealedSecret `shop/NAME` of one value.
pub(crate) fn manifest(name: &str, flags: &[&str]) -> String {
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: shop}}\nstringData: {{password: hunter2}}\n"
    );
    let done = seal().arg("--cert").arg(certificate()).args(flags).stdin(secret).run().success();
    done.stdout_text().to_owned()
}

impl Tree {
    fn new(names: &[&str]) -> Self {
        let folder = Folder::new();
        folder.write("tree/.git/HEAD", "");
        let tree = Self(folder);
        names.iter().for_each(|name| tree.write(&format!("{name}.yaml"), &manifest(name, &[])));
        tree
    }

    fn write(&self, name: &str, text: &str) {
        self.0.write(format!("tree/{name}"), text);
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(self.0.read(format!("tree/{name}"))).expect("it is text")
    }

    fn seal(&self, command: &str) -> Program {
        seal().current_dir(self.0.join("tree")).arg(command)
    }

    /// With the old key, for the new one.
    fn rotate(&self, flags: &[&str]) -> Finished {
        let program = self.seal("rotate").arg("--key").arg(key());
        program.arg("--cert").arg(new_certificate()).args(flags).run()
    }

    fn opens(&self, name: &str, key: PathBuf) -> bool {
        let program = seal().args(["unseal", "--item", "password", "--key"]).arg(key);
        let done = program.stdin(self.read(name)).run();
        done.code() == Some(0) && done.stdout_text() == "hunter2"
    }
}

/// Without what is sealed, and without the hint that names the key.
fn frame(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| !line.contains("password:") && !line.contains("sealed-with"))
        .collect()
}

#[test]
fn values_are_sealed_again_and_nothing_else_changes() {
    let tree = Tree::new(&["a", "b"]);
    let before = tree.read("a.yaml");
    let done = tree.rotate(&[]).success();
    assert!(done.stdout_text().starts_with("2 rotated in 2 files\n"), "{}", done.stdout_text());
    let after = tree.read("a.yaml");
    assert_ne!(before, after);
    assert_eq!(frame(&before), frame(&after));
    assert!(tree.opens("a.yaml", new_key()) && !tree.opens("a.yaml", key()));

    let done = tree.rotate(&[]).success();
    assert!(done.stderr_text().contains("all current"), "{}", done.stderr_text());
    assert_eq!(tree.read("a.yaml"), after, "what is current stays");
    tree.rotate(&["--all", "--key", new_key().to_str().expect("a path")]).success();
}

#[test]
fn nothing_is_written_where_it_is_only_looked_at() {
    let tree = Tree::new(&["a"]);
    let before = tree.read("a.yaml");
    let done = tree.rotate(&["--dry-run", "--diff"]).success();
    let removed: Vec<&str> =
        done.stdout_text().lines().filter(|line| line.starts_with("-  ")).collect();
    assert_eq!(removed.len(), 2, "the value and the hint: {}", done.stdout_text());
    assert!(done.stderr_text().contains("1 to be rotated in 1 file"), "{}", done.stderr_text());
    tree.rotate(&["--check"]).exited(3);
    let by_hints = tree.seal("rotate").args(["--check", "--cert"]).arg(new_certificate()).run();
    assert!(by_hints.exited(3).stdout_text().starts_with("stale    a.yaml: 1 value\n"));
    assert_eq!(tree.read("a.yaml"), before);
    let current = tree.seal("rotate").args(["--check", "--cert"]).arg(certificate()).run();
    assert!(current.success().stderr_text().contains("hints were believed about 1 value"));
}

#[test]
fn the_first_files_are_written_and_the_others_remain() {
    let tree = Tree::new(&["a", "b", "c"]);
    let done = tree.rotate(&["--limit", "2"]).success();
    assert!(done.stderr_text().contains("still to be rotated: 1 file"), "{}", done.stderr_text());
    assert!(tree.opens("a.yaml", new_key()) && tree.opens("b.yaml", new_key()));
    assert!(tree.opens("c.yaml", key()));
    let report: Value = serde_json::from_slice(
        &tree.rotate(&["--limit", "0", "--output", "json"]).success().stdout,
    )
    .expect("it is JSON");
    let mut files = report["files"].as_array().expect("a list").iter();
    let file = files.find(|file| file["file"] == "c.yaml").expect("it is told of");
    assert_eq!(file["verdict"], "stale");
    let value = &file["values"][0];
    assert_eq!((&value["outcome"], &value["reason"]), (&"stale".into(), &"BeyondLimit".into()));
    tree.rotate(&["--limit", "2"]).success();
    assert!(tree.opens("c.yaml", new_key()));
}

#[test]
fn the_commits_message_has_counts_and_keys() {
    let tree = Tree::new(&["a", "b"]);
    let message = tree.0.join("message");
    tree.rotate(&["--message-file", message.to_str().expect("a path")]).success();
    let message = String::from_utf8(tree.0.read("message")).expect("it is text");
    assert!(
        message.starts_with("Rotate 2 sealed values in 2 files\n\nFrom key SHA256:"),
        "{message}"
    );
    assert!(message.contains("\nTo key SHA256:"), "{message}");
}

#[test]
fn what_cannot_be_opened_leaves_its_file_and_the_others_go_on() {
    let tree = Tree::new(&["a"]);
    let other = seal().arg("--cert").arg(fixture("keys/demo.crt"));
    let secret =
        "kind: Secret\napiVersion: v1\nmetadata: {name: x, namespace: shop}\nstringData: {a: b}\n";
    tree.write("other.yaml", other.stdin(secret).run().success().stdout_text());
    let before = tree.read("other.yaml");
    let done = tree.rotate(&[]).exited(1);
    assert!(done.stdout_text().contains("left     other.yaml:"), "{}", done.stdout_text());
    assert!(done.stderr_text().contains("left as before: 1 value in 1 file"));
    assert_eq!(tree.read("other.yaml"), before);
    assert!(tree.opens("a.yaml", new_key()));
    // Passed over by the user's choice.
    tree.rotate(&["--include", "a.yaml", "--key", new_key().to_str().expect("a path")]).success();
    tree.rotate(&["--exclude", "other.yaml", "--key", new_key().to_str().expect("a path")])
        .success();
}

#[test]
fn hints_are_added_where_they_are_asked_for() {
    let tree = Tree::new(&[]);
    tree.write("a.yaml", &manifest("a", &["--no-hints"]));
    tree.rotate(&["--add-hints", "--verify"]).success();
    assert!(tree.read("a.yaml").contains("sealkit.dev/sealed-with"), "{}", tree.read("a.yaml"));
    assert!(tree.opens("a.yaml", new_key()));
}

#[test]
fn an_environment_is_rotated_alone_and_no_cluster_gets_anothers_key() {
    let tree = Tree::new(&[]);
    tree.write("development/a.yaml", &manifest("a", &[]));
    tree.write("production/a.yaml", &manifest("a", &[]));
    let read = |path| std::fs::read_to_string(path).expect("a fixture");
    tree.write("development.crt", &read(new_certificate()));
    tree.write("production.crt", &read(fixture("keys/demo.crt")));
    tree.write(
        ".seal.yaml",
        "version: 1\nenvironments:\n  development: {certificate: development.crt}\n\
         \x20 production: {certificate: production.crt}\nrules:\n\
         - {paths: [development/**], environment: development}\n\
         - {paths: [production/**], environment: production}\n",
    );
    let rotate = || tree.seal("rotate").arg("--key").arg(key());
    let done = rotate().args(["--env", "development"]).run().success();
    assert!(done.stdout_text().contains("  development: 1 rotated"), "{}", done.stdout_text());
    assert!(tree.opens("development/a.yaml", new_key()));
    assert!(tree.opens("production/a.yaml", key()));
    rotate().args(["--env", "production"]).run().success();
    assert!(tree.opens("production/a.yaml", fixture("keys/demo.key")));
}

#[test]
fn files_in_which_nothing_is_sealed_need_no_certificate() {
    let tree = Tree::new(&["a"]);
    let read = |path| std::fs::read_to_string(path).expect("a fixture");
    tree.write("cluster.crt", &read(new_certificate()));
    tree.write(".seal.yaml", "version: 1\nrules:\n- {paths: [a.yaml], certificate: cluster.crt}\n");
    tree.write("crd.yaml", "kind: CustomResourceDefinition\nspec: {names: {kind: SealedSecret}}\n");
    tree.write("path.yaml", "path: C:\\Users\n");
    tree.write("main.tf", &manifest("x", &["--no-hints"]));
    let rotate = || tree.seal("rotate").arg("--key").arg(key()).run();
    let done = rotate().success();
    assert!(done.stdout_text().contains("1 rotated in 1 file, 1 noted"), "{}", done.stdout_text());
    tree.write("b.yaml", &manifest("b", &[]));
    let done = rotate().exited(1);
    assert!(done.stdout_text().contains("left     b.yaml: nothing tells which certificate"));
}

#[test]
fn programs_read_the_same_as_people() {
    let tree = Tree::new(&["a", "b"]);
    let done = tree.rotate(&["--output", "json"]).success();
    let report: Value = serde_json::from_str(done.stdout_text()).expect("it is JSON");
    assert_eq!(report["summary"]["rotated"], 2);
    let file = &report["files"][0];
    assert_eq!(
        (&file["file"], &file["verdict"]),
        (&Value::from("a.yaml"), &Value::from("rotated"))
    );
    let value = &file["values"][0];
    assert_eq!(value["item"], "spec.encryptedData.password");
    assert_eq!((&value["namespace"], &value["name"]), (&Value::from("shop"), &Value::from("a")));
    assert_eq!(value["isProved"], true);
}

#[test]
fn status_tells_the_key_of_each_value() {
    let tree = Tree::new(&["a"]);
    tree.write("unhinted.yaml", &manifest("unhinted", &["--no-hints"]));
    let done = tree.seal("status").run().success();
    assert!(done.stdout_text().contains("sealed   a.yaml: 1 value\n"), "{}", done.stdout_text());
    assert!(done.stdout_text().contains("unknown  unhinted.yaml: 1 value\n"));
    let proved = tree.seal("status").arg("--key").arg(key()).arg("--cert").arg(new_certificate());
    let done = proved.arg("--items").run().success();
    for line in ["stale    a.yaml:12:15", "stale    unhinted.yaml:"] {
        assert!(done.stdout_text().contains(line), "{line}:\n{}", done.stdout_text());
    }
}

#[cfg(unix)]
#[test]
fn links_modes_and_ignored_files_are_left_as_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let tree = Tree::new(&["a"]);
    tree.0.write("outside.yaml", manifest("outside", &[]));
    symlink("../outside.yaml", tree.0.join("tree/link.yaml")).expect("a link can be made");
    tree.write(".gitignore", "ignored.yaml\n");
    tree.write("ignored.yaml", &manifest("ignored", &[]));
    let path = tree.0.join("tree/a.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    let done = tree.rotate(&[]).success();
    assert!(done.stdout_text().starts_with("1 rotated in 1 file\n"), "{}", done.stdout_text());
    let mode = path.metadata().expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(tree.opens("ignored.yaml", key()));
}

#[test]
fn a_certificate_has_to_be_named_somewhere() {
    let tree = Tree::new(&["a"]);
    refuses(tree.seal("rotate").arg("--key").arg(key()).run(), 2, "no certificate is given");
    refuses(tree.rotate(&["--include", "/a"]), 2, "--include: the path is absolute");
}

#[test]
fn a_pointer_of_git_lfs_is_not_known_to_be_current() {
    let tree = Tree::new(&["a"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    tree.write("large.yaml", pointer);
    tree.write("picture.png", pointer);
    let done = tree.rotate(&[]).success();
    assert!(done.stdout_text().contains("unknown  large.yaml: "), "{}", done.stdout_text());
    assert!(done.stderr_text().contains("1 file not looked into"), "{}", done.stderr_text());
    assert!(!done.stderr_text().contains("all current"), "{}", done.stderr_text());
    let done = tree.rotate(&["--check", "--output", "json"]).exited(3);
    let report: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert_eq!(report["summary"]["filesUnknown"], 1);
    let fields = |file: &Value| -> Vec<String> {
        file.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(fields(&report["files"][0]), fields(&report["files"][1]), "one shape for all");
    tree.rotate(&["--check", "--exclude", "large.yaml"]).success();
}
