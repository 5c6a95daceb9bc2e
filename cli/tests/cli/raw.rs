//! `seal raw`: one value.

use sealkit_testkit::Folder;
use sealkit_testkit::kubeseal::Index;

use crate::support::{PASSWORD, certificate, refuses, seal, unsealed};

fn raw() -> sealkit_testkit::Program {
    seal().arg("raw").arg("--cert").arg(certificate())
}

/// A SealedSecret around one ciphertext.
fn around(ciphertext: &str, annotations: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: database\n  \
         namespace: shop\n{annotations}spec:\n  encryptedData:\n    password: {ciphertext}\n"
    )
}

#[test]
fn the_ciphertext_fits_into_a_document() {
    let scopes = [
        ("strict", ["--namespace=shop", "--name=database"].as_slice()),
        ("namespace-wide", &["--namespace=shop"]),
        ("cluster-wide", &[]),
    ];
    for (scope, place) in scopes {
        let done = raw().args(["--scope", scope]).args(place).stdin(PASSWORD).run().success();
        assert!(!done.stdout_text().ends_with('\n'), "no newline into a pipe");
        assert_eq!(done.stderr_text(), "");
        let annotations =
            format!("  annotations:\n    sealedsecrets.bitnami.com/{scope}: \"true\"\n");
        let document = around(done.stdout_text(), &annotations);
        assert_eq!(unsealed(&document, &["--item", "password"]), PASSWORD, "{scope}");
    }
}

#[test]
fn any_bytes_from_a_file_or_standard_input() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..=255).collect();
    let path = folder.write("value", &bytes);
    let place = ["--namespace=shop", "--name=database"];
    for program in [raw().arg(&path), raw().stdin(&bytes), raw().arg("-").stdin(&bytes)] {
        let done = program.args(place).run().success();
        let document = around(done.stdout_text(), "");
        let opened = crate::support::unseal().args(["--item", "password"]).stdin(document).run();
        assert_eq!(opened.success().stdout, bytes);
    }
}

#[test]
fn what_the_real_kubeseal_sealed_opens() {
    let index = Index::load();
    for value in &index.values {
        let annotation = format!("    sealedsecrets.bitnami.com/{}: \"true\"\n", value.scope);
        let document = format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: \"{}\"\n  \
             namespace: \"{}\"\n  annotations:\n{annotation}spec:\n  encryptedData:\n    item: {}\n",
            value.name,
            value.namespace,
            String::from_utf8(value.sealed.read()).expect("base64 is text"),
        );
        let private_key = index.key(&value.key).private_key.path();
        let done = seal().args(["unseal", "--item", "item", "--key"]).arg(private_key);
        let done = done.stdin(document).run().success();
        assert_eq!(done.stdout, value.plaintext(), "{:?}", value.sealed.path());
    }
}

#[test]
fn what_the_scope_binds_has_to_be_given() {
    refuses(raw().args(["--namespace", "shop"]).stdin("x").run(), 2, "the scope needs a name");
    refuses(raw().args(["--namespace", "a/b", "--name", "c"]).stdin("x").run(), 2, "a slash");
    refuses(raw().args(["--name", "database"]).stdin("x").run(), 2, "the scope needs a namespace");
    // The kubeconfig may give it; a note says so.
    let folder = Folder::new();
    let config = "current-context: a\ncontexts: [{name: a, context: {namespace: shop}}]\n";
    let named =
        raw().args(["--name", "database"]).env("KUBECONFIG", folder.write("config", config));
    let done = named.stdin("x").run().success();
    assert!(done.stderr_text().contains("namespace \"shop\""), "{}", done.stderr_text());
}

#[test]
fn a_newline_that_echo_added_is_warned_about() {
    let place = ["--namespace=shop", "--name=database"];
    let done = raw().args(place).stdin("hunter2\n").run().success();
    assert!(done.stderr_text().contains("ends with a newline"), "{}", done.stderr_text());
    let done = raw().args(place).stdin("several\nlines\n").run().success();
    assert_eq!(done.stderr_text(), "");
}

#[test]
fn a_value_that_is_too_large() {
    let place = ["--namespace=shop", "--name=database"];
    refuses(
        raw().args(place).stdin(vec![0; 17 << 20]).run(),
        1,
        "standard input: is larger than 4 MiB",
    );
}
