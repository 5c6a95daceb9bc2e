//! Files of certificates and keys: the forms in which they come.

use sealkit_testkit::{Folder, fixture};

use crate::support::{PASSWORD, SECRET, key, seal, sealed};

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
fn several_keys_may_be_given() {
    let other = fixture("kubeseal/keys/rsa-4096.key");
    let text = sealed(SECRET, &["--no-hints"]);
    let keys = format!("{},{}", other.display(), key().display());
    let item = ["--item", "password"];
    let done = seal().args(["unseal", "--key", &keys]).args(item).stdin(&text).run().success();
    assert_eq!(done.stdout_text(), PASSWORD);
    let done = seal().arg("unseal").arg("--key").arg(&other).arg("--key").arg(key()).args(item);
    assert_eq!(done.stdin(&text).run().success().stdout_text(), PASSWORD);
    let done = seal().arg("unseal").env("SEALED_SECRETS_RECOVERY_PRIVATE_KEY", keys).args(item);
    assert_eq!(done.stdin(&text).run().success().stdout_text(), PASSWORD);
}
