//! Labels and annotations put into the template of a SealedSecret where it stands.

use std::collections::BTreeMap;

use kubeyaml::{At, EditError, Editor, Node, Tree};

use crate::items::ObjectChanges;

/// What is put into a mapping.
enum Addition<'a> {
    Text(&'a str),
    Entries(BTreeMap<&'a str, Self>),
}

/// Puts the labels and annotations into `spec.template.metadata`, and makes that where it is not there.
pub(crate) fn put(
    editor: &mut Editor<'_>,
    object: &Node,
    changes: &ObjectChanges,
) -> Result<(), EditError> {
    let ObjectChanges { labels, annotations, .. } = changes;
    let both = [("labels", labels), ("annotations", annotations)];
    let both = both.into_iter().filter(|(_, entries)| !entries.is_empty());
    let metadata: BTreeMap<&str, Addition<'_>> =
        both.map(|(name, entries)| (name, Addition::of(entries))).collect();
    if metadata.is_empty() {
        return Ok(());
    }
    let inside = ["metadata", "template", "spec"];
    let addition = inside.into_iter().fold(Addition::Entries(metadata), |inner, name| {
        Addition::Entries(BTreeMap::from([(name, inner)]))
    });
    addition.put_into(editor, object)
}

impl<'a> Addition<'a> {
    fn of(entries: &'a BTreeMap<String, String>) -> Self {
        let entries = entries.iter();
        Self::Entries(entries.map(|(name, text)| (name.as_str(), Self::Text(text))).collect())
    }

    /// What is there stays, unless it has the same name.
    fn put_into(&self, editor: &mut Editor<'_>, node: &Node) -> Result<(), EditError> {
        match self {
            Self::Text(text) if node.as_str() == Some(text) => Ok(()),
            Self::Text(text) => editor.replace(node, *text),
            Self::Entries(entries) => entries.iter().try_for_each(|(name, addition)| {
                match node.as_mapping().and_then(|mapping| mapping.get(name)) {
                    Some(there) => addition.put_into(editor, there),
                    None => editor.insert(node, At::Last, name, &addition.tree()),
                }
            }),
        }
    }

    fn tree(&self) -> Tree {
        match self {
            Self::Text(text) => Tree::from(*text),
            Self::Entries(entries) => Tree::mapping(
                entries.iter().map(|(name, inner)| ((*name).to_owned(), inner.tree())),
            ),
        }
    }
}
