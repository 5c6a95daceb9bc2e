//! What a rotation knows besides the file.

use std::fmt;

use sealkit_core::{Fingerprint, KeyRing, Scope, SealingKey};

use super::re_encrypter::ReEncrypter;

/// What a rotation knows besides the file.
#[derive(Clone)]
pub struct Context<'a> {
    /// How the file is read.
    pub content: Content,
    /// The private keys: a ring for each cluster.
    pub rings: &'a [KeyRing],
    /// Who has the private keys, where they are not here: then there are no rings.
    pub re_encrypter: Option<&'a dyn ReEncrypter>,
    /// The key that values are sealed for; none where values are only looked at.
    pub target: Option<Target<'a>>,
    /// What a rule says about the file.
    pub rule: Labels,
    /// What a rule says about the value at these keys of a values file, from the top of the document down; an item of a
    /// list has its number as key.
    pub rule_at: &'a (dyn Fn(&[&str]) -> Option<Labels> + Sync),
    /// The kustomizations that put the file into a cluster: those that list it, or list one that does.
    pub overlays: &'a [Overlay],
    /// What the user says for whatever nothing else tells.
    pub flags: Labels,
    /// How it is done.
    pub options: Options,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// As documents in YAML or JSON.
    Documents,
    /// As text of any other kind, in which base64 words are sealed values.
    Text {
        /// They are rotated, and not only counted: that a word is a sealed value is proved by opening it, but nothing tells
        /// what else a change of it does.
        is_rotated: bool,
    },
}

/// The key that values are sealed for.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The certificate's key.
    pub key: &'a SealingKey,
    /// A rule, or the user, says that this is the certificate of the cluster that the file is for. Without that, and with
    /// several rings, it has to be in one of them, and what another ring opens is left.
    pub is_files_own: bool,
}

/// What values are bound to, as far as somebody says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The scope.
    pub scope: Option<Scope>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The name of the SealedSecret.
    pub name: Option<String>,
}

/// What a kustomization makes of the objects that it puts into a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Overlay {
    /// `namespace`
    pub namespace: Option<String>,
    /// The namespace of what has none otherwise: the destination of an Argo CD `Application`.
    pub destination: Option<String>,
    /// The name of the object before it is changed, where it is told elsewhere than in the file: of the object that a patch
    /// is for, or of a chart's release.
    pub name: Option<String>,
    /// `namePrefix`; may be empty.
    pub name_prefix: String,
    /// `nameSuffix`; may be empty.
    pub name_suffix: String,
}

/// How a rotation is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Values that are sealed for the certificate's key already are sealed again.
    pub all: bool,
    /// SealedSecrets without the hint that names the key get one.
    pub add_hints: bool,
    /// Each new value is opened again, where the certificate's private key is in a ring.
    pub verify: bool,
    /// A document that is no YAML or JSON holds the others of its file back.
    pub strict_files: bool,
    /// Values are only looked at: none is sealed, and there is no new content.
    pub inspect: bool,
}

impl<'a> Context<'a> {
    /// Nothing is known but the keys.
    #[must_use]
    pub fn new(rings: &'a [KeyRing], target: Option<Target<'a>>) -> Self {
        Self {
            content: Content::Documents,
            rings,
            re_encrypter: None,
            target,
            rule: Labels::default(),
            rule_at: &|_| None,
            overlays: &[],
            flags: Labels::default(),
            options: Options::default(),
        }
    }

    /// The ring of the cluster that the certificate is of, by its place; none where it is in no ring.
    pub(super) fn home(&self) -> Option<usize> {
        let fingerprint = self.target_fingerprint()?;
        self.rings.iter().position(|ring| ring.contains(&fingerprint))
    }

    /// That of the certificate's key.
    pub(super) fn target_fingerprint(&self) -> Option<Fingerprint> {
        self.target.map(|target| target.key.fingerprint())
    }
}

impl Overlay {
    /// What is told elsewhere than in the file.
    pub(super) fn labels(&self) -> Labels {
        let named = Labels { name: self.name.clone(), ..Labels::default() };
        Labels { namespace: self.namespace.clone(), ..self.renamed(named) }
    }

    /// The labels of an object as it comes into the cluster.
    pub(super) fn renamed(&self, labels: Labels) -> Labels {
        let Self { name_prefix, name_suffix, .. } = self;
        Labels {
            name: labels.name.map(|name| format!("{name_prefix}{name}{name_suffix}")),
            ..labels
        }
    }
}

impl<'a> Target<'a> {
    /// The key of a certificate that no rule names.
    #[must_use]
    pub fn new(key: &'a SealingKey) -> Self {
        Self { key, is_files_own: false }
    }
}

/// Without the private keys.
impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("content", &self.content)
            .field("target", &self.target.map(|target| target.key))
            .field("rule", &self.rule)
            .field("overlays", &self.overlays)
            .field("flags", &self.flags)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
