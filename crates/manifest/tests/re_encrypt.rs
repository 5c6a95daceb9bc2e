//! SealedSecrets under another key.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kubeyaml::to_json_line;
use sealkit_core::{EncryptionLabel, KeyRing, TrialLimit};
use sealkit_manifest::{
    SealRules, SealedSecret, SealedSecretParts, Secret, open, re_encrypt, seal_secret,
};

use support::{certificate, fingerprint, random, ring};

#[path = "support/support.rs"]
mod support;

const SECRET: &str = "
apiVersion: v1
kind: Secret
metadata:
  name: database
  namespace: shop
  annotations: {sealedsecrets.bitnami.com/namespace-wide: \"true\", note: kept}
stringData: {password: hunter2, user: me}
type: Opaque
";

/// [`SECRET`], with a template beside.
fn sealed(hints: bool) -> SealedSecret {
    let rules = SealRules::default().hints(hints);
    let secret = Secret::from_text(SECRET.as_bytes()).unwrap();
    let key = certificate("rsa-2048");
    let sealed = seal_secret(&secret, key.sealing_key(), &rules, &mut random()).unwrap();
    let mut parts = sealed.into_parts();
    parts.template.data.insert("url".to_owned(), Some("db://{{ .password }}".to_owned()));
    parts.template.data.insert("user".to_owned(), None);
    parts.metadata.labels.insert("a".to_owned(), "b".to_owned());
    SealedSecret::from_parts(parts).unwrap()
}

fn rotated(sealed: &SealedSecret, keys: &KeyRing) -> SealedSecret {
    let opened = open(sealed, keys, TrialLimit::PerObject).unwrap();
    let key = certificate("rsa-4096");
    re_encrypt(sealed.clone(), &opened, key.sealing_key(), &mut random()).unwrap()
}

/// The document, with `-` for each ciphertext.
fn without_values(sealed: &SealedSecret) -> String {
    let mut text = to_json_line(&sealed.to_tree()).to_string();
    for (_, value) in sealed.values() {
        text = text.replace(&value.to_string(), "-");
    }
    text
}

#[test]
fn only_ciphertexts_change() {
    let before = sealed(false);
    let after = rotated(&before, &ring(&["rsa-2048"]));
    assert_eq!(without_values(&after), without_values(&before));
    for (item, value) in before.values() {
        assert_ne!(after.value(&item), Some(value));
    }
}

#[test]
fn the_new_key_opens_it_under_the_old_scope() {
    let before = sealed(true);
    let after = rotated(&before, &ring(&["rsa-2048"]));
    let values = |sealed: &SealedSecret, key: &str| -> Vec<Vec<u8>> {
        let opened = open(sealed, &ring(&[key]), TrialLimit::PerObject).unwrap();
        opened.iter().map(|(_, unsealed)| unsealed.plaintext.expose().to_vec()).collect()
    };
    assert_eq!(values(&after, "rsa-4096"), values(&before, "rsa-2048"));
    assert!(open(&after, &ring(&["rsa-2048"]), TrialLimit::PerObject).is_err());
    assert_eq!(after.hints().sealed_with("password"), Some(fingerprint("rsa-4096")));
    assert_eq!(after.scope(), before.scope());
}

#[test]
fn the_deprecated_form_stays_one() {
    let label = EncryptionLabel::strict("shop", "database").unwrap();
    let key = certificate("rsa-2048");
    let whole = key.sealing_key().seal(b"{}", &label, &mut random()).unwrap();
    let parts = SealedSecretParts { deprecated_data: Some(whole.into()), ..named() };
    let before = SealedSecret::from_parts(parts).unwrap();
    let after = rotated(&before, &ring(&["rsa-2048"]));
    assert!(after.is_deprecated_form() && after != before);
    let opened = open(&after, &ring(&["rsa-4096"]), TrialLimit::PerObject).unwrap();
    assert!(opened.iter().all(|(_, unsealed)| unsealed.plaintext.expose() == b"{}"));
}

fn named() -> SealedSecretParts {
    let mut parts = SealedSecretParts::default();
    (parts.metadata.namespace, parts.metadata.name) = ("shop".to_owned(), "database".to_owned());
    parts
}
