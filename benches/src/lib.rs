//! What the benches share: keys, the bare operation of the cryptographic library, and documents.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

pub mod bare;
pub mod documents;

use sealkit_core::{Certificate, KeyRing};
use sealkit_testkit::kubeseal::{Index, Key};

/// A key of `fixtures/kubeseal/`, read by us and by the bare library.
pub struct BenchKey {
    /// The size of its modulus.
    pub bits: u32,
    /// The certificate to seal for.
    pub certificate: Certificate,
    /// The private key, alone in its ring.
    pub key_ring: KeyRing,
    /// The same key without anything of ours.
    pub bare: bare::OaepKey,
}

impl BenchKey {
    /// The keys of 2048 and 4096 bits.
    ///
    /// # Panics
    ///
    /// If the fixtures are damaged.
    #[must_use]
    pub fn all() -> Vec<Self> {
        Index::load().keys.iter().map(Self::read).collect()
    }

    fn read(key: &Key) -> Self {
        let private_key = key.private_key.read();
        Self {
            bits: key.bits,
            certificate: Certificate::from_pem(&key.certificate.read())
                .expect("the fixture is a certificate"),
            key_ring: KeyRing::from_pem(&private_key).expect("the fixture is a private key"),
            bare: bare::OaepKey::from_pem(&private_key),
        }
    }
}
