//! `.seal.yaml`: sealing by the rule of a file.

use sealkit_testkit::{Folder, Program};

use crate::support::{PASSWORD, certificate, refuses, seal, unsealed};

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: database}\nstringData: {password: hunter2}\n";

const RULES: &str = "\
version: 1
rules:
- paths: [production/**]
  certificates: [cluster.crt]
  scope: namespace-wide
  namespace: shop
- paths: [other/**]
  certificates: [other.crt]
  namespace: shop
- paths: [named/**]
  certificates: [cluster.crt]
  namespace: shop
  name: token
";

/// A repository of one cluster and a bit.
fn repository() -> Folder {
    let folder = Folder::new();
    folder.write(".git/HEAD", "");
    folder.write(".seal.yaml", RULES);
    let read = |path| std::fs::read(path).expect("a fixture");
    folder.write("cluster.crt", read(certificate()));
    folder.write("other.crt", read(sealkit_testkit::fixture("kubeseal/keys/rsa-4096.crt")));
    for name in ["secret.yaml", "production/secret.yaml", "other/secret.yaml", "named/secret.yaml"]
    {
        folder.write(name, SECRET);
    }
    folder
}

fn seal_in(folder: &Folder) -> Program {
    seal().current_dir(folder.path())
}

/// Which of scope and namespace the document says.
fn says(document: &str, scope: &str, namespace: &str) -> bool {
    document.contains(&format!("sealedsecrets.bitnami.com/{scope}: \"true\""))
        && document.contains(&format!("  namespace: {namespace}\n"))
}

#[test]
fn the_rule_is_that_of_the_output_else_of_the_input() {
    let folder = repository();
    seal_in(&folder).args(["secret.yaml", "-w", "production/a.yaml"]).run().success();
    let written = String::from_utf8(folder.read("production/a.yaml")).expect("it is text");
    assert!(says(&written, "namespace-wide", "shop"), "{written}");
    assert_eq!(unsealed(&written, &["--item", "password"]), PASSWORD);

    // The input's rule is for another key.
    seal_in(&folder).args(["other/secret.yaml", "-w", "production/b.yaml"]).run().success();
    let written = String::from_utf8(folder.read("production/b.yaml")).expect("it is text");
    assert_eq!(unsealed(&written, &["--item", "password"]), PASSWORD);

    let done = seal_in(&folder).arg("production/secret.yaml").run().success();
    assert!(says(done.stdout_text(), "namespace-wide", "shop"), "{}", done.stdout_text());
    let done = seal_in(&folder).args(["--filename", "production/new/x.yaml"]).stdin(SECRET).run();
    assert!(says(done.success().stdout_text(), "namespace-wide", "shop"));
    let done = seal_in(&folder).args(["other/secret.yaml", "--filename", "production/x"]).run();
    assert!(says(done.success().stdout_text(), "namespace-wide", "shop"));
    refuses(seal_in(&folder).stdin(SECRET).run(), 2, "no certificate is given");
}

#[test]
fn the_working_directory_does_not_matter() {
    let (folder, elsewhere) = (repository(), Folder::new());
    elsewhere.write(".seal.yaml", "version: 7\n");
    let output = folder.join("production/a.yaml");
    let sealing = seal().current_dir(elsewhere.path()).stdin(SECRET);
    sealing.arg("-w").arg(&output).run().success();
    let written = String::from_utf8(folder.read("production/a.yaml")).expect("it is text");
    assert!(says(&written, "namespace-wide", "shop"), "{written}");
}

#[test]
fn a_flag_wins_over_the_rule_and_the_rule_over_a_variable() {
    let folder = repository();
    let by_rule = || seal_in(&folder).arg("production/secret.yaml");
    let by_variables = |program: Program| {
        program
            .env("SEALED_SECRETS_SCOPE", "cluster-wide")
            .env("SEALED_SECRETS_NAMESPACE", "billing")
            .env("SEALED_SECRETS_NAME", "token")
    };
    let done = by_variables(by_rule()).run().success();
    assert!(says(done.stdout_text(), "namespace-wide", "shop"), "{}", done.stdout_text());
    // What the rule leaves open, the variable still says.
    assert!(done.stdout_text().contains("  name: token\n"), "{}", done.stdout_text());

    let flags = ["--scope=cluster-wide", "--namespace=billing"];
    for program in [by_rule(), by_variables(by_rule())] {
        let done = program.args(flags).run().success();
        assert!(says(done.stdout_text(), "cluster-wide", "billing"), "{}", done.stdout_text());
    }
    // An empty flag is none.
    let done = by_rule().arg("--namespace=").run().success();
    assert!(says(done.stdout_text(), "namespace-wide", "shop"));
    let done = seal_in(&folder).arg("named/secret.yaml").run().success();
    assert!(done.stdout_text().contains("  name: token\n"), "{}", done.stdout_text());
}

#[test]
fn a_certificate_comes_from_the_flag_else_from_the_rule() {
    let folder = repository();
    let program = || seal_in(&folder).arg("other/secret.yaml");
    // Of the rule's key nothing here opens; of the flag's it does.
    let done = program().arg("--cert").arg(certificate()).run().success();
    assert_eq!(unsealed(done.stdout_text(), &["--item", "password"]), PASSWORD);
    let refused = program().env("SEALED_SECRETS_CERT", certificate()).run();
    refuses(refused, 1, "the rule at .seal.yaml:7 is for key SHA256:");
    // With the flag nobody needs to agree.
    let done = program()
        .env("SEALED_SECRETS_CERT", folder.join("other.crt"))
        .arg("--cert")
        .arg(certificate())
        .run()
        .success();
    assert_eq!(unsealed(done.stdout_text(), &["--item", "password"]), PASSWORD);
    program().env("SEALED_SECRETS_CERT", folder.join("other.crt")).run().success();
    let content = std::fs::read_to_string(certificate()).expect("PEM is text");
    refuses(program().env("SEALED_SECRETS_CERT", content).run(), 1, "is for key SHA256:");
    // Without a certificate in the rule, the variable's is taken.
    folder.write(".seal.yaml", "version: 1\nrules:\n- paths: [\"**\"]\n  namespace: shop\n");
    let done = program().env("SEALED_SECRETS_CERT", certificate()).run().success();
    assert_eq!(unsealed(done.stdout_text(), &["--item", "password"]), PASSWORD);
}

#[test]
fn a_single_value_is_sealed_by_the_rule() {
    let folder = repository();
    let raw = |path: &str| {
        seal_in(&folder).args(["raw", "--filename", path]).stdin(PASSWORD).run().success()
    };
    let (wide, strict) = (raw("production/x.yaml"), raw("named/x.yaml"));
    for (ciphertext, annotation) in [(wide, "namespace-wide: \"true\""), (strict, "x: \"z\"")] {
        let document = format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: token\n  \
             namespace: shop\n  annotations:\n    sealedsecrets.bitnami.com/{annotation}\n\
             spec:\n  encryptedData:\n    password: {}\n",
            ciphertext.stdout_text()
        );
        assert_eq!(unsealed(&document, &["--item", "password"]), PASSWORD);
    }
}

#[test]
fn the_output_is_neither_certificate() {
    let folder = repository();
    let sealing = |output: &str| {
        seal_in(&folder).args(["secret.yaml", "--filename", "production/x", "-w", output])
    };
    refuses(sealing("cluster.crt").run(), 2, "is both input and output");
    folder.write("copy.crt", folder.read("cluster.crt"));
    let copied = folder.join("copy.crt");
    let refused = sealing("copy.crt").env("SEALED_SECRETS_CERT", copied).run();
    refuses(refused, 2, "is both input and output");
}

#[test]
fn without_rules_none_is_unused() {
    let done = seal_in(&Folder::new()).args(["config", "--unused"]).run().success();
    assert_eq!((done.stdout_text(), done.stderr_text()), ("", "note: there is no .seal.yaml\n"));
}

#[test]
fn a_rule_for_ignored_files_is_used_where_git_tracks_one() {
    let folder = Folder::new();
    let git = |arguments: &str| {
        let command = format!("git {arguments}");
        Program::new("/bin/sh").args(["-c", &command]).current_dir(folder.path()).run()
    };
    if git("init --quiet").code() != Some(0) {
        println!("not tested: there is no program git");
        return;
    }
    folder.write(".gitignore", "ignored\n");
    folder.write("ignored/a.yaml", "");
    folder.write(".seal.yaml", "version: 1\nrules:\n- paths: [ignored/**]\n");
    let done = seal_in(&folder).args(["config", "--unused"]).run().exited(3);
    assert_eq!(done.stdout_text(), ".seal.yaml:3: no file goes by it\n");
    git("add --force ignored").success();
    let done = seal_in(&folder).args(["config", "--unused"]).run().success();
    assert_eq!((done.stdout_text(), done.stderr_text()), ("", ""));
}

#[test]
fn a_report_for_programs() {
    let folder = repository();
    let done = seal_in(&folder).args(["config", "-o", "json", "production/a.yaml"]).run();
    let report: serde_json::Value =
        serde_json::from_slice(&done.success().stdout).expect("it is JSON");
    assert_eq!(report["rule"]["line"], 3);
    assert_eq!(report["rule"]["namespace"], "shop");
    let shown = seal().args(["cert", "-o", "json"]).arg(certificate()).run().success();
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("it is JSON");
    assert_eq!(report["rule"]["certificates"][0]["fingerprint"], shown["fingerprint"]);
    let done = seal_in(&folder).args(["config", "-o", "json", "secret.yaml"]).run().success();
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert!(report["rule"].is_null() && report["config"] == ".seal.yaml", "{report}");
}
