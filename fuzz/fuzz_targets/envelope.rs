//! Parsing a sealed value never panics, and what was read is written back alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealkit_core::SealedValue;

fuzz_target!(|input: &[u8]| {
    if let Ok(value) = SealedValue::from_bytes(input) {
        assert_eq!(value.to_bytes(), input);
        assert_eq!(value.to_string().parse(), Ok(value));
    }
    if let Ok(text) = std::str::from_utf8(input)
        && let Ok(value) = text.parse::<SealedValue>()
    {
        assert_eq!(value.to_string().parse(), Ok(value));
    }
});
