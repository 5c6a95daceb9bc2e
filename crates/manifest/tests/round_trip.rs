//! Secrets through both directions, and what the real kubeseal sealed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_manifest::{Format, SealRules, Stream};
use sealkit_testkit::kubeseal::{Index, Value};
use sealkit_testkit::{PASSWORD, SECRET};
use serde_json::json;

use support::{KEY, ring, seal, unseal, unseal_item};

#[path = "support/support.rs"]
mod support;

#[test]
fn the_secret_comes_back() {
    let expected = "\
---
apiVersion: v1
data:
  host: ZGIuZXhhbXBsZS5jb20=
  password: aHVudGVyMg==
  user: YWRtaW4=
kind: Secret
metadata:
  labels:
    app: shop
  name: database
  namespace: shop
type: Opaque
";
    let sealed = seal(SECRET).unwrap();
    assert_eq!(unseal(&sealed).unwrap(), expected);
    // What comes out goes in again.
    assert_eq!(unseal(seal(expected).unwrap()).unwrap(), expected);
    for (item, value) in [("host", "db.example.com"), ("password", PASSWORD), ("user", "admin")] {
        assert_eq!(unseal_item(&sealed, item).unwrap(), value.as_bytes());
    }
}

#[test]
fn line_ends_and_encodings_of_windows() {
    let sealed = seal(SECRET).unwrap();
    let expected = unseal(&sealed).unwrap();
    for text in as_windows_writes(SECRET) {
        assert_eq!(unseal(seal(text).unwrap()).unwrap(), expected);
    }
    for text in as_windows_writes(&sealed) {
        assert_eq!(unseal(text).unwrap(), expected);
    }
}

/// With a byte order mark, with other line ends, in UTF-16.
fn as_windows_writes(text: &str) -> [Vec<u8>; 5] {
    let crlf = text.replace('\n', "\r\n");
    let marked = format!("\u{feff}{crlf}");
    let utf16 = |unit: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(unit).collect();
    [
        format!("\u{feff}{text}").into_bytes(),
        crlf.into_bytes(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        marked.into_bytes(),
    ]
}

#[test]
fn hundreds_of_documents_keep_their_order() {
    let named = |i: usize| SECRET.replace("database", &format!("secret-{i}"));
    let many: Vec<String> = (0..300).map(named).collect();
    let opened = unseal(seal(many.join("---\n")).unwrap()).unwrap();
    let names = opened.lines().filter_map(|line| line.strip_prefix("  name: secret-"));
    let numbers: Vec<usize> = names.map(|number| number.parse().unwrap()).collect();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
}

#[test]
fn values_of_any_size_and_bytes() {
    let mebibyte = "x".repeat(1 << 20);
    let every: Vec<u8> = (0..=255).collect();
    let secret =
        format!("{SECRET}  large: {mebibyte}\n  empty: \"\"\n  tricky: \"\\0\\uFEFF\\u2028é\"\n")
            .replace("data:\n", &format!("data:\n  every: {}\n", STANDARD.encode(&every)));
    let sealed = seal(secret).unwrap();
    assert_eq!(unseal_item(&sealed, "large").unwrap(), mebibyte.as_bytes());
    assert_eq!(unseal_item(&sealed, "empty").unwrap(), b"");
    assert_eq!(unseal_item(&sealed, "tricky").unwrap(), "\0\u{feff}\u{2028}é".as_bytes());
    assert_eq!(unseal_item(&sealed, "every").unwrap(), every);
    let encoded = format!("\n  every: {}\n", STANDARD.encode(&every));
    assert!(unseal(&sealed).unwrap().contains(&encoded));
}

#[test]
fn a_list_of_sealed_secrets_opens() {
    let (rules, stream) = (SealRules::default(), Stream::new(Format::Json));
    let sealed = |name: &str| {
        let secret = SECRET.replace("database", name);
        support::written(&support::seal_with(secret.as_bytes(), KEY, &rules, &stream).unwrap())
    };
    let (a, b) = (sealed("a"), sealed("b"));
    let list = format!(r#"{{"apiVersion":"v1","kind":"List","items":[{a},{b}]}}"#);
    let expected = [a, b].map(|sealed| unseal(sealed).unwrap()).concat();
    assert_eq!(expected.matches("kind: Secret\n").count(), 2);
    assert_eq!(unseal(list).unwrap(), expected);
}

#[test]
fn documents_that_the_real_kubeseal_sealed_open() {
    let index = Index::load();
    let mut opened = 0;
    for documents in &index.documents {
        let keys = ring(&[&documents.key]);
        let stream = Stream::new(Format::Json);
        let output = support::unseal_with(&documents.sealed.read(), &keys, None, &stream).unwrap();
        let found = output.chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap());
        let found: Vec<serde_json::Value> = found.collect();
        let expected: Vec<_> =
            documents.secrets.iter().map(|secret| resource(&secret.secret)).collect();
        assert_eq!(found, expected, "{:?}", documents.sealed.path());
        opened += found.len();
    }
    assert_eq!(opened, 17, "Secrets");
}

/// The index leaves out what is the same for all Secrets.
fn resource(secret: &serde_json::Value) -> serde_json::Value {
    let mut secret = secret.clone();
    secret["apiVersion"] = "v1".into();
    secret["kind"] = "Secret".into();
    secret
}

#[test]
fn values_that_the_real_kubeseal_sealed_open() {
    let index = Index::load();
    for value in &index.values {
        let stream = Stream::new(Format::Yaml);
        let document = around(value).to_string();
        let keys = ring(&[&value.key]);
        let opened =
            support::unseal_item_with(document.as_bytes(), &keys, None, &stream, "item").unwrap();
        assert_eq!(opened, value.plaintext(), "{:?}", value.sealed.path());
    }
    assert_eq!(index.values.len(), 18, "values");
}

/// A SealedSecret around one ciphertext.
fn around(value: &Value) -> serde_json::Value {
    let sealed = String::from_utf8(value.sealed.read()).unwrap();
    let scope = format!("sealedsecrets.bitnami.com/{}", value.scope);
    json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {
            "name": value.name,
            "namespace": value.namespace,
            "annotations": { scope: "true" },
        },
        "spec": { "encryptedData": { "item": sealed } },
    })
}
