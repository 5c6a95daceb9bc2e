use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::error::EnvelopeError;
use crate::primitives::AES_GCM_TAG_BYTES;
use crate::rsa_numbers::RsaNumbers;
use crate::scope::Scope;
use crate::testing::{RsaCrateOpener, der, fixture, on_each_backend, rng};

on_each_backend! {
    every_key_size_seals
    round_trips_hold_for_all_sizes_and_scopes
    equal_values_seal_differently
    the_largest_value_is_the_largest_envelope
    other_labels_and_keys_do_not_open
}

const MEBIBYTE: usize = 1024 * 1024;

fn public_key<B: SealingBackend>(pem: &[u8]) -> B {
    B::new(&RsaNumbers::from_spki_der(&der(pem)).unwrap()).unwrap()
}

fn label(scope: Scope) -> EncryptionLabel {
    EncryptionLabel::for_scope(scope, "shop", "database").unwrap()
}

/// Opens with every implementation at hand, which must agree.
struct Openers {
    rsa_crate: RsaCrateOpener,
    #[cfg(feature = "aws-lc")]
    aws_lc: PrivateKey,
}

impl Openers {
    fn new(pem: &[u8]) -> Self {
        Self {
            rsa_crate: RsaCrateOpener::from_pem(pem),
            #[cfg(feature = "aws-lc")]
            aws_lc: PrivateKey::from_pem(pem).unwrap(),
        }
    }

    fn open(&self, value: &SealedValue, label: &EncryptionLabel) -> Option<Vec<u8>> {
        let opened = self.rsa_crate.open(&value.to_bytes(), label);
        #[cfg(feature = "aws-lc")]
        assert_eq!(
            unseal(&self.aws_lc, value, label).map(|plaintext| plaintext.expose().to_vec()),
            opened
        );
        opened
    }
}

fn every_key_size_seals<B: SealingBackend>() {
    for (public, private) in [
        (fixture!("rsa-2048.pub"), fixture!("rsa-2048.key")),
        (fixture!("rsa-3072.pub"), fixture!("rsa-3072.key")),
        (fixture!("demo.pub"), fixture!("demo.key")),
        (fixture!("rsa-8192.pub"), fixture!("rsa-8192.key")),
    ] {
        let label = label(Scope::Strict);
        let sealed = seal(&public_key::<B>(public), b"hunter2", &label, &mut rng()).unwrap();
        let opened = Openers::new(private).open(&sealed, &label);
        assert_eq!(opened.as_deref(), Some(b"hunter2".as_slice()));
    }
}

fn round_trips_hold_for_all_sizes_and_scopes<B: SealingBackend>() {
    let key = public_key::<B>(fixture!("rsa-2048.pub"));
    let openers = Openers::new(fixture!("rsa-2048.key"));
    let assert_round_trip = |size: usize, scope: Scope, seed: u64| {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut plaintext = vec![0; size];
        rng.fill_bytes(&mut plaintext);
        let sealed = seal(&key, &plaintext, &label(scope), &mut rng).unwrap();
        let read_back: SealedValue = sealed.to_string().parse().unwrap();
        assert!(read_back == sealed, "{size} bytes, {scope}");
        assert!(
            openers.open(&read_back, &label(scope)) == Some(plaintext),
            "{size} bytes, {scope}"
        );
    };
    for scope in Scope::ALL {
        assert_round_trip(0, scope, 0);
        assert_round_trip(MEBIBYTE, scope, 0);
    }
    let scope = prop::sample::select(Scope::ALL.as_slice());
    let size = prop_oneof![20 => 0_usize..100, 10 => 0_usize..10_000, 1 => 0..=MEBIBYTE];
    proptest!(ProptestConfig::with_cases(60), |(size in size, scope in scope, seed in any::<u64>())| {
        assert_round_trip(size, scope, seed);
    });
}

fn equal_values_seal_differently<B: SealingBackend>() {
    let key = public_key::<B>(fixture!("rsa-2048.pub"));
    let mut rng = rng();
    let mut once = || seal(&key, b"hunter2", &label(Scope::Strict), &mut rng).unwrap();
    let (first, second) = (once(), once());
    assert_ne!(first.encrypted_session_key(), second.encrypted_session_key());
    assert_ne!(first.ciphertext(), second.ciphertext());
}

fn the_largest_value_is_the_largest_envelope<B: SealingBackend>() {
    let key = public_key::<B>(fixture!("rsa-2048.pub"));
    let largest = SealedValue::MAX_BYTES - 2 - 256 - AES_GCM_TAG_BYTES;
    let seal = |size| seal(&key, &vec![7; size], &label(Scope::ClusterWide), &mut rng());
    let sealed = seal(largest).unwrap();
    assert_eq!(sealed.to_bytes().len(), SealedValue::MAX_BYTES);
    assert_eq!(SealedValue::from_bytes(&sealed.to_bytes()).as_ref(), Ok(&sealed));
    assert_eq!(sealed.to_string().parse(), Ok::<_, EnvelopeError>(sealed));
    assert_eq!(seal(largest + 1), Err(SealError::TooLarge));
    assert_eq!(seal(SealedValue::MAX_BYTES + 1), Err(SealError::TooLarge));
}

fn other_labels_and_keys_do_not_open<B: SealingBackend>() {
    let key = public_key::<B>(fixture!("rsa-2048.pub"));
    let openers = Openers::new(fixture!("rsa-2048.key"));
    let others = [
        EncryptionLabel::strict("shop", "database").unwrap(),
        EncryptionLabel::strict("shop", "other").unwrap(),
        EncryptionLabel::strict("other", "database").unwrap(),
        EncryptionLabel::strict("database", "shop").unwrap(),
        EncryptionLabel::namespace_wide("shop").unwrap(),
        EncryptionLabel::namespace_wide("database").unwrap(),
        EncryptionLabel::namespace_wide("Shop").unwrap(),
        EncryptionLabel::cluster_wide(),
    ];
    for scope in Scope::ALL {
        let sealed = seal(&key, b"hunter2", &label(scope), &mut rng()).unwrap();
        for other in &others {
            let opened = openers.open(&sealed, other);
            assert_eq!(opened.is_some(), *other == label(scope), "{scope} under {other:?}");
        }
        for pem in [fixture!("rsa-3072.key"), fixture!("demo.key")] {
            assert_eq!(Openers::new(pem).open(&sealed, &label(scope)), None);
        }
    }
}

#[cfg(feature = "aws-lc")]
mod opening {
    use super::*;
    use crate::primitives::operations;
    use crate::primitives::rust_crypto::PublicKey;
    use crate::testing::aes_gcm_encrypt;

    fn private_key() -> PrivateKey {
        PrivateKey::from_pem(fixture!("rsa-2048.key")).unwrap()
    }

    fn opens(key: &PrivateKey, value: &SealedValue, label: &EncryptionLabel) -> Option<Vec<u8>> {
        unseal(key, value, label).map(|plaintext| plaintext.expose().to_vec())
    }

    /// Seals under a session key of one's choice.
    fn seal_under(session_key: &[u8], plaintext: &[u8]) -> SealedValue {
        let label = label(Scope::Strict);
        let encrypted = public_key::<PublicKey>(fixture!("rsa-2048.pub"))
            .oaep_encrypt(session_key, label.as_bytes(), &mut rng())
            .unwrap();
        SealedValue::from_parts(encrypted, aes_gcm_encrypt(session_key, plaintext)).unwrap()
    }

    #[test]
    fn session_keys_of_all_aes_sizes_open() {
        for size in [16, 24, 32] {
            let sealed = seal_under(&vec![7; size], b"hunter2");
            let opened = opens(&private_key(), &sealed, &label(Scope::Strict));
            assert_eq!(opened.as_deref(), Some(b"hunter2".as_slice()), "{size}");
        }
    }

    #[test]
    fn session_keys_of_other_sizes_do_not_open() {
        let label = label(Scope::Strict);
        let key = public_key::<PublicKey>(fixture!("rsa-2048.pub"));
        for size in [0, 1, 15, 17, 23, 31, 33, 64] {
            let encrypted = key.oaep_encrypt(&vec![7; size], label.as_bytes(), &mut rng()).unwrap();
            let ciphertext = aes_gcm_encrypt(&[7; 32], b"hunter2");
            let sealed = SealedValue::from_parts(encrypted, ciphertext).unwrap();
            assert_eq!(opens(&private_key(), &sealed, &label), None, "{size}");
        }
    }

    #[test]
    fn every_single_bit_change_is_rejected() {
        let key = private_key();
        let envelope = seal_under(&[7; 32], b"hunter2").to_bytes();
        for bit in 0..envelope.len() * 8 {
            let mut changed = envelope.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if let Ok(value) = SealedValue::from_bytes(&changed) {
                assert_eq!(opens(&key, &value, &label(Scope::Strict)), None, "bit {bit}");
            }
        }
    }

    #[test]
    fn every_cut_is_rejected() {
        let key = private_key();
        let envelope = seal_under(&[7; 32], b"hunter2").to_bytes();
        for length in 0..envelope.len() {
            if let Ok(value) = SealedValue::from_bytes(&envelope[..length]) {
                assert_eq!(opens(&key, &value, &label(Scope::Strict)), None, "cut to {length}");
            }
        }
    }

    #[test]
    fn a_session_key_without_its_leading_zero_bytes_opens() {
        let key = public_key::<PublicKey>(fixture!("rsa-2048.pub"));
        let label = label(Scope::Strict);
        let mut rng = rng();
        // One in 256 begins with a zero byte.
        let sealed = std::iter::repeat_with(|| seal(&key, b"hunter2", &label, &mut rng).unwrap())
            .find(|sealed| sealed.encrypted_session_key().starts_with(&[0]))
            .unwrap();
        let encrypted: Vec<u8> =
            sealed.encrypted_session_key().iter().copied().skip_while(|byte| *byte == 0).collect();
        assert!(encrypted.len() < 256);
        let shorter = SealedValue::from_parts(encrypted, sealed.ciphertext().to_vec()).unwrap();
        let opened = opens(&private_key(), &shorter, &label);
        assert_eq!(opened.as_deref(), Some(b"hunter2".as_slice()));
    }

    #[test]
    fn a_session_key_longer_than_the_modulus_is_rejected_without_trying() {
        let sealed = seal_under(&[7; 32], b"hunter2");
        let longer = [&[0], sealed.encrypted_session_key()].concat();
        let longer = SealedValue::from_parts(longer, sealed.ciphertext().to_vec()).unwrap();
        let (opened, operations) =
            operations::during(|| opens(&private_key(), &longer, &label(Scope::Strict)));
        assert_eq!((opened, operations), (None, 0));
    }
}
