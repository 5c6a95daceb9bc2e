//! The index of `fixtures/kubeseal/`, by which other tests go, holds for kubeseal itself, and for
//! us.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it there and then"
)]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::{
    SCOPES, Scope, documents, kubeseal, kubeseal_unseal, seal_unseal, upstream_fingerprint,
};
use sealkit_testkit::kubeseal::{Documents, Index, Value};
use serde_json::json;

#[test]
fn the_version_is_the_one_tested_with() {
    let done = kubeseal().arg("--version").run().success();
    let version = done.stdout_text().trim_end().rsplit(' ').next().unwrap_or_default().to_owned();
    assert_eq!(version, Index::load().kubeseal, "scripts/make-kubeseal-fixtures makes them anew");
}

#[test]
fn fingerprints_are_upstreams() {
    for key in Index::load().keys {
        assert_eq!(upstream_fingerprint(&key.certificate.path()), key.fingerprint);
    }
}

#[test]
fn kubeseal_opens_every_document_as_the_index_says() {
    let index = Index::load();
    for file in index.documents.iter().filter(|file| file.kubeseal_opens) {
        let private_key = index.key(&file.key).private_key.path();
        let documents = documents::split(&file.sealed.read(), &file.format);
        let opened: Vec<_> =
            documents.iter().map(|document| kubeseal_unseal(document, &private_key)).collect();
        assert_eq!(opened, expected(file), "{}", file.sealed.path().display());
    }
}

#[test]
fn we_open_every_document_as_the_index_says() {
    let index = Index::load();
    for file in &index.documents {
        let opened = seal_unseal(&file.sealed.read(), &index.key(&file.key).private_key.path());
        assert_eq!(opened, expected(file), "{}", file.sealed.path().display());
    }
}

#[test]
fn both_open_every_value_as_the_index_says() {
    let index = Index::load();
    assert_eq!(index.values.iter().map(|value| &value.scope).collect::<BTreeSet<_>>().len(), 3);
    for value in &index.values {
        let private_key = index.key(&value.key).private_key.path();
        let sealed = documents::around(&value.sealed.read(), scope(value));
        let expected = json!(STANDARD.encode(value.plaintext()));
        for secret in
            [kubeseal_unseal(&sealed, &private_key), seal_unseal(&sealed, &private_key).remove(0)]
        {
            assert_eq!(secret.pointer("/data/value"), Some(&expected));
        }
    }
}

fn expected(file: &Documents) -> Vec<serde_json::Value> {
    let secrets = file.secrets.iter().map(|expected| expected.secret.clone());
    secrets
        .map(|mut secret| {
            secret["apiVersion"] = json!("v1");
            secret["kind"] = json!("Secret");
            documents::normalized(secret)
        })
        .collect()
}

fn scope(value: &Value) -> Scope {
    SCOPES.into_iter().find(|scope| scope.flag == value.scope).unwrap()
}
