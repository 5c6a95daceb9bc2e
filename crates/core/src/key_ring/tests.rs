use super::*;
use crate::primitives::operations;
use crate::testing::{fixture, rng};

fn key(pem: &[u8]) -> PrivateKey {
    PrivateKey::from_pem(pem).unwrap()
}

/// In this order: 3072, 2048, 4096 bits.
fn ring() -> KeyRing {
    let keys = [fixture!("rsa-3072.key"), fixture!("rsa-2048.key"), fixture!("demo.key")];
    KeyRing::new(keys.map(key).into())
}

fn label() -> EncryptionLabel {
    EncryptionLabel::strict("shop", "database").unwrap()
}

fn seal_for(pem: &[u8]) -> (SealedValue, Fingerprint) {
    let key = key(pem);
    let sealed = key.sealing_key().seal(b"hunter2", &label(), &mut rng()).unwrap();
    (sealed, key.fingerprint())
}

/// The key that opened the value, and how many private-key operations it took.
fn open(ring: &KeyRing, value: &SealedValue, hint: KeyHint) -> (Fingerprint, usize) {
    let (opened, operations) = operations::during(|| ring.unseal(value, &label(), hint));
    let opened = opened.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.plaintext.expose(), b"hunter2");
    (opened.fingerprint, operations)
}

fn error(result: Result<Unsealed, UnsealError>) -> Option<UnsealError> {
    result.err()
}

#[test]
fn a_hint_opens_with_one_operation() {
    for pem in [fixture!("rsa-3072.key"), fixture!("rsa-2048.key"), fixture!("demo.key")] {
        let (value, fingerprint) = seal_for(pem);
        let opened = open(&ring(), &value, KeyHint::from(fingerprint));
        assert_eq!(opened, (fingerprint, 1));
    }
}

#[test]
fn without_a_hint_keys_are_tried_in_order() {
    let (value, fingerprint) = seal_for(fixture!("rsa-2048.key"));
    assert_eq!(open(&ring(), &value, KeyHint::NONE), (fingerprint, 2));
    let (value, fingerprint) = seal_for(fixture!("rsa-3072.key"));
    assert_eq!(open(&ring(), &value, KeyHint::NONE), (fingerprint, 1));
}

#[test]
fn keys_that_cannot_fit_cost_nothing() {
    let (value, fingerprint) = seal_for(fixture!("demo.key"));
    assert_eq!(open(&ring(), &value, KeyHint::NONE), (fingerprint, 1));
}

#[test]
fn a_wrong_hint_only_costs_an_operation() {
    let (value, fingerprint) = seal_for(fixture!("rsa-3072.key"));
    let wrong = key(fixture!("demo.key")).fingerprint();
    assert_eq!(open(&ring(), &value, KeyHint::from(wrong)), (fingerprint, 2));
    let unknown = key(fixture!("rsa-8192.key")).fingerprint();
    assert_eq!(open(&ring(), &value, KeyHint::from(unknown)), (fingerprint, 1));
}

#[test]
fn two_hints_are_tried_before_all_others() {
    let (value, fingerprint) = seal_for(fixture!("rsa-3072.key"));
    let wrong = key(fixture!("demo.key")).fingerprint();
    let unknown = key(fixture!("rsa-8192.key")).fingerprint();
    for (first, second, operations) in [
        (fingerprint, wrong, 1),
        (wrong, fingerprint, 2),
        (unknown, fingerprint, 1),
        (fingerprint, fingerprint, 1),
        (wrong, unknown, 2),
    ] {
        let hint = KeyHint::new([first, second]);
        assert_eq!(open(&ring(), &value, hint), (fingerprint, operations));
    }
}

#[test]
fn each_key_is_tried_once_where_none_opens() {
    let (value, fingerprint) = seal_for(fixture!("rsa-2048.key"));
    let same_twice = KeyHint::new([fingerprint, fingerprint]);
    for hint in [KeyHint::NONE, KeyHint::from(fingerprint), same_twice] {
        let other = EncryptionLabel::strict("shop", "other").unwrap();
        let (result, operations) = operations::during(|| ring().unseal(&value, &other, hint));
        assert_eq!((error(result), operations), (Some(UnsealError::NotOpened), 3));
    }
}

#[test]
fn the_key_of_damaged_data_is_still_found() {
    let (value, fingerprint) = seal_for(fixture!("rsa-2048.key"));
    let mut bytes = value.to_bytes();
    *bytes.last_mut().unwrap() ^= 1;
    let damaged = SealedValue::from_bytes(&bytes).unwrap();
    let result = ring().unseal(&damaged, &label(), KeyHint::NONE);
    assert_eq!(error(result), Some(UnsealError::NotOpened));
    assert_eq!(ring().diagnosing().find_key(&damaged, &label(), KeyHint::NONE), Some(fingerprint));
    let hint = KeyHint::from(fingerprint);
    let (found, operations) =
        operations::during(|| ring().diagnosing().find_key(&value, &label(), hint));
    assert_eq!((found, operations), (Some(fingerprint), 1));
    assert_eq!(
        ring().diagnosing().find_key(&damaged, &EncryptionLabel::cluster_wide(), hint),
        None
    );
}

#[test]
fn an_empty_ring_is_its_own_error() {
    let (value, _) = seal_for(fixture!("rsa-2048.key"));
    let ring = KeyRing::new(Vec::new());
    assert!(ring.is_empty());
    let result = ring.unseal(&value, &label(), KeyHint::NONE);
    assert_eq!(error(result), Some(UnsealError::NoKeys));
}

#[test]
fn duplicates_are_dropped_and_the_order_is_kept() {
    let pems = [
        fixture!("demo.key"),
        fixture!("rsa-2048.key"),
        fixture!("demo.pkcs8.key"),
        fixture!("rsa-3072.key"),
    ];
    let expected = [pems[0], pems[1], pems[3]].map(|pem| key(pem).fingerprint());
    let ring = KeyRing::new(pems.map(key).into());
    assert_eq!(ring.len(), 3);
    assert_eq!(ring.fingerprints().collect::<Vec<_>>(), expected);
    assert!(expected.iter().all(|fingerprint| ring.contains(fingerprint)));
    assert!(!ring.contains(&key(fixture!("rsa-8192.key")).fingerprint()));
}

#[test]
fn every_key_of_a_file_is_read_in_order() {
    let file = [
        fixture!("rsa-2048.crt"),
        fixture!("rsa-2048.key"),
        b"some text\n",
        fixture!("demo.crt"),
        fixture!("demo.pkcs8.key"),
        fixture!("rsa-2048.pkcs8.key"),
    ]
    .concat();
    let ring = KeyRing::from_pem(&file).ok().unwrap();
    let expected = [fixture!("rsa-2048.key"), fixture!("demo.key")];
    let expected = expected.map(|pem| key(pem).fingerprint());
    assert_eq!(ring.fingerprints().collect::<Vec<_>>(), expected);
}

#[test]
fn a_file_with_one_bad_key_is_refused() {
    let file = [fixture!("rsa-2048.key"), fixture!("damaged.key")].concat();
    assert_eq!(KeyRing::from_pem(&file).err(), Some(KeyError::Damaged));
    assert_eq!(KeyRing::from_pem(b"").err(), Some(KeyError::Empty));
    assert_eq!(KeyRing::from_pem(fixture!("demo.crt")).err(), Some(KeyError::Certificate));
}

#[test]
fn adding_a_key_to_a_ring_of_sixty_reads_one_key() {
    let pem = fixture!("rsa-2048.key");
    let mut dated: Vec<DatedKey> =
        (0..60).map(|_| DatedKey::undated(key(fixture!("rsa-3072.key")))).collect();
    let ((), read) = operations::keys_read_during(|| {
        dated.push(DatedKey::undated(key(pem)));
        let ring = KeyRing::newest_first(dated.iter().cloned(), KeyOrder::CertNotBefore);
        assert!(ring.clone().contains(&key_name(&dated)));
    });
    assert_eq!(read, 1);
}

fn key_name(dated: &[DatedKey]) -> Fingerprint {
    dated.last().unwrap().key.fingerprint()
}
