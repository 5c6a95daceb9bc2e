//! Values sealed by the real kubeseal open, and nothing of what it writes is lost on the way.
#![cfg(feature = "aws-lc")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail them")]

use sealkit_core::{EncryptionLabel, KeyHint, KeyRing, Scope, SealedValue, UnsealError};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/", $name)).as_slice()
    };
}

/// A line of the fixture: key, scope, name of the value, sealed value.
struct Sample {
    key: &'static str,
    scope: Scope,
    value: &'static str,
    sealed: &'static str,
}

fn samples() -> Vec<Sample> {
    let text = std::str::from_utf8(fixture!("sealed/kubeseal-v0.38.4.txt")).unwrap();
    let samples: Vec<_> = text.lines().map(sample).collect();
    assert_eq!(samples.len(), 18);
    samples
}

fn sample(line: &'static str) -> Sample {
    let [key, scope, value, sealed] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    Sample { key, scope: scope.parse().unwrap(), value, sealed }
}

fn ring() -> KeyRing {
    let pems = [fixture!("keys/rsa-2048.key"), fixture!("keys/demo.key")];
    KeyRing::from_pem(&pems.concat()).unwrap_or_else(|error| panic!("{error}"))
}

fn label(scope: Scope) -> EncryptionLabel {
    EncryptionLabel::for_scope(scope, "shop", "database").unwrap()
}

fn expected(value: &str) -> Vec<u8> {
    match value {
        "empty" => Vec::new(),
        "short" => b"hunter2".to_vec(),
        "binary" => (0..=255).collect::<Vec<u8>>().repeat(16),
        other => panic!("unknown value {other}"),
    }
}

#[test]
fn every_value_opens_with_its_key() {
    let ring = ring();
    let [small, demo] = ring.fingerprints().collect::<Vec<_>>().try_into().unwrap();
    for Sample { key, scope, value, sealed } in samples() {
        let sealed = sealed.parse().unwrap();
        let opened = ring.unseal(&sealed, &label(scope), KeyHint::None);
        let opened = opened.unwrap_or_else(|error| panic!("{key} {scope} {value}: {error}"));
        assert!(opened.plaintext.expose() == expected(value), "{key} {scope} {value}");
        assert_eq!(opened.fingerprint, if key == "demo" { demo } else { small });
    }
}

#[test]
fn no_value_opens_in_another_scope() {
    let ring = ring();
    for Sample { key, scope, value, sealed } in samples() {
        let sealed = sealed.parse().unwrap();
        for other in Scope::ALL.into_iter().filter(|other| *other != scope) {
            let error = ring.unseal(&sealed, &label(other), KeyHint::None).err();
            assert_eq!(error, Some(UnsealError::NotOpened), "{key} {scope} {value} as {other}");
        }
    }
}

#[test]
fn what_is_read_is_written_back_alike() {
    for Sample { sealed, .. } in samples() {
        assert_eq!(sealed.parse::<SealedValue>().unwrap().to_string(), sealed);
    }
}
