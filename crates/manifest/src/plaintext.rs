//! Plaintext where it does not belong: Secrets inside documents that pass through, and values in the metadata that a
//! SealedSecret publishes.

use kubeyaml::{Mapping, Node, Value, go_base64};
use memchr::memmem;
use zeroize::Zeroizing;

use crate::error::{SealError, SealErrorKind, shortened};
use crate::metadata::Metadata;
use crate::secret::Secret;

/// How deep a text may hold a manifest that holds a text.
const MAX_TEXTS: usize = 3;

/// Raw values of fewer bytes stand in metadata by chance: `postgres`.
const MIN_RAW: usize = 12;

/// Base64 of values of fewer bytes may be a word.
const MIN_ENCODED: usize = 6;

/// The most bytes that are searched for values, all searches together.
const MAX_SEARCHED: usize = 1 << 30;

/// The most that a cluster takes of annotations (Kubernetes API, `TotalAnnotationSizeLimitB`).
const MAX_PUBLISHED: usize = 256 << 10;

/// The path to a Secret with values in plaintext, in a document that is no Secret itself or is not taken for one:
/// `spec.objects[0]`, or nothing for the document itself.
///
/// Values that are wholly a placeholder (`${NAME}`, `{{ … }}`) or empty are none, and so are encrypted ones.
pub(crate) fn secret_in(node: &Node) -> Option<String> {
    let mut path = String::new();
    find_secret(node, &mut path, MAX_TEXTS).then_some(path)
}

/// Depth-first; `path` is left at what was found.
fn find_secret(node: &Node, path: &mut String, texts: usize) -> bool {
    let length = path.len();
    let found = match node.value() {
        Value::Mapping(fields) => {
            is_secret(fields)
                || fields.iter().any(|(key, node)| {
                    path.truncate(length);
                    push_key(path, key.text());
                    find_secret(node, path, texts)
                })
        }
        Value::Sequence(items) => items.iter().enumerate().any(|(at, item)| {
            path.truncate(length);
            path.push_str(&format!("[{at}]"));
            find_secret(item, path, texts)
        }),
        Value::String(text) => texts > 0 && find_in_text(text.expose(), path, texts - 1),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    if !found {
        path.truncate(length);
    }
    found
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() && !path.ends_with(' ') {
        path.push('.');
    }
    path.push_str(&shortened(key));
}

/// A manifest in a text, as in a ConfigMap or a List of texts.
fn find_in_text(text: &str, path: &mut String, texts: usize) -> bool {
    let may_hold = |word: &str| text.contains(word);
    if !((may_hold("ecret") || may_hold("ECRET")) && (may_hold("ata") || may_hold("ATA"))) {
        return false;
    }
    let Ok(input) = kubeyaml::split(text.as_bytes()) else { return false };
    let length = path.len();
    for document in input.documents() {
        let Ok(Some(node)) = document.parse() else { continue };
        path.push_str(" (text) ");
        if find_secret(&node, path, texts) {
            path.truncate(path.trim_end().len());
            return true;
        }
        path.truncate(length);
    }
    false
}

/// An object of kind Secret, spaces and case aside, with a value in plaintext.
fn is_secret(fields: &Mapping) -> bool {
    let kind = fields.get("kind").and_then(Node::as_str).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("secret")
        && ["data", "stringData"].iter().any(|field| {
            let entries = fields.iter().filter(|(key, _)| key.text().eq_ignore_ascii_case(field));
            let mut values = entries.filter_map(|(_, node)| node.as_mapping());
            values.any(|values| values.iter().any(|(_, value)| holds_plaintext(value)))
        })
}

fn holds_plaintext(value: &Node) -> bool {
    match value.value() {
        Value::Null => false,
        Value::String(text) => !is_placeholder(text.expose()) && !is_encrypted(text.expose()),
        _ => true,
    }
}

/// Whether a text is nothing but placeholders that another tool fills.
fn is_placeholder(text: &str) -> bool {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = [("${", "}"), ("{{", "}}"), ("$(", ")")].iter().find_map(|(open, close)| {
            let inside = rest.strip_prefix(open)?;
            inside.split_once(close).map(|(_, after)| after)
        });
        match end {
            Some(after) => rest = after.trim_start(),
            None => return false,
        }
    }
    true
}

/// By which tool a text is encrypted already.
pub(crate) fn encrypted_with(text: &str) -> Option<&'static str> {
    if text.starts_with("ENC[AES256_GCM,") {
        Some("SOPS")
    } else if text.starts_with("$ANSIBLE_VAULT;") {
        Some("Ansible Vault")
    } else {
        None
    }
}

fn is_encrypted(text: &str) -> bool {
    encrypted_with(text).is_some()
}

/// Looks for values, raw and in base64, in all that a SealedSecret publishes of a Secret.
///
/// A value that is the name, the namespace or a label's value is none: `POSTGRES_USER: postgres` in a Secret `postgres`.
///
/// # Errors
/// The first value that is found, with its place.
pub(crate) fn check_metadata(secret: &Secret) -> Result<(), SealError> {
    let published = published(secret);
    let size: usize = published.iter().map(|(_, text)| text.len()).sum();
    let mut searched = 0_usize;
    for (item, value) in &secret.data {
        let value = value.expose();
        if value.len() < MIN_ENCODED || is_known(&secret.metadata, value) {
            continue;
        }
        searched = searched.saturating_add(2 * size);
        if size > MAX_PUBLISHED || searched > MAX_SEARCHED {
            return Err(SealErrorKind::MetadataTooLarge.into());
        }
        if let Some((path, _)) = published.iter().find(|(_, text)| holds(text, value)) {
            let kind = SealErrorKind::ValueInMetadata { item: shortened(item) };
            return Err(SealError::new(kind).in_path(path.iter().copied()));
        }
    }
    Ok(())
}

/// Whether a text holds a value, as it is or in base64.
fn holds(text: &str, value: &[u8]) -> bool {
    let encoded = Zeroizing::new(go_base64::encode(value));
    let encoded = encoded.trim_end_matches('=').as_bytes();
    let raw = value.len() >= MIN_RAW && memmem::find(text.as_bytes(), value).is_some();
    raw || memmem::find(text.as_bytes(), encoded).is_some()
}

/// The texts, each with the fields that lead to it.
fn published(secret: &Secret) -> Vec<(Vec<&str>, &str)> {
    let Metadata { name, namespace, labels, annotations, finalizers } = &secret.metadata;
    let mut texts = vec![
        (vec!["metadata", "name"], name.as_str()),
        (vec!["metadata", "namespace"], namespace.as_str()),
        (vec!["type"], secret.secret_type.as_str()),
    ];
    for (field, map) in [("annotations", annotations), ("labels", labels)] {
        for (name, value) in map {
            texts.push((vec!["metadata", field], name.as_str()));
            texts.push((vec!["metadata", field, name], value.as_str()));
        }
    }
    texts.extend(finalizers.iter().map(|text| (vec!["metadata", "finalizers"], text.as_str())));
    texts
}

fn is_known(metadata: &Metadata, value: &[u8]) -> bool {
    let names = [&metadata.name, &metadata.namespace];
    names.into_iter().chain(metadata.labels.values()).any(|known| known.as_bytes() == value)
}
