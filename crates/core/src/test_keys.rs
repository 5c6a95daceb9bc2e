//! The keys and certificates of `fixtures/keys`, and random numbers for tests.

/// A file of `fixtures/keys`.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/", $name))
            .as_slice()
    };
}
pub(crate) use fixture;
