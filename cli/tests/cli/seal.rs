//! `seal`: its flags, its environment, and the order of files. What becomes of a Secret is tested in
//! `crates/manifest/tests`.

use sealkit_testkit::Folder;

use crate::support::{
    PASSWORD, SECRET, certificate, refuses, seal, seal_with_certificate, sealed, unsealed,
};

#[test]
fn flags_reach_sealing() {
    let nameless = SECRET.replace("  name: database\n  namespace: shop\n", "");
    let place = ["--namespace", "test", "--name", "other", "--scope", "namespace-wide"];
    let head = "\
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  annotations:
    sealedsecrets.bitnami.com/namespace-wide: \"true\"
";
    let text = sealed(&nameless, &[&place[..], &["--no-hints"]].concat());
    assert!(
        text.starts_with(&format!("{head}  name: other\n  namespace: test\nspec:\n")),
        "{text}"
    );
    assert_eq!(unsealed(&text, &["--item", "password"]), PASSWORD);
    let text = sealed(&nameless, &place);
    assert!(text.starts_with(&format!("{head}    sealkit.dev/sealed-for: test/other\n")), "{text}");

    let empty = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n";
    assert!(sealed(empty, &["--allow-empty-data"]).contains("  encryptedData: {}\n"));
    let other = "apiVersion: v1\nkind:   ConfigMap\n";
    let text = sealed(&format!("{other}---\n{SECRET}"), &["--skip-other"]);
    assert!(text.starts_with(&format!("---\n{other}---\napiVersion: bitnami.com")), "{text}");
}

#[test]
fn several_documents_and_files_keep_their_order() {
    let folder = Folder::new();
    let named = |name: &str| SECRET.replace("database", name);
    let first = folder.write("first.yaml", [named("a"), named("b")].join("---\n"));
    let second = folder.write("second.yaml", named("c"));
    let input = [first.as_os_str(), "-".as_ref(), second.as_os_str()];
    let done = seal_with_certificate().args(input).stdin(named("d")).run().success();
    let names = done.stdout_text().lines().filter_map(|line| line.strip_prefix("  name: "));
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "d", "c"]);
}

#[test]
fn an_error_names_the_file() {
    let folder = Folder::new();
    folder.write("good.yaml", SECRET);
    folder.write("bad.yaml", "kind: [");
    let run = seal_with_certificate().args(["good.yaml", "bad.yaml"]).current_dir(folder.path());
    refuses(run.run(), 1, "error: bad.yaml: document 1, line ");
}

#[test]
fn json_is_written_when_asked_for() {
    // As kubeseal's users type it.
    assert!(sealed(SECRET, &["-o", "json"]).starts_with("{\n"));
    let text = sealed(SECRET, &["--format", "json"]);
    assert!(text.starts_with("{\n"), "{text}");
    assert_eq!(unsealed(&text, &["--item", "password"]), PASSWORD);
    let folder = Folder::new();
    let path = folder.join("sealed.json");
    seal_with_certificate().arg("-w").arg(&path).stdin(SECRET).run().success();
    assert!(folder.read("sealed.json").starts_with(b"{\n"));
}

#[test]
fn the_namespace_comes_from_the_kubeconfig_where_none_is_named() {
    let folder = Folder::new();
    let kubeconfig = "\
current-context: work
contexts:
- name: other
  context: {namespace: wrong}
- name: work
  context: {cluster: c, namespace: shop}
";
    let path = folder.write("config", kubeconfig);
    let secret = SECRET.replace("  namespace: shop\n", "");
    let done = seal_with_certificate().env("KUBECONFIG", &path).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: shop\n"), "{}", done.stdout_text());
    assert!(done.stderr_text().contains("namespace \"shop\""), "{}", done.stderr_text());

    let unnamed = folder.write("unnamed", kubeconfig.replace(", namespace: shop", ""));
    let done = seal_with_certificate().env("KUBECONFIG", &unnamed).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: default\n"), "{}", done.stdout_text());
    // Without any context nothing is guessed: sealed for the wrong namespace, the values would be of no use.
    for empty in [&[][..], &["-n", ""]] {
        let done = seal_with_certificate().args(empty).stdin(&secret).run();
        refuses(done, 1, "metadata.namespace is missing");
    }
    let done = seal_with_certificate().args(["-n", "flag"]).stdin(&secret).run().success();
    assert!(done.stdout_text().contains("\n  namespace: flag\n"), "{}", done.stdout_text());

    let broken = folder.write("broken", "contexts: [");
    let done = seal_with_certificate().env("KUBECONFIG", broken).stdin(&secret).run();
    refuses(done, 1, "broken: document 1");
    let lost = folder.write("lost", "current-context: gone\n");
    let done = seal_with_certificate().env("KUBECONFIG", lost).stdin(&secret).run();
    refuses(done, 1, "there is no context \"gone\"");
}

#[test]
fn flags_can_come_from_the_environment() {
    let done = seal()
        .env("SEALED_SECRETS_CERT", certificate())
        .env("SEALED_SECRETS_SCOPE", "cluster-wide")
        .env("SEALED_SECRETS_FORMAT", "json")
        .env("SEALED_SECRETS_ALLOW_EMPTY_DATA", "T")
        .env("SEALED_SECRETS_NAME", "")
        .stdin(SECRET.replace("stringData:\n  user: admin\n", ""))
        .run()
        .success();
    assert!(done.stdout_text().starts_with('{'), "{}", done.stdout_text());
    assert!(done.stdout_text().contains("cluster-wide"), "{}", done.stdout_text());
    let done = seal_with_certificate().env("SEALED_SECRETS_SCOPE", "galaxy").stdin(SECRET).run();
    refuses(done, 2, "galaxy");
    let done = seal_with_certificate().env("SEALED_SECRETS_SCOPE", "galaxy").arg("--scope=strict");
    done.stdin(SECRET).run().success();
}

#[test]
fn variables_that_are_set_for_sealing_disturb_no_other_command() {
    let text = sealed(SECRET, &[]);
    let variables = |program: sealkit_testkit::Program| {
        program
            .env("SEALED_SECRETS_CERT", certificate())
            .env("SEALED_SECRETS_FORMAT", "json")
            .env("SEALED_SECRETS_SCOPE", "strict")
            .env("SEALED_SECRETS_NAMESPACE", "shop")
            .env("SEALED_SECRETS_SECRET_FILE", "/nonexistent")
            .env("SEALED_SECRETS_SEALED_SECRET_FILE", "/nonexistent")
    };
    let opened =
        variables(crate::support::unseal()).args(["--item", "password"]).stdin(&text).run();
    assert_eq!(opened.success().stdout_text(), PASSWORD);
    variables(crate::support::unseal()).stdin(&text).run().success();
    variables(seal().arg("cert")).run().success();
}

#[test]
fn empty_flags_count_as_not_given() {
    let done = seal_with_certificate().args(["--name", "", "-n", ""]).stdin(SECRET).run().success();
    assert!(done.stdout_text().contains("\n  name: database\n  namespace: shop\n"));
}

#[test]
fn the_certificate_is_never_overwritten() {
    let folder = Folder::new();
    let pem = std::fs::read(certificate()).expect("it can be read");
    let path = folder.write("cluster.pem", &pem);
    let done = seal().arg("--cert").arg(&path).arg("-w").arg(&path).stdin(SECRET).run();
    refuses(done, 2, "is both input and output");
    let raw =
        seal().args(["raw", "--scope=cluster-wide", "--cert"]).arg(&path).arg("-w").arg(&path);
    refuses(raw.stdin("x").run(), 2, "is both input and output");
    assert_eq!(std::fs::read(&path).expect("it is there"), pem);
}

#[test]
fn files_can_come_from_the_environment() {
    let folder = Folder::new();
    let input = folder.write("secret.yaml", SECRET);
    let run = || {
        seal_with_certificate()
            .env("SEALED_SECRETS_SECRET_FILE", &input)
            .env("SEALED_SECRETS_SEALED_SECRET_FILE", folder.join("sealed.yaml"))
    };
    assert!(run().run().success().stdout.is_empty());
    assert!(folder.read("sealed.yaml").starts_with(b"---\napiVersion"));
    let done = run().args(["-w", "-"]).run().success();
    assert!(done.stdout_text().contains("kind: SealedSecret"));
}
