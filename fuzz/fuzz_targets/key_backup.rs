//! Reading backups of key Secrets never panics, and every key that was read is in one piece.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealkit_core::PrivateKey;
use sealkit_manifest::key_secret::read_backup;
use zeroize::Zeroizing;

fuzz_target!(|input: &[u8]| {
    let Ok(backup) = read_backup(Zeroizing::new(input.to_vec())) else { return };
    assert!(!backup.keys.is_empty());
    for key in backup.keys {
        let private_key = &key.key.key;
        let pem = private_key.to_pkcs1_pem();
        let same = PrivateKey::from_pem(pem.as_bytes());
        assert!(same.is_ok_and(|same| same.fingerprint() == private_key.fingerprint()));
        assert!(key.key.not_before.is_none() || key.damaged_certificate.is_none());
    }
});
