//! Single values of a SealedSecret in a file: put in, exchanged, taken out. Every other byte of the file stays.

use std::collections::BTreeMap;
use std::fmt;

use kubeyaml::{At, DuplicateKeys, EditError, Editor, Input, Mapping, Node, Tree};
use sealkit_core::{Fingerprint, SealedValue};
use zeroize::Zeroizing;

use crate::annotations::{self, Annotations, Hints, SEALED_WITH};
use crate::documents::Documents;
use crate::error::{Errors, ReadErrors};
use crate::resource::Resource;
use crate::sealed_secret::{self, SealedSecret};
use crate::template_metadata;

/// What becomes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemChange {
    /// It gets this value, sealed for this key.
    Set(SealedValue, Fingerprint),
    /// It goes.
    Unset,
}

/// What becomes of a SealedSecret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectChanges {
    /// Of its items, by name.
    pub items: BTreeMap<String, ItemChange>,
    /// Labels that the template gets, and with it the Secret; others stay.
    pub labels: BTreeMap<String, String>,
    /// Annotations that the template gets, and with it the Secret; others stay.
    pub annotations: BTreeMap<String, String>,
}

impl From<BTreeMap<String, ItemChange>> for ObjectChanges {
    fn from(items: BTreeMap<String, ItemChange>) -> Self {
        Self { items, ..Self::default() }
    }
}

/// Where a SealedSecret stands among the documents of one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectPlace {
    /// The document, counted from 1.
    pub document: usize,
    /// The object in it, counted from 0: a List has several.
    pub object: usize,
}

/// Why items of a SealedSecret cannot be changed where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemError {
    /// It has the deprecated form: a whole Secret under one envelope.
    WholeSecret,
    /// There is no item of that name.
    Missing {
        /// The item.
        item: String,
    },
    /// What is to be changed stands in the file in a way that cannot be edited.
    Edit(EditError),
    /// Nothing stands at the place.
    Gone,
}

impl fmt::Display for ItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WholeSecret => {
                f.write_str("it has the deprecated spec.data: a whole Secret under one envelope")
            }
            Self::Missing { item } => write!(f, "it has no item {item}"),
            Self::Edit(error) => error.fmt(f),
            Self::Gone => f.write_str("there is no SealedSecret any more"),
        }
    }
}

impl std::error::Error for ItemError {}

impl From<EditError> for ItemError {
    fn from(error: EditError) -> Self {
        Self::Edit(error)
    }
}

/// The SealedSecrets that stand in one text as documents of their own or in Lists, and what cannot be read of the rest.
#[must_use]
pub fn sealed_secrets(
    documents: &Documents,
) -> (Vec<(ObjectPlace, SealedSecret)>, Option<ReadErrors>) {
    let visited = documents.visit(DuplicateKeys::Refused, |document| {
        let mut found = Vec::new();
        for (object, resource) in document.resources()?.into_iter().enumerate() {
            if resource.is(sealed_secret::KIND) {
                let sealed = SealedSecret::read(resource.node())?;
                found.push((ObjectPlace { document: document.place().1, object }, sealed));
            }
        }
        Ok::<_, ReadErrors>(found)
    });
    let (mut found, mut failed) = (Vec::new(), None);
    for located in visited {
        match located.result {
            Ok(in_document) => found.extend(in_document),
            Err(errors) => {
                let at =
                    |error: crate::ReadError| error.in_document(located.input, located.document);
                let errors = errors.map(at);
                failed = Some(match failed {
                    Some(failed) => Errors::and(failed, errors),
                    None => errors,
                });
            }
        }
    }
    (found, failed)
}

/// The text with other items, or more metadata in the template, in one of its SealedSecrets. A hint that names the keys of the values is kept true; a new item
/// stands where a person would put it: sorted in where the items are sorted, else last.
///
/// `documents` are those of one text.
///
/// # Errors
/// An item to be taken out is not there, or the text is written in a way that cannot be edited.
pub fn change_items(
    documents: &Documents,
    place: ObjectPlace,
    changes: &ObjectChanges,
) -> Result<Zeroizing<Vec<u8>>, ItemError> {
    let visited = documents.visit(DuplicateKeys::Refused, |document| {
        if document.place().1 != place.document {
            return Ok(None);
        }
        let resources = document.resources()?;
        let resource = resources.get(place.object).copied();
        Ok::<_, ReadErrors>(resource.map(|resource| change(document.input(), resource, changes)))
    });
    let results = visited.into_iter().filter_map(|located| located.result.ok().flatten());
    results.into_iter().next().unwrap_or(Err(ItemError::Gone))
}

fn change(
    input: &Input,
    resource: Resource<'_>,
    changes: &ObjectChanges,
) -> Result<Zeroizing<Vec<u8>>, ItemError> {
    let items = field(resource.node(), "spec").and_then(|spec| field(spec, "encryptedData"));
    let items = items.ok_or(ItemError::WholeSecret)?;
    let mut editor = input.editor();
    for (item, change) in &changes.items {
        match change {
            ItemChange::Set(value, _) => set(&mut editor, items, item, value)?,
            ItemChange::Unset => unset(&mut editor, items, item)?,
        }
    }
    keep_hint_true(&mut editor, resource.node(), items, &changes.items)?;
    template_metadata::put(&mut editor, resource.node(), changes)?;
    Ok(editor.finish()?)
}

fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.as_mapping()?.get(name)
}

fn set(
    editor: &mut Editor<'_>,
    items: &Node,
    item: &str,
    value: &SealedValue,
) -> Result<(), ItemError> {
    match field(items, item) {
        Some(node) => editor.replace(node, value.to_string())?,
        None => {
            let at = items.as_mapping().map_or(At::Last, |items| place_of(items, item));
            editor.insert(items, at, item, &Tree::from(value.to_string()))?;
        }
    }
    Ok(())
}

fn unset(editor: &mut Editor<'_>, items: &Node, item: &str) -> Result<(), ItemError> {
    match editor.remove(items, item) {
        Err(EditError::KeyMissing | EditError::NotAMapping) => {
            Err(ItemError::Missing { item: item.to_owned() })
        }
        removed => Ok(removed?),
    }
}

/// Where a new item belongs.
fn place_of<'m>(items: &'m Mapping, item: &str) -> At<'m> {
    let names: Vec<&str> = items.iter().map(|(name, _)| name.text()).collect();
    if !names.is_sorted() {
        return At::Last;
    }
    let before = names.iter().copied().take_while(|name| *name < item).last();
    before.map_or(At::First, At::After)
}

/// Makes the hint that is there name the keys that the values are sealed for now.
fn keep_hint_true(
    editor: &mut Editor<'_>,
    object: &Node,
    items: &Node,
    changes: &BTreeMap<String, ItemChange>,
) -> Result<(), ItemError> {
    let annotations = field(object, "metadata").and_then(|metadata| field(metadata, "annotations"));
    let Some(hint) = annotations.and_then(|annotations| field(annotations, SEALED_WITH)) else {
        return Ok(());
    };
    let Some(text) = hint.as_str() else { return Ok(()) };
    let before = Annotations::from([(SEALED_WITH.to_owned(), text.trim_end().to_owned())]);
    let hints = Hints::read(&before);
    let names = items.as_mapping().into_iter().flat_map(Mapping::iter);
    let there = names.map(|(name, _)| (name.text(), hints.sealed_with(name.text())));
    let mut keys: BTreeMap<&str, Option<Fingerprint>> = there.collect();
    for (item, change) in changes {
        match change {
            ItemChange::Set(_, key) => drop(keys.insert(item, Some(*key))),
            ItemChange::Unset => drop(keys.remove(item.as_str())),
        }
    }
    match annotations::sealed_with_text(&keys) {
        Some(new) if new != text.trim_end() => Ok(editor.replace(hint, new)?),
        _ => Ok(()),
    }
}
