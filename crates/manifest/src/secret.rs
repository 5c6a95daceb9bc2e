//! The Secret, as far as sealing and unsealing need it (Kubernetes API, core/v1).

use std::collections::BTreeMap;

use kubeyaml::{Node, Tree, go_base64};
use sealkit_core::{Plaintext, UnixTime};
use zeroize::Zeroizing;

use crate::annotations;
use crate::error::{Base64Flaw, Errors, ReadError, ReadErrorKind, ReadErrors};
use crate::fields::{Fields, text};
use crate::metadata::{self, Metadata};
use crate::resource::{self, Kind};

/// The core resource.
pub(crate) const KIND: Kind = Kind { api_version: "v1", kind: "Secret" };

const FIELDS: [&str; 7] =
    ["apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable"];

/// The maps whose entries' names a cluster gets.
pub(crate) const MAPS: [&[&str]; 4] =
    [&["data"], &["stringData"], &["metadata", "labels"], &["metadata", "annotations"]];

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
    let text = text(node)?;
    go_base64::decode(text)
        .map(Plaintext::from)
        .ok_or_else(|| ReadError::at(node, ReadErrorKind::NotBase64 { flaw: flaw(text) }))
}

/// What would have to be mended for a text to be base64, if it is one thing alone.
fn flaw(text: &str) -> Option<Base64Flaw> {
    // A value of some bytes: shorter texts are words that somebody took for base64, or the other way round.
    const SHORTEST: usize = 8;
    if text.len() < SHORTEST {
        return None;
    }
    let is_space = |c: char| c == ' ' || c == '\t';
    let mended = |mend: &dyn Fn(char) -> Option<char>| {
        let mut mended = Zeroizing::new(String::with_capacity(text.len()));
        mended.extend(text.chars().filter_map(mend));
        mended
    };
    let without_space = mended(&|c| (!is_space(c)).then_some(c));
    if let Some(at) = text.find(is_space)
        && go_base64::decode(&without_space).is_some()
    {
        return Some(Base64Flaw::Space { after: text.get(..at)?.chars().count() });
    }
    let usual = mended(&|c| {
        Some(if c == '-' {
            '+'
        } else if c == '_' {
            '/'
        } else {
            c
        })
    });
    if text.contains(['-', '_']) && (go_base64::decode(&usual).is_some() || is_unpadded(&usual)) {
        return Some(Base64Flaw::UrlAlphabet);
    }
    is_unpadded(text).then_some(Base64Flaw::PaddingMissing)
}

/// Whether a text is base64 but for its padding. Words of letters alone look like that, too: a digit or a capital is asked
/// for.
fn is_unpadded(text: &str) -> bool {
    let mut padded = Zeroizing::new(String::with_capacity(text.len() + 2));
    padded.push_str(text);
    let is_mixed = text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase());
    is_mixed
        && (0..2).any(|_| {
            padded.push('=');
            go_base64::decode(&padded).is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_a_text_from_being_base64_is_found() {
        let space = |after| Some(Base64Flaw::Space { after });
        for (text, expected) in [
            ("aGVsbG8g d29ybGQ=", space(8)),
            ("aGVsbG8gd29ybGQ= ", space(16)),
            ("\taGVsbG8gd29ybGQ=", space(0)),
            ("a-_sbG8gd29ybGQ=", Some(Base64Flaw::UrlAlphabet)),
            ("a-_sbG8gd29ybGQ", Some(Base64Flaw::UrlAlphabet)),
            ("aGVsbG8gd29ybGQ", Some(Base64Flaw::PaddingMissing)),
            ("aGVsbG8gd29ybA", Some(Base64Flaw::PaddingMissing)),
            ("hello world", None),
            ("db.internal:5432", None),
            ("passwordx", None),
            ("YQ", None),
        ] {
            assert!(go_base64::decode(text).is_none(), "{text}");
            assert_eq!(flaw(text), expected, "{text}");
        }
    }
}
