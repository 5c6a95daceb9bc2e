//! `status.applied`: the record of what was written last.
//!
//! It holds nothing that was made from a plaintext: a digest of values would tell whoever may read a status whether a guess
//! is right.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the service applied last, and from what. Written by whoever may write the status: a claim, not a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// `metadata.uid` of the SealedSecret: another object of the same name was never applied.
    pub uid: String,
    /// `metadata.generation` of the SealedSecret: moves with its `spec` alone.
    pub generation: i64,
    /// The annotations of the SealedSecret that were read: scope and hints. They do not move the generation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The Secret after the write.
    pub secret: AppliedSecret,
    /// The fingerprints of the keys that opened the values: one where it is the same for all items, else by item.
    // A schema for the API server cannot say "one type or the other".
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::resource::any_type"))]
    pub keys: KeysUsed,
    /// Whether the Secret was written whole: `full`, or `patch` where items were put into somebody else's Secret.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", extend("enum" = ["full", "patch"]))
    )]
    pub mode: AppliedMode,
    /// When, by the API server's clock, RFC 3339.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub time: String,
}

/// The Secret as it was after the service's write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AppliedSecret {
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.resourceVersion`: as long as it stays, nobody has written.
    pub resource_version: String,
    /// Digest of those entries of `metadata.managedFields` that own data, type or immutability: as long as it stays, whatever
    /// was written touched none of them.
    pub ownership: String,
}

/// The keys that opened the values of an object, by their fingerprints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeysUsed {
    /// One for all of them.
    One(String),
    /// One for each item.
    Each(BTreeMap<String, String>),
}

/// How the Secret was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AppliedMode {
    /// All of it is the SealedSecret's.
    Full,
    /// Items were put into somebody else's Secret, which is not made again when it goes.
    Patch,
}

impl KeysUsed {
    /// The fingerprints, each once.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (one, each) = match self {
            Self::One(key) => (Some(key.as_str()), None),
            Self::Each(keys) => (None, Some(keys)),
        };
        let each = each.into_iter().flatten().map(|(_, key)| key.as_str());
        let each: std::collections::BTreeSet<&str> = each.collect();
        one.into_iter().chain(each)
    }

    /// What is shortest: one fingerprint where all items have the same.
    #[must_use]
    pub fn of(items: BTreeMap<String, String>) -> Self {
        let mut keys = items.values();
        match keys.next() {
            Some(first) if keys.all(|key| key == first) => Self::One(first.clone()),
            _ => Self::Each(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_for_all_items_is_written_as_one() {
        let items = |keys: &[(&str, &str)]| {
            keys.iter().map(|(item, key)| ((*item).to_owned(), (*key).to_owned())).collect()
        };
        assert_eq!(KeysUsed::of(items(&[])), KeysUsed::Each(BTreeMap::new()));
        let one = KeysUsed::of(items(&[("a", "SHA256:x"), ("b", "SHA256:x")]));
        assert_eq!(serde_json::to_string(&one).unwrap(), r#""SHA256:x""#);
        assert_eq!(one.iter().collect::<Vec<_>>(), ["SHA256:x"]);
        let each = KeysUsed::of(items(&[("a", "SHA256:x"), ("b", "SHA256:y"), ("c", "SHA256:x")]));
        assert_eq!(each.iter().collect::<Vec<_>>(), ["SHA256:x", "SHA256:y"]);
        let read: KeysUsed = serde_json::from_str(&serde_json::to_string(&each).unwrap()).unwrap();
        assert_eq!(read, each);
    }
}
