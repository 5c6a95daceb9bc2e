//! The values of a SealedSecret, opened: what verifying, re-encrypting, reconciling and unsealing begin with.
//!
//! No template is rendered here, and a failure tells nothing but which value it was.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use sealkit_core::{
    EncryptionLabel, EnvelopeError, Fingerprint, KeyHint, KeyRing, LabelError, Plaintext,
    TrialLimit, Trials, Unsealed,
};

use crate::annotations::Hints;
use crate::ciphertext::Ciphertext;
use crate::sealed_secret::{Item, SealedSecret};

/// The values of a SealedSecret in the clear, each with the key that opened it. Has no `Debug`.
pub struct OpenedValues {
    /// What all of them were opened under.
    label: EncryptionLabel,
    values: BTreeMap<Item, Unsealed>,
}

/// What came of opening a SealedSecret for somebody who may not know why it failed. Has no `Debug`.
pub struct Attempt {
    /// The values, or the first that did not open.
    pub outcome: Result<OpenedValues, OpenError>,
    /// How many private-key operations it took.
    pub operations: usize,
}

/// Why a SealedSecret could not be opened.
///
/// Wrong key, wrong namespace, name or scope, and damaged data are one variant: whoever may not hold the private keys must
/// not learn which it was. [`diagnose`](crate::diagnose()) finds out for those who do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The encryption label cannot be made from namespace and name.
    Label(LabelError),
    /// A value is no sealed value at all. That is to be seen without a key.
    Malformed {
        /// Which value.
        item: Item,
        /// Why it is none.
        error: EnvelopeError,
    },
    /// No key opens a value.
    NotOpened {
        /// Which value.
        item: Item,
    },
}

/// Opens all values of a SealedSecret.
///
/// All of them share one search for the right key: the key that a hint names is tried first, then those that opened the
/// values before, then the others, newest first. `limit` bounds what that costs, for the whole object.
///
/// # Errors
/// The first value that does not open.
pub fn open(
    sealed: &SealedSecret,
    keys: &KeyRing,
    limit: TrialLimit,
) -> Result<OpenedValues, OpenError> {
    open_some(sealed, keys, limit, |_| true)
}

/// Opens all values of a SealedSecret, as [`open`] does, and goes on behind one that does not open: how long a failure
/// takes tells nothing of where it was. This is what answers a request.
#[must_use]
pub fn attempt(sealed: &SealedSecret, keys: &KeyRing, limit: TrialLimit) -> Attempt {
    let label = match sealed.label() {
        Ok(label) => label,
        Err(error) => return Attempt { outcome: Err(OpenError::Label(error)), operations: 0 },
    };
    let mut search = Search::new(sealed, &label, keys.trials(limit));
    let mut values = BTreeMap::new();
    let mut failure = None;
    for (item, value) in sealed.values() {
        match search.unseal(&item, value) {
            Ok(unsealed) => drop(values.insert(item, unsealed)),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let operations = search.trials.operations();
    let outcome = failure.map_or(Ok(OpenedValues { label, values }), Err);
    Attempt { outcome, operations }
}

/// Opens those of the values that are wanted.
pub(crate) fn open_some(
    sealed: &SealedSecret,
    keys: &KeyRing,
    limit: TrialLimit,
    wanted: impl Fn(&Item) -> bool,
) -> Result<OpenedValues, OpenError> {
    let label = sealed.label().map_err(OpenError::Label)?;
    let mut search = Search::new(sealed, &label, keys.trials(limit));
    let mut values = BTreeMap::new();
    for (item, value) in sealed.values().filter(|(item, _)| wanted(item)) {
        let unsealed = search.unseal(&item, value)?;
        values.insert(item, unsealed);
    }
    Ok(OpenedValues { label, values })
}

/// One search, shared by the values of an object.
struct Search<'a> {
    label: &'a EncryptionLabel,
    hints: Hints,
    trials: Trials<'a>,
}

impl<'a> Search<'a> {
    fn new(sealed: &SealedSecret, label: &'a EncryptionLabel, trials: Trials<'a>) -> Self {
        Self { label, hints: sealed.hints(), trials }
    }

    fn unseal(&mut self, item: &Item, value: &Ciphertext) -> Result<Unsealed, OpenError> {
        let malformed = |error| OpenError::Malformed { item: item.clone(), error };
        let value = value.sealed_value().map_err(malformed)?;
        let hint = self.hints.sealed_with(item.name()).map_or(KeyHint::NONE, KeyHint::from);
        let unsealed = self.trials.unseal(value, self.label, hint);
        unsealed.map_err(|_| OpenError::NotOpened { item: item.clone() })
    }
}

impl OpenedValues {
    /// The values and the key that opened each.
    pub fn iter(&self) -> impl Iterator<Item = (&Item, &Unsealed)> {
        self.values.iter()
    }

    /// The key that opened each value.
    pub fn keys(&self) -> impl Iterator<Item = (&Item, Fingerprint)> {
        self.values.iter().map(|(item, unsealed)| (item, unsealed.fingerprint))
    }

    /// What the values were opened under: their scope, and what it binds.
    #[must_use]
    pub fn label(&self) -> &EncryptionLabel {
        &self.label
    }

    /// One value, taken out.
    pub(crate) fn take(&mut self, item: &Item) -> Option<Plaintext> {
        self.values.remove(item).map(|unsealed| unsealed.plaintext)
    }

    /// The values of `spec.encryptedData`.
    pub(crate) fn into_named(self) -> BTreeMap<String, Plaintext> {
        let named = self.values.into_iter().filter_map(|(item, unsealed)| match item {
            Item::Named(name) => Some((name, unsealed.plaintext)),
            Item::Whole => None,
        });
        named.collect()
    }
}

impl OpenError {
    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Label(_) => "NoEncryptionLabel",
            Self::Malformed { .. } => "Malformed",
            Self::NotOpened { .. } => "NotOpened",
        }
    }

    /// Which value it is about; none where it is about the whole object.
    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        match self {
            Self::Label(_) => None,
            Self::Malformed { item, .. } | Self::NotOpened { item } => Some(item),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(error) => error.fmt(f),
            Self::Malformed { item, error } => {
                write!(f, "{item}: is not a sealed value: it is {error}")
            }
            Self::NotOpened { item } => {
                write!(f, "{item}: no private key opens it for this name, namespace and scope")
            }
        }
    }
}

impl StdError for OpenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Label(error) => error.source(),
            Self::Malformed { error, .. } => error.source(),
            Self::NotOpened { .. } => None,
        }
    }
}
