//! Every shape of `fixtures/rotate-shapes`, as the command line meets it: exit codes, bytes, and what is told.

#![expect(
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails where its fixtures are not what they should be"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sealkit_core::{Certificate, CertificateParams, UnixTime};
use sealkit_testkit::{Finished, Folder, Program, fixture};
use serde_json::Value;

use crate::support::seal;
use case::{Case, GivenBy, cases};
use filled::{Filled, check_bytes, decoded, files, fill, with_ciphertexts, with_new_key};

#[path = "../../../crates/repository/tests/shapes/case.rs"]
mod case;
#[path = "../../../crates/repository/tests/shapes/filled.rs"]
mod filled;
#[path = "../../../crates/repository/tests/shapes/keys.rs"]
mod keys;

#[test]
fn every_shape_becomes_what_it_should() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| run(case).err().map(|error| format!("{}: {error}", case.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case in a folder: the tree, and the keys outside of it.
struct Place<'c> {
    case: &'c Case,
    folder: Folder,
}

fn run(case: &Case) -> Result<(), String> {
    let filled: Vec<Filled> = case.placeholders().into_iter().map(fill).collect();
    let place = Place { case, folder: Folder::new() };
    place.write_tree(&filled);
    let before = place.tree();
    let checked = place.rotate(&["--check"]);
    is_allowed(&case.entry["check_exit"], &checked).map_err(|error| format!("--check: {error}"))?;
    if place.tree() != before {
        return Err("--check has changed something".to_owned());
    }
    let done = place.rotate(&[]);
    is_allowed(&case.entry["exit"], &done)?;
    let after = place.tree();
    if before.keys().ne(after.keys()) {
        return Err("files have come or gone".to_owned());
    }
    for (name, before) in &before {
        place.check_file(name, before, &after[name], &done, &filled)?;
    }
    Ok(())
}

fn is_allowed(expected: &Value, done: &Finished) -> Result<(), String> {
    let code = done.code().map(i64::from);
    let is_code = |expected: &Value| expected.as_i64() == code;
    let is_allowed = match expected {
        Value::Null => true,
        Value::Array(all) => all.iter().any(is_code),
        one => is_code(one),
    };
    let told = || format!("{}{}", done.stdout_text(), done.stderr_text());
    if is_allowed {
        Ok(())
    } else {
        Err(format!("exits with {code:?}, not {expected}:\n{}", told()))
    }
}

impl Place<'_> {
    fn root(&self) -> PathBuf {
        self.folder.join("tree")
    }

    fn write_tree(&self, filled: &[Filled]) {
        let source = fixture("rotate-shapes").join(self.case.text("path").expect("a path"));
        for file in files(&source) {
            let name = if source.is_file() { source.file_name().map(Path::new) } else { None };
            let name = name.unwrap_or_else(|| file.strip_prefix(&source).expect("a file in it"));
            let text = fs::read(&file).expect("a fixture");
            self.folder.write(Path::new("tree").join(name), with_ciphertexts(text, filled));
        }
        if let (GivenBy::Rule | GivenBy::Nobody, Some(rules)) =
            (self.case.labels, self.case.text("rules"))
        {
            self.folder.write("tree/.seal.yaml", rules);
        }
        for (path, key) in self.certificates() {
            self.folder.write(Path::new("tree").join(path), certificate(key));
        }
    }

    /// Certificates in the tree, and the names of their keys.
    fn certificates(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.case.entry.get("certificates").and_then(Value::as_object);
        let all = all.into_iter().flatten();
        all.map(|(path, key)| (path.as_str(), key.as_str().expect("the name of a key")))
    }

    fn rotate(&self, more: &[&str]) -> Finished {
        let mut program = seal().current_dir(self.root()).args(["rotate", "."]);
        for (number, ring) in self.case.rings().iter().enumerate() {
            let pem: String =
                ring.iter().map(|name| keys::key(name).to_pkcs1_pem().to_string()).collect();
            program =
                program.arg("--key").arg(self.folder.write(format!("ring-{number}.pem"), pem));
        }
        // Null is none, nothing is the new key's.
        if !self.case.entry.get("cert").is_some_and(Value::is_null) {
            let name = self.case.text("cert").unwrap_or("new");
            program = program.arg("--cert").arg(self.folder.write("cert.pem", certificate(name)));
        }
        self.with_labels(program).args(self.case.extra()).args(more).run()
    }

    fn with_labels(&self, program: Program) -> Program {
        let labels = self.case.flags();
        let said = [
            ("--namespace", labels.namespace),
            ("--name", labels.name),
            ("--scope", labels.scope.map(|scope| scope.to_string())),
        ];
        let said = said.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        said.fold(program, |program, (flag, value)| program.arg(flag).arg(value))
    }

    /// All files, by their paths in the tree.
    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.root();
        let read = |file: &PathBuf| {
            let name = file.strip_prefix(&root).expect("a file in it").to_str().expect("a name");
            (name.to_owned(), fs::read(file).expect("it can be read"))
        };
        files(&root).iter().map(read).collect()
    }

    fn check_file(
        &self,
        name: &str,
        before: &[u8],
        after: &[u8],
        done: &Finished,
        filled: &[Filled],
    ) -> Result<(), String> {
        let expected = match &self.case.entry["file_outcome"] {
            Value::String(word) if !name.starts_with("certs/") => word,
            by_file => by_file.get(name).and_then(Value::as_str).unwrap_or("skipped"),
        };
        if expected == "left" && !done.stdout_text().contains(name) {
            return Err(format!("{name} is left and not named:\n{}", done.stdout_text()));
        }
        if expected == "rotated" {
            let (before, after) = (with_new_key(&decoded(before)), with_new_key(&decoded(after)));
            return match before == after {
                true => Err(format!("{name} is not rotated:\n{}", done.stdout_text())),
                false => check_bytes(&before, &after, filled),
            };
        }
        // Where one document cannot be read, those around it are rotated all the same.
        let is_in_part = expected == "left"
            && filled.iter().any(|filled| filled.placeholder.outcome == "rotated");
        match before == after || is_in_part {
            true => Ok(()),
            false => Err(format!("{name} is changed:\n{}", done.stdout_text())),
        }
    }
}

/// A certificate of a key of the cases.
fn certificate(name: &str) -> String {
    let params = CertificateParams {
        common_name: name.to_owned(),
        not_before: UnixTime(0),
        not_after: UnixTime(i64::from(u32::MAX)),
    };
    let made = Certificate::self_signed(keys::key(name), &params, &mut rand::rng());
    made.expect("a certificate can be made").to_pem()
}
