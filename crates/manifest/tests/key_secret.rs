//! Key Secrets and backups of them: what is read, what is skipped and why, and the way back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_core::{KeyOrder, KeyRing, UnixTime};
use sealkit_manifest::KeySecretErrors;
use sealkit_manifest::Secret;
use sealkit_manifest::key_secret::{self, Backup, KeySecret, read_backup};
use sealkit_testkit::{SECRET, read_fixture};
use zeroize::Zeroizing;

use support::{Failed, certificate, fingerprint, private_key};

#[path = "support/support.rs"]
mod support;

const RIGHT: &str = "kubeseal/keys/rsa-2048";
const OTHER: &str = "kubeseal/keys/rsa-4096";

/// A key Secret as a cluster keeps it.
fn key_secret(name: &str, key: &str, certificate: Option<&str>) -> String {
    let encoded = |path: &str| STANDARD.encode(read_fixture(path));
    let certificate = certificate.map(|path| format!("  tls.crt: {}\n", encoded(path)));
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: kube-system\n\
         type: kubernetes.io/tls\ndata:\n  tls.key: {}\n{}",
        encoded(key),
        certificate.unwrap_or_default(),
    )
}

fn good(name: &str) -> String {
    key_secret(name, &format!("{RIGHT}.key"), Some(&format!("{RIGHT}.crt")))
}

fn bare(name: &str, key: &str) -> String {
    key_secret(name, &format!("{key}.key"), None)
}

fn damaged(name: &str) -> String {
    key_secret(name, "keys/damaged.key", None)
}

fn read(backup: impl AsRef<[u8]>) -> Result<Backup, Failed> {
    Ok(read_backup(Zeroizing::new(backup.as_ref().to_vec()))?)
}

/// The keys of a backup that has no defect, by their fingerprints.
fn keys(backup: impl AsRef<[u8]>) -> Vec<String> {
    let backup = read(backup).unwrap();
    assert!(backup.skipped.is_empty());
    assert!(backup.keys.iter().all(|key| key.damaged_certificate.is_none()));
    fingerprints(&backup)
}

fn fingerprints(backup: &Backup) -> Vec<String> {
    backup.keys.iter().map(|key| key.key.key.fingerprint().to_string()).collect()
}

/// Why Secrets of a backup were skipped.
fn skipped(backup: Backup) -> Vec<Failed> {
    backup.skipped.into_iter().map(|error| Failed::from(KeySecretErrors::from(error))).collect()
}

fn failed(reason: &'static str, document: Option<usize>, message: &str) -> Failed {
    Failed { reason, document, message: message.to_owned() }
}

fn right() -> String {
    fingerprint("rsa-2048").to_string()
}

fn other() -> String {
    fingerprint("rsa-4096").to_string()
}

#[test]
fn keys_come_in_the_order_of_the_backup() {
    assert_eq!(keys(good("good")), [right()]);
    assert_eq!(keys(bare("bare", RIGHT)), [right()]);
    let both = format!("{}---\n{}", bare("other", OTHER), good("good"));
    assert_eq!(keys(both), [other(), right()]);
}

#[test]
fn a_backup_is_a_list_or_json_as_well() {
    let item = |text: &str| format!("- {}\n", text.trim_end().replace('\n', "\n  "));
    let items = item(&bare("other", OTHER)) + &item(&good("good"));
    for kind in ["List", "SecretList"] {
        let list = format!("apiVersion: v1\nkind: {kind}\nitems:\n{items}");
        assert_eq!(keys(list), [other(), right()]);
    }
    let key = STANDARD.encode(read_fixture("kubeseal/keys/rsa-2048.key"));
    let json = format!(r#"{{"apiVersion":"v1","kind":"Secret","data":{{"tls.key":"{key}"}}}}"#);
    assert_eq!(keys(json), [right()]);
}

#[test]
fn the_times_of_a_key_are_those_of_certificate_and_secret() {
    let created = "metadata:\n  creationTimestamp: \"2023-11-14T22:13:20Z\"\n";
    let times = |backup: String| {
        let backup = read(backup).unwrap();
        (backup.keys[0].key.not_before, backup.keys[0].key.created)
    };
    let not_before = certificate("rsa-2048").not_before();
    assert_eq!(times(good("good")), (Some(not_before), None));
    assert_eq!(times(bare("bare", RIGHT)), (None, None));
    let dated = good("good").replace("metadata:\n", created);
    assert_eq!(times(dated), (Some(not_before), Some(UnixTime(1_700_000_000))));
    let dated = bare("bare", RIGHT).replace("metadata:\n", created);
    assert_eq!(times(dated), (None, Some(UnixTime(1_700_000_000))));
}

#[test]
fn a_backup_becomes_a_ring_newest_first() {
    let created = |secret: String, time: &str| {
        secret.replace("metadata:\n", &format!("metadata:\n  creationTimestamp: \"{time}\"\n"))
    };
    let dated = created(good("dated"), "2024-01-01T00:00:00Z");
    let undated = created(bare("undated", OTHER), "2025-01-01T00:00:00Z");
    let orders = [
        (KeyOrder::CertNotBefore, ["rsa-2048", "rsa-4096"]),
        (KeyOrder::SecretCreationTimestamp, ["rsa-4096", "rsa-2048"]),
    ];
    for (order, expected) in orders {
        for backup in [format!("{dated}---\n{undated}"), format!("{undated}---\n{dated}")] {
            let keys = read(backup).unwrap().keys.into_iter().map(|key| key.key);
            let ring = KeyRing::newest_first(keys, order);
            assert!(ring.fingerprints().eq(expected.map(fingerprint)), "{order}");
        }
    }
}

#[test]
fn a_key_that_cannot_be_used_does_not_lock_out_the_others() {
    let backup = [damaged("damaged"), SECRET.to_owned(), good("good"), mismatched()].join("---\n");
    let backup = read(backup).unwrap();
    assert_eq!(fingerprints(&backup), [right()]);
    let expected = [
        (
            "PrivateKeyUnusable",
            1,
            "line 1, column 1: Secret kube-system/damaged: tls.key: the key is damaged",
        ),
        (
            "NoPrivateKey",
            2,
            "line 10, column 1: Secret shop/database: the Secret has no private key (tls.key)",
        ),
        (
            "CertificateOfAnotherKey",
            4,
            "line 34, column 1: Secret kube-system/mismatched: tls.crt is the certificate of another \
             key than tls.key",
        ),
    ];
    let expected = expected.map(|(reason, document, message)| {
        failed(reason, Some(document), &format!("document {document}, {message}"))
    });
    assert_eq!(skipped(backup), expected);
}

fn mismatched() -> String {
    key_secret("mismatched", &format!("{RIGHT}.key"), Some(&format!("{OTHER}.crt")))
}

#[test]
fn a_backup_without_a_usable_key_says_why_there_is_none() {
    let refused = |backup: &str| read(backup).err().unwrap();
    let cases = [
        (
            mismatched(),
            "CertificateOfAnotherKey",
            "Secret kube-system/mismatched: tls.crt is the certificate of another key than tls.key",
        ),
        (
            damaged("damaged"),
            "PrivateKeyUnusable",
            "Secret kube-system/damaged: tls.key: the key is damaged",
        ),
        (
            SECRET.to_owned(),
            "NoPrivateKey",
            "Secret shop/database: the Secret has no private key (tls.key)",
        ),
        ("just text\n".to_owned(), "NotReadable", "the document is not a mapping (an object)"),
    ];
    for (backup, reason, message) in cases {
        let message = format!("document 1, line 1, column 1: {message}");
        assert_eq!(refused(&backup), failed(reason, Some(1), &message));
        // All of them are told.
        let next = refused(&format!("{backup}---\n{}", damaged("next")));
        assert_eq!((next.reason, next.document), (reason, Some(1)));
        assert!(next.message.starts_with(&message), "{}", next.message);
        let also = ": Secret kube-system/next: tls.key: the key is damaged";
        assert_eq!(next.message.ends_with(also), reason != "NotReadable", "{}", next.message);
    }
    assert_eq!(refused(""), failed("NoDocuments", None, "there is no document in the input"));
    let list = "apiVersion: v1\nkind: List\nitems: []\n";
    assert_eq!(refused(list), failed("NoDocuments", None, "there is no document in the input"));
}

#[test]
fn a_backup_holds_secrets_and_nothing_else() {
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let failure = read(format!("{}---\n{other}", good("good"))).err().unwrap();
    let message =
        "document 2, line 11, column 1: ConfigMap settings: is a ConfigMap (v1), not a Secret";
    assert_eq!(failure, failed("OtherKind", Some(2), message));
    let failure = read(read_fixture("kubeseal/values/binary")).err().unwrap();
    // What may be a key is told no byte of.
    let message = "document 1, line 1, column 3: this is neither text nor a private key";
    assert_eq!(failure, failed("NotReadable", Some(1), message));
}

#[test]
fn a_damaged_certificate_costs_the_date_and_nothing_else() {
    let pem = String::from_utf8(read_fixture("kubeseal/keys/rsa-2048.key")).unwrap();
    let backup = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: k}}\nstringData:\n  tls.crt: junk\n  \
         tls.key: |\n    {}\n",
        pem.replace('\n', "\n    ")
    );
    let damaged = key_secret("k", &format!("{RIGHT}.key"), Some("keys/damaged.crt"));
    for (backup, message) in [
        (backup, "Secret k: tls.crt: the certificate is not in PEM format"),
        (damaged, "Secret kube-system/k: tls.crt: the certificate is damaged"),
    ] {
        let message = format!("document 1, line 1, column 1: {message}");
        let backup = read(backup).unwrap();
        assert_eq!(fingerprints(&backup), [right()]);
        assert!(backup.skipped.is_empty());
        let key = backup.keys.into_iter().next().unwrap();
        assert_eq!(key.key.not_before, None);
        let damage = Failed::from(KeySecretErrors::from(key.damaged_certificate.unwrap()));
        assert_eq!(damage, failed("CertificateUnusable", Some(1), &message));
    }
}

#[test]
fn a_key_that_is_written_as_a_secret_reads_back() {
    let (key, certificate) = (private_key("rsa-2048"), certificate("rsa-2048"));
    let secret = key_secret::to_secret(&key, &certificate, "kube-system");
    assert_eq!(secret.secret_type, "kubernetes.io/tls");
    assert_eq!(secret.metadata.namespace, "kube-system");
    assert_eq!(secret.metadata.labels[key_secret::KEY_LABEL], key_secret::KEY_ACTIVE);
    let name = secret.metadata.name.strip_prefix("sealed-secrets-key-").unwrap();
    assert_eq!(name.len(), 8);
    let from_secret = KeySecret::from_secret(&secret).unwrap();

    let yaml = key_secret::to_yaml(&key, &certificate, "kube-system");
    assert!(yaml.starts_with("---\napiVersion: v1\ndata:\n  tls.crt: "));
    let from_text = KeySecret::from_secret(&Secret::from_text(yaml.as_bytes()).unwrap()).unwrap();
    let from_backup = read(yaml.as_bytes()).unwrap().keys.into_iter().next().unwrap();
    for read in [from_secret, from_text, from_backup] {
        assert!(read.damaged_certificate.is_none());
        assert_eq!(read.key.key.fingerprint(), key.fingerprint());
        assert_eq!(read.key.not_before, Some(certificate.not_before()));
        assert_eq!(read.key.created, None);
    }
}
