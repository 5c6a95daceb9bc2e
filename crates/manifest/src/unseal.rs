//! SealedSecrets in, Secrets out: for whoever holds the private keys. When a value does not open, the cause is found.

use gotemplate::{ParseLimits, RenderContext};
use kubeyaml::Node;
use memchr::memmem;
use sealkit_core::{KeyRing, Plaintext, TrialLimit};

use crate::annotations;
use crate::diagnose::{Cause, diagnose};
use crate::documents::Documents;
use crate::error::{
    ReadError, ReadErrorKind, ReadErrors, UnsealError, UnsealErrorKind, UnsealErrors, shortened,
};
use crate::open::{OpenError, OpenedValues, open, open_some};
use crate::renamed;
use crate::render::Templates;
use crate::sealed_secret::{self, Item, SealedSecret};
use crate::secret::Secret;
use crate::stream::{Converted, Output, Stream};
use crate::warning::WarningKind;

/// What the templates of one Secret take the time and randomness from, and may use together; called once for each
/// Secret that is rendered.
pub type MakeContext<'a> = &'a (dyn Fn() -> RenderContext + Sync);

/// How a SealedSecret is opened.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct UnsealRules<'a> {
    /// The namespace of SealedSecrets that name none; an error for those that name another.
    pub namespace: Option<&'a str>,
    /// The time, the randomness and the limits of templates.
    pub context: MakeContext<'a>,
}

impl<'a> UnsealRules<'a> {
    /// Every SealedSecret in its own namespace.
    #[must_use]
    pub fn new(context: MakeContext<'a>) -> Self {
        Self { namespace: None, context }
    }

    /// The namespace of SealedSecrets that name none; an error for those that name another.
    #[must_use]
    pub fn namespace(self, namespace: Option<&'a str>) -> Self {
        Self { namespace, ..self }
    }
}

/// Opens every SealedSecret of the documents, on all cores, in their order.
///
/// # Errors
/// The first document, in order, that cannot be read or opened, with the cause.
pub fn unseal(
    documents: &Documents,
    keys: &KeyRing,
    rules: &UnsealRules<'_>,
    stream: &Stream<'_>,
) -> Result<Output, UnsealErrors> {
    stream.convert(documents, sealed_secret::KIND, |document, node| {
        let sealed = read(node, rules)?;
        let secret = to_secret(&sealed, keys, rules.context)
            .map_err(|error| located(error, &sealed, node))?;
        let mut warnings = warnings(&sealed, &secret);
        warnings.extend(renamed::warnings(node, document.input().text(), &sealed_secret::MAPS));
        Ok(Converted::Into { tree: secret.to_tree(), resource: resource(&sealed), warnings })
    })
}

/// What to know about a SealedSecret and what came of it.
fn warnings(sealed: &SealedSecret, secret: &Secret) -> Vec<WarningKind> {
    let kind = sealed_secret::KIND.kind;
    let unknown = sealed.unknown_fields().iter();
    let unknown = unknown.map(|field| WarningKind::UnknownField { kind, field: shortened(field) });
    let templates = sealed.template().data.iter();
    let no_value = templates.filter(|(item, text)| {
        let rendered = secret.data.get(*item).map(Plaintext::expose).unwrap_or_default();
        let is_own = text.as_deref().is_some_and(|text| text.contains(NO_VALUE));
        let is_rendered = sealed.value(&Item::Named((*item).clone())).is_none();
        is_rendered && !is_own && memmem::find(rendered, NO_VALUE.as_bytes()).is_some()
    });
    let no_value = no_value.map(|(item, _)| WarningKind::NoValue { item: shortened(item) });
    unknown.chain(no_value).collect()
}

/// What Go renders in the place of an item that is not there.
const NO_VALUE: &str = "<no value>";

/// Opens one item, of the one SealedSecret among the documents that has it.
///
/// # Errors
/// If no document has the item, or more than one has, or it cannot be opened.
pub fn unseal_item(
    documents: &Documents,
    keys: &KeyRing,
    rules: &UnsealRules<'_>,
    stream: &Stream<'_>,
    item: &str,
) -> Result<Plaintext, UnsealErrors> {
    let found = stream.for_each(documents, sealed_secret::KIND, |node| {
        let sealed = read(node, rules)?;
        let value = open_item(&sealed, item, keys, rules.context);
        Ok(value.map_err(|error| located(error, &sealed, node))?)
    })?;
    let mut values = found.into_iter().flatten();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (None, _) => Err(UnsealError::from(UnsealErrorKind::NoSuchItem).in_field(item).into()),
        (Some(_), Some(_)) => {
            Err(UnsealError::from(UnsealErrorKind::ItemInSeveralDocuments).in_field(item).into())
        }
    }
}

/// The item's value, if the SealedSecret has the item. A rendered item needs the other values, too.
fn open_item(
    sealed: &SealedSecret,
    name: &str,
    keys: &KeyRing,
    context: MakeContext<'_>,
) -> Result<Option<Plaintext>, UnsealError> {
    let item = Item::Named(name.to_owned());
    if sealed.value(&item).is_some() {
        let opened = open_some(sealed, keys, TrialLimit::Unlimited, |other| *other == item);
        return Ok(explained(opened, sealed, keys)?.take(&item));
    }
    if sealed.template().data.contains_key(name) || sealed.is_deprecated_form() {
        return Ok(to_secret(sealed, keys, context)?.data.remove(name));
    }
    Ok(None)
}

fn to_secret(
    sealed: &SealedSecret,
    keys: &KeyRing,
    context: MakeContext<'_>,
) -> Result<Secret, UnsealError> {
    let opened = explained(open(sealed, keys, TrialLimit::Unlimited), sealed, keys)?;
    let templates = Templates::parse(sealed, &ParseLimits::default())?;
    let mut secret = opened.into_secret(sealed, &templates, &mut context())?;
    // Sealed again, it gets the scope back that it had.
    annotations::set_scope(&mut secret.metadata.annotations, sealed.scope());
    Ok(secret)
}

/// Says why it did not open.
fn explained(
    opened: Result<OpenedValues, OpenError>,
    sealed: &SealedSecret,
    keys: &KeyRing,
) -> Result<OpenedValues, UnsealError> {
    let not_opened = |item: &Item, cause| {
        UnsealError::from(UnsealErrorKind::NotOpened(cause)).in_path(item.path())
    };
    opened.map_err(|error| match error {
        OpenError::Label(error) => UnsealErrorKind::Label(error).into(),
        OpenError::Malformed { item, error } => not_opened(&item, Cause::Malformed(error)),
        OpenError::NotOpened { item } => {
            not_opened(&item, diagnose(sealed, &item, keys.diagnosing()))
        }
    })
}

/// Reads a SealedSecret; one without a namespace is in the one asked for.
fn read(node: &Node, rules: &UnsealRules<'_>) -> Result<SealedSecret, ReadErrors> {
    let sealed = SealedSecret::read(node)?;
    let found = sealed.metadata().namespace.as_str();
    match rules.namespace {
        Some(wanted) if found.is_empty() => Ok(sealed.in_namespace(wanted)),
        Some(wanted) if found != wanted => {
            let (found, wanted) = (found.to_owned(), wanted.to_owned());
            let kind = ReadErrorKind::NamespaceMismatch { found, wanted };
            Err(ReadError::at(node, kind).in_resource(resource(&sealed)).into())
        }
        _ => Ok(sealed),
    }
}

fn located(error: UnsealError, sealed: &SealedSecret, node: &Node) -> UnsealError {
    error.located_in(node).in_resource(resource(sealed))
}

fn resource(sealed: &SealedSecret) -> String {
    sealed.metadata().resource(sealed_secret::KIND.kind)
}
