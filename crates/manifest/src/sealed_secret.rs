//! The SealedSecret (`bitnami.com/v1alpha1`).

use std::collections::BTreeMap;
use std::fmt;

use kubeyaml::{Node, Position, Tree};
use sealkit_core::{EncryptionLabel, LabelError, Scope};

use crate::annotations::{self, Hints};
use crate::ciphertext::Ciphertext;
use crate::error::{ReadError, ReadErrorKind, ReadErrors, shortened};
use crate::fields::{Fields, text};
use crate::metadata::{self, Metadata};
use crate::resource::{self, Kind};

/// The custom resource.
pub(crate) const KIND: Kind = Kind { api_version: "bitnami.com/v1alpha1", kind: "SealedSecret" };

/// Fields that `spec.template` may have.
const TEMPLATE_FIELDS: [&str; 4] = ["data", "immutable", "metadata", "type"];

/// The maps whose entries' names a Secret gets.
pub(crate) const MAPS: [&[&str]; 4] = [
    &["spec", "encryptedData"],
    &["spec", "template", "data"],
    &["spec", "template", "metadata", "labels"],
    &["spec", "template", "metadata", "annotations"],
];

/// A SealedSecret. All of it is public.
///
/// What is read is written again, less what only a server writes; fields that the resource does not have are
/// remembered by name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    parts: SealedSecretParts,
    unknown_fields: Vec<String>,
}

/// What a [`SealedSecret`] is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedSecretParts {
    /// `metadata`: name, namespace and scope decide what the values are bound to.
    pub metadata: Metadata,
    /// `spec.encryptedData`: item name and ciphertext. None if the field is absent, which is allowed beside
    /// `deprecated_data` alone.
    pub encrypted_data: Option<BTreeMap<String, Ciphertext>>,
    /// `spec.data`, deprecated: a whole Secret in JSON under one envelope.
    pub deprecated_data: Option<Ciphertext>,
    /// `spec.template`: the Secret less its values.
    pub template: SecretTemplate,
}

/// `spec.template` of a SealedSecret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretTemplate {
    /// `metadata`, for the Secret. Its name and namespace count for nothing.
    pub metadata: Metadata,
    /// `type` of the Secret; may be empty.
    pub secret_type: String,
    /// `immutable` of the Secret.
    pub immutable: Option<bool>,
    /// `data`: item name and Go template. None stands for `null`: that item is left out of the Secret, even if
    /// it is one of `spec.encryptedData`.
    pub data: BTreeMap<String, Option<String>>,
}

/// Which of a SealedSecret's sealed values is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The value of that name in `spec.encryptedData`.
    Named(String),
    /// The whole Secret of the deprecated `spec.data`.
    Whole,
}

impl SealedSecret {
    /// Puts one together. This is the one way to make a SealedSecret, from a document or from an API type.
    ///
    /// # Errors
    /// It has neither `spec.encryptedData` nor `spec.data`, or both with values.
    pub fn from_parts(mut parts: SealedSecretParts) -> Result<Self, ReadErrorKind> {
        if parts.encrypted_data.is_none() && parts.deprecated_data.is_none() {
            return Err(ReadErrorKind::NoEncryptedData { unknown: Vec::new() });
        }
        // An absent field and an empty one mean the same beside the deprecated form.
        let items = parts.encrypted_data.get_or_insert_default();
        if parts.deprecated_data.is_some() && !items.is_empty() {
            return Err(ReadErrorKind::DeprecatedDataBesideEncryptedData);
        }
        Ok(Self { parts, unknown_fields: Vec::new() })
    }

    /// Reads a text of one document, YAML or JSON: an object as the API server has it, or the body of a request.
    ///
    /// # Errors
    /// The text cannot be read, has not exactly one document, or that is no SealedSecret.
    pub fn from_text(text: &[u8]) -> Result<Self, ReadErrors> {
        resource::read_one(text, KIND, Self::read)
    }

    /// Reads a document of kind SealedSecret.
    ///
    /// All values and fields that are wrong are told, and not the first one alone.
    pub(crate) fn read(node: &Node) -> Result<Self, ReadErrors> {
        let fields = Fields::of(node)?;
        let spec = fields.object("spec")?;
        let (encrypted_data, wrong) = spec.map_each("encryptedData", ciphertext);
        let encrypted_data = spec.get("encryptedData").map(|_| encrypted_data);
        let read = Self::read_with(encrypted_data, node, fields, spec);
        match wrong.map(|errors| errors.map(|error| error.in_field("spec"))) {
            None => Ok(read?),
            Some(wrong) => Err(match read {
                Ok(_) => wrong,
                Err(error) => ReadErrors::from(error).and(wrong),
            }),
        }
    }

    fn read_with(
        encrypted_data: Option<BTreeMap<String, Ciphertext>>,
        node: &Node,
        fields: Fields<'_>,
        spec: Fields<'_>,
    ) -> Result<Self, ReadError> {
        let in_spec = |error: ReadError| error.in_field("spec");
        let unknown = unknown_fields(fields)?;
        let parts = SealedSecretParts {
            encrypted_data,
            deprecated_data: spec.optional("data", ciphertext).map_err(in_spec)?,
            metadata: Metadata::read(fields)?,
            template: SecretTemplate::read(spec).map_err(in_spec)?,
        };
        let read = Self::from_parts(parts).map_err(|kind| match kind {
            ReadErrorKind::NoEncryptedData { .. } => no_encrypted_data(node, &unknown),
            kind => ReadError::at(node, kind),
        })?;
        Ok(Self { unknown_fields: unknown.into_iter().map(|(name, _)| name).collect(), ..read })
    }

    /// `metadata`.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.parts.metadata
    }

    /// `spec.template`.
    #[must_use]
    pub fn template(&self) -> &SecretTemplate {
        &self.parts.template
    }

    /// What it is made of, to make another one.
    #[must_use]
    pub fn into_parts(self) -> SealedSecretParts {
        self.parts
    }

    /// What it is made of, to be changed where it stands: what [`SealedSecret::from_parts`] asks for has to stay true.
    pub(crate) fn parts_mut(&mut self) -> &mut SealedSecretParts {
        &mut self.parts
    }

    /// All sealed values: those of `spec.encryptedData` by their names, or the one of `spec.data`.
    pub fn values(&self) -> impl Iterator<Item = (Item, &Ciphertext)> {
        let items = self.parts.encrypted_data.iter().flatten();
        let named = items.map(|(name, value)| (Item::Named(name.clone()), value));
        named.chain(self.parts.deprecated_data.iter().map(|value| (Item::Whole, value)))
    }

    /// One of the sealed values.
    #[must_use]
    pub fn value(&self, item: &Item) -> Option<&Ciphertext> {
        match item {
            Item::Named(name) => self.parts.encrypted_data.as_ref()?.get(name),
            Item::Whole => self.parts.deprecated_data.as_ref(),
        }
    }

    /// Whether it has the deprecated form: a whole Secret in `spec.data`.
    #[must_use]
    pub fn is_deprecated_form(&self) -> bool {
        self.parts.deprecated_data.is_some()
    }

    /// The scope that its annotations ask for.
    #[must_use]
    pub fn scope(&self) -> Scope {
        annotations::scope(&self.parts.metadata.annotations)
    }

    /// What its annotations claim about its values.
    #[must_use]
    pub fn hints(&self) -> Hints {
        Hints::read(&self.parts.metadata.annotations)
    }

    /// What its values have to be sealed for.
    ///
    /// # Errors
    /// Namespace or name are missing or hold a slash.
    pub fn label(&self) -> Result<EncryptionLabel, LabelError> {
        let Metadata { namespace, name, .. } = &self.parts.metadata;
        EncryptionLabel::for_scope(self.scope(), namespace, name)
    }

    /// Fields of the document that a SealedSecret does not have, as `spec.encryptedDate`: misspelt ones, most often.
    #[must_use]
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }

    /// The same in another namespace.
    pub(crate) fn in_namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.parts.metadata.namespace);
        self
    }

    /// The document.
    #[must_use]
    pub fn to_tree(&self) -> Tree {
        let SealedSecretParts { metadata, encrypted_data, deprecated_data, template } = &self.parts;
        let mut spec = Vec::new();
        if let Some(whole) = deprecated_data {
            spec.push(("data".to_owned(), Tree::from(whole.to_string())));
        }
        // The API server's rules for the resource ask for it, beside the deprecated form as well.
        let items = encrypted_data.iter().flatten();
        let items = items.map(|(item, value)| (item.clone(), Tree::from(value.to_string())));
        spec.push(("encryptedData".to_owned(), Tree::mapping(items)));
        spec.push(("template".to_owned(), template.to_tree()));
        Tree::mapping([
            ("apiVersion".to_owned(), Tree::from(KIND.api_version)),
            ("kind".to_owned(), Tree::from(KIND.kind)),
            ("metadata".to_owned(), metadata.to_tree()),
            ("spec".to_owned(), Tree::mapping(spec)),
        ])
    }
}

impl SecretTemplate {
    fn read(spec: Fields<'_>) -> Result<Self, ReadError> {
        let template = spec.object("template")?;
        let read = || {
            Ok(Self {
                metadata: Metadata::read(template)?,
                secret_type: template.text("type")?,
                immutable: template.boolean("immutable")?,
                data: template.nullable_text_map("data")?,
            })
        };
        read().map_err(|error: ReadError| error.in_field("template"))
    }

    fn to_tree(&self) -> Tree {
        let mut fields = Vec::new();
        if !self.data.is_empty() {
            let template = |text: &Option<String>| text.as_deref().map_or(Tree::Null, Tree::from);
            let items = self.data.iter().map(|(item, text)| (item.clone(), template(text)));
            fields.push(("data".to_owned(), Tree::mapping(items)));
        }
        fields.extend(self.immutable.map(|value| ("immutable".to_owned(), Tree::from(value))));
        fields.push(("metadata".to_owned(), self.metadata.to_tree()));
        if !self.secret_type.is_empty() {
            fields.push(("type".to_owned(), Tree::from(self.secret_type.as_str())));
        }
        Tree::mapping(fields)
    }
}

impl Item {
    /// The fields that lead to it, from the outside inwards.
    pub(crate) fn path(&self) -> impl Iterator<Item = &str> {
        let (field, name) = match self {
            Self::Named(name) => ("encryptedData", Some(name.as_str())),
            Self::Whole => ("data", None),
        };
        ["spec", field].into_iter().chain(name)
    }

    /// The name by which hints know it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Whole => "",
        }
    }
}

/// As its path in the document: `spec.encryptedData.password`, or `spec.data`.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path().collect::<Vec<_>>().join("."))
    }
}

/// A sealed value. An alias would let one place in the file decide what another holds.
fn ciphertext(node: &Node) -> Result<Ciphertext, ReadError> {
    if node.is_copied() {
        return Err(ReadError::at(node, ReadErrorKind::Alias));
    }
    text(node).map(Ciphertext::read)
}

/// `spec.encryptedData` is missing: the error stands at the field that was meant for it, if there is one.
fn no_encrypted_data(node: &Node, unknown: &[(String, Position)]) -> ReadError {
    let is_meant = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.contains("crypt") || name.contains("data")
    };
    let mut fields = unknown.iter();
    let meant = fields.find(|(path, _)| path.rsplit('.').next().is_some_and(is_meant));
    let at = meant.or(unknown.first()).map_or(node.position(), |(_, position)| *position);
    let unknown = unknown.iter().map(|(path, _)| shortened(path)).collect();
    ReadError::at_position(at, ReadErrorKind::NoEncryptedData { unknown })
}

/// The fields that a SealedSecret does not have: the path of each, and its place.
fn unknown_fields(fields: Fields<'_>) -> Result<Vec<(String, Position)>, ReadError> {
    let spec = fields.object("spec")?;
    let template = spec.object("template")?;
    let known: [(&str, Fields<'_>, &[&str]); 5] = [
        ("", fields, &["apiVersion", "kind", "metadata", "spec", "status"]),
        ("metadata.", fields.object("metadata")?, &metadata::FIELDS),
        ("spec.", spec, &["data", "encryptedData", "template"]),
        ("spec.template.", template, &TEMPLATE_FIELDS),
        ("spec.template.metadata.", template.object("metadata")?, &metadata::FIELDS),
    ];
    let unknown = known.into_iter().flat_map(|(path, fields, known)| {
        let unknown = fields.places().filter(|(name, _)| !known.contains(name));
        unknown.map(move |(name, position)| (format!("{path}{name}"), position))
    });
    Ok(unknown.collect())
}
