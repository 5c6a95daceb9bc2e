use super::*;
use crate::fingerprint::Fingerprint;
use crate::primitives::operations;
use crate::private_key::PrivateKey;
use crate::testing::{fixture, rng};

/// Two keys of the same size that the ring has, and one of another size.
fn keys() -> [PrivateKey; 3] {
    let pems = [fixture!("rsa-2048.key"), fixture!("rsa-3072.key"), fixture!("rsa-8192.key")];
    pems.map(|pem| PrivateKey::from_pem(pem).ok().unwrap())
}

fn label() -> EncryptionLabel {
    EncryptionLabel::strict("shop", "database").unwrap()
}

fn seal(key: &PrivateKey) -> SealedValue {
    key.sealing_key().seal(b"hunter2", &label(), &mut rng()).unwrap()
}

/// The keys that opened the values, and how many operations it took to open all.
fn open_all(ring: &KeyRing, values: &[&SealedValue]) -> (Vec<Fingerprint>, usize) {
    let mut trials = ring.trials(TrialLimit::PerObject);
    let (opened, counted) = operations::during(|| {
        let opened = values.iter().map(|value| {
            let unsealed = trials.unseal(value, &label(), KeyHint::NONE);
            unsealed.unwrap_or_else(|error| panic!("{error}")).fingerprint
        });
        opened.collect()
    });
    assert_eq!(counted, trials.operations());
    (opened, counted)
}

#[test]
fn values_of_one_key_take_one_search() {
    let [old, newer, newest] = keys();
    let value = seal(&old);
    let ring = KeyRing::new(vec![newest, newer, old.clone()]);
    let (opened, operations) = open_all(&ring, &[&value; 50]);
    assert_eq!(opened, [old.fingerprint(); 50]);
    assert_eq!(operations, 50 + 2);
}

#[test]
fn keys_that_opened_a_value_come_first_the_latest_first() {
    let [a, b, other] = keys();
    let (of_a, of_b) = (seal(&a), seal(&b));
    let ring = KeyRing::new(vec![other, a.clone(), b.clone()]);
    // A search for each key, then b (1), a (2), a (1), b (1: a does not fit).
    let (opened, operations) = open_all(&ring, &[&of_a, &of_b, &of_b, &of_a, &of_a, &of_b]);
    let (a, b) = (a.fingerprint(), b.fingerprint());
    assert_eq!(opened, [a, b, b, a, a, b]);
    assert_eq!(operations, 2 + 2 + 1 + 2 + 1 + 1);
}

#[test]
fn a_hint_comes_before_what_is_known() {
    let [a, b, _] = keys();
    let (of_a, of_b) = (seal(&a), seal(&b));
    let ring = KeyRing::new(vec![a.clone(), b.clone()]);
    let mut trials = ring.trials(TrialLimit::PerObject);
    assert!(trials.unseal(&of_b, &label(), b.fingerprint().into()).is_ok());
    assert!(trials.unseal(&of_a, &label(), a.fingerprint().into()).is_ok());
    assert_eq!(trials.operations(), 2);
}

#[test]
fn a_hint_that_was_wrong_is_not_tried_first_again() {
    let [a, b, _] = keys();
    let of_a = seal(&a);
    let ring = KeyRing::new(vec![a, b.clone()]);
    let mut trials = ring.trials(TrialLimit::PerObject);
    let stale = KeyHint::from(b.fingerprint());
    for _ in 0..1000 {
        assert!(trials.unseal(&of_a, &label(), stale).is_ok());
    }
    assert_eq!(trials.operations(), 1 + 1000);
}

#[test]
fn the_limit_holds_for_the_whole_object() {
    let [a, b, _] = keys();
    let ring = KeyRing::new(vec![b, a.clone()]);
    // No key opens it, and both fit.
    let other = EncryptionLabel::strict("shop", "other").unwrap();
    let value = a.sealing_key().seal(b"x", &other, &mut rng()).unwrap();
    let values = 1000;
    let failures = |limit| {
        let mut trials = ring.trials(limit);
        for _ in 0..values {
            let error = trials.unseal(&value, &label(), KeyHint::NONE).err();
            assert_eq!(error, Some(UnsealError::NotOpened));
        }
        trials.operations()
    };
    assert_eq!(failures(TrialLimit::PerObject), values + 16 * 2 + 256);
    assert_eq!(failures(TrialLimit::Unlimited), 2 * values);
}

#[test]
fn an_empty_ring_is_its_own_error() {
    let [a, ..] = keys();
    let ring = KeyRing::new(Vec::new());
    let mut trials = ring.trials(TrialLimit::PerObject);
    let error = trials.unseal(&seal(&a), &label(), KeyHint::NONE).err();
    assert_eq!((error, trials.operations()), (Some(UnsealError::NoKeys), 0));
}
