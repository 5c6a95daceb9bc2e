//! The values of a SealedSecret, opened: what verifying, re-encrypting, reconciling and unsealing begin with.
//!
//! No template is rendered here, and a failure tells nothing but which value it was.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use sealkit_core::{
    EnvelopeError, Fingerprint, KeyHint, KeyRing, LabelError, Plaintext, TrialLimit, Unsealed,
};

use crate::sealed_secret::{Item, SealedSecret};

/// The values of a SealedSecret in the clear, each with the key that opened it. Has no `Debug`.
pub struct OpenedValues(BTreeMap<Item, Unsealed>);

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

/// Opens those of the values that are wanted.
pub(crate) fn open_some(
    sealed: &SealedSecret,
    keys: &KeyRing,
    limit: TrialLimit,
    wanted: impl Fn(&Item) -> bool,
) -> Result<OpenedValues, OpenError> {
    let label = sealed.label().map_err(OpenError::Label)?;
    let hints = sealed.hints();
    let mut trials = keys.trials(limit);
    let mut opened = BTreeMap::new();
    for (item, value) in sealed.values().filter(|(item, _)| wanted(item)) {
        let value = match value.sealed_value() {
            Ok(value) => value,
            Err(error) => return Err(OpenError::Malformed { item, error }),
        };
        let hint = hints.sealed_with(item.name()).map_or(KeyHint::NONE, KeyHint::from);
        match trials.unseal(value, &label, hint) {
            Ok(unsealed) => drop(opened.insert(item, unsealed)),
            Err(_) => return Err(OpenError::NotOpened { item }),
        }
    }
    Ok(OpenedValues(opened))
}

impl OpenedValues {
    /// The values and the key that opened each.
    pub fn iter(&self) -> impl Iterator<Item = (&Item, &Unsealed)> {
        self.0.iter()
    }

    /// The key that opened each value.
    pub fn keys(&self) -> impl Iterator<Item = (&Item, Fingerprint)> {
        self.0.iter().map(|(item, unsealed)| (item, unsealed.fingerprint))
    }

    /// One value, taken out.
    pub(crate) fn take(&mut self, item: &Item) -> Option<Plaintext> {
        self.0.remove(item).map(|unsealed| unsealed.plaintext)
    }

    /// The values of `spec.encryptedData`.
    pub(crate) fn into_named(self) -> BTreeMap<String, Plaintext> {
        let named = self.0.into_iter().filter_map(|(item, unsealed)| match item {
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
