//! Whole Secrets: both programs seal the same input, each opens both results, and all agree.

use std::path::Path;

use sealkit_e2e::{KeyPair, documents, kubeseal, kubeseal_unseal, seal, seal_unseal};
use sealkit_testkit::{Program, fixture, read_fixture};
use serde_json::Value;

/// Inputs in `fixtures/kubeseal/secrets/`, with the flags that both programs understand.
const INPUTS: [(&str, &[&str]); 10] = [
    ("strict.yaml", &[]),
    ("strict.yaml", &["--scope=namespace-wide"]),
    ("strict.yaml", &["--scope=cluster-wide"]),
    ("namespace-wide.yaml", &[]),
    ("cluster-wide.yaml", &[]),
    ("opaque.json", &["--namespace=web"]),
    ("from-cluster.yaml", &[]),
    ("several.yaml", &[]),
    ("bare.yaml", &["--name=given", "--namespace=shop"]),
    ("bare.yaml", &["--name=given", "--scope=cluster-wide"]),
];

#[test]
fn sealed_by_either_opens_to_the_same_with_either() {
    for key in KeyPair::fixtures() {
        for format in ["yaml", "json"] {
            for (input, flags) in INPUTS {
                let theirs = sealed_by(kubeseal(), input, flags, format, &key);
                let ours = sealed_by(seal(), input, flags, format, &key);
                let expected = opened_by_kubeseal(&theirs, format, &key.private_key);
                assert!(!expected.is_empty());
                assert_eq!(opened_by_kubeseal(&ours, format, &key.private_key), expected);
                assert_eq!(seal_unseal(&theirs, &key.private_key), expected);
                assert_eq!(seal_unseal(&ours, &key.private_key), expected);
            }
        }
    }
}

/// But for ciphertexts and our hints, the SealedSecret itself is the one that kubeseal writes.
#[test]
fn the_sealed_object_is_kubeseals() {
    let key = KeyPair::fixture();
    for (input, flags) in INPUTS {
        let [theirs, ours] = [kubeseal(), seal()].map(|program| {
            let sealed = sealed_by(program, input, flags, "json", &key);
            documents::json(&sealed).into_iter().map(documents::skeleton).collect::<Vec<_>>()
        });
        assert_eq!(ours, theirs, "{input} {flags:?}");
    }
}

/// The YAML that we write for an opened Secret is read by kubeseal as that very Secret.
#[test]
fn kubeseal_reads_the_secrets_that_we_write() {
    let key = KeyPair::fixture();
    for (input, flags) in INPUTS {
        let sealed = sealed_by(seal(), input, flags, "yaml", &key);
        let unseal = seal().args(["unseal", "--format", "yaml", "--key"]).arg(&key.private_key);
        let secrets = unseal.stdin(&sealed).run().success().stdout;
        let again = kubeseal().arg("--cert").arg(&key.certificate).stdin(&secrets).run().success();
        let expected = opened_by_kubeseal(&sealed, "yaml", &key.private_key);
        assert_eq!(opened_by_kubeseal(&again.stdout, "json", &key.private_key), expected);
    }
}

/// Both refuse the same mistakes, and write nothing.
#[test]
fn both_refuse_the_same_input() {
    let key = KeyPair::fixture();
    let secrets = [
        "stringData: {a: b}",
        "metadata: {name: a, namespace: shop}",
        "metadata: {name: a, namespace: web}\nstringData: {a: b}",
        "metadata: {name: a}\ndata: {a: '%%%'}",
    ];
    let secrets = secrets.map(|rest| format!("apiVersion: v1\nkind: Secret\n{rest}\n"));
    for input in secrets.iter().map(String::as_str).chain(["", "# nothing\n"]) {
        for program in [kubeseal(), seal()] {
            let program = program.args(["--namespace=shop", "--cert"]).arg(&key.certificate);
            let refused = program.stdin(input).run();
            assert_eq!((refused.code(), refused.stdout_text()), (Some(1), ""), "{input:?}");
        }
    }
}

/// YAML that begins like JSON, and YAML beside JSON: the same documents come out of both programs.
#[test]
fn both_read_the_same_of_text_that_begins_with_a_brace() {
    let key = KeyPair::fixture();
    for (name, count) in [
        ("flow-first", 1),
        ("flow-first-crlf", 1),
        ("flow-first-documents", 4),
        ("flow-first-single-quotes", 1),
        ("json-comment-after", 2),
        ("json-crlf-separators", 2),
        ("json-then-block", 2),
        ("json-then-flow", 2),
        ("json-trailing-separator", 1),
    ] {
        let input = read_fixture(&format!("yaml/{name}.yaml"));
        let [theirs, ours] = [kubeseal(), seal()].map(|program| {
            let program = program.args(["--format=json", "--namespace=shop", "--cert"]);
            let sealed = program.arg(&key.certificate).stdin(&input).run().success().stdout;
            opened_by_kubeseal(&sealed, "json", &key.private_key)
        });
        assert_eq!((ours.len(), &ours), (count, &theirs), "{name}");
    }
}

#[test]
fn no_data_is_sealed_only_when_asked_for() {
    let key = KeyPair::fixture();
    let input = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: shop}\n";
    for program in [kubeseal(), seal()] {
        let program = program.arg("--allow-empty-data").arg("--cert").arg(&key.certificate);
        let sealed = program.args(["--format", "json"]).stdin(input).run().success().stdout;
        let expected = kubeseal_unseal(&sealed, &key.private_key);
        assert_eq!(seal_unseal(&sealed, &key.private_key), [expected]);
    }
}

/// A file named on the command line is the same as standard input.
#[test]
fn files_are_read_and_written_as_well() {
    let folder = sealkit_testkit::Folder::new();
    let key = KeyPair::fixture();
    let sealed = folder.join("sealed.yaml");
    let input = fixture("kubeseal/secrets/several.yaml");
    let seal = seal().arg(&input).arg("--cert").arg(&key.certificate).arg("-w").arg(&sealed);
    assert!(seal.run().success().stdout.is_empty());
    let ours = folder.read("sealed.yaml");
    let theirs = sealed_by(kubeseal(), "several.yaml", &[], "yaml", &key);
    let expected = opened_by_kubeseal(&theirs, "yaml", &key.private_key);
    assert_eq!(opened_by_kubeseal(&ours, "yaml", &key.private_key), expected);
}

fn sealed_by(
    program: Program,
    input: &str,
    flags: &[&str],
    format: &str,
    key: &KeyPair,
) -> Vec<u8> {
    let program = program.args(flags).args(["--format", format]).arg("--cert");
    let input = read_fixture(&format!("kubeseal/secrets/{input}"));
    program.arg(&key.certificate).stdin(input).run().success().stdout
}

fn opened_by_kubeseal(sealed: &[u8], format: &str, private_key: &Path) -> Vec<Value> {
    let documents = documents::split(sealed, format);
    documents.iter().map(|document| kubeseal_unseal(document, private_key)).collect()
}
