//! SealedSecrets in, Secrets out: for whoever holds the private keys. When a value does not open, the cause is found.

use std::sync::OnceLock;

use gotemplate::{ParseLimits, RenderContext};
use kubeyaml::Node;
use memchr::memmem;
use sealkit_core::{KeyRing, Plaintext, TrialLimit};

use crate::annotations;
use crate::diagnose::{Cause, diagnose_among};
use crate::documents::{Document, Documents};
use crate::error::{
    ReadError, ReadErrorKind, ReadErrors, UnsealError, UnsealErrorKind, UnsealErrors, shortened,
};
use crate::neighbours::Neighbours;
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
    let run = Run::new(documents, keys, rules);
    stream.convert(documents, sealed_secret::KIND, |document, node| {
        let sealed = read(node, rules)?;
        let secret =
            run.to_secret(&sealed, document).map_err(|error| located(error, &sealed, node))?;
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
    let run = Run::new(documents, keys, rules);
    let found = stream.for_each(documents, sealed_secret::KIND, |document, node| {
        let sealed = read(node, rules)?;
        let value = run.open_item(&sealed, document, item);
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

/// What the SealedSecrets of one run share.
struct Run<'a> {
    documents: &'a Documents,
    keys: &'a KeyRing,
    rules: &'a UnsealRules<'a>,
    /// Asked only when a value does not open.
    neighbours: OnceLock<Neighbours>,
}

impl<'a> Run<'a> {
    fn new(documents: &'a Documents, keys: &'a KeyRing, rules: &'a UnsealRules<'a>) -> Self {
        Self { documents, keys, rules, neighbours: OnceLock::new() }
    }

    /// The item's value, if the SealedSecret has the item. A rendered item needs the other values, too.
    fn open_item(
        &self,
        sealed: &SealedSecret,
        document: &Document<'_>,
        name: &str,
    ) -> Result<Option<Plaintext>, UnsealError> {
        let item = Item::Named(name.to_owned());
        if sealed.value(&item).is_some() {
            let opened =
                open_some(sealed, self.keys, TrialLimit::Unlimited, |other| *other == item);
            return Ok(self.explained(opened, sealed, document)?.take(&item));
        }
        if sealed.template().data.contains_key(name) || sealed.is_deprecated_form() {
            return Ok(self.to_secret(sealed, document)?.data.remove(name));
        }
        Ok(None)
    }

    fn to_secret(
        &self,
        sealed: &SealedSecret,
        document: &Document<'_>,
    ) -> Result<Secret, UnsealError> {
        let opened = open(sealed, self.keys, TrialLimit::Unlimited);
        let opened = self.explained(opened, sealed, document)?;
        let templates = Templates::parse(sealed, &ParseLimits::default())?;
        let mut secret = opened.into_secret(sealed, &templates, &mut (self.rules.context)())?;
        // Sealed again, it gets the scope back that it had.
        annotations::set_scope(&mut secret.metadata.annotations, sealed.scope());
        Ok(secret)
    }

    /// Says why it did not open.
    fn explained(
        &self,
        opened: Result<OpenedValues, OpenError>,
        sealed: &SealedSecret,
        document: &Document<'_>,
    ) -> Result<OpenedValues, UnsealError> {
        opened.map_err(|error| {
            let (item, cause) = match error {
                OpenError::Label(error) => return UnsealErrorKind::Label(error).into(),
                OpenError::Malformed { item, error } => (item, Cause::Malformed(error)),
                OpenError::NotOpened { item } => {
                    let candidates =
                        |value: &_| self.neighbours().candidates(document.place(), value);
                    let cause = diagnose_among(sealed, &item, self.keys.diagnosing(), candidates);
                    (item, cause)
                }
            };
            UnsealError::from(UnsealErrorKind::NotOpened(cause)).in_path(item.path())
        })
    }

    fn neighbours(&self) -> &Neighbours {
        let read = |node: &Node| read(node, self.rules).ok();
        self.neighbours.get_or_init(|| Neighbours::of(self.documents, read))
    }
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
