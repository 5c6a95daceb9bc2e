//! All sealing keys of one moment, in order. Never changed: a new one takes its place.

use std::collections::BTreeMap;

use sealkit_core::{Certificate, DatedKey, Fingerprint, KeyOrder, KeyRing, UnixTime};
use sealkit_manifest::key_secret::KeySecret;
use sealkit_manifest::{KeySecretError, Secret};

/// What a key came from: the name of a key Secret or of a file.
pub type KeySource = String;

/// All sealing keys of one moment. Has no `Debug`.
pub struct KeySet {
    ring: KeyRing,
    served: Option<Served>,
    sources: BTreeMap<Fingerprint, KeySource>,
    faults: Vec<KeyFault>,
}

/// The certificate that is served, and under whose key values are sealed again.
#[derive(Clone, Debug)]
pub struct Served {
    /// The first certificate of the newest key that has one.
    pub certificate: Certificate,
    /// Where it came from.
    pub source: KeySource,
    /// By which of its times it is the newest.
    pub ordering_time: Option<UnixTime>,
}

/// A key that is not used, and why.
#[derive(Debug)]
pub struct KeyFault {
    /// Where it came from.
    pub source: KeySource,
    /// Why: never a part of the key.
    pub error: KeySecretError,
}

struct Candidate {
    dated: DatedKey,
    certificate: Option<Certificate>,
    source: KeySource,
}

impl KeySet {
    /// Reads key Secrets, whatever their labels: the caller has chosen them.
    ///
    /// One that cannot be used is a fault, and the others count. A key without a certificate that can be read opens, and is
    /// not served.
    pub fn read<'a>(
        secrets: impl IntoIterator<Item = (&'a KeySource, &'a Secret)>,
        order: KeyOrder,
    ) -> Self {
        let mut faults = Vec::new();
        let mut candidates = Vec::new();
        for (source, secret) in secrets {
            match read_one(source, secret) {
                Ok((candidate, damaged)) => {
                    candidates.push(candidate);
                    faults.extend(damaged);
                }
                Err(fault) => faults.push(fault),
            }
        }
        Self::in_order(candidates, faults, order)
    }

    /// No key at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::in_order(Vec::new(), Vec::new(), KeyOrder::default())
    }

    fn in_order(candidates: Vec<Candidate>, faults: Vec<KeyFault>, order: KeyOrder) -> Self {
        let ring = KeyRing::newest_first(candidates.iter().map(|key| key.dated.clone()), order);
        let served = ring.fingerprints().find_map(|fingerprint| {
            candidates.iter().find_map(|key| key.served_as(fingerprint, order))
        });
        let sources = candidates.into_iter().map(|key| (key.dated.key.fingerprint(), key.source));
        Self { ring, served, sources: sources.collect(), faults }
    }

    /// The private keys, newest first.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// What is served; none without a key that has a certificate.
    #[must_use]
    pub fn served(&self) -> Option<&Served> {
        self.served.as_ref()
    }

    /// Where each key came from.
    #[must_use]
    pub fn sources(&self) -> &BTreeMap<Fingerprint, KeySource> {
        &self.sources
    }

    /// What could not be used.
    #[must_use]
    pub fn faults(&self) -> &[KeyFault] {
        &self.faults
    }
}

impl Candidate {
    fn served_as(&self, fingerprint: Fingerprint, order: KeyOrder) -> Option<Served> {
        let certificate = self.certificate.clone()?;
        (self.dated.key.fingerprint() == fingerprint).then(|| Served {
            certificate,
            source: self.source.clone(),
            ordering_time: match order {
                KeyOrder::CertNotBefore => self.dated.not_before,
                KeyOrder::SecretCreationTimestamp => self.dated.created,
            },
        })
    }
}

fn read_one(
    source: &KeySource,
    secret: &Secret,
) -> Result<(Candidate, Option<KeyFault>), KeyFault> {
    let fault = |error| KeyFault { source: source.clone(), error };
    let KeySecret { key, damaged_certificate, .. } =
        KeySecret::from_secret(secret).map_err(fault)?;
    let pem = secret.data.get("tls.crt");
    let certificate = pem.and_then(|pem| Certificate::from_pem(pem.expose()).ok());
    let candidate = Candidate { dated: key, certificate, source: source.clone() };
    Ok((candidate, damaged_certificate.map(fault)))
}
