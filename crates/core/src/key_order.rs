//! Which of a cluster's keys is the newest: the one that is served, and that is sealed with.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::error::ParseKeyOrderError;
use crate::private_key::PrivateKey;
use crate::unix_time::UnixTime;

/// A private key, and the times by which keys are put in order. Clones share the key.
#[derive(Clone)]
pub struct DatedKey {
    /// The key.
    pub key: PrivateKey,
    /// When its certificate becomes valid; none without a certificate that can be read.
    pub not_before: Option<UnixTime>,
    /// When it came to where it is kept: the creation of its Secret.
    pub created: Option<UnixTime>,
}

/// By which time keys are put in order, by the names that upstream's flag `--key-order-priority` takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// The start of the certificate's validity.
    #[default]
    CertNotBefore,
    /// The creation of the Secret that holds the key.
    SecretCreationTimestamp,
}

impl DatedKey {
    /// A key of which no time is known.
    #[must_use]
    pub fn undated(key: PrivateKey) -> Self {
        Self { key, not_before: None, created: None }
    }

    fn time(&self, order: KeyOrder) -> Option<UnixTime> {
        match order {
            KeyOrder::CertNotBefore => self.not_before,
            KeyOrder::SecretCreationTimestamp => self.created,
        }
    }
}

impl KeyOrder {
    /// Newest first. Keys without a time come last. Of two with the same time, the one created earlier stays the
    /// newer one, as upstream has it; then the fingerprint decides, so that the order hangs on nothing else.
    pub(crate) fn compare(self, a: &DatedKey, b: &DatedKey) -> Ordering {
        // Absent is less than any time: last where the latest is first, and made last where the earliest is.
        let created = |key: &DatedKey| (key.created.is_none(), key.created);
        let newest = b.time(self).cmp(&a.time(self));
        let newest = newest.then_with(|| created(a).cmp(&created(b)));
        newest.then_with(|| a.key.fingerprint().cmp(&b.key.fingerprint()))
    }
}

impl fmt::Display for KeyOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CertNotBefore => "CertNotBefore",
            Self::SecretCreationTimestamp => "SecretCreationTimestamp",
        })
    }
}

impl FromStr for KeyOrder {
    type Err = ParseKeyOrderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "CertNotBefore" => Ok(Self::CertNotBefore),
            "SecretCreationTimestamp" => Ok(Self::SecretCreationTimestamp),
            _ => Err(ParseKeyOrderError),
        }
    }
}

#[cfg(test)]
mod tests;
