use super::*;
use crate::sealing_key::SealingKey;
use crate::testing::{der, fixture};

/// Lines of `name bits fingerprint …`, as `ssh-keygen -lf` prints them.
fn printed_by_ssh_keygen(name: &str) -> Fingerprint {
    let list = std::str::from_utf8(fixture!("fingerprints.txt")).unwrap();
    let line = list.lines().find(|line| line.split(' ').next() == Some(name)).unwrap();
    line.split(' ').nth(2).unwrap().parse().unwrap()
}

#[test]
fn fingerprints_are_those_of_ssh_keygen() {
    for (name, public) in [
        ("rsa-2048", fixture!("rsa-2048.pub")),
        ("rsa-3072", fixture!("rsa-3072.pub")),
        ("demo", fixture!("demo.pub")),
        ("rsa-8192", fixture!("rsa-8192.pub")),
    ] {
        let key = SealingKey::from_spki_der(&der(public)).unwrap();
        assert_eq!(key.fingerprint(), printed_by_ssh_keygen(name), "{name}");
    }
}

#[test]
fn a_fingerprint_reads_back_from_its_own_text() {
    let text = "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc";
    let fingerprint: Fingerprint = text.parse().unwrap();
    assert_eq!(fingerprint.to_string(), text);
    assert_eq!(format!("{fingerprint:?}"), text);
    assert_eq!(fingerprint.as_bytes()[..2], [0x36, 0x3c]);
}

#[test]
fn other_text_is_refused() {
    for text in [
        "",
        "SHA256:",
        "NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc",
        "sha256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc",
        "MD5:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc",
        "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNc=",
        "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cN",
        "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3cNd",
        "SHA256:NjzkBd2FBmBzSMn5Ynwity22L8zALN4tU96gowz3c c",
    ] {
        assert_eq!(text.parse::<Fingerprint>(), Err(ParseFingerprintError), "{text:?}");
    }
}
