//! `seal raw`: one value.

use sealkit_testkit::Folder;

use crate::support::{PASSWORD, certificate, seal, unsealed};

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
