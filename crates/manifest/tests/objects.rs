//! Objects come back as they went in: what is read is written again, from text and from the API server's JSON.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up has failed; the objects are files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::{Tree, to_json, to_yaml};
use sealkit_manifest::{Ciphertext, Item, ReadErrorKind, SealedSecret, SealedSecretParts, Secret};
use sealkit_testkit::fixture;

/// Every document below `fixtures`, as JSON, with the path of its file.
fn documents(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
            continue;
        }
        let Ok(input) = kubeyaml::split(&fs::read(&path).unwrap()) else { continue };
        for document in input.documents() {
            let Ok(Some(node)) = document.parse() else { continue };
            found.push((path.clone(), to_json(&Tree::from(&node)).to_string()));
        }
    }
    found
}

fn written_both_ways(sealed: &SealedSecret) -> [SealedSecret; 2] {
    let tree = sealed.to_tree();
    [to_yaml(&tree), to_json(&tree)].map(|text| SealedSecret::from_text(text.as_bytes()).unwrap())
}

#[test]
fn a_sealed_secret_that_is_written_reads_back_the_same() {
    let mut by_kubeseal = 0;
    for (path, text) in documents(&fixture("")) {
        let Ok(sealed) = SealedSecret::from_text(text.as_bytes()) else { continue };
        let parts = sealed.clone().into_parts();
        for read in written_both_ways(&sealed) {
            assert!(read.into_parts() == parts, "{path:?}");
        }
        by_kubeseal += usize::from(path.starts_with(fixture("kubeseal/sealed")));
    }
    assert_eq!(by_kubeseal, 17, "SealedSecrets in fixtures/kubeseal/sealed");
}

#[test]
fn templates_and_what_stands_for_nothing_are_written_again() {
    let text = br#"{
        "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
        "metadata": {"name": "db", "namespace": "shop", "uid": "1", "generation": 3, "managedFields": [{}]},
        "spec": {
            "encryptedData": {"a": "AAAA", "b": "no base64", "c": ""},
            "template": {"data": {"a": null, "url": "{{ .b }}\n", "empty": ""}, "immutable": false, "type": "x/y"}
        },
        "status": {"observedGeneration": 3}
    }"#;
    let sealed = SealedSecret::from_text(text).unwrap();
    let data = &sealed.template().data;
    assert_eq!(data["a"], None);
    assert_eq!(data["url"].as_deref(), Some("{{ .b }}\n"));
    assert_eq!(data["empty"].as_deref(), Some(""));
    assert!(sealed.unknown_fields().is_empty(), "a server's fields are known");
    for read in written_both_ways(&sealed) {
        assert_eq!(read, sealed);
    }
    let written: serde_json::Value = serde_json::from_str(&to_json(&sealed.to_tree())).unwrap();
    assert!(written["spec"]["template"]["data"]["a"].is_null());
    assert!(written["metadata"].get("uid").is_none());
    assert!(written.get("status").is_none());
}

#[test]
fn the_deprecated_form_is_written_again_also_when_it_is_empty() {
    for data in ["", "AAAA"] {
        let text = format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: a}}\nspec: {{data: '{data}'}}\n"
        );
        let sealed = SealedSecret::from_text(text.as_bytes()).unwrap();
        assert!(sealed.is_deprecated_form());
        assert_eq!(sealed.value(&Item::Whole), Some(&Ciphertext::read(data)));
        let [yaml, json] = written_both_ways(&sealed);
        assert!(yaml.is_deprecated_form());
        assert_eq!(yaml.value(&Item::Whole), sealed.value(&Item::Whole));
        assert_eq!(yaml, json);
    }
}

#[test]
fn one_constructor_refuses_what_is_no_sealed_secret() {
    let values = |count: usize| {
        let values = (0..count).map(|at| (at.to_string(), Ciphertext::read("AAAA")));
        Some(values.collect::<BTreeMap<_, _>>())
    };
    let made = |encrypted_data, whole: Option<&str>| {
        let deprecated_data = whole.map(Ciphertext::read);
        let parts = SealedSecretParts { encrypted_data, deprecated_data, ..Default::default() };
        SealedSecret::from_parts(parts).map(drop)
    };
    let missing = ReadErrorKind::NoEncryptedData { unknown: Vec::new() };
    assert_eq!(made(None, None), Err(missing));
    let both = ReadErrorKind::DeprecatedDataBesideEncryptedData;
    assert_eq!(made(values(1), Some("")), Err(both));
    assert_eq!(made(values(0), Some("AAAA")), Ok(()));
    assert_eq!(made(values(0), None), Ok(()));
    assert_eq!(made(values(2), None), Ok(()));
}

#[test]
fn fields_that_a_sealed_secret_does_not_have_are_remembered() {
    let text = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: a, lables: {}}
data: {}
spec:
  encryptedData: {}
  encryptedDate: {}
  template: {stringData: {}, metadata: {annotation: {}}}
";
    let sealed = SealedSecret::from_text(text.as_bytes()).unwrap();
    let unknown = [
        "data",
        "metadata.lables",
        "spec.encryptedDate",
        "spec.template.stringData",
        "spec.template.metadata.annotation",
    ];
    assert_eq!(sealed.unknown_fields(), unknown);
}

#[test]
fn an_object_of_the_api_server_is_exactly_one_of_its_kind() {
    let refused =
        |text: &str| Secret::from_text(text.as_bytes()).err().map(|error| error.to_string());
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {b: YWJj}\n";
    assert_eq!(refused(secret), None);
    assert_eq!(refused("").as_deref(), Some("there is no document in the input"));
    let twice = format!("{secret}---\n{secret}");
    let message = "document 2, line 6, column 1: there is more than one document in the input";
    assert_eq!(refused(&twice).as_deref(), Some(message));
    let message = "document 1, line 1, column 1: ConfigMap a: is a ConfigMap (v1), not a Secret";
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    assert_eq!(refused(other).as_deref(), Some(message));
    let message = "document 1, line 4, column 11: data.b: has to be a string, but is a number";
    assert_eq!(refused(&secret.replace("YWJj", "1")).as_deref(), Some(message));
}

#[test]
fn a_secret_from_the_api_server_knows_when_it_was_made_and_does_not_write_it() {
    let text = br#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","creationTimestamp":"2023-11-14T22:13:20Z"}}"#;
    let secret = Secret::from_text(text).unwrap();
    assert_eq!(secret.created, Some(sealkit_core::UnixTime(1_700_000_000)));
    assert!(!to_yaml(&secret.to_tree()).contains("creationTimestamp"));
    let null = br#"{"apiVersion":"v1","kind":"Secret","metadata":{"creationTimestamp":null}}"#;
    assert_eq!(Secret::from_text(null).unwrap().created, None);
}

#[test]
fn secrets_that_are_written_read_back_the_same() {
    let values = |secret: &Secret| {
        let values = secret.data.iter();
        values.map(|(item, value)| (item.clone(), value.expose().to_vec())).collect::<Vec<_>>()
    };
    let mut count = 0;
    for (path, text) in documents(&fixture("")) {
        let Ok(secret) = Secret::from_text(text.as_bytes()) else { continue };
        for text in [to_yaml(&secret.to_tree()), to_json(&secret.to_tree())] {
            let read = Secret::from_text(text.as_bytes()).unwrap();
            assert!(values(&read) == values(&secret), "{path:?}: the values differ");
            assert_eq!(read.metadata, secret.metadata, "{path:?}");
            assert_eq!(read.secret_type, secret.secret_type, "{path:?}");
            assert_eq!(read.immutable, secret.immutable, "{path:?}");
        }
        count += 1;
    }
    assert!(count > 0, "there are Secrets in the fixtures");
}
