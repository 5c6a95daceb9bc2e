//! The hint that names the key of a SealedSecret's values (`sealkit.dev/sealed-with`), and other places that name it.

use std::collections::BTreeMap;

use kubeyaml::{At, EditError, Editor, Node, Tree};
use sealkit_core::Fingerprint;
use sealkit_manifest::annotations::{Annotations, Hints, SEALED_WITH};

use super::find::Shape;
use super::reencrypt::Resealed;

/// What became of the hint.
pub(super) enum HintEdit {
    /// It is as it was.
    Unchanged,
    /// It is edited.
    Edited,
    /// It is missing, and cannot be added.
    NotAdded(EditError),
}

/// Makes the hint name the keys that the values are sealed for now. One that is missing is added if `is_added`.
///
/// # Errors
/// A hint that is there cannot be replaced.
pub(super) fn edit(
    editor: &mut Editor<'_>,
    resealed: &Resealed<'_>,
    is_added: bool,
) -> Result<HintEdit, EditError> {
    let Shape::SealedSecret { metadata: Some(metadata) } = resealed.object.shape else {
        return Ok(HintEdit::Unchanged);
    };
    let Some(text) = text(resealed) else { return Ok(HintEdit::Unchanged) };
    let annotations = metadata.as_mapping().and_then(|metadata| metadata.get("annotations"));
    let hint = annotations.and_then(Node::as_mapping).and_then(|all| all.get(SEALED_WITH));
    match hint {
        Some(hint) if hint.as_str().map(str::trim_end) == Some(&text) => Ok(HintEdit::Unchanged),
        Some(hint) => replace(editor, hint, text).map(|()| HintEdit::Edited),
        None if is_added => Ok(match add(editor, metadata, annotations, &text) {
            Ok(()) => HintEdit::Edited,
            Err(error) => HintEdit::NotAdded(error),
        }),
        None => Ok(HintEdit::Unchanged),
    }
}

/// Puts a hint in the place of another one. Of two that name one key each, the words of base64 are exchanged: that leaves
/// the hint without quotes where it had none.
fn replace(editor: &mut Editor<'_>, hint: &Node, text: String) -> Result<(), EditError> {
    let digest_in = |text: &str| text.trim().parse().ok().map(digest);
    match (hint.as_str().and_then(digest_in), digest_in(&text)) {
        (Some(old), Some(new)) => editor.replace_words(hint, [(old, new)]),
        _ => editor.replace(hint, text),
    }
}

/// The base64 part of a fingerprint.
pub(super) fn digest(key: Fingerprint) -> String {
    let text = key.to_string();
    text.split_once(':').map_or_else(String::new, |(_, digest)| digest.to_owned())
}

/// The hint as it has to be; none where the key of a value is not known.
fn text(resealed: &Resealed<'_>) -> Option<String> {
    let keys = resealed.values().map(|(value, resealed)| Some((value.name.clone(), resealed.key?)));
    let keys: BTreeMap<String, Fingerprint> = keys.collect::<Option<_>>()?;
    let mut annotations = Annotations::new();
    Hints::sealed_with_each(keys).write(&mut annotations);
    annotations.remove(SEALED_WITH)
}

fn add(
    editor: &mut Editor<'_>,
    metadata: &Node,
    annotations: Option<&Node>,
    text: &str,
) -> Result<(), EditError> {
    match annotations {
        Some(annotations) => editor.insert(annotations, At::Last, SEALED_WITH, &text.into()),
        None => {
            let annotations = Tree::mapping([(SEALED_WITH, Tree::from(text))]);
            editor.insert(metadata, At::First, "annotations", &annotations)
        }
    }
}
