//! Reading certificates never panics, and a certificate that was read is written back alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealkit_core::{Certificate, UnixTime};

fuzz_target!(|input: &[u8]| {
    if let Ok(certificate) = Certificate::from_pem(input) {
        assert_eq!(
            Certificate::from_pem(certificate.to_pem().as_bytes()).as_ref(),
            Ok(&certificate)
        );
        let _ = certificate.validity_at(UnixTime(0));
        let _ = (certificate.not_before().to_string(), certificate.not_after().to_string());
    }
});
