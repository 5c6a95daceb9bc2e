//! `spec.template`: opened values and Go templates to a Secret.
//!
//! What a template renders to, and whether it renders at all, tells about the values that went in: no operation that shows
//! its result to others may call this. Reconciling and unsealing do. Whoever calls it needs [`OpenedValues`] and
//! [`Templates`], so a signature shows it.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use gotemplate::{Data, ParseBudget, ParseLimits, RenderContext, Template};
use sealkit_core::Plaintext;

use crate::metadata::Metadata;
use crate::open::OpenedValues;
use crate::resource;
use crate::sealed_secret::{Item, SealedSecret};
use crate::secret::Secret;

/// The templates of a SealedSecret, parsed: once for as many renderings as are wanted.
#[derive(Debug, Default)]
pub struct Templates(Vec<ItemTemplate>);

#[derive(Debug)]
struct ItemTemplate {
    item: String,
    /// As it stands in the document.
    text: String,
    template: Template,
}

/// Why a Secret could not be made of opened values.
#[derive(Debug)]
#[non_exhaustive]
pub enum RenderError {
    /// A template cannot be rendered.
    Template(TemplateError),
    /// What the deprecated `spec.data` held is not a Secret.
    DeprecatedDataIsNoSecret,
}

/// Why a template of `spec.template.data` cannot be parsed or rendered.
#[derive(Debug)]
pub struct TemplateError {
    item: String,
    // Boxed, since results carry it.
    kind: Box<TemplateErrorKind>,
}

/// Why a template cannot be parsed or rendered.
#[derive(Debug)]
#[non_exhaustive]
pub enum TemplateErrorKind {
    /// It is no template.
    Parse(gotemplate::ParseError),
    /// It was stopped while it was rendered.
    Render(gotemplate::ExecError),
}

impl Templates {
    /// Parses the templates, all of them within `limits`. The deprecated form has none.
    ///
    /// # Errors
    /// The first one that cannot be parsed.
    pub fn parse(sealed: &SealedSecret, limits: &ParseLimits) -> Result<Self, TemplateError> {
        if sealed.is_deprecated_form() {
            return Ok(Self::default());
        }
        let texts = sealed.template().data.iter();
        let mut budget = ParseBudget::new(limits);
        // An item that is left out has no template.
        let texts = texts.filter_map(|(item, text)| Some((item, text.as_deref()?)));
        texts
            .map(|(item, text)| ItemTemplate::parse(item, text, &mut budget))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Renders all templates, those too whose results the values will replace: upstream refuses a SealedSecret if one of
    /// them fails.
    ///
    /// Dot is the map of the values, and of the texts of those templates whose names are not among them.
    fn render(
        &self,
        values: &BTreeMap<String, Plaintext>,
        context: &mut RenderContext,
    ) -> Result<BTreeMap<String, Plaintext>, TemplateError> {
        if self.0.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut dot: Data = self.0.iter().map(|item| (&item.item, &item.text)).collect();
        values.iter().for_each(|(item, value)| dot.insert(item, value.expose()));
        self.0.iter().map(|template| template.render(&dot, context)).collect()
    }
}

impl ItemTemplate {
    fn parse(item: &str, text: &str, budget: &mut ParseBudget) -> Result<Self, TemplateError> {
        let template = Template::parse(item, text, budget)
            .map_err(|error| TemplateError::new(item, TemplateErrorKind::Parse(error)))?;
        Ok(Self { item: item.to_owned(), text: text.to_owned(), template })
    }

    fn render(
        &self,
        dot: &Data,
        context: &mut RenderContext,
    ) -> Result<(String, Plaintext), TemplateError> {
        let rendered = self
            .template
            .render(dot, context)
            .map_err(|error| TemplateError::new(&self.item, TemplateErrorKind::Render(error)))?;
        Ok((self.item.clone(), Plaintext::from(rendered)))
    }
}

impl OpenedValues {
    /// The Secret that a cluster makes of a SealedSecret and its opened values. All templates together draw from the
    /// limits of `context`.
    ///
    /// Where an item is both a value and a template, the value wins; where its template is `null`, it is left out.
    ///
    /// # Errors
    /// The first template that cannot be rendered, or a deprecated value that is no Secret.
    pub fn into_secret(
        mut self,
        sealed: &SealedSecret,
        templates: &Templates,
        context: &mut RenderContext,
    ) -> Result<Secret, RenderError> {
        if let Some(whole) = self.take(&Item::Whole) {
            return whole_secret(sealed, &whole).ok_or(RenderError::DeprecatedDataIsNoSecret);
        }
        let values = self.into_named();
        let mut data = templates.render(&values, context).map_err(RenderError::Template)?;
        data.extend(values);
        let template = sealed.template();
        data.retain(|item, _| template.data.get(item).is_none_or(Option::is_some));
        let Metadata { name, namespace, .. } = sealed.metadata().clone();
        Ok(Secret {
            metadata: Metadata { name, namespace, ..template.metadata.clone() },
            secret_type: template.secret_type.clone(),
            immutable: template.immutable,
            data,
            ..Secret::default()
        })
    }
}

/// Reads the Secret that stood under one envelope. Its name and namespace are the SealedSecret's. The reader's own errors
/// have places in a text that nobody sees.
fn whole_secret(sealed: &SealedSecret, whole: &Plaintext) -> Option<Secret> {
    let mut secret = resource::read_one_document(whole.expose(), Secret::read).ok()?;
    let Metadata { name, namespace, .. } = sealed.metadata();
    secret.metadata.name.clone_from(name);
    secret.metadata.namespace.clone_from(namespace);
    Some(secret)
}

impl TemplateError {
    fn new(item: &str, kind: TemplateErrorKind) -> Self {
        Self { item: item.to_owned(), kind: Box::new(kind) }
    }

    /// The item whose template it is.
    #[must_use]
    pub fn item(&self) -> &str {
        &self.item
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &TemplateErrorKind {
        &self.kind
    }

    /// Where a rendering failed, and why, in Go's words. That depends on the values: it is for those who may read them,
    /// and never for a condition, an event or a log. None where the message itself says it, which depends on the template
    /// alone.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self.kind.as_ref() {
            TemplateErrorKind::Parse(_) => None,
            TemplateErrorKind::Render(error) => Some(error.detail().to_string()),
        }
    }

    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self.kind.as_ref() {
            TemplateErrorKind::Parse(error) => error.kind().reason(),
            TemplateErrorKind::Render(error) => error.kind().reason(),
        }
    }

    /// Whether it goes over a limit, and is not wrong otherwise.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        match self.kind.as_ref() {
            TemplateErrorKind::Parse(error) => error.kind() == gotemplate::ParseErrorKind::Limit,
            TemplateErrorKind::Render(error) => error.kind() == gotemplate::ExecErrorKind::Limit,
        }
    }

    /// The fields that lead to the template, from the outside inwards.
    pub(crate) fn path(&self) -> [&str; 4] {
        ["spec", "template", "data", &self.item]
    }
}

/// Says no more than that a rendering failed: where it did depends on the values.
impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_ref() {
            TemplateErrorKind::Parse(error) => error.fmt(f),
            TemplateErrorKind::Render(error) => error.fmt(f),
        }
    }
}

impl StdError for TemplateError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.kind.as_ref() {
            TemplateErrorKind::Parse(error) => error.source(),
            TemplateErrorKind::Render(error) => error.source(),
        }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(error) => write!(f, "{}: {error}", error.path().join(".")),
            Self::DeprecatedDataIsNoSecret => {
                f.write_str("spec.data: was opened, but holds no Secret in JSON")
            }
        }
    }
}

impl StdError for RenderError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Template(error) => error.source(),
            Self::DeprecatedDataIsNoSecret => None,
        }
    }
}
