//! Certificates and keys that cannot be used: the error says what they are instead.

use sealkit_testkit::{Folder, fixture};

use crate::support::{SECRET, key, refuses, seal, seal_with_certificate, sealed};

fn seal_with(certificate: &str) -> sealkit_testkit::Finished {
    seal().arg("--cert").arg(fixture(certificate)).stdin(SECRET).run()
}

fn unseal_with(key: &str) -> sealkit_testkit::Finished {
    let text = sealed(SECRET, &[]);
    seal().args(["unseal", "--key"]).arg(fixture(key)).stdin(text).run()
}

#[test]
fn certificates() {
    let refused = |certificate: &str, message: &str| {
        refuses(seal_with(certificate), 1, &format!("{certificate}: {message}"));
    };
    refused("keys/demo.key", "this is a private key, not a certificate");
    refused("keys/ec.crt", "the certificate's key is for");
    refused("keys/ed25519.crt", "the certificate's key is for Ed25519, not RSA");
    refused("keys/rsa-1024.crt", "the RSA key has 1024 bits: at least 2048 are needed");
    refused("keys/damaged.crt", "the certificate is damaged");
    refused("keys/truncated.crt", "the certificate is damaged");
    refused("kubeseal/secrets/strict.yaml", "the certificate is not in PEM format");
}

#[test]
fn an_empty_certificate_and_an_empty_key() {
    let folder = Folder::new();
    let empty = folder.write("empty.pem", "");
    let done = seal().arg("--cert").arg(&empty).stdin(SECRET).run();
    refuses(done, 1, "empty.pem: the certificate is empty");
    let text = sealed(SECRET, &[]);
    let done = seal().args(["unseal", "--key"]).arg(&empty).stdin(text).run();
    refuses(done, 1, "empty.pem: there is no key in it");
}

#[test]
fn an_expired_certificate_is_refused_unless_it_is_asked_for() {
    let done = seal_with("keys/expired.crt");
    refuses(done, 1, "expired.crt: the certificate expired on ");
    let done = seal().arg("--cert").arg(fixture("keys/expired.crt")).arg("--allow-expired");
    let done = done.stdin(SECRET).run().success();
    assert!(done.stderr_text().contains("warning: the certificate expired on "));
}

#[test]
fn a_certificate_that_expires_soon_is_warned_about() {
    let folder = Folder::new();
    let sealed_with_days = |days: &str| {
        let name = format!("{days}.crt");
        let key = format!("{days}.key");
        seal()
            .args(["keygen", "--bits=2048", "--key", &key, "--cert", &name, "--days", days])
            .current_dir(folder.path())
            .run()
            .success();
        seal().args(["--cert", &name]).current_dir(folder.path()).stdin(SECRET).run().success()
    };
    let done = sealed_with_days("10");
    assert!(done.stderr_text().contains("the certificate expires in "), "{}", done.stderr_text());
    assert_eq!(sealed_with_days("90").stderr_text(), "");
}

#[test]
fn keys() {
    let refused = |key: &str, message: &str| {
        refuses(unseal_with(key), 1, &format!("{key}: {message}"));
    };
    refused("keys/encrypted-pkcs1.key", "the private key is encrypted with a passphrase");
    refused("keys/encrypted-pkcs8.key", "the private key is encrypted with a passphrase");
    refused("keys/damaged.key", "the key is damaged");
    refused("keys/truncated.key", "the key is damaged");
    refused("keys/demo.crt", "this is a certificate, not a private key");
    refused("keys/demo.pub", "this is a public key, not a private key");
    refused("keys/ec.key", "the key is for");
    refused("keys/ed25519.key", "the key is for Ed25519, not RSA");
    refused("keys/rsa-1024.key", "the RSA key has 1024 bits: at least 2048 are needed");
    refuses(unseal_with("keys/rsa-2048.key"), 1, "no key fits");
    refuses(unseal_with("kubeseal/values/binary"), 1, "binary: ");
}

/// A key Secret as a cluster keeps it.
fn key_secret(name: &str, key: &[u8], certificate: Option<&[u8]>) -> String {
    use base64::Engine as _;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let certificate = certificate.map(|pem| format!("  tls.crt: {}\n", encode(pem)));
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  namespace: kube-system\n\
         type: kubernetes.io/tls\ndata:\n  tls.key: {}\n{}",
        encode(key),
        certificate.unwrap_or_default(),
    )
}

fn unseal_with_backup(backup: &str) -> sealkit_testkit::Finished {
    let folder = Folder::new();
    let path = folder.write("backup", backup);
    let text = sealed(SECRET, &["--no-hints"]);
    seal().args(["unseal", "--item=user", "--key"]).arg(path).stdin(text).run()
}

#[test]
fn backups_of_key_secrets() {
    let pem = |path: &str| sealkit_testkit::read_fixture(path);
    let (right, certificate) =
        (pem("kubeseal/keys/rsa-2048.key"), pem("kubeseal/keys/rsa-2048.crt"));
    let other = pem("kubeseal/keys/rsa-4096.key");

    let good = key_secret("good", &right, Some(&certificate));
    let bare = key_secret("bare", &right, None);
    let other = key_secret("other", &other, None);
    for backup in [good.clone(), bare, format!("{other}---\n{good}")] {
        let done = unseal_with_backup(&backup).success();
        assert_eq!((done.stdout_text(), done.stderr_text()), ("admin", ""));
    }

    let mismatched = key_secret("mismatched", &right, Some(&pem("kubeseal/keys/rsa-4096.crt")));
    refuses(
        unseal_with_backup(&mismatched),
        1,
        "tls.crt is the certificate of another key than tls.key",
    );
    let damaged = key_secret("damaged", &pem("keys/damaged.key"), None);
    refuses(
        unseal_with_backup(&damaged),
        1,
        "Secret kube-system/damaged: tls.key: the key is damaged",
    );
    refuses(unseal_with_backup(SECRET), 1, "the Secret has no private key (tls.key)");

    // One key that can't be read does not lock out the others.
    let done = unseal_with_backup(&format!("{damaged}---\n{good}")).success();
    assert_eq!(done.stdout_text(), "admin");
    assert!(done.stderr_text().contains("skipped: document 1"), "{}", done.stderr_text());
}

#[test]
fn a_key_is_no_certificate_of_another_command() {
    let done = seal().args(["raw", "--scope=cluster-wide", "--cert"]).arg(key()).stdin("x").run();
    refuses(done, 1, "this is a private key, not a certificate");
    let done = seal_with_certificate().arg("--cert").arg(key()).stdin(SECRET).run();
    refuses(done, 2, "--cert");
}

/// PEM as PowerShell writes it, or with a byte order mark and indented.
fn forms_of(pem: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let text = std::str::from_utf8(pem).expect("PEM is text");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(bytes).collect::<Vec<u8>>()
    };
    let indented = format!("\u{feff}  {}", text.replace('\n', "\r\n  "));
    [
        ("little-endian.pem", utf16(u16::to_le_bytes)),
        ("big-endian.pem", utf16(u16::to_be_bytes)),
        ("indented.pem", indented.into_bytes()),
    ]
}

#[test]
fn pem_is_read_however_it_was_copied() {
    let folder = Folder::new();
    let read = |path: std::path::PathBuf| std::fs::read(path).expect("a fixture");
    for (name, pem) in forms_of(&read(fixture("kubeseal/keys/rsa-2048.crt"))) {
        let path = folder.write(name, pem);
        seal().arg("--cert").arg(path).stdin(SECRET).run().success();
    }
    for (name, pem) in forms_of(&read(key())) {
        let path = folder.write(name, pem);
        let done = seal().args(["unseal", "--key"]).arg(path).stdin(sealed(SECRET, &[])).run();
        done.success();
    }
}

#[test]
fn a_backup_with_a_damaged_certificate_still_opens() {
    let folder = Folder::new();
    let pem = std::fs::read_to_string(key()).expect("a fixture").replace('\n', "\n    ");
    let backup = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: k}}\nstringData:\n  tls.crt: junk\n  \
         tls.key: |\n    {pem}\n"
    );
    let path = folder.write("backup.yaml", backup);
    let done = seal().args(["unseal", "--key"]).arg(path).stdin(sealed(SECRET, &[])).run();
    let done = done.success();
    let warning =
        "the key is used without its date: document 1, line 1, column 1: Secret k: tls.crt";
    assert!(done.stderr_text().contains(warning), "{}", done.stderr_text());
}
