//! Keys and certificates that `seal keygen` makes serve kubeseal; fingerprints are upstream's.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it there and then"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_e2e::{
    KeyPair, SCOPES, documents, kubeseal_raw, kubeseal_unseal, seal, seal_raw, seal_unseal,
    upstream_fingerprint,
};
use sealkit_testkit::Folder;
use serde_json::{Value, json};

#[test]
fn a_new_key_in_pem_serves_both() {
    for bits in ["2048", "3072", "4096"] {
        let folder = Folder::new();
        check(&new_key(&folder, &["--bits", bits]));
    }
}

#[test]
fn a_certificate_with_a_name_and_a_date_serves_both() {
    let folder = Folder::new();
    check(&new_key(&folder, &["--bits", "2048", "--days", "2", "--cn", "cluster \"a\", Zürich"]));
}

#[test]
fn a_new_key_as_a_secret_serves_both() {
    let folder = Folder::new();
    let done = seal().args(["keygen", "--as", "secret", "--bits", "2048"]).run().success();
    check(&key_in_secret(&folder, &done.stdout));
}

/// A backup as `kubectl get secrets -o yaml` prints it: a List of key Secrets.
#[test]
fn a_list_of_key_secrets_serves_both() {
    let folder = Folder::new();
    let index = sealkit_testkit::kubeseal::Index::load();
    let items: Vec<Value> = index
        .keys
        .iter()
        .map(|key| {
            json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": key.name, "namespace": "kube-system"},
                "type": "kubernetes.io/tls",
                "data": {
                    "tls.crt": STANDARD.encode(key.certificate.read()),
                    "tls.key": STANDARD.encode(key.private_key.read()),
                },
            })
        })
        .collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    for key in KeyPair::fixtures() {
        let private_key = folder.write("backup.json", &list);
        check(&KeyPair { private_key, ..key });
    }
}

#[test]
fn our_fingerprint_is_upstreams() {
    let folder = Folder::new();
    let mut keys = KeyPair::fixtures();
    keys.push(new_key(&folder, &["--bits", "2048"]));
    for key in keys {
        let done =
            seal().args(["cert", "show", "--output", "json"]).arg(&key.certificate).run().success();
        let [description] = documents::json(&done.stdout).try_into().unwrap();
        assert_eq!(description["fingerprint"], json!(upstream_fingerprint(&key.certificate)));
    }
}

/// Each program seals for the certificate, and each opens both with the private key.
fn check(key: &KeyPair) {
    for scope in SCOPES {
        for ciphertext in [seal_raw(b"value", key, scope), kubeseal_raw(b"value", key, scope)] {
            let sealed = documents::around(&ciphertext, scope);
            let theirs = kubeseal_unseal(&sealed, &key.private_key);
            assert_eq!(theirs.pointer("/data/value"), Some(&json!(STANDARD.encode(b"value"))));
            let ours = seal_unseal(&sealed, &key.private_key);
            assert_eq!(ours, [documents::with_scope(theirs, scope)]);
        }
    }
}

fn new_key(folder: &Folder, flags: &[&str]) -> KeyPair {
    let [private_key, certificate] = ["sealing.key", "sealing.crt"].map(|name| folder.join(name));
    let keygen = seal().arg("keygen").arg("--key").arg(&private_key);
    keygen.arg("--cert").arg(&certificate).args(flags).run().success();
    KeyPair { private_key, certificate }
}

/// The certificate comes out by way of kubeseal: it reads the Secret as the cluster would.
fn key_in_secret(folder: &Folder, secret: &[u8]) -> KeyPair {
    let private_key = folder.write("key-secret.yaml", secret);
    let fixture = KeyPair::fixture();
    let seal = sealkit_e2e::kubeseal().arg("--cert").arg(&fixture.certificate);
    let sealed = seal.args(["--scope", "cluster-wide"]).stdin(secret).run().success().stdout;
    let opened = kubeseal_unseal(&sealed, &fixture.private_key);
    assert_eq!(opened["type"], json!("kubernetes.io/tls"));
    let active = "/metadata/labels/sealedsecrets.bitnami.com~1sealed-secrets-key";
    assert_eq!(opened.pointer(active), Some(&json!("active")));
    let certificate = opened.pointer("/data/tls.crt").and_then(Value::as_str).unwrap();
    let certificate = folder.write("tls.crt", STANDARD.decode(certificate).unwrap());
    KeyPair { private_key, certificate }
}
