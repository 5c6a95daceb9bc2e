//! Why a value cannot be opened: found out by trying the other labels it may have been sealed for.
//!
//! For whoever holds the private keys. A service must not do this in answer to a request: the answer tells whom a copied
//! ciphertext was sealed for, and a single one takes many private-key operations.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::fmt;

use sealkit_core::{
    Diagnosing, EncryptionLabel, EnvelopeError, Fingerprint, KeyHint, Scope, SealedValue,
};

use crate::ciphertext::Ciphertext;
use crate::neighbours::{Candidate, Neighbour};
use crate::sealed_secret::{Item, SealedSecret};

/// What Kubernetes calls the namespace that nobody has chosen.
const DEFAULT_NAMESPACE: &str = "default";

/// Why a value cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The text is no sealed value at all.
    Malformed(EnvelopeError),
    /// It opens, but only for another scope, namespace or name than the document has.
    SealedForAnother {
        /// What it was sealed for.
        sealed_for: Binding,
        /// What the document is.
        document: Binding,
        /// Another SealedSecret of the same run that is what it was sealed for.
        neighbour: Option<Neighbour>,
    },
    /// It opens, but with a key that the search did not come to: the values of the object were sealed with too many
    /// different ones.
    SearchLimit {
        /// The key that opens it.
        key: Fingerprint,
    },
    /// A key opens its session key, but the data behind that was changed or cut.
    Damaged {
        /// The key that it was sealed with.
        key: Fingerprint,
    },
    /// None of the keys opens it, and the key that the hint names is not among them.
    WrongKey {
        /// The key that the hint names.
        wanted: Fingerprint,
        /// How many keys were tried.
        tried: usize,
    },
    /// The key that the hint names is here, but opens it for no name that it could be known by.
    KeyIsHere {
        /// The key that the hint names.
        key: Fingerprint,
        /// What was tried besides what the document is.
        tried: Vec<Binding>,
    },
    /// It was sealed for a key of a size that none of the keys has.
    OtherKeySize {
        /// Bits of the key that it was sealed for.
        sealed: usize,
        /// Bits of the keys given.
        given: Vec<usize>,
    },
    /// None of the keys opens it, and no hint names one.
    NoKeyFits {
        /// How many keys were tried.
        tried: usize,
        /// What was tried besides what the document is.
        bindings: Vec<Binding>,
    },
}

/// What a value is sealed for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// Which of the others count.
    pub scope: Scope,
    /// The namespace; counts unless the scope is cluster-wide.
    pub namespace: String,
    /// The name; counts if the scope is strict.
    pub name: String,
}

/// The most labels that are tried besides the document's own, each with every key.
const MAX_LABELS: usize = 10;

/// Finds out why a value cannot be opened with these keys.
///
/// Tries up to ten labels with every key. A value that the SealedSecret does not have is malformed.
#[must_use]
pub fn diagnose(sealed: &SealedSecret, item: &Item, keys: Diagnosing<'_>) -> Cause {
    diagnose_among(sealed, item, keys, |_| Vec::new())
}

/// As [`diagnose`], with what other SealedSecrets of the same run are, within the same limit.
pub(crate) fn diagnose_among(
    sealed: &SealedSecret,
    item: &Item,
    keys: Diagnosing<'_>,
    neighbours: impl Fn(&SealedValue) -> Vec<Candidate>,
) -> Cause {
    match sealed.value(item).map(Ciphertext::sealed_value) {
        None => Cause::Malformed(EnvelopeError::Truncated),
        Some(Err(error)) => Cause::Malformed(error),
        Some(Ok(value)) => cause(sealed, item, value, keys, || neighbours(value)),
    }
}

fn cause(
    sealed: &SealedSecret,
    item: &Item,
    value: &SealedValue,
    keys: Diagnosing<'_>,
    neighbours: impl FnOnce() -> Vec<Candidate>,
) -> Cause {
    let wanted = sealed.hints().sealed_with(item.name());
    let hint = wanted.map_or(KeyHint::NONE, KeyHint::from);
    let document = Binding::of(sealed);
    let opens_for = |binding: &Binding| {
        let label = binding.label()?;
        keys.find_key(value, &label, hint)
    };
    if let Some(key) = opens_for(&document) {
        let label = document.label();
        let opens = |label| keys.keys().unseal(value, &label, key.into()).is_ok();
        return match label.is_some_and(opens) {
            true => Cause::SearchLimit { key },
            false => Cause::Damaged { key },
        };
    }
    let others = other_bindings(sealed, &document, neighbours());
    if let Some((sealed_for, neighbour)) =
        others.iter().find(|(other, _)| opens_for(other).is_some())
    {
        let (sealed_for, neighbour) = (sealed_for.clone(), neighbour.clone());
        return Cause::SealedForAnother { sealed_for, document, neighbour };
    }
    let others = others.into_iter().map(|(binding, _)| binding).collect();
    match wanted {
        Some(key) if keys.keys().contains(&key) => Cause::KeyIsHere { key, tried: others },
        Some(wanted) => Cause::WrongKey { wanted, tried: keys.keys().len() },
        None => other_key_size(value, keys)
            .unwrap_or(Cause::NoKeyFits { tried: keys.keys().len(), bindings: others }),
    }
}

/// The length of the encrypted session key tells the size of the key for certain, where it is a usual one.
fn other_key_size(value: &SealedValue, keys: Diagnosing<'_>) -> Option<Cause> {
    const USUAL: [usize; 4] = [2048, 3072, 4096, 8192];
    let sealed = value.key_bits();
    let bits = keys.keys().iter().map(|key| key.sealing_key().bits() as usize);
    let given: BTreeSet<usize> = bits.collect();
    (USUAL.contains(&sealed) && !given.is_empty() && !given.contains(&sealed))
        .then(|| Cause::OtherKeySize { sealed, given: given.into_iter().collect() })
}

/// What else a value may have been sealed for, the likeliest first: what another SealedSecret is that holds the very same
/// value; what the document mentions; what its neighbours are.
fn other_bindings(
    sealed: &SealedSecret,
    document: &Binding,
    neighbours: Vec<Candidate>,
) -> Vec<(Binding, Option<Neighbour>)> {
    let neighbours = neighbours.into_iter().map(|(binding, neighbour)| (binding, Some(neighbour)));
    let (holders, near): (Vec<_>, Vec<_>) = neighbours.partition(|(_, neighbour)| {
        neighbour.as_ref().is_some_and(|neighbour| neighbour.item.is_some())
    });
    let mentioned = mentioned_bindings(sealed).into_iter().map(|binding| (binding, None));
    let mut others: Vec<(Binding, Option<Neighbour>)> = Vec::new();
    for (binding, neighbour) in holders.into_iter().chain(mentioned).chain(near) {
        let is_known = others.iter().any(|(other, _)| *other == binding);
        if !is_known && binding != *document && binding.label().is_some() {
            others.push((binding, neighbour));
        }
    }
    others.truncate(MAX_LABELS);
    others
}

/// Every scope, of every namespace and name that the document mentions, and of the namespace that nobody has chosen.
fn mentioned_bindings(sealed: &SealedSecret) -> Vec<Binding> {
    let own = sealed.metadata();
    let hints = sealed.hints();
    let template = &sealed.template().metadata;
    let mut names = vec![(own.namespace.as_str(), own.name.as_str())];
    names.extend(hints.sealed_for());
    names.push((&template.namespace, &template.name));
    // What upstream's program takes where no namespace is named.
    names.push((DEFAULT_NAMESPACE, &own.name));

    let scopes = [Scope::Strict, Scope::NamespaceWide, Scope::ClusterWide];
    let of_scope =
        |scope| names.iter().map(move |(namespace, name)| Binding::new(scope, namespace, name));
    scopes.into_iter().flat_map(of_scope).collect()
}

impl Binding {
    /// What a SealedSecret is.
    pub(crate) fn of(sealed: &SealedSecret) -> Self {
        let metadata = sealed.metadata();
        Self::new(sealed.scope(), &metadata.namespace, &metadata.name)
    }

    /// Leaves out what the scope does not bind, so that equal labels are equal bindings.
    fn new(scope: Scope, namespace: &str, name: &str) -> Self {
        let bound = |binds: bool, text: &str| if binds { text.to_owned() } else { String::new() };
        Self {
            scope,
            namespace: bound(scope != Scope::ClusterWide, namespace),
            name: bound(scope == Scope::Strict, name),
        }
    }

    fn label(&self) -> Option<EncryptionLabel> {
        EncryptionLabel::for_scope(self.scope, &self.namespace, &self.name).ok()
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, namespace, name } = self;
        match scope {
            Scope::Strict => write!(f, "{namespace}/{name} (strict)"),
            Scope::NamespaceWide => write!(f, "namespace {namespace} (namespace-wide)"),
            Scope::ClusterWide => f.write_str("any namespace (cluster-wide)"),
        }
    }
}

impl Cause {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "Malformed",
            Self::SealedForAnother { .. } => "SealedForAnother",
            Self::SearchLimit { .. } => "SearchLimit",
            Self::Damaged { .. } => "Damaged",
            Self::WrongKey { .. } => "WrongKey",
            Self::KeyIsHere { .. } => "KeyIsHere",
            Self::OtherKeySize { .. } => "OtherKeySize",
            Self::NoKeyFits { .. } => "NoKeyFits",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "is not a sealed value: it is {error}"),
            Self::SealedForAnother { sealed_for, document, neighbour } => {
                write!(f, "was sealed for {sealed_for}, ")?;
                if let Some(neighbour) = neighbour {
                    write!(f, "as {neighbour} is, ")?;
                }
                write!(f, "but the document is {document}")
            }
            Self::SearchLimit { key } => {
                write!(f, "opens with key {key}, but the object's values have too many keys to try")
            }
            Self::Damaged { key } => write!(f, "was sealed with key {key}, but is damaged"),
            Self::WrongKey { wanted, tried } => {
                write!(f, "no key fits: it is said to be sealed with {wanted}, ")?;
                match tried {
                    1 => f.write_str("which is not the key given"),
                    count => write!(f, "which is not among the {count} keys given"),
                }
            }
            Self::KeyIsHere { key, tried } => {
                write!(f, "key {key}, which it is said to be sealed with, does not open it, ")?;
                write!(f, "neither for this document{}", also(tried))
            }
            Self::OtherKeySize { sealed, given } => {
                let given: Vec<String> = given.iter().map(ToString::to_string).collect();
                write!(f, "was sealed with another key: it has {sealed} bits, ")?;
                write!(f, "and those given have {}", given.join(", "))
            }
            Self::NoKeyFits { tried, bindings } => {
                match tried {
                    1 => f.write_str("the key given does not open it, ")?,
                    count => write!(f, "none of the {count} keys given opens it, ")?,
                }
                write!(f, "neither for this document{}", also(bindings))
            }
        }
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Malformed(error) => error.source(),
            Self::SealedForAnother { .. }
            | Self::SearchLimit { .. }
            | Self::Damaged { .. }
            | Self::WrongKey { .. }
            | Self::KeyIsHere { .. }
            | Self::OtherKeySize { .. }
            | Self::NoKeyFits { .. } => None,
        }
    }
}

fn also(tried: &[Binding]) -> String {
    tried.iter().map(|binding| format!(" nor for {binding}")).collect()
}
