//! Secrets in, SealedSecrets out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rand_core::CryptoRng;
use sealkit_core::{EncryptionLabel, Scope, SealingKey};

use crate::annotations;
use crate::convert::{Conversion, Converted, Output};
use crate::documents::Inputs;
use crate::error::{Error, Reason};
use crate::metadata::Metadata;
use crate::sealed_secret::{self, SealedSecret, Template};
use crate::secret::{self, Secret};
use kubeyaml::{Format, Node};

/// How Secrets are sealed.
pub struct SealRules<'a> {
    /// The scope, whatever the Secret's annotations ask for; none: what they ask for, else strict.
    pub scope: Option<Scope>,
    /// The namespace of Secrets that name none; an error for those that name another, unless the
    /// scope is cluster-wide.
    pub namespace: Option<&'a str>,
    /// The namespace of Secrets that name none, where [`SealRules::namespace`] is none. Asked only
    /// when it is needed.
    pub default_namespace: &'a (dyn Fn() -> Option<String> + Sync),
    /// The name to seal for, whatever the Secret's own is.
    pub name: Option<&'a str>,
    /// Whether a Secret without values is sealed, too.
    pub allow_empty_data: bool,
    /// Whether documents of other kinds pass through unchanged instead of being refused.
    pub skip_other: bool,
    /// Whether the hints `sealkit.dev/sealed-with` and `sealkit.dev/sealed-for` are written.
    pub hints: bool,
    /// The form of the output.
    pub format: Format,
}

/// Seals every Secret of the inputs, on all cores, in their order.
///
/// `random` gives the session keys; each worker uses a clone. `progress` is called after each
/// document.
///
/// # Errors
/// The first document, in order, that can't be read or sealed.
pub fn seal<R>(
    inputs: &Inputs,
    key: &SealingKey,
    rules: &SealRules<'_>,
    random: &R,
    progress: &(dyn Fn() + Sync),
) -> Result<Output, Error>
where
    R: CryptoRng + Clone + Sync,
{
    let conversion = Conversion {
        from: secret::KIND,
        skip_other: rules.skip_other,
        format: rules.format,
        progress,
    };
    let named = Named::default();
    let output = conversion.run(inputs, |node| {
        let (sealed_secret, warnings) = seal_node(node, key, rules, &mut random.clone())?;
        if rules.name.is_some() {
            named.add(&sealed_secret);
        }
        Ok(Converted { tree: sealed_secret.to_tree(), warnings })
    })?;
    named.refuse_equals()?;
    Ok(output)
}

/// Seals the Secret of a document, and says what to know about it.
fn seal_node(
    node: &Node,
    key: &SealingKey,
    rules: &SealRules<'_>,
    random: &mut impl CryptoRng,
) -> Result<(SealedSecret, Vec<String>), Error> {
    let secret = Secret::read(node)?;
    let resource = secret.metadata.resource(secret::KIND.kind);
    let warning =
        |field| format!("{resource}: \"{field}\" is no field of a Secret and is left out");
    let warnings = secret.unknown_fields.iter().map(warning).collect();
    let sealed = seal_secret(&secret, key, rules, random);
    let sealed = sealed.map_err(|error| error.located_in(node).in_resource(resource))?;
    Ok((sealed, warnings))
}

/// How many SealedSecrets there are of each namespace and name: in a cluster the last one would be all that is
/// left.
#[derive(Default)]
struct Named(Mutex<BTreeMap<String, usize>>);

impl Named {
    fn add(&self, sealed_secret: &SealedSecret) {
        let resource = sealed_secret.metadata.resource(sealed_secret::KIND.kind);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(resource).or_insert(0) += 1;
    }

    fn refuse_equals(self) -> Result<(), Error> {
        let counts = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        match counts.into_iter().find(|(_, count)| *count > 1) {
            Some((resource, count)) => Err(Reason::NameForSeveral { resource, count }.into()),
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
) -> Result<SealedSecret, Error> {
    if secret.data.is_empty() && !rules.allow_empty_data {
        return Err(Reason::NoData { unknown: secret.unknown_fields.clone() }.into());
    }
    let asked = annotations::scope(&secret.metadata.annotations);
    let scope = rules.scope.unwrap_or(asked);
    let name = name(&secret.metadata, rules)?;
    let namespace = namespace(&secret.metadata, scope, rules)?;
    let label = EncryptionLabel::for_scope(scope, &namespace, &name)?;

    let template = template(secret, scope, &namespace, &name);
    let metadata = Metadata { namespace, name, ..Metadata::default() };
    let mut sealed_secret = SealedSecret { metadata, template, ..SealedSecret::default() };
    for (item, value) in &secret.data {
        let sealed = key
            .seal(value.expose(), &label, random)
            .map_err(|error| Error::new(Reason::Seal(error)).in_field(item))?;
        sealed_secret.encrypted_data.insert(item.clone(), sealed.to_string());
    }
    annotations::set_scope(&mut sealed_secret.metadata.annotations, scope);
    if rules.hints {
        annotations::set_hints(&mut sealed_secret.metadata, key.fingerprint(), scope);
    }
    Ok(sealed_secret)
}

fn name(metadata: &Metadata, rules: &SealRules<'_>) -> Result<String, Error> {
    let name = rules.name.unwrap_or(&metadata.name);
    match name {
        "" => Err(Reason::Missing { field: "metadata.name" }.into()),
        _ => Ok(name.to_owned()),
    }
}

fn namespace(metadata: &Metadata, scope: Scope, rules: &SealRules<'_>) -> Result<String, Error> {
    match (metadata.namespace.as_str(), rules.namespace) {
        ("", Some(wanted)) if !wanted.is_empty() => Ok(wanted.to_owned()),
        ("", _) if scope == Scope::ClusterWide => Ok(String::new()),
        ("", _) => (rules.default_namespace)()
            .ok_or_else(|| Reason::Missing { field: "metadata.namespace" }.into()),
        (found, Some(wanted)) if found != wanted && scope != Scope::ClusterWide => {
            let (found, wanted) = (found.to_owned(), wanted.to_owned());
            Err(Reason::NamespaceMismatch { found, wanted }.into())
        }
        (found, _) => Ok(found.to_owned()),
    }
}

/// What the Secret has besides its values.
fn template(secret: &Secret, scope: Scope, namespace: &str, name: &str) -> Template {
    let mut metadata = secret.metadata.clone();
    metadata.name = name.to_owned();
    metadata.namespace = namespace.to_owned();
    annotations::set_scope(&mut metadata.annotations, scope);
    Template {
        metadata,
        secret_type: secret.secret_type.clone(),
        immutable: secret.immutable,
        ..Template::default()
    }
}
