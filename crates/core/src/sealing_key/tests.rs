use super::*;
use crate::testing::{der, fixture, rng};

#[test]
fn public_keys_of_every_size_are_read() {
    for (bits, public) in [
        (2048, fixture!("rsa-2048.pub")),
        (3072, fixture!("rsa-3072.pub")),
        (4096, fixture!("demo.pub")),
        (8192, fixture!("rsa-8192.pub")),
    ] {
        assert_eq!(SealingKey::from_spki_der(&der(public)).unwrap().bits(), bits);
    }
}

#[test]
fn both_forms_of_a_key_are_the_same_key() {
    let spki = SealingKey::from_spki_der(&der(fixture!("rsa-2048.pub"))).unwrap();
    let pkcs1 = SealingKey::from_pkcs1_der(&der(fixture!("rsa-2048.pkcs1.pub"))).unwrap();
    assert_eq!(spki, pkcs1);
    assert_eq!(spki.fingerprint(), pkcs1.fingerprint());
    assert_ne!(spki, SealingKey::from_spki_der(&der(fixture!("demo.pub"))).unwrap());
}

#[test]
fn a_damaged_key_is_refused_wherever_it_is_cut() {
    let spki = der(fixture!("rsa-2048.pub"));
    for length in 0..spki.len() {
        let result = SealingKey::from_spki_der(&spki[..length]);
        assert_eq!(result, Err(KeyError::Damaged), "{length}");
    }
    let longer = [spki.as_slice(), &[0]].concat();
    assert_eq!(SealingKey::from_spki_der(&longer), Err(KeyError::Damaged));
    let pkcs1 = der(fixture!("rsa-2048.pkcs1.pub"));
    for length in 0..pkcs1.len() {
        let result = SealingKey::from_pkcs1_der(&pkcs1[..length]);
        assert_eq!(result, Err(KeyError::Damaged), "{length}");
    }
}

#[test]
fn changed_bits_never_panic() {
    let spki = der(fixture!("rsa-2048.pub"));
    let label = EncryptionLabel::cluster_wide();
    for bit in 0..spki.len() * 8 {
        let mut changed = spki.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(key) = SealingKey::from_spki_der(&changed) {
            assert!(key.seal(b"hunter2", &label, &mut rng()).is_ok(), "bit {bit}");
        }
    }
}

#[test]
fn a_key_prints_as_its_name() {
    let key = SealingKey::from_spki_der(&der(fixture!("rsa-2048.pub"))).unwrap();
    assert_eq!(
        format!("{key:?}"),
        "SealingKey { fingerprint: SHA256:zePlvXDW16ONBtH2IRMDUuUZhdyRYfgcwdtpXVfhklg, bits: 2048 }"
    );
}

#[test]
fn keys_can_be_shared_between_threads() {
    fn assert_send_and_sync<T: Send + Sync>() {}
    assert_send_and_sync::<SealingKey>();
    #[cfg(feature = "aws-lc")]
    assert_send_and_sync::<crate::KeyRing>();
}
