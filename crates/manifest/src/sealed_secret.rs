//! The SealedSecret (`bitnami.com/v1alpha1`).

use std::collections::BTreeMap;

use sealkit_core::{EncryptionLabel, Scope};

use crate::annotations::{self, Hints};
use crate::documents::Kind;
use crate::error::{Error, Reason};
use crate::fields::{Fields, text};
use crate::metadata::Metadata;
use kubeyaml::{Node, Tree};

/// The custom resource.
pub(crate) const KIND: Kind = Kind { api_version: "bitnami.com/v1alpha1", kind: "SealedSecret" };

/// A SealedSecret. All of it is public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealedSecret {
    /// `metadata`: name, namespace and scope decide what the values are bound to.
    pub metadata: Metadata,
    /// `spec.encryptedData`: item name and ciphertext in base64.
    pub encrypted_data: BTreeMap<String, String>,
    /// `spec.data`, deprecated: a whole Secret in JSON under one envelope, in base64.
    pub deprecated_data: Option<String>,
    /// `spec.template`: the Secret less its values.
    pub template: Template,
}

/// `spec.template` of a SealedSecret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// `metadata`, for the Secret. Its name and namespace count for nothing.
    pub metadata: Metadata,
    /// `type` of the Secret; may be empty.
    pub secret_type: String,
    /// `immutable` of the Secret.
    pub immutable: Option<bool>,
    /// `data`: item name and Go template.
    pub data: BTreeMap<String, String>,
}

impl SealedSecret {
    /// Reads a document of kind SealedSecret.
    pub(crate) fn read(node: &Node) -> Result<Self, Error> {
        let fields = Fields::of(node)?;
        let spec = fields.object("spec")?;
        if spec.get("encryptedData").is_none() && spec.get("data").is_none() {
            let field = "spec.encryptedData";
            return Err(Error::at(node, Reason::Missing { field }));
        }
        let in_spec = |error: Error| error.in_field("spec");
        let deprecated_data = spec.text("data").map_err(in_spec)?;
        let sealed_secret = Self {
            metadata: Metadata::read(fields)?,
            encrypted_data: spec.map("encryptedData", ciphertext).map_err(in_spec)?,
            deprecated_data: Some(deprecated_data).filter(|data| !data.is_empty()),
            template: Template::read(spec).map_err(in_spec)?,
        };
        if sealed_secret.deprecated_data.is_some() && !sealed_secret.encrypted_data.is_empty() {
            return Err(Error::at(node, Reason::DeprecatedDataBesideEncryptedData));
        }
        Ok(sealed_secret)
    }

    /// The scope that its annotations ask for.
    pub fn scope(&self) -> Scope {
        annotations::scope(&self.metadata.annotations)
    }

    /// What its annotations claim about its values.
    pub fn hints(&self) -> Hints {
        Hints::read(&self.metadata.annotations)
    }

    /// What its values have to be sealed for.
    pub(crate) fn label(&self) -> Result<EncryptionLabel, Error> {
        let Metadata { namespace, name, .. } = &self.metadata;
        EncryptionLabel::for_scope(self.scope(), namespace, name)
            .map_err(|error| Error::new(Reason::Label(error)))
    }

    /// The document.
    pub(crate) fn to_tree(&self) -> Tree {
        let values = self.encrypted_data.iter();
        let values =
            Tree::mapping(values.map(|(item, value)| (item.clone(), Tree::from(value.as_str()))));
        let spec = Tree::mapping([
            ("encryptedData".to_owned(), values),
            ("template".to_owned(), self.template.to_tree()),
        ]);
        Tree::mapping([
            ("apiVersion".to_owned(), Tree::from(KIND.api_version)),
            ("kind".to_owned(), Tree::from(KIND.kind)),
            ("metadata".to_owned(), self.metadata.to_tree()),
            ("spec".to_owned(), spec),
        ])
    }
}

impl Template {
    fn read(spec: Fields<'_>) -> Result<Self, Error> {
        let template = spec.object("template")?;
        let read = || {
            Ok(Self {
                metadata: Metadata::read(template)?,
                secret_type: template.text("type")?,
                immutable: template.boolean("immutable")?,
                data: template.text_map("data")?,
            })
        };
        read().map_err(|error: Error| error.in_field("template"))
    }

    fn to_tree(&self) -> Tree {
        let mut fields = Vec::new();
        fields.extend(self.immutable.map(|value| ("immutable".to_owned(), Tree::from(value))));
        fields.push(("metadata".to_owned(), self.metadata.to_tree()));
        if !self.secret_type.is_empty() {
            fields.push(("type".to_owned(), Tree::from(self.secret_type.as_str())));
        }
        Tree::mapping(fields)
    }
}

/// A value of `encryptedData`. An alias would let one place in the file decide what another holds.
fn ciphertext(node: &Node) -> Result<String, Error> {
    if node.is_copied() {
        return Err(Error::at(node, Reason::Alias));
    }
    text(node).map(str::to_owned)
}
