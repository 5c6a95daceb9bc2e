//! Keys and certificates in the forms that people have them in, and in the places where they put them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_testkit::{Finished, Folder, read_fixture};

use crate::support::{PASSWORD, SECRET, certificate, key, refuses, seal, sealed};

const ITEM: [&str; 2] = ["--item", "password"];

fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("PEM is text")
}

/// What the one block of a PEM file holds.
fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).expect("it is base64")
}

/// The same PEM as it looks when something took its line feeds, or put it into something else.
fn forms(pem: &str) -> Vec<(&'static str, Vec<u8>)> {
    let base64 = STANDARD.encode(pem);
    let folded: Vec<_> = base64.as_bytes().chunks(76).collect();
    vec![
        ("one-line", pem.replace('\n', "").into_bytes()),
        ("spaces", pem.replace('\n', " ").into_bytes()),
        ("no-white-space", pem.replace(['\n', ' '], "").into_bytes()),
        ("carriage-returns", pem.replace('\n', "\r").into_bytes()),
        ("escaped", pem.replace('\n', "\\n").into_bytes()),
        ("variable", format!("export KEY=\"{}\"\n", pem.replace('\n', "\\n")).into_bytes()),
        ("quoted", format!("'{pem}'").into_bytes()),
        ("base64", base64.clone().into_bytes()),
        ("base64-folded", folded.join(&b'\n')),
        ("der", der(pem)),
        ("base64-of-der", STANDARD.encode(der(pem)).into_bytes()),
    ]
}

fn key_secret(items: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: k, namespace: kube-system}}\n{items}")
}

fn unseal_with(key: &std::path::Path) -> Finished {
    seal().args(["unseal", "--key"]).arg(key).args(ITEM).stdin(sealed(SECRET, &[])).run()
}

fn seal_with(certificate: &std::path::Path) -> Finished {
    seal().arg("--cert").arg(certificate).stdin(SECRET).run()
}

#[test]
fn private_keys() {
    let folder = Folder::new();
    for (name, form) in forms(&read(&key())) {
        let done = unseal_with(&folder.write(name, form)).success();
        assert_eq!((done.stdout_text(), done.stderr_text()), (PASSWORD, ""), "{name}");
    }
}

#[test]
fn private_keys_in_backups() {
    let folder = Folder::new();
    let one_line = |path: &std::path::Path, between| read(path).replace('\n', between);
    for between in ["", " ", "\\n"] {
        let (key, certificate) = (one_line(&key(), between), one_line(&certificate(), between));
        let encode = |pem: &str| STANDARD.encode(pem);
        let data =
            format!("data: {{tls.key: {}, tls.crt: {}}}\n", encode(&key), encode(&certificate));
        let string = format!("stringData:\n  tls.key: '{key}'\n  tls.crt: '{certificate}'\n");
        for items in [data, string] {
            let done = unseal_with(&folder.write("backup.yaml", key_secret(&items))).success();
            assert_eq!((done.stdout_text(), done.stderr_text()), (PASSWORD, ""), "{items}");
        }
    }
}

#[test]
fn certificates() {
    let folder = Folder::new();
    for (name, form) in forms(&read(&certificate())) {
        let done = seal_with(&folder.write(name, form)).success();
        assert!(done.stdout_text().contains("kind: SealedSecret"), "{name}");
        assert_eq!(done.stderr_text(), "", "{name}");
    }
}

#[test]
fn certificates_in_the_secrets_of_their_keys() {
    let folder = Folder::new();
    let (pem, other) = (STANDARD.encode(read(&certificate())), read_fixture("keys/demo.crt"));
    let secret = key_secret(&format!("data: {{tls.crt: {pem}}}\n"));
    let with_key = key_secret(&format!(
        "data: {{tls.crt: {pem}, tls.key: {}}}\n",
        STANDARD.encode(read(&key()))
    ));
    let list = format!(
        r#"{{"apiVersion": "v1", "kind": "List", "items": [{{"kind": "Secret", "data": {{"tls.crt": "{pem}"}}}}]}}"#
    );
    let twice = format!("{secret}---\n{with_key}");
    for text in [secret.as_str(), &with_key, &list, &twice] {
        let done = seal_with(&folder.write("backup", text)).success();
        assert_eq!(done.stderr_text(), "", "{text}");
    }

    let refused = |text: &str, message: &str| {
        refuses(seal_with(&folder.write("backup", text)), 1, &format!("backup: {message}"));
    };
    let several = format!(
        "{secret}---\n{}",
        key_secret(&format!("data: {{tls.crt: {}}}\n", STANDARD.encode(other)))
    );
    refused(&several, "holds 2 certificates");
    refused(
        &key_secret("data: {tls.crt: aHVudGVyMg==}\n"),
        "tls.crt: the certificate is not in PEM format",
    );
    refused(SECRET, "the certificate is not in PEM format, but a Secret without tls.crt");
    refused(
        "apiVersion: v1\nkind: Config\nusers: []\n",
        "the certificate is not in PEM format, but a kubeconfig",
    );
    refused(
        "\n<!DOCTYPE html><html>hunter2",
        "the certificate is not in PEM format, but a web page",
    );
}

#[test]
fn other_files_are_named_shortly() {
    let folder = Folder::new();
    let refused = |text: &[u8], message: &str| {
        let done = unseal_with(&folder.write("file", text));
        assert!(done.stderr_text().len() < 400, "{}", done.stderr_text());
        refuses(done, 1, message);
    };
    refused(b"<html><body>hunter2", "file: this is a web page, not a private key");
    refused(&der(&read(&certificate())), "file: this is a certificate, not a private key");
    refused(
        &STANDARD.encode(read(&certificate())).into_bytes(),
        "this is a certificate, not a private key",
    );
    refused(
        b"apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: hunter2}}]\n",
        "is a Config (v1)",
    );
    refused(b"hunter2", "the document is not a mapping");
    let label = read(&key()).replacen("-----\n", "", 1);
    refused(label.as_bytes(), "file: the key is not in PEM format");
    let unknown = read(&certificate()).replace("CERTIFICATE", "hunter2");
    refused(unknown.as_bytes(), "file: this is PEM of an unknown kind, not a private key");
}

#[test]
fn pem_in_the_environment() {
    let sealed = sealed(SECRET, &[]);
    let unseal = |key: &str| {
        seal()
            .args(["unseal"])
            .args(ITEM)
            .env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", key)
            .stdin(&sealed)
            .run()
    };
    let pem = read(&key());
    for text in [pem.clone(), pem.replace('\n', ""), STANDARD.encode(&pem), format!("{pem}{pem}")] {
        let done = unseal(&text).success();
        assert_eq!((done.stdout_text(), done.stderr_text()), (PASSWORD, ""));
    }
    assert_eq!(unseal(key().to_str().expect("it is text")).success().stdout_text(), PASSWORD);
    let encrypted =
        String::from_utf8(read_fixture("keys/encrypted-pkcs1.key")).expect("it is text");
    assert!(encrypted.contains(','), "as a list it would be two files");
    let message =
        "SEALED_SECRETS_RECOVERY_PRIVATE_KEY: the private key is encrypted with a passphrase";
    refuses(unseal(&encrypted), 1, message);
    refuses(unseal(PASSWORD), 1, "SEALED_SECRETS_RECOVERY_PRIVATE_KEY names no file");

    let seal =
        |certificate: &str| seal().env("SEALED_SECRETS_CERT", certificate).stdin(SECRET).run();
    let pem = read(&certificate());
    for text in [pem.clone(), pem.replace('\n', " "), STANDARD.encode(&pem)] {
        assert_eq!(seal(&text).success().stderr_text(), "");
    }
    refuses(
        seal(&read(&key())),
        1,
        "SEALED_SECRETS_CERT: this is a private key, not a certificate",
    );
    refuses(seal(PASSWORD), 1, "SEALED_SECRETS_CERT names no file");
}

#[test]
fn pem_as_an_argument() {
    let refused = |arguments: &[&str], message: &str| {
        let done = seal().args(arguments).stdin(SECRET).run();
        assert!(!done.stderr_text().contains("MII"), "{}", done.stderr_text());
        assert!(!done.stderr_text().contains("BEGIN"), "{}", done.stderr_text());
        refuses(done, 2, message);
    };
    let (key, certificate) = (read(&key()), read(&certificate()));
    let message = "a private key itself is given as an argument, not the name of its file";
    for key in [key.clone(), key.replace('\n', ""), format!(" {key}"), STANDARD.encode(&key)] {
        refused(&["unseal", "--key", &key, "a.yaml"], message);
        refused(&["unseal", &format!("--key={key}"), "a.yaml"], message);
        refused(&["raw", &key], message);
        refused(&["keygen", "--key", &key, "--cert", "a.crt"], message);
        refused(&[&key], message);
    }
    refused(
        &["--cert", &certificate],
        "PEM itself is given as an argument, not the name of its file",
    );
}

#[test]
fn a_value_as_an_argument() {
    let refused = |arguments: &[&str], code: i32, message: &str| {
        let done = seal().arg(arguments[0]).args(&arguments[1..]).stdin(SECRET).run();
        refuses(done, code, message);
    };
    for password in [PASSWORD, "hunter2 and more", "Hunter/hunter2", "hunter2!.", "/hunter2!"] {
        refused(
            &["raw", password],
            1,
            "the first argument names no file\nhint: a value is given on standard input",
        );
        refused(
            &["unseal", "a.yaml", password, "--key", "k.pem"],
            1,
            "the second argument names no file",
        );
        refused(&["unseal", "a.yaml", "--key", password], 1, "--key names no file");
        refused(&["cert", password], 1, "the first argument names no file");
        refused(&["--cert", password], 1, "--cert names no file");
        refused(&["a.yaml", "--scope", password], 2, "invalid value for --scope <SCOPE>");
        refused(&["raw", "a.yaml", password], 2, "unexpected argument found");
    }
    refused(
        &["raw", "hunter2\nhunter2"],
        2,
        "argument 2 holds a line feed or another control character",
    );
    refused(&["--scope=hunter2\t"], 2, "argument 1 holds a line feed or another control character");
    refused(
        &["keygen", "--days=hunter2"],
        2,
        "invalid value for --days <DAYS>\nhint: invalid digit",
    );
    refused(
        &["keygen", "--days=0"],
        2,
        "invalid value for --days <DAYS>\nhint: it is not in 1..=365000",
    );
    refused(&["-phunter2"], 2, "unexpected argument found");
    refused(&["--skip-other=hunter2"], 2, "too many values for --skip-other");
    refused(&["man", "hunter2"], 2, "there is no such command");
}
