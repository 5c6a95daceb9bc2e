use super::*;
use crate::fingerprint::Fingerprint;
use crate::key_ring::KeyRing;
use crate::testing::fixture;

/// Keys `a`, `b` and `c`, in the order of their fingerprints.
fn keys() -> [PrivateKey; 3] {
    let pems = [fixture!("rsa-3072.key"), fixture!("rsa-2048.key"), fixture!("demo.key")];
    let mut keys = pems.map(|pem| PrivateKey::from_pem(pem).ok().unwrap());
    keys.sort_by_key(PrivateKey::fingerprint);
    keys
}

type Times = (Option<i64>, Option<i64>);

/// Places of the keys, from 0, in the order that the ring gives them, whatever the order of the input.
fn order_of(times: [Times; 3], order: KeyOrder) -> [usize; 3] {
    let keys = keys();
    let names: Vec<Fingerprint> = keys.iter().map(PrivateKey::fingerprint).collect();
    let dated: Vec<DatedKey> = keys
        .into_iter()
        .zip(times)
        .map(|(key, (not_before, created))| DatedKey {
            key,
            not_before: not_before.map(UnixTime),
            created: created.map(UnixTime),
        })
        .collect();
    let place = |key: Fingerprint| names.iter().position(|name| *name == key).unwrap();
    let of = |input: [usize; 3]| -> [usize; 3] {
        let ring = KeyRing::newest_first(input.map(|at| dated[at].clone()), order);
        assert_eq!(ring.newest().map(PrivateKey::fingerprint), ring.fingerprints().next());
        ring.fingerprints().map(place).collect::<Vec<_>>().try_into().unwrap()
    };
    let expected = of([0, 1, 2]);
    for input in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(of(input), expected);
    }
    expected
}

#[test]
fn both_rules_put_the_newest_first() {
    let times = [(Some(1), Some(30)), (Some(3), Some(10)), (Some(2), Some(20))];
    assert_eq!(order_of(times, KeyOrder::CertNotBefore), [1, 2, 0]);
    assert_eq!(order_of(times, KeyOrder::SecretCreationTimestamp), [0, 2, 1]);
}

#[test]
fn on_a_tie_the_one_created_earlier_stays_the_newest() {
    let times = [(Some(1), Some(30)), (Some(1), Some(10)), (Some(1), Some(20))];
    assert_eq!(order_of(times, KeyOrder::CertNotBefore), [1, 2, 0]);
    let times = [(Some(1), None), (Some(1), Some(20)), (Some(2), None)];
    assert_eq!(order_of(times, KeyOrder::CertNotBefore), [2, 1, 0]);
}

#[test]
fn then_the_fingerprint_decides() {
    let times = [(Some(1), Some(1)); 3];
    assert_eq!(order_of(times, KeyOrder::CertNotBefore), [0, 1, 2]);
    assert_eq!(order_of(times, KeyOrder::SecretCreationTimestamp), [0, 1, 2]);
}

#[test]
fn keys_without_a_time_come_last() {
    let times = [(None, Some(3)), (Some(1), None), (None, Some(2))];
    assert_eq!(order_of(times, KeyOrder::CertNotBefore), [1, 2, 0]);
    assert_eq!(order_of(times, KeyOrder::SecretCreationTimestamp), [0, 2, 1]);
}

#[test]
fn orders_are_known_by_the_names_of_upstreams_flag() {
    for order in [KeyOrder::CertNotBefore, KeyOrder::SecretCreationTimestamp] {
        assert_eq!(order.to_string().parse(), Ok(order));
    }
    for text in ["", "certNotBefore", "CertNotBefore "] {
        assert_eq!(text.parse::<KeyOrder>(), Err(ParseKeyOrderError), "{text:?}");
    }
}
