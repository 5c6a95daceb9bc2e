//! SealedSecrets in, Secrets out.

use std::collections::BTreeMap;

use sealkit_core::{EncryptionLabel, Fingerprint, KeyHint, KeyRing, Plaintext, SealedValue};

use crate::annotations::Hints;
use crate::convert::{Conversion, Converted, Output};
use crate::diagnose::{Cause, diagnose};
use crate::documents::Inputs;
use crate::error::{Error, Reason};
use crate::metadata::Metadata;
use crate::sealed_secret::{self, SealedSecret, Template};
use crate::secret::Secret;
use kubeyaml::{Format, Node};

mod deprecated;
mod render;

pub use render::MakeEnvironment;

/// How SealedSecrets are opened.
pub struct UnsealRules<'a> {
    /// The namespace of SealedSecrets that name none; an error for those that name another.
    pub namespace: Option<&'a str>,
    /// Whether documents of other kinds pass through unchanged instead of being refused.
    pub skip_other: bool,
    /// The form of the output.
    pub format: Format,
    /// The time and randomness of templates.
    pub environment: MakeEnvironment<'a>,
}

/// Opens every SealedSecret of the inputs, on all cores, in their order.
///
/// `progress` is called after each document.
///
/// # Errors
/// The first document, in order, that can't be read or opened, with the cause.
pub fn unseal(
    inputs: &Inputs,
    keys: &KeyRing,
    rules: &UnsealRules<'_>,
    progress: &(dyn Fn() + Sync),
) -> Result<Output, Error> {
    let conversion = Conversion {
        from: sealed_secret::KIND,
        skip_other: rules.skip_other,
        format: rules.format,
        progress,
    };
    conversion.run(inputs, |node| {
        let sealed_secret = read(node, rules)?;
        let secret = unseal_secret(&sealed_secret, keys, rules.environment)
            .map_err(|error| in_sealed_secret(error, &sealed_secret, node))?;
        Ok(Converted { tree: secret.to_tree(), warnings: Vec::new() })
    })
}

/// Opens one item, of the one SealedSecret among the inputs that has it.
///
/// # Errors
/// If no document has the item, or more than one has, or it can't be opened.
pub fn unseal_item(
    inputs: &Inputs,
    keys: &KeyRing,
    rules: &UnsealRules<'_>,
    item: &str,
) -> Result<Plaintext, Error> {
    let found = inputs.process(&|| (), |document| {
        let mut found = Vec::new();
        for resource in document.resources()? {
            if resource.is(sealed_secret::KIND) {
                let sealed_secret = read(resource.node, rules)?;
                let opened = open_item(&sealed_secret, item, keys, rules.environment);
                found.extend(
                    opened
                        .map_err(|error| in_sealed_secret(error, &sealed_secret, resource.node))?,
                );
            } else if !rules.skip_other {
                return Err(resource.refused(sealed_secret::KIND));
            }
        }
        Ok(found)
    })?;
    let mut values = found.into_iter().flat_map(|located| located.result);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(Error::from(Reason::NoSuchItem).in_field(item)),
        (Some(_), Some(_)) => Err(Error::from(Reason::ItemInSeveralDocuments).in_field(item)),
    }
}

/// The item's value, if the SealedSecret has the item. A rendered item needs the other values, too.
fn open_item(
    sealed_secret: &SealedSecret,
    item: &str,
    keys: &KeyRing,
    environment: MakeEnvironment<'_>,
) -> Result<Option<Plaintext>, Error> {
    if let Some(value) = sealed_secret.encrypted_data.get(item) {
        let label = sealed_secret.label()?;
        return Opener::new(sealed_secret, keys, &label).open(item, value).map(Some);
    }
    if sealed_secret.template.data.contains_key(item) || sealed_secret.deprecated_data.is_some() {
        return Ok(unseal_secret(sealed_secret, keys, environment)?.data.remove(item));
    }
    Ok(None)
}

/// Opens one SealedSecret: its values, and its templates with these.
///
/// # Errors
/// The first item that can't be opened, with the cause, or the template that can't be rendered.
pub fn unseal_secret(
    sealed_secret: &SealedSecret,
    keys: &KeyRing,
    environment: MakeEnvironment<'_>,
) -> Result<Secret, Error> {
    let label = sealed_secret.label()?;
    if let Some(data) = &sealed_secret.deprecated_data {
        return deprecated::unseal(sealed_secret, data, keys, &label);
    }
    let values = unseal_values(sealed_secret, keys, &label)?;
    let rendered = render::render(&sealed_secret.template.data, &values, environment)?;

    // Where an item is in both, the decrypted value wins.
    let mut data = rendered;
    data.extend(values);
    let Template { metadata, secret_type, immutable, .. } = sealed_secret.template.clone();
    let Metadata { name, namespace, .. } = sealed_secret.metadata.clone();
    let metadata = Metadata { name, namespace, ..metadata };
    Ok(Secret { metadata, secret_type, immutable, data, ..Secret::default() })
}

/// Opens all values; the key that opened one is the first to be tried for the next.
fn unseal_values(
    sealed_secret: &SealedSecret,
    keys: &KeyRing,
    label: &EncryptionLabel,
) -> Result<BTreeMap<String, Plaintext>, Error> {
    let mut opener = Opener::new(sealed_secret, keys, label);
    let items = sealed_secret.encrypted_data.iter();
    items.map(|(item, value)| Ok((item.clone(), opener.open(item, value)?))).collect()
}

struct Opener<'a> {
    sealed_secret: &'a SealedSecret,
    keys: &'a KeyRing,
    label: &'a EncryptionLabel,
    hints: Hints,
    /// The key that opened the value before.
    sibling: Option<Fingerprint>,
}

impl<'a> Opener<'a> {
    fn new(sealed_secret: &'a SealedSecret, keys: &'a KeyRing, label: &'a EncryptionLabel) -> Self {
        let hints = sealed_secret.hints();
        Self { sealed_secret, keys, label, hints, sibling: None }
    }

    /// Opens the value of an item of `spec.encryptedData`.
    fn open(&mut self, item: &str, value: &str) -> Result<Plaintext, Error> {
        self.open_value(item, value)
            .map_err(|error| error.in_field(item).in_field("encryptedData").in_field("spec"))
    }

    fn open_value(&mut self, item: &str, value: &str) -> Result<Plaintext, Error> {
        let value: SealedValue =
            value.parse().map_err(|error| Reason::Unseal(Cause::Malformed(error)))?;
        let hint = match (self.hints.sealed_with(item), self.sibling) {
            (Some(hinted), Some(sibling)) => KeyHint::Either(hinted, sibling),
            (Some(key), None) | (None, Some(key)) => KeyHint::Fingerprint(key),
            (None, None) => KeyHint::None,
        };
        match self.keys.unseal(&value, self.label, hint) {
            Ok(unsealed) => {
                self.sibling = Some(unsealed.fingerprint);
                Ok(unsealed.plaintext)
            }
            Err(_) => {
                let cause = diagnose(self.sealed_secret, item, &value, self.keys);
                Err(Reason::Unseal(cause).into())
            }
        }
    }
}

/// Reads a SealedSecret; one without a namespace is in the one asked for.
fn read(node: &Node, rules: &UnsealRules<'_>) -> Result<SealedSecret, Error> {
    let mut sealed_secret = SealedSecret::read(node)?;
    let found = &mut sealed_secret.metadata.namespace;
    match rules.namespace {
        Some(wanted) if found.is_empty() => wanted.clone_into(found),
        Some(wanted) if found != wanted => {
            let (found, wanted) = (found.clone(), wanted.to_owned());
            let error = Error::at(node, Reason::NamespaceMismatch { found, wanted });
            return Err(in_sealed_secret(error, &sealed_secret, node));
        }
        _ => {}
    }
    Ok(sealed_secret)
}

fn in_sealed_secret(error: Error, sealed_secret: &SealedSecret, node: &Node) -> Error {
    error.located_in(node).in_resource(sealed_secret.metadata.resource(sealed_secret::KIND.kind))
}
