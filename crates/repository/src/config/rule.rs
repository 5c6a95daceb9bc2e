//! What a `.seal.yaml` says about files.

use std::path::PathBuf;

use kubeyaml::Position;
use sealkit_core::{Fingerprint, Scope};

use super::certificates::Certificates;
use super::keys::KeyPattern;

/// What is said about the files that match one of its patterns, unless an earlier rule matches them.
#[derive(Debug)]
pub struct Rule {
    pub(super) position: Position,
    pub(super) environment: Option<String>,
    pub(super) certificates: Certificates,
    pub(super) pins: Vec<Fingerprint>,
    pub(super) binding: Binding,
    pub(super) keys: Vec<SealedKeys>,
}

/// A rule that is the rule of no file.
#[derive(Clone, Copy, Debug)]
pub struct UnusedRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Whether it matches files, all of which an earlier rule matches as well.
    pub is_shadowed: bool,
}

/// What sealed values are bound to, as far as a rule says. What it leaves open, the document says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Binding {
    /// The scope.
    pub scope: Option<Scope>,
    /// The namespace: an RFC 1123 label.
    pub namespace: Option<String>,
    /// The name of the SealedSecret: RFC 1123 labels with dots between.
    pub name: Option<String>,
}

/// The certificate of a cluster, in a file.
#[derive(Debug)]
pub struct CertificateFile {
    pub(super) position: Position,
    /// Relative to the folder of the `.seal.yaml`; names alone.
    pub(super) path: PathBuf,
}

/// Sealed values in a values file.
#[derive(Debug)]
pub struct SealedKeys {
    pub(super) pattern: KeyPattern,
    pub(super) binding: Binding,
}

impl Rule {
    /// Where the rule begins in the `.seal.yaml`.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The environment that the files belong to.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The certificates of the clusters that the files are for, its own or those of its environment: none where neither
    /// is named.
    #[must_use]
    pub fn certificates(&self) -> &[CertificateFile] {
        &self.certificates
    }

    /// The keys that the files may be sealed for, wherever the certificate comes from: none where any will do.
    #[must_use]
    pub fn pins(&self) -> &[Fingerprint] {
        &self.pins
    }

    /// Whether the files may be sealed for this key.
    #[must_use]
    pub fn allows(&self, key: Fingerprint) -> bool {
        self.pins.is_empty() || self.pins.contains(&key)
    }

    /// What the values of a SealedSecret are bound to.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// Which keys of a values file hold sealed values. Of several that match, the first counts.
    #[must_use]
    pub fn keys(&self) -> &[SealedKeys] {
        &self.keys
    }

    /// What a value is bound to whose place in the file is not known: what all of its keys agree on.
    #[must_use]
    pub fn binding_anywhere(&self) -> Binding {
        let of_keys = self.keys.iter().map(|keys| keys.binding.clone());
        of_keys.reduce(|one, other| one.and(&other)).unwrap_or_else(|| self.binding.clone())
    }
}

impl Binding {
    /// What this says, and `other` where this says nothing.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            scope: self.scope.or(other.scope),
            namespace: self.namespace.or_else(|| other.namespace.clone()),
            name: self.name.or_else(|| other.name.clone()),
        }
    }

    /// What both say.
    fn and(self, other: &Self) -> Self {
        Self {
            scope: self.scope.filter(|_| self.scope == other.scope),
            namespace: self
                .namespace
                .filter(|namespace| other.namespace.as_ref() == Some(namespace)),
            name: self.name.filter(|name| other.name.as_ref() == Some(name)),
        }
    }
}

impl CertificateFile {
    /// Where its path stands in the `.seal.yaml`.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }
}

impl SealedKeys {
    /// Which keys.
    #[must_use]
    pub fn pattern(&self) -> &KeyPattern {
        &self.pattern
    }

    /// What the values there are bound to. What the entry leaves open, its rule has said.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }
}
