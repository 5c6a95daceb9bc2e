//! The Secret, as far as sealing and unsealing need it (Kubernetes API, core/v1).

use std::collections::BTreeMap;

use kubeyaml::{Node, Tree, go_base64};
use sealkit_core::{Plaintext, UnixTime};

use crate::annotations;
use crate::error::{Errors, ReadError, ReadErrorKind, ReadErrors};
use crate::fields::{Fields, text};
use crate::metadata::{self, Metadata};
use crate::resource::{self, Kind};

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
    /// `metadata.creationTimestamp`, which only a server writes, and which is never written here.
    pub created: Option<UnixTime>,
    /// Fields of the document that a Secret does not have: misspelt ones, most often.
    pub(crate) unknown_fields: Vec<String>,
    /// Items whose value stood in `data`, and not in `stringData`.
    pub(crate) from_data: Vec<String>,
    /// Annotations that were left out as copies of the object or its values.
    pub(crate) copies: Vec<String>,
}

impl Secret {
    /// Reads a text of one document, YAML or JSON: an object as the API server has it.
    ///
    /// # Errors
    /// The text cannot be read, has not exactly one document, or that is no Secret.
    pub fn from_text(text: &[u8]) -> Result<Self, ReadErrors> {
        resource::read_one(text, KIND, Self::read)
    }

    /// Reads a document of kind Secret.
    ///
    /// All values and fields that are wrong are told, and not the first one alone.
    pub(crate) fn read(node: &Node) -> Result<Self, ReadErrors> {
        let fields = Fields::of(node)?;
        let (mut data, wrong_data) = fields.map_each("data", decode);
        let (string_data, wrong_string_data) = fields.map_each("stringData", |node| {
            text(node).map(|text| Plaintext::from(text.as_bytes().to_vec()))
        });
        let rest = Self::read_without_data(fields);
        let (rest, wrong_rest) = match rest {
            Ok(rest) => (rest, None),
            Err(error) => (Self::default(), Some(error.into())),
        };
        let wrong = [wrong_rest, wrong_data, wrong_string_data].into_iter().flatten();
        if let Some(errors) = wrong.reduce(Errors::and) {
            return Err(errors);
        }
        let from_data = data.keys().filter(|item| !string_data.contains_key(*item));
        let from_data = from_data.cloned().collect();
        data.extend(string_data);
        Ok(Self { data, from_data, ..rest })
    }

    fn read_without_data(fields: Fields<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            metadata: Metadata::read_of_secret(fields)?,
            secret_type: fields.text("type")?,
            immutable: fields.boolean("immutable")?,
            data: BTreeMap::new(),
            created: fields.object("metadata")?.text("creationTimestamp")?.parse().ok(),
            unknown_fields: unknown_fields(fields)?,
            from_data: Vec::new(),
            copies: annotations::copies(fields.object("metadata")?)?,
        })
    }

    /// Fields of the document that a Secret does not have, as `stringdata`: misspelt ones, most often.
    #[must_use]
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }

    /// The document, with all values in `data`.
    #[must_use]
    pub fn to_tree(&self) -> Tree {
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

fn unknown_fields(fields: Fields<'_>) -> Result<Vec<String>, ReadError> {
    let unknown = fields.names().filter(|name| !FIELDS.contains(name)).map(str::to_owned);
    let in_metadata = fields.object("metadata")?;
    let in_metadata = in_metadata.names().filter(|name| !metadata::FIELDS.contains(name));
    Ok(unknown.chain(in_metadata.map(|name| format!("metadata.{name}"))).collect())
}

/// A value of `data`: base64 as Go reads it.
fn decode(node: &Node) -> Result<Plaintext, ReadError> {
    go_base64::decode(text(node)?)
        .map(Plaintext::from)
        .ok_or_else(|| ReadError::at(node, ReadErrorKind::NotBase64))
}
