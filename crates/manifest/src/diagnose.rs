//! Why a value can't be opened: found out by trying the other labels it may have been sealed for.

use std::fmt;

use sealkit_core::{
    EncryptionLabel, EnvelopeError, Fingerprint, KeyHint, KeyRing, Scope, SealedValue,
};

use crate::sealed_secret::SealedSecret;

/// Why a value can't be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The text is no sealed value at all.
    Malformed(EnvelopeError),
    /// It opens, but only for another scope, namespace or name than the document has.
    SealedForAnother {
        /// What it was sealed for.
        sealed_for: Target,
        /// What the document is.
        document: Target,
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
        tried: Vec<Target>,
    },
    /// None of the keys opens it, and no hint names one.
    NoKeyFits {
        /// How many keys were tried.
        tried: usize,
        /// What was tried besides what the document is.
        targets: Vec<Target>,
    },
}

/// What a value is sealed for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// Which of the others count.
    pub scope: Scope,
    /// The namespace; counts unless the scope is cluster-wide.
    pub namespace: String,
    /// The name; counts if the scope is strict.
    pub name: String,
}

/// Finds out why `value` of `item` can't be opened with `keys`.
pub(crate) fn diagnose(
    sealed_secret: &SealedSecret,
    item: &str,
    value: &SealedValue,
    keys: &KeyRing,
) -> Cause {
    let wanted = sealed_secret.hints().sealed_with(item);
    let hint = wanted.map_or(KeyHint::None, KeyHint::Fingerprint);
    let document = Target::of(sealed_secret);
    let opens_for = |target: &Target| {
        let label = target.label()?;
        keys.find_key(value, &label, hint)
    };
    if let Some(key) = opens_for(&document) {
        return Cause::Damaged { key };
    }
    let others = other_targets(sealed_secret, &document);
    if let Some(sealed_for) = others.iter().find(|target| opens_for(target).is_some()) {
        return Cause::SealedForAnother { sealed_for: sealed_for.clone(), document };
    }
    match wanted {
        Some(key) if keys.contains(&key) => Cause::KeyIsHere { key, tried: others },
        Some(wanted) => Cause::WrongKey { wanted, tried: keys.len() },
        None => Cause::NoKeyFits { tried: keys.len(), targets: others },
    }
}

/// Every scope, of every namespace and name that the document mentions.
fn other_targets(sealed_secret: &SealedSecret, document: &Target) -> Vec<Target> {
    let hints = sealed_secret.hints();
    let template = &sealed_secret.template.metadata;
    let mut names = vec![(document.namespace.as_str(), document.name.as_str())];
    names.extend(hints.sealed_for());
    names.push((&template.namespace, &template.name));

    let mut targets = Vec::new();
    for scope in [Scope::Strict, Scope::NamespaceWide, Scope::ClusterWide] {
        for (namespace, name) in &names {
            let target = Target::new(scope, namespace, name);
            let known = target == *document || targets.contains(&target);
            if !known && target.label().is_some() {
                targets.push(target);
            }
        }
    }
    targets
}

impl Target {
    fn of(sealed_secret: &SealedSecret) -> Self {
        let metadata = &sealed_secret.metadata;
        Self::new(sealed_secret.scope(), &metadata.namespace, &metadata.name)
    }

    /// Leaves out what the scope does not bind, so that equal labels are equal targets.
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

impl fmt::Display for Target {
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
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(_) | Self::Damaged { .. } => {
                Some("seal the value again, or take it back from the file's history")
            }
            Self::SealedForAnother { .. } => Some(
                "give the document the scope, namespace and name that it was sealed for, or seal again",
            ),
            Self::WrongKey { .. } => Some("--key with that private key opens it"),
            Self::KeyIsHere { .. } | Self::NoKeyFits { .. } => Some(
                "the document may have been renamed or moved, be of another cluster, or be damaged",
            ),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "is not a sealed value: {error}"),
            Self::SealedForAnother { sealed_for, document } => {
                write!(f, "was sealed for {sealed_for}, but the document is {document}")
            }
            Self::Damaged { key } => write!(f, "was sealed with key {key}, but is damaged"),
            Self::WrongKey { wanted, tried } => {
                write!(f, "no key fits: it is said to be sealed with {wanted}, ")?;
                write!(f, "which is not among the {}", keys(*tried))
            }
            Self::KeyIsHere { key, tried } => {
                write!(f, "key {key}, which it is said to be sealed with, does not open it, ")?;
                write!(f, "neither for this document{}", also(tried))
            }
            Self::NoKeyFits { tried, targets } => {
                write!(f, "none of the {} opens it, ", keys(*tried))?;
                write!(f, "neither for this document{}", also(targets))
            }
        }
    }
}

fn keys(count: usize) -> String {
    if count == 1 { "1 key given".to_owned() } else { format!("{count} keys given") }
}

fn also(tried: &[Target]) -> String {
    tried.iter().map(|target| format!(" nor for {target}")).collect()
}
