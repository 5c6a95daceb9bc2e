//! Secrets in, SealedSecrets out.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::{Mutex, PoisonError};

use kubeyaml::Node;
use rand_core::CryptoRng;
use sealkit_core::{EncryptionLabel, Scope, SealingKey};

use crate::annotations::{self, Hints};
use crate::ciphertext::Ciphertext;
use crate::cluster_rules;
use crate::documents::Documents;
use crate::error::{Field, ReadErrorKind, SealError, SealErrorKind, SealErrors, shortened};
use crate::known::KnownValues;
use crate::metadata::Metadata;
use crate::plaintext;
use crate::renamed;
use crate::sealed_secret::{self, SealedSecret, SealedSecretParts, SecretTemplate};
use crate::secret::{self, Secret};
use crate::stream::{Converted, Output, Stream};
use crate::warning::WarningKind;

/// What a Secret is sealed as.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SealRules<'a> {
    /// The scope, whatever the Secret's annotations ask for; none: what they ask for, else strict.
    pub scope: Option<Scope>,
    /// The namespace to seal for.
    pub namespace: NamespaceRule<'a>,
    /// The name to seal for, whatever the Secret's own is.
    pub name: Option<&'a str>,
    /// Whether a Secret without values is sealed, too.
    pub allow_empty_data: bool,
    /// Whether a label, an annotation or another public part of the Secret may hold one of its values.
    pub allow_values_in_metadata: bool,
    /// Whether the hints `sealkit.dev/sealed-with` and `sealkit.dev/sealed-for` are written.
    pub hints: bool,
    /// Values that are sealed already for the same key: their ciphertexts are kept.
    pub known: Option<&'a KnownValues>,
}

/// The namespace that a Secret is sealed for.
#[derive(Clone, Copy, Default)]
pub enum NamespaceRule<'a> {
    /// Its own; one that names none is an error.
    #[default]
    Own,
    /// Its own, or this one if it names none. One that names another is an error, unless the scope is cluster-wide.
    Given(&'a str),
    /// Its own, or the one found if it names none: asked only when it is needed, and from several threads.
    LookedUp(LookUp<'a>),
}

/// Finds a namespace; none if there is none to be found.
pub type LookUp<'a> = &'a (dyn Fn() -> Result<Option<String>, LookUpError> + Sync);

/// Why a namespace could not be found out.
pub type LookUpError = Box<dyn StdError + Send + Sync>;

impl Default for SealRules<'_> {
    /// As the Secret says, with hints.
    fn default() -> Self {
        Self {
            scope: None,
            namespace: NamespaceRule::Own,
            name: None,
            allow_empty_data: false,
            allow_values_in_metadata: false,
            hints: true,
            known: None,
        }
    }
}

impl<'a> SealRules<'a> {
    /// Sets [`SealRules::scope`].
    #[must_use]
    pub fn scope(self, scope: Option<Scope>) -> Self {
        Self { scope, ..self }
    }

    /// Sets [`SealRules::namespace`].
    #[must_use]
    pub fn namespace(self, namespace: NamespaceRule<'a>) -> Self {
        Self { namespace, ..self }
    }

    /// Sets [`SealRules::name`].
    #[must_use]
    pub fn name(self, name: Option<&'a str>) -> Self {
        Self { name, ..self }
    }

    /// Sets [`SealRules::allow_empty_data`].
    #[must_use]
    pub fn allow_empty_data(self, allow_empty_data: bool) -> Self {
        Self { allow_empty_data, ..self }
    }

    /// Sets [`SealRules::allow_values_in_metadata`].
    #[must_use]
    pub fn allow_values_in_metadata(self, allow_values_in_metadata: bool) -> Self {
        Self { allow_values_in_metadata, ..self }
    }

    /// Sets [`SealRules::hints`].
    #[must_use]
    pub fn hints(self, hints: bool) -> Self {
        Self { hints, ..self }
    }

    /// Sets [`SealRules::known`].
    #[must_use]
    pub fn known(self, known: Option<&'a KnownValues>) -> Self {
        Self { known, ..self }
    }
}

/// Seals every Secret of the documents, on all cores, in their order.
///
/// `random` gives the session keys; each document uses a clone.
///
/// # Errors
/// The documents, in order, that cannot be read or sealed, each with all that is wrong with it.
pub fn seal<R>(
    documents: &Documents,
    key: &SealingKey,
    rules: &SealRules<'_>,
    stream: &Stream<'_>,
    random: &R,
) -> Result<Output, SealErrors>
where
    R: CryptoRng + Clone + Sync,
{
    let names = NameCounts::default();
    let output = stream.convert(documents, secret::KIND, |document, node| {
        refuse_encrypted(node)?;
        let secret = Secret::read(node)?;
        let resource = secret.metadata.resource(secret::KIND.kind);
        if stream.passes_others() && !rules.allow_empty_data && is_for_others_to_fill(&secret) {
            let warning = WarningKind::EmptyPassedThrough;
            return Ok(Converted::Unchanged { resource, warning });
        }
        let sealed = seal_secret(&secret, key, rules, &mut random.clone())
            .map_err(|error| error.located_in(node).in_resource(resource.clone()))?;
        if rules.name.is_some() {
            names.add(&sealed);
        }
        let mut warnings = warnings(&secret, &sealed);
        warnings.extend(renamed::warnings(node, document.input().text(), &secret::MAPS));
        Ok(Converted::Into { tree: sealed.to_tree(), resource, warnings })
    })?;
    names.refuse_equals()?;
    Ok(output)
}

/// A Secret that another tool has encrypted holds no values, and what is needed to decrypt it would be lost.
fn refuse_encrypted(node: &Node) -> Result<(), SealError> {
    let Some(fields) = node.as_mapping() else { return Ok(()) };
    let sops = fields.get("sops").and_then(Node::as_mapping).map(|_| "SOPS");
    let values = ["data", "stringData"].iter().filter_map(|field| fields.get(field)?.as_mapping());
    let texts = values.flat_map(|values| values.iter().filter_map(|(_, node)| node.as_str()));
    match sops.or_else(|| texts.into_iter().find_map(plaintext::encrypted_with)) {
        Some(with) => Err(SealError::at(node, SealErrorKind::Encrypted { with })),
        None => Ok(()),
    }
}

/// Whether a Secret holds nothing, by intention: no field of it is misspelt.
fn is_for_others_to_fill(secret: &Secret) -> bool {
    secret.data.is_empty() && secret.unknown_fields().is_empty()
}

fn warnings(secret: &Secret, sealed: &SealedSecret) -> Vec<WarningKind> {
    let unknown = secret.unknown_fields().iter().map(|field| WarningKind::UnknownField {
        kind: secret::KIND.kind,
        field: shortened(field),
    });
    let copies = secret.copies.iter();
    let copies =
        copies.map(|annotation| WarningKind::CopyLeftOut { annotation: shortened(annotation) });
    unknown.chain(copies).chain(cluster_rules::warnings(secret, sealed)).collect()
}

/// How many SealedSecrets there are of each namespace and name: in a cluster the last one would be all that is
/// left.
#[derive(Default)]
struct NameCounts(Mutex<BTreeMap<String, usize>>);

impl NameCounts {
    fn add(&self, sealed: &SealedSecret) {
        let resource = sealed.metadata().resource(sealed_secret::KIND.kind);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(resource).or_insert(0) += 1;
    }

    fn refuse_equals(self) -> Result<(), SealError> {
        let counts = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        match counts.into_iter().find(|(_, count)| *count > 1) {
            Some((resource, count)) => {
                Err(SealErrorKind::NameForSeveral { resource, count }.into())
            }
            None => Ok(()),
        }
    }
}

/// Seals one Secret.
///
/// # Errors
/// If name, namespace or values are missing or are not the ones asked for, or if sealing fails.
pub fn seal_secret(
    secret: &Secret,
    key: &SealingKey,
    rules: &SealRules<'_>,
    random: &mut impl CryptoRng,
) -> Result<SealedSecret, SealError> {
    if secret.data.is_empty() && !rules.allow_empty_data {
        let unknown = secret.unknown_fields().iter().map(|field| shortened(field)).collect();
        return Err(SealErrorKind::NoData { unknown }.into());
    }
    if !rules.allow_values_in_metadata {
        plaintext::check_metadata(secret)?;
    }
    let asked = annotations::scope(&secret.metadata.annotations);
    let scope = rules.scope.unwrap_or(asked);
    let name = name(&secret.metadata, rules)?;
    let namespace = namespace(&secret.metadata, scope, rules.namespace)?;
    let label = EncryptionLabel::for_scope(scope, &namespace, &name)
        .map_err(|error| SealError::new(SealErrorKind::Label(error)))?;
    let known = |item: &str, value: &[u8]| rules.known?.find(&label, item, value).cloned();
    let seal_value = |item: &str, value: &[u8]| match known(item, value) {
        Some(known) => Ok(known),
        None => key.seal(value, &label, random),
    };
    let encrypted_data = seal_values(secret, seal_value)?;

    let template = template(secret, scope, &namespace, &name);
    let mut metadata = Metadata { namespace, name, ..Metadata::default() };
    annotations::set_scope(&mut metadata.annotations, scope);
    if rules.hints {
        hints(key, scope, &metadata).write(&mut metadata.annotations);
    }
    let encrypted_data = Some(encrypted_data);
    let parts = SealedSecretParts { metadata, encrypted_data, deprecated_data: None, template };
    Ok(SealedSecret::from_parts(parts)?)
}

fn seal_values(
    secret: &Secret,
    mut seal: impl FnMut(&str, &[u8]) -> Result<sealkit_core::SealedValue, sealkit_core::SealError>,
) -> Result<BTreeMap<String, Ciphertext>, SealError> {
    let mut sealed = BTreeMap::new();
    for (item, value) in &secret.data {
        let value = seal(item, value.expose())
            .map_err(|error| SealError::new(SealErrorKind::Value(error)).in_field(item))?;
        sealed.insert(item.clone(), Ciphertext::from(value));
    }
    Ok(sealed)
}

fn name(metadata: &Metadata, rules: &SealRules<'_>) -> Result<String, SealError> {
    match rules.name.unwrap_or(&metadata.name) {
        "" => Err(ReadErrorKind::Missing { field: Field::Name }.into()),
        name => Ok(name.to_owned()),
    }
}

fn namespace(
    metadata: &Metadata,
    scope: Scope,
    rule: NamespaceRule<'_>,
) -> Result<String, SealError> {
    let missing = || ReadErrorKind::Missing { field: Field::Namespace }.into();
    match (metadata.namespace.as_str(), rule) {
        ("", NamespaceRule::Given(wanted)) if !wanted.is_empty() => Ok(wanted.to_owned()),
        ("", _) if scope == Scope::ClusterWide => Ok(String::new()),
        ("", NamespaceRule::LookedUp(look_up)) => {
            look_up().map_err(SealErrorKind::Namespace)?.ok_or_else(missing)
        }
        ("", _) => Err(missing()),
        (found, NamespaceRule::Given(wanted)) if found != wanted && scope != Scope::ClusterWide => {
            let (found, wanted) = (found.to_owned(), wanted.to_owned());
            Err(ReadErrorKind::NamespaceMismatch { found, wanted }.into())
        }
        (found, _) => Ok(found.to_owned()),
    }
}

/// What the Secret has besides its values.
fn template(secret: &Secret, scope: Scope, namespace: &str, name: &str) -> SecretTemplate {
    let mut metadata = secret.metadata.clone();
    metadata.name = name.to_owned();
    metadata.namespace = namespace.to_owned();
    annotations::set_scope(&mut metadata.annotations, scope);
    SecretTemplate {
        metadata,
        secret_type: secret.secret_type.clone(),
        immutable: secret.immutable,
        data: BTreeMap::new(),
    }
}

fn hints(key: &SealingKey, scope: Scope, metadata: &Metadata) -> Hints {
    let hints = Hints::sealed_with_one(key.fingerprint());
    match scope {
        // A cluster-wide value is sealed for no name at all.
        Scope::ClusterWide => hints,
        Scope::Strict | Scope::NamespaceWide => {
            hints.for_object(&metadata.namespace, &metadata.name)
        }
    }
}
