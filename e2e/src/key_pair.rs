//! Keys that the tests seal for.

use std::path::PathBuf;

use sealkit_testkit::kubeseal::Index;

/// The files of a key, in PEM.
pub struct KeyPair {
    /// The private key, or a Secret that holds it.
    pub private_key: PathBuf,
    /// The certificate.
    pub certificate: PathBuf,
}

impl KeyPair {
    /// The keys of `fixtures/kubeseal/`: one of 2048 bits, one of 4096 bits.
    #[must_use]
    pub fn fixtures() -> Vec<Self> {
        let keys = Index::load().keys;
        let sizes: Vec<u32> = keys.iter().map(|key| key.bits).collect();
        assert_eq!(sizes, [2048, 4096], "both sizes are tested");
        keys.iter()
            .map(|key| Self {
                private_key: key.private_key.path(),
                certificate: key.certificate.path(),
            })
            .collect()
    }

    /// The smaller one, where the size does not matter.
    #[must_use]
    pub fn fixture() -> Self {
        Self::fixtures().remove(0)
    }
}
