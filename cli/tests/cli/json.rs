//! Reports for programs: what `docs/json.md` lists is what there is, field by field.

use std::collections::{BTreeMap, BTreeSet};

use sealkit_testkit::{Folder, Program, WebServer, repository};
use serde_json::Value;

use crate::offline::{api_server, kubeconfig};
use crate::rotate::{manifest, new_certificate};
use crate::support::{certificate, key, seal};

/// The types of fields, by their paths.
type Fields = BTreeMap<String, BTreeSet<String>>;

/// The tables of the documentation, by their headings.
fn documented() -> BTreeMap<String, Fields> {
    let path = repository().join("docs/json.md");
    let text = std::fs::read_to_string(path).expect("the documentation can be read");
    let sections = text.split("\n## ").skip(1).map(|section| {
        let (heading, body) = section.split_once('\n').expect("a heading ends");
        let rows = body.lines().filter_map(|line| line.strip_prefix("| `"));
        let fields = rows.map(|row| {
            let (field, rest) = row.split_once("` | ").expect("a field ends");
            let (types, _) = rest.split_once(" |").expect("a type ends");
            (field.to_owned(), types.split(" or ").map(str::to_owned).collect())
        });
        (heading.to_owned(), fields.collect())
    });
    sections.collect()
}

/// Adds the fields of a value.
fn collect(value: &Value, path: &str, fields: &mut Fields) {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(entries) => {
            let text = !entries.is_empty() && entries.iter().all(Value::is_string);
            if text { "list of strings" } else { "list" }
        }
        Value::Object(_) => "object",
    };
    if !path.is_empty() && !path.ends_with("[]") {
        fields.entry(path.to_owned()).or_default().insert(name.to_owned());
    }
    match value {
        Value::Array(entries) => {
            entries.iter().for_each(|entry| collect(entry, &format!("{path}[]"), fields));
        }
        Value::Object(object) => {
            for (name, value) in object {
                let dot = if path.is_empty() { "" } else { "." };
                collect(value, &format!("{path}{dot}{name}"), fields);
            }
        }
        _ => {}
    }
}

/// A repository with something for every field.
struct Stage {
    folder: Folder,
    server: WebServer,
}

impl Stage {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write(".git/HEAD", "");
        let pin = fingerprint();
        let rules = format!(
            "version: 1
rules:
- paths: [production/**]
  environment: production
  certificate: cluster.crt
  pins: [\"{pin}\"]
  namespace: shop
  keys: [{{pattern: a.b, name: c}}]
- paths: [nothing/**]
- paths: [open/**]
"
        );
        folder.write(".seal.yaml", rules);
        folder.write("cluster.crt", std::fs::read(certificate()).expect("a fixture"));
        folder.write("production/a.yaml", manifest("a", &[]));
        folder.write("b.yaml", manifest("b", &["--no-hints"]));
        // Something to be warned of: an annotation that says another scope than a value has.
        let wide = "sealedsecrets.bitnami.com/namespace-wide: \"true\"";
        let warned = manifest("w", &[]).replacen(
            "  annotations:\n",
            &format!("  annotations:\n    {wide}\n"),
            1,
        );
        folder.write("w.yaml", warned);
        folder.write(
            "broken.yaml",
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: [\n",
        );
        folder.write("open/x.yaml", "");
        Self { folder, server: api_server() }
    }

    fn seal(&self, words: &[&str]) -> Program {
        seal().current_dir(self.folder.path()).args(words).args(["-o", "json"])
    }

    /// Runs that report what a heading is about.
    fn reports(&self) -> Vec<(&'static str, Vec<Program>)> {
        let contexts = [("good", self.server.url("")), ("gone", "http://127.0.0.1:1".to_owned())];
        let kubeconfig = kubeconfig(&self.folder, &contexts);
        let a = "production/a.yaml";
        let at_cluster = |words: &[&str]| {
            self.seal(words).env("KUBECONFIG", &kubeconfig).env("HOME", self.folder.path())
        };
        let rotate = |words: &[&str]| self.seal(words).arg("--key").arg(key());
        let key_and_certificate =
            |words: &[&str]| rotate(words).arg("--cert").arg(new_certificate());
        vec![
            ("seal cert show", vec![self.seal(&["cert", "show", "cluster.crt"])]),
            (
                "seal cert fetch --all-contexts",
                vec![
                    at_cluster(&["cert", "fetch", "--all-contexts"]),
                    at_cluster(&["cert", "fetch", "--all-contexts", "-w", "certificates"]),
                ],
            ),
            (
                "seal config",
                vec![
                    self.seal(&["config", a]),
                    self.seal(&["config", "open/x.yaml"]),
                    self.seal(&["config", "unmatched.yaml"]),
                ],
            ),
            ("seal config --unused", vec![self.seal(&["config", "--unused"])]),
            ("seal view", vec![self.seal(&["view", a, "b.yaml"])]),
            ("seal validate", vec![at_cluster(&["validate", a, "b.yaml"])]),
            (
                "seal rotate and seal status",
                vec![
                    self.seal(&["status"]),
                    rotate(&["status"]),
                    key_and_certificate(&["rotate", "--dry-run"]),
                ],
            ),
        ]
    }
}

fn fingerprint() -> String {
    let done = seal().args(["cert", "show", "-o", "json"]).arg(certificate()).run().success();
    let shown: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    shown["fingerprint"].as_str().expect("a text").to_owned()
}

#[test]
fn every_field_is_documented_and_there() {
    let stage = Stage::new();
    let documented = documented();
    let reports = stage.reports();
    let headings: Vec<&str> = reports.iter().map(|(heading, _)| *heading).collect();
    assert_eq!(documented.keys().collect::<BTreeSet<_>>().len(), headings.len(), "{headings:?}");
    for (heading, runs) in reports {
        let mut found = Fields::new();
        for run in runs {
            let done = run.run();
            let report = serde_json::from_slice(&done.stdout);
            let report: Value =
                report.unwrap_or_else(|error| panic!("{heading}: {error}: {}", done.stderr_text()));
            assert!(done.stdout.ends_with(b"}\n"), "{heading}");
            collect(&report, "", &mut found);
        }
        let listed = &documented[heading];
        let names = |fields: &Fields| fields.keys().cloned().collect::<BTreeSet<String>>();
        assert_eq!(names(&found), names(listed), "{heading}");
        for (field, types) in &found {
            let allowed = &listed[field];
            let is_allowed = |name: &String| {
                // An empty list says nothing of its entries.
                allowed.contains(name) || (name == "list" && allowed.contains("list of strings"))
            };
            assert!(types.iter().all(is_allowed), "{heading}: {field}: {types:?}, not {allowed:?}");
        }
    }
}

/// Whatever has `--output json` has a table.
#[test]
fn every_report_has_a_table() {
    let reference = std::fs::read_to_string(repository().join("docs/cli.md")).expect("it is text");
    let documented = documented();
    let headings: Vec<&String> = documented.keys().collect();
    for section in reference.split("\n## ").skip(1) {
        let (command, help) = section.split_once('\n').expect("a heading ends");
        if help.contains("-o, --output") && command != "seal cert" {
            let is_there = headings.iter().any(|heading| heading.contains(command));
            assert!(is_there, "{command}");
        }
    }
}
