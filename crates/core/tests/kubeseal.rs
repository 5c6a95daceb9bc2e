//! Values sealed by the real kubeseal open, and nothing of what it writes is lost on the way.
#![cfg(feature = "aws-lc")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail them")]

use sealkit_core::{
    EncryptionLabel, Fingerprint, KeyHint, KeyRing, Scope, SealedValue, UnsealError,
};

/// A file of `fixtures/kubeseal`.
macro_rules! fixture {
    ($($part:literal),+) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/kubeseal/",
            $($part),+
        ))
        .as_slice()
    };
}

/// What `kubeseal --raw` made of one value with one key, in every scope.
macro_rules! samples {
    ($key:literal, $value:literal) => {
        [
            (Scope::Strict, fixture!("raw/", $key, "-", $value, "-strict")),
            (Scope::NamespaceWide, fixture!("raw/", $key, "-", $value, "-namespace-wide")),
            (Scope::ClusterWide, fixture!("raw/", $key, "-", $value, "-cluster-wide")),
        ]
        .map(|(scope, sealed)| Sample {
            fingerprint: fingerprint(fixture!("keys/", $key, ".key")),
            scope,
            plaintext: fixture!("values/", $value),
            sealed: std::str::from_utf8(sealed).unwrap(),
        })
    };
}

struct Sample {
    fingerprint: Fingerprint,
    scope: Scope,
    plaintext: &'static [u8],
    sealed: &'static str,
}

fn samples() -> Vec<Sample> {
    [
        samples!("rsa-2048", "empty"),
        samples!("rsa-2048", "text"),
        samples!("rsa-2048", "binary"),
        samples!("rsa-4096", "empty"),
        samples!("rsa-4096", "text"),
        samples!("rsa-4096", "binary"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn ring(pem: &[u8]) -> KeyRing {
    KeyRing::from_pem(pem).unwrap_or_else(|error| panic!("{error}"))
}

fn fingerprint(pem: &[u8]) -> Fingerprint {
    ring(pem).fingerprints().next().unwrap()
}

fn both_keys() -> KeyRing {
    ring(&[fixture!("keys/rsa-2048.key"), fixture!("keys/rsa-4096.key")].concat())
}

fn label(scope: Scope) -> EncryptionLabel {
    EncryptionLabel::for_scope(scope, "shop", "database").unwrap()
}

#[test]
fn every_value_opens_with_its_key() {
    let ring = both_keys();
    for Sample { fingerprint, scope, plaintext, sealed } in samples() {
        let sealed = sealed.parse().unwrap();
        let opened = ring.unseal(&sealed, &label(scope), KeyHint::NONE);
        let opened = opened.unwrap_or_else(|error| panic!("{fingerprint} {scope}: {error}"));
        assert!(opened.plaintext.expose() == plaintext, "{fingerprint} {scope}");
        assert_eq!(opened.fingerprint, fingerprint);
    }
}

#[test]
fn no_value_opens_in_another_scope() {
    let ring = both_keys();
    for Sample { fingerprint, scope, sealed, .. } in samples() {
        let sealed = sealed.parse().unwrap();
        for other in Scope::ALL.into_iter().filter(|other| *other != scope) {
            let error = ring.unseal(&sealed, &label(other), KeyHint::NONE).err();
            assert_eq!(error, Some(UnsealError::NotOpened), "{fingerprint} {scope} as {other}");
        }
    }
}

#[test]
fn what_is_read_is_written_back_alike() {
    for Sample { sealed, .. } in samples() {
        assert_eq!(sealed.parse::<SealedValue>().unwrap().to_string(), sealed);
    }
}

#[test]
fn fingerprints_are_those_of_the_upstream_code() {
    let index = std::str::from_utf8(fixture!("index.json")).unwrap();
    for fingerprint in both_keys().fingerprints() {
        assert!(index.contains(&format!("\"fingerprint\": \"{fingerprint}\"")), "{fingerprint}");
    }
}
