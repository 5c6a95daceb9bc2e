//! `fixtures/gitops`, a repository in small: `seal rotate`, `seal status` and `seal config` on all of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sealkit_core::{EncryptionLabel, KeyHint, KeyRing, SealedValue};
use sealkit_testkit::{Folder, Program, fixture, read_fixture};

use crate::support::seal;

const CLUSTERS: [&str; 2] = ["test", "production"];

/// A sealed value of the repository.
struct Value {
    environment: &'static str,
    file: &'static str,
    namespace: &'static str,
    /// Empty where it is namespace-wide.
    name: &'static str,
    plaintext: &'static str,
}

impl Value {
    fn cluster(&self) -> &'static str {
        if self.environment == "production" { "production" } else { "test" }
    }
}

/// All of them, by file and in the order of each file: environment, file, namespace, name and plaintext.
const VALUES: [Value; 12] = [
    of("production", "argocd/orders.yaml", "payments", "bank", "production bank"),
    of("production", "helm/values-production.yaml", "shop", "smtp", "production smtp user"),
    of("production", "helm/values-production.yaml", "shop", "smtp", "production smtp password"),
    of("production", "helm/values-production.yaml", "shop", "mail", "production mail"),
    of("staging", "helm/values-staging.yaml", "shop-staging", "api", "staging api"),
    of(
        "development",
        "overlays/development/database.yaml",
        "shop-development",
        "",
        "development database",
    ),
    of(
        "development",
        "overlays/development/queue.json",
        "shop-development",
        "",
        "development queue",
    ),
    of(
        "production",
        "overlays/production/kustomization.yaml",
        "shop",
        "database",
        "production replica",
    ),
    of("production", "overlays/production/secrets.yaml", "shop", "database", "production database"),
    of("production", "overlays/production/secrets.yaml", "shop", "pull", r#"{"auths":{}}"#),
    of("production", "overlays/production/secrets.yaml", "shop", "pull", "production pull"),
    of(
        "staging",
        "overlays/staging/database.yaml",
        "shop-staging",
        "staging-database",
        "staging database",
    ),
];

const fn of(
    environment: &'static str,
    file: &'static str,
    namespace: &'static str,
    name: &'static str,
    plaintext: &'static str,
) -> Value {
    Value { environment, file, namespace, name, plaintext }
}

/// The text of each file, by its path.
type Files = BTreeMap<String, String>;

fn files_of(root: &Path) -> Files {
    let (mut folders, mut files) = (vec![root.to_owned()], Files::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(root).expect("it is below");
                let name = relative.to_str().expect("a name in ASCII").replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("it is text"));
            }
        }
    }
    files
}

fn copy() -> Folder {
    let folder = Folder::new();
    for (path, text) in files_of(&fixture("gitops")) {
        folder.write(path, text);
    }
    folder
}

fn in_copy(folder: &Folder, command: &str) -> Program {
    seal().current_dir(folder.path()).args(command.split_whitespace())
}

/// With the keys of both clusters, of these ages.
fn with_keys(mut program: Program, ages: &[&str]) -> Program {
    for cluster in CLUSTERS {
        let paths = ages.iter().map(|age| fixture(&format!("gitops-keys/{cluster}-{age}.key")));
        let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
        program = program.arg("--key").arg(paths.join(","));
    }
    program
}

/// The ciphertexts of a text, and what is left without them and without the fingerprints of keys.
fn taken_apart(text: &str) -> (Vec<&str>, String) {
    let (mut sealed, mut rest) = (Vec::new(), String::new());
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    for word in text.split_inclusive(|c| !is_base64(c)) {
        let base64 = word.trim_end_matches(|c| !is_base64(c));
        if base64.len() > 300 {
            sealed.push(base64);
            rest.push_str("SEALED");
        } else if base64.len() == 43 && rest.ends_with("SHA256:") {
            rest.push_str("FINGERPRINT");
        } else {
            rest.push_str(base64);
        }
        rest.push_str(word.strip_prefix(base64).expect("it begins with it"));
    }
    (sealed, rest)
}

/// Holds every value to what it opens to, each with the only key that may open it.
fn open_all(files: &Files, age: impl Fn(&Value) -> &'static str) {
    let mut values = VALUES.iter();
    for (file, text) in files {
        for sealed in taken_apart(text).0 {
            let value = values.next().expect("there are no more values");
            assert_eq!(value.file, file);
            let key = format!("gitops-keys/{}-{}.key", value.cluster(), age(value));
            let ring = KeyRing::from_pem(&read_fixture(&key)).expect("a key");
            let label = match value.name {
                "" => EncryptionLabel::namespace_wide(value.namespace),
                name => EncryptionLabel::strict(value.namespace, name),
            };
            let sealed: SealedValue = sealed.parse().expect("an envelope");
            let opened = ring.unseal(&sealed, &label.expect("a label"), KeyHint::NONE);
            let plaintext = opened.ok().map(|opened| opened.plaintext.expose().to_vec());
            assert_eq!(plaintext.as_deref(), Some(value.plaintext.as_bytes()), "{key}: {file}");
        }
    }
    assert!(values.next().is_none(), "values are missing");
}

/// The files that differ. In those, ciphertexts and hints do, and nothing else.
fn changed(before: &Files, after: &Files) -> Vec<String> {
    assert!(before.keys().eq(after.keys()), "{:?}", after.keys());
    let pairs = before.iter().zip(after.values());
    let changed = pairs.filter(|((_, before), after)| before != after);
    let named = changed.map(|((file, before), after)| {
        assert_eq!(taken_apart(before).1, taken_apart(after).1, "{file}");
        let hints = |text: &str| text.matches("SHA256:").count();
        assert_eq!(hints(before), hints(after), "{file}");
        file.clone()
    });
    named.collect()
}

fn files_with_values(is_wanted: impl Fn(&Value) -> bool) -> Vec<&'static str> {
    let mut files: Vec<_> =
        VALUES.iter().filter(|value| is_wanted(value)).map(|value| value.file).collect();
    files.dedup();
    files
}

#[test]
fn ciphertexts_and_hints_change_and_nothing_else() {
    let folder = copy();
    let before = files_of(folder.path());
    open_all(&before, |_| "old");
    let check = || with_keys(in_copy(&folder, "rotate --check"), &["old", "new"]).run();
    check().exited(3);
    // Without keys, the values without a hint are not known.
    in_copy(&folder, "rotate --check").run().exited(3);
    with_keys(in_copy(&folder, "rotate --dry-run"), &["old"]).run().success();
    assert_eq!(changed(&before, &files_of(folder.path())), [""; 0]);

    with_keys(in_copy(&folder, "rotate"), &["old"]).run().success();
    let after = files_of(folder.path());
    assert_eq!(changed(&before, &after), files_with_values(|_| true));
    open_all(&after, |_| "new");
    check().success();

    // Once more, there is nothing to be done.
    with_keys(in_copy(&folder, "rotate"), &["old", "new"]).run().success();
    assert!(after == files_of(folder.path()));
}

#[test]
fn hints_follow_their_values() {
    let folder = copy();
    with_keys(in_copy(&folder, "rotate"), &["old"]).run().success();
    let shown = |cluster| {
        let certificate = fixture(&format!("gitops-keys/{cluster}-new.crt"));
        let done = seal().args(["cert", "-o", "json"]).arg(certificate).run().success();
        let shown: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        shown["fingerprint"].as_str().expect("it is text").to_owned()
    };
    for (file, cluster) in [
        ("overlays/development/database.yaml", "test"),
        ("overlays/development/queue.json", "test"),
        ("helm/values-staging.yaml", "test"),
        ("overlays/production/secrets.yaml", "production"),
    ] {
        let text = String::from_utf8(folder.read(file)).expect("it is text");
        assert_eq!(text.matches(&shown(cluster)).count(), 1, "{file}");
        assert_eq!(text.matches("SHA256:").count(), 1, "{file}");
    }
}

#[test]
fn one_environment_is_rotated_alone() {
    let folder = copy();
    let before = files_of(folder.path());
    with_keys(in_copy(&folder, "rotate --env production"), &["old"]).run().success();
    let after = files_of(folder.path());
    let is_production = |value: &Value| value.environment == "production";
    assert_eq!(changed(&before, &after), files_with_values(is_production));
    open_all(&after, |value| if is_production(value) { "new" } else { "old" });
    let check = |environment| {
        let command = format!("rotate --check --env {environment}");
        with_keys(in_copy(&folder, &command), &["old", "new"]).run()
    };
    check("production").success();
    check("staging").exited(3);
    check("development").exited(3);
}

#[test]
fn what_another_clusters_key_would_open_is_left() {
    let folder = copy();
    let before = files_of(folder.path());
    let key = fixture("gitops-keys/test-old.key");
    in_copy(&folder, "rotate").arg("--key").arg(key).run().exited(1);
    let after = files_of(folder.path());
    let is_of_test = |value: &Value| value.cluster() == "test";
    assert_eq!(changed(&before, &after), files_with_values(is_of_test));
    open_all(&after, |value| if is_of_test(value) { "new" } else { "old" });

    // A certificate by flag is for all files, and that of one cluster is for none of the other's.
    let folder = copy();
    let certificate = fixture("gitops-keys/production-new.crt");
    let rotate = in_copy(&folder, "rotate").arg("--cert").arg(certificate);
    with_keys(rotate, &["old", "new"]).run().exited(1);
    open_all(&files_of(folder.path()), |value| if is_of_test(value) { "old" } else { "new" });
}

#[test]
fn status_names_every_file_with_values() {
    let folder = copy();
    let names = |done: &str, verdict: &str| {
        for file in files_with_values(|_| true) {
            let is_named = |line: &str| line.starts_with(verdict) && line.contains(file);
            assert!(done.lines().any(is_named), "{file} is not {verdict}:\n{done}");
        }
    };
    let status = |command| with_keys(in_copy(&folder, command), &["old", "new"]).run().success();
    names(status("status").stdout_text(), "stale");
    with_keys(in_copy(&folder, "rotate"), &["old"]).run().success();
    names(status("status").stdout_text(), "current");

    let report: serde_json::Value =
        serde_json::from_slice(&status("status --output json").stdout).expect("it is JSON");
    let mut values = VALUES.iter();
    for file in report["files"].as_array().expect("a list") {
        for found in file["values"].as_array().expect("a list") {
            let value = values.next().expect("there are no more values");
            assert_eq!(file["file"], value.file);
            assert_eq!(file["environment"], value.environment, "{found}");
            assert_eq!(found["namespace"], value.namespace, "{found}");
            assert_eq!(found["name"], value.name, "{found}");
            assert_eq!(found["isProved"], true, "{found}");
            assert_eq!(found["reason"], "Current", "{found}");
            assert_eq!(found["key"], file["certificateKey"], "{found}");
        }
    }
    assert!(values.next().is_none(), "values are missing");
}

#[test]
fn every_file_has_the_rule_of_its_environment() {
    let folder = copy();
    for value in VALUES {
        let done = in_copy(&folder, "config --output json").arg(value.file).run().success();
        let shown: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
        assert_eq!(shown["rule"]["environment"], value.environment, "{}", value.file);
        let certificate = shown["rule"]["certificates"][0]["file"].as_str();
        let expected = format!("clusters/{}.crt", value.cluster());
        assert!(certificate.is_some_and(|file| file.ends_with(&expected)), "{shown}");
    }
    in_copy(&folder, "config --unused").run().success();
}
