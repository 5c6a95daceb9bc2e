//! The Secret, as far as sealing and unsealing need it (Kubernetes API, core/v1).

use std::collections::BTreeMap;

use sealkit_core::Plaintext;

use crate::documents::Kind;
use crate::error::{Error, Reason};
use crate::fields::{Fields, text};
use crate::metadata::{self, Metadata};
use kubeyaml::go_base64;
use kubeyaml::{Node, Tree};

/// The core resource.
pub(crate) const KIND: Kind = Kind { api_version: "v1", kind: "Secret" };

const FIELDS: [&str; 7] =
    ["apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable"];

/// A Secret. Has no `Debug`: it holds plaintext.
#[derive(Default)]
#[non_exhaustive]
pub struct Secret {
    /// `metadata`, less what only a server writes.
    pub metadata: Metadata,
    /// `type`; empty where the Secret names none.
    pub secret_type: String,
    /// `immutable`.
    pub immutable: Option<bool>,
    /// `data` and `stringData` together, decoded. `stringData` wins, as in Kubernetes.
    pub data: BTreeMap<String, Plaintext>,
    /// Fields of the document that a Secret does not have: misspelt ones, most often.
    pub(crate) unknown_fields: Vec<String>,
}

impl Secret {
    /// Reads a document of kind Secret.
    pub(crate) fn read(node: &Node) -> Result<Self, Error> {
        let fields = Fields::of(node)?;
        let mut data = fields.map("data", decode)?;
        data.extend(fields.map("stringData", |node| {
            text(node).map(|text| Plaintext::from(text.as_bytes().to_vec()))
        })?);
        Ok(Self {
            metadata: Metadata::read(fields)?,
            secret_type: fields.text("type")?,
            immutable: fields.boolean("immutable")?,
            data,
            unknown_fields: Self::unknown_fields(fields)?,
        })
    }

    fn unknown_fields(fields: Fields<'_>) -> Result<Vec<String>, Error> {
        let unknown = fields.names().filter(|name| !FIELDS.contains(name)).map(str::to_owned);
        let in_metadata = fields.object("metadata")?;
        let in_metadata = in_metadata.names().filter(|name| !metadata::FIELDS.contains(name));
        Ok(unknown.chain(in_metadata.map(|name| format!("metadata.{name}"))).collect())
    }

    /// The document, with all values in `data`.
    pub(crate) fn to_tree(&self) -> Tree {
        let encode = |value: &Plaintext| Tree::from(go_base64::encode(value.expose()));
        let data = self.data.iter().map(|(item, value)| (item.clone(), encode(value)));
        let mut fields = vec![
            ("apiVersion".to_owned(), Tree::from(KIND.api_version)),
            ("data".to_owned(), Tree::mapping(data)),
        ];
        fields.extend(self.immutable.map(|value| ("immutable".to_owned(), Tree::from(value))));
        fields.push(("kind".to_owned(), Tree::from(KIND.kind)));
        fields.push(("metadata".to_owned(), self.metadata.to_tree()));
        if !self.secret_type.is_empty() {
            fields.push(("type".to_owned(), Tree::from(self.secret_type.as_str())));
        }
        Tree::mapping(fields)
    }
}

/// A value of `data`: base64 as Go reads it.
fn decode(node: &Node) -> Result<Plaintext, Error> {
    go_base64::decode(text(node)?)
        .map(Plaintext::from)
        .ok_or_else(|| Error::at(node, Reason::NotBase64))
}
