use super::*;
use crate::testing::fixture;

fn read_error(pem: &[u8]) -> Option<KeyError> {
    PrivateKey::from_pem(pem).err()
}

fn not_rsa(algorithm: &str) -> Option<KeyError> {
    Some(KeyError::NotRsa { algorithm: algorithm.to_owned() })
}

#[test]
fn both_forms_of_every_size_are_the_same_key() {
    for (bits, pkcs1, pkcs8) in [
        (2048, fixture!("rsa-2048.key"), fixture!("rsa-2048.pkcs8.key")),
        (3072, fixture!("rsa-3072.key"), fixture!("rsa-3072.pkcs8.key")),
        (4096, fixture!("demo.key"), fixture!("demo.pkcs8.key")),
        (8192, fixture!("rsa-8192.key"), fixture!("rsa-8192.pkcs8.key")),
    ] {
        let key = PrivateKey::from_pem(pkcs1).unwrap();
        assert_eq!(key.sealing_key().bits(), bits);
        assert_eq!(key.sealing_key(), PrivateKey::from_pem(pkcs8).unwrap().sealing_key());
    }
}

#[test]
fn a_key_is_written_as_openssl_writes_it() {
    for (pem, pkcs1) in [
        (fixture!("rsa-2048.key"), fixture!("rsa-2048.key")),
        (fixture!("demo.pkcs8.key"), fixture!("demo.key")),
    ] {
        let written = PrivateKey::from_pem(pem).unwrap().to_pkcs1_pem();
        assert!(written.as_bytes() == pkcs1);
    }
}

#[test]
fn a_new_key_reads_back() {
    let key = PrivateKey::generate(2048).unwrap();
    assert_eq!(key.sealing_key().bits(), 2048);
    let read_back = PrivateKey::from_pem(key.to_pkcs1_pem().as_bytes()).unwrap();
    assert_eq!(read_back.fingerprint(), key.fingerprint());
}

#[test]
fn sizes_that_are_not_made_are_refused() {
    for bits in [0, 1024, 2047, 2056, 5000, 16384, u32::MAX] {
        let error = PrivateKey::generate(bits).err();
        assert_eq!(error, Some(KeyError::UnsupportedSize { bits }));
    }
}

#[test]
fn input_that_is_no_private_key_is_named() {
    assert_eq!(read_error(b""), Some(KeyError::Empty));
    assert_eq!(read_error(b" \r\n\t"), Some(KeyError::Empty));
    assert_eq!(read_error(b"apiVersion: v1\nkind: Secret\n"), Some(KeyError::NotPem));
    assert_eq!(read_error(&[0xff; 100]), Some(KeyError::NotPem));
    assert_eq!(read_error(fixture!("demo.crt")), Some(KeyError::Certificate));
    assert_eq!(read_error(fixture!("rsa-2048.pub")), Some(KeyError::PublicKey));
    assert_eq!(read_error(fixture!("rsa-2048.pkcs1.pub")), Some(KeyError::PublicKey));
    assert_eq!(
        read_error(b"-----BEGIN PKCS7-----\nAQID\n-----END PKCS7-----\n"),
        Some(KeyError::OtherPem { label: "PKCS7".to_owned() })
    );
    assert_eq!(
        read_error(b"-----BEGIN OPENSSH PRIVATE KEY-----\nAQID\n-----END OPENSSH PRIVATE KEY-----"),
        Some(KeyError::OtherPem { label: "OPENSSH PRIVATE KEY".to_owned() })
    );
}

#[test]
fn no_part_of_the_input_is_in_an_error() {
    let key = std::str::from_utf8(fixture!("rsa-2048.key")).unwrap();
    let line = key.lines().nth(1).unwrap();
    let (part, start) = (line.get(..20).unwrap(), line.get(..8).unwrap());
    for text in [
        key.replacen("-----\n", "", 1).replace('\n', ""),
        key.replacen("KEY-----\n", "KEY ", 1),
        format!("-----BEGIN {part}-----\n{key}"),
        format!("-----BEGIN {part} PRIVATE KEY-----\n"),
        key.replace("RSA PRIVATE", "hunter2").replace('\n', ""),
        key.replace('\n', "").replace("-----END RSA PRIVATE KEY-----", "-----END-----"),
    ] {
        let Some(error) = read_error(text.as_bytes()) else { continue };
        let message = format!("{error} {error:?}");
        assert!(!message.contains(start) && !message.contains("hunter2"), "{message}");
    }
}

#[test]
fn every_form_of_a_key_is_read() {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    for pem in [fixture!("rsa-2048.key"), fixture!("rsa-2048.pkcs8.key")] {
        let der = crate::testing::der(pem);
        let folded: Vec<u8> =
            STANDARD.encode(pem).into_bytes().chunks(76).collect::<Vec<_>>().join(&b'\n');
        for form in [
            pem.to_vec(),
            der.clone(),
            STANDARD.encode(&der).into_bytes(),
            STANDARD_NO_PAD.encode(pem).into_bytes(),
            STANDARD.encode(STANDARD.encode(pem)).into_bytes(),
            folded,
        ] {
            let keys = PrivateKey::all_from_bytes(&form).unwrap();
            assert_eq!(keys.len(), 1);
            assert_eq!(keys[0].to_pkcs1_pem().as_bytes(), fixture!("rsa-2048.key"));
        }
        assert_eq!(read_error(&der), Some(KeyError::Der));
        assert_eq!(read_error(STANDARD.encode(pem).as_bytes()), Some(KeyError::Base64));
    }
}

#[test]
fn der_that_is_no_private_key_is_named() {
    let error = |pem: &[u8]| PrivateKey::all_from_bytes(&crate::testing::der(pem)).err();
    assert_eq!(error(fixture!("demo.crt")), Some(KeyError::Certificate));
    assert_eq!(error(fixture!("demo.pub")), Some(KeyError::PublicKey));
    assert_eq!(error(fixture!("encrypted-pkcs8.key")), Some(KeyError::Encrypted));
    assert_eq!(error(fixture!("ec.pkcs8.key")), not_rsa("EC"));
    assert_eq!(error(fixture!("ed25519.key")), not_rsa("Ed25519"));
    assert_eq!(error(fixture!("rsa-1024.key")), Some(KeyError::TooSmall { bits: 1024 }));
    // Version 3, and a content.
    let pkcs12 = [0x30, 0x08, 0x02, 0x01, 0x03, 0x30, 0x03, 0x06, 0x01, 0x2a];
    assert_eq!(PrivateKey::all_from_bytes(&pkcs12).err(), Some(KeyError::Pkcs12));
}

#[test]
fn a_key_in_der_is_refused_wherever_it_is_cut() {
    let der = crate::testing::der(fixture!("rsa-2048.key"));
    for length in 4..der.len() {
        let error = PrivateKey::all_from_bytes(&der[..length]).err();
        assert_eq!(error, Some(KeyError::Damaged), "cut to {length}");
    }
}

#[test]
fn private_keys_that_cannot_be_used_are_named() {
    assert_eq!(read_error(fixture!("encrypted-pkcs8.key")), Some(KeyError::Encrypted));
    assert_eq!(read_error(fixture!("encrypted-pkcs1.key")), Some(KeyError::Encrypted));
    assert_eq!(read_error(fixture!("ec.key")), not_rsa("EC"));
    assert_eq!(read_error(fixture!("ec.pkcs8.key")), not_rsa("EC"));
    assert_eq!(read_error(fixture!("ed25519.key")), not_rsa("Ed25519"));
    assert_eq!(read_error(fixture!("rsa-pss.key")), not_rsa("RSASSA-PSS"));
    assert_eq!(read_error(fixture!("rsa-1024.key")), Some(KeyError::TooSmall { bits: 1024 }));
    assert_eq!(read_error(fixture!("truncated.key")), Some(KeyError::Damaged));
    assert_eq!(read_error(fixture!("damaged.key")), Some(KeyError::Damaged));
}

#[test]
fn a_key_is_found_behind_its_certificate_and_other_text() {
    let key = PrivateKey::from_pem(fixture!("demo.key")).unwrap();
    let text = String::from_utf8(fixture!("demo.key").to_vec()).unwrap();
    let crlf = text.replace('\n', "\r\n");
    for pem in [
        [fixture!("demo.crt"), fixture!("demo.key")].concat(),
        [b"Private-Key: (4096 bit, 2 primes)\nmodulus:\n    00:c3\n", text.as_bytes()].concat(),
        [b"\xef\xbb\xbf", crlf.as_bytes()].concat(),
    ] {
        assert_eq!(PrivateKey::from_pem(&pem).unwrap().fingerprint(), key.fingerprint());
    }
}

#[test]
fn a_key_is_refused_wherever_it_is_cut() {
    for pem in [fixture!("rsa-2048.key"), fixture!("rsa-2048.pkcs8.key")] {
        let whole = pem.trim_ascii_end();
        for length in 0..whole.len() {
            let error = read_error(&whole[..length]);
            assert!(
                matches!(error, Some(KeyError::Empty | KeyError::NotPem | KeyError::Damaged)),
                "cut to {length}: {error:?}"
            );
        }
        assert_eq!(read_error(whole), None);
    }
}

#[test]
fn der_is_refused_wherever_it_is_cut() {
    let pkcs8 = crate::testing::der(fixture!("rsa-2048.pkcs8.key"));
    for length in 0..pkcs8.len() {
        let pem = pem::encode("PRIVATE KEY", &pkcs8[..length]);
        assert_eq!(read_error(pem.as_bytes()), Some(KeyError::Damaged), "cut to {length}");
    }
}

#[test]
fn numbers_that_do_not_fit_together_are_refused() {
    let pkcs1 = crate::testing::der(fixture!("rsa-2048.key"));
    // From the modulus on; the last numbers are private.
    for byte in (20..pkcs1.len()).step_by(50) {
        let mut changed = pkcs1.clone();
        changed[byte] ^= 4;
        let pem = pem::encode(pem::RSA_PRIVATE_KEY, &changed);
        assert_eq!(read_error(pem.as_bytes()), Some(KeyError::Damaged), "byte {byte}");
    }
}
