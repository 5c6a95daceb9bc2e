//! Reading private keys never panics, and a key that was read is written so that it reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealkit_core::{KeyRing, PrivateKey};

fuzz_target!(|input: &[u8]| {
    let first = PrivateKey::from_pem(input);
    if let Ok(key) = &first {
        let read_back = PrivateKey::from_pem(key.to_pkcs1_pem().as_bytes());
        assert!(read_back.is_ok_and(|same| same.fingerprint() == key.fingerprint()));
    }
    if let Ok(ring) = KeyRing::from_pem(input) {
        assert_eq!(ring.fingerprints().next(), first.ok().map(|key| key.fingerprint()));
    }
});
