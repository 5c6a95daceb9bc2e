//! All sealing keys of one moment, in order. Never changed: a new one takes its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use sealkit_core::{Certificate, DatedKey, Fingerprint, KeyOrder, KeyRing, UnixTime};
use sealkit_manifest::key_secret::KeySecret;
use sealkit_manifest::{KeySecretError, Secret};

/// What a key came from: the name of a key Secret or of a file.
pub type KeySource = String;

/// All sealing keys of one moment. Has no `Debug`.
pub struct KeySet {
    ring: KeyRing,
    order: KeyOrder,
    served: Option<Served>,
    keys: Vec<KeyInfo>,
    sources: BTreeMap<Fingerprint, KeySource>,
    faults: Vec<KeyFault>,
    loaded: bool,
}

/// What is known of a key beside the key itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The key's name.
    pub fingerprint: Fingerprint,
    /// Where it came from.
    pub source: KeySource,
    /// When its certificate becomes valid; none without a certificate that can be read.
    pub not_before: Option<UnixTime>,
    /// When its Secret was created.
    pub created: Option<UnixTime>,
}

impl KeyInfo {
    /// The time that this order goes by.
    #[must_use]
    pub fn time(&self, order: KeyOrder) -> Option<UnixTime> {
        match order {
            KeyOrder::CertNotBefore => self.not_before,
            KeyOrder::SecretCreationTimestamp => self.created,
        }
    }
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
#[derive(Clone, Debug)]
pub struct KeyFault {
    /// Where it came from.
    pub source: KeySource,
    /// Why: never a part of the key.
    pub error: Arc<KeySecretError>,
}

impl PartialEq for KeyFault {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.error.kind() == other.error.kind()
    }
}

/// What a key Secret was read as: a key, a fault, or both where its certificate alone is damaged. Clones share the key.
#[derive(Clone)]
pub(super) struct KeyEntry {
    key: Option<Candidate>,
    fault: Option<KeyFault>,
}

#[derive(Clone)]
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
        Self::of(secrets.into_iter().map(|(source, secret)| KeyEntry::read(source, secret)), order)
    }

    /// The keys that were read before.
    pub(super) fn of(entries: impl IntoIterator<Item = KeyEntry>, order: KeyOrder) -> Self {
        let mut candidates = Vec::new();
        let mut faults = Vec::new();
        for KeyEntry { key, fault } in entries {
            candidates.extend(key);
            faults.extend(fault);
        }
        Self { loaded: true, ..Self::in_order(candidates, faults, order) }
    }

    /// No key at all: before any was looked for.
    #[must_use]
    pub fn empty() -> Self {
        Self::in_order(Vec::new(), Vec::new(), KeyOrder::default())
    }

    fn in_order(candidates: Vec<Candidate>, faults: Vec<KeyFault>, order: KeyOrder) -> Self {
        let ring = KeyRing::newest_first(candidates.iter().map(|key| key.dated.clone()), order);
        let served = ring.fingerprints().find_map(|fingerprint| {
            candidates.iter().find_map(|key| key.served_as(fingerprint, order))
        });
        let info_of = |fingerprint| {
            let same = candidates.iter().map(Candidate::info);
            let same = same.filter(|info| info.fingerprint == fingerprint);
            same.max_by_key(|info| info.time(order))
        };
        let keys = ring.fingerprints().filter_map(info_of).collect();
        let sources = candidates.into_iter().map(|key| (key.dated.key.fingerprint(), key.source));
        Self { ring, order, served, keys, sources: sources.collect(), faults, loaded: false }
    }

    /// The private keys, newest first.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// By which of their times they are in order.
    #[must_use]
    pub fn order(&self) -> KeyOrder {
        self.order
    }

    /// What is served; none without a key that has a certificate.
    #[must_use]
    pub fn served(&self) -> Option<&Served> {
        self.served.as_ref()
    }

    /// What is known of the keys, newest first.
    #[must_use]
    pub fn keys(&self) -> &[KeyInfo] {
        &self.keys
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

    /// Whether keys have been looked for at all.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether it makes no difference which of the two is used.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let certificate = |set: &Self| set.served().map(|served| served.certificate.clone());
        self.loaded == other.loaded
            && self.keys == other.keys
            && self.faults == other.faults
            && certificate(self) == certificate(other)
    }
}

impl KeyEntry {
    /// Reads a key Secret, whatever its labels.
    pub(super) fn read(source: &KeySource, secret: &Secret) -> Self {
        let fault = |error| KeyFault { source: source.clone(), error: Arc::new(error) };
        match KeySecret::from_secret(secret) {
            Ok(KeySecret { key, damaged_certificate, .. }) => {
                let pem = secret.data.get("tls.crt");
                let certificate = pem.and_then(|pem| Certificate::from_pem(pem.expose()).ok());
                let key = Candidate { dated: key, certificate, source: source.clone() };
                Self { key: Some(key), fault: damaged_certificate.map(fault) }
            }
            Err(error) => Self { key: None, fault: Some(fault(error)) },
        }
    }
}

impl Candidate {
    fn info(&self) -> KeyInfo {
        KeyInfo {
            fingerprint: self.dated.key.fingerprint(),
            source: self.source.clone(),
            not_before: self.dated.not_before,
            created: self.dated.created,
        }
    }

    fn served_as(&self, fingerprint: Fingerprint, order: KeyOrder) -> Option<Served> {
        let certificate = self.certificate.clone()?;
        (self.dated.key.fingerprint() == fingerprint).then(|| Served {
            certificate,
            source: self.source.clone(),
            ordering_time: self.info().time(order),
        })
    }
}
