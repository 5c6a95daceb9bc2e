//! The new content of a file.

use std::collections::BTreeMap;

use kubeyaml::{EditError, Editor, Node};
use zeroize::Zeroizing;

use super::find::Place;
use super::hints::{self, HintEdit};
use super::outcome::{Warning, WarningKind};
use super::reading::Reading;
use super::reencrypt::Resealed;

/// The new content of a file, where there is any, and what could not be done.
pub(super) struct Edited {
    pub(super) file: Option<Zeroizing<Vec<u8>>>,
    pub(super) warnings: Vec<Warning>,
}

/// Words to be replaced in a string, by where it begins: a string may hold several values, and is edited once.
type Words<'n> = BTreeMap<usize, (&'n Node, BTreeMap<String, String>)>;

/// Puts new ciphertexts in the place of the old ones, and makes hints agree. The new text is read again: it holds what the
/// old one held, with these edits and no others.
///
/// # Errors
/// A value or a hint cannot be replaced where it stands.
pub(super) fn edit(
    reading: &Reading,
    resealed: &[Resealed<'_>],
    is_hint_added: bool,
) -> Result<Edited, EditError> {
    let mut editor = reading.input().editor();
    let mut warnings = Vec::new();
    let mut words = Words::new();
    let mut is_edited = false;
    for resealed in resealed {
        is_edited |= replace_values(&mut editor, resealed, &mut words)?;
        match hints::edit(&mut editor, resealed, is_hint_added)? {
            HintEdit::Unchanged => {}
            HintEdit::Edited => is_edited = true,
            HintEdit::NotAdded(error) => warnings.push(Warning {
                document: resealed.object.document,
                position: resealed.object.position,
                kind: WarningKind::HintNotAdded(error),
            }),
        }
    }
    for (node, words) in words.into_values() {
        editor.replace_words(node, words)?;
    }
    let text = if is_edited { Some(editor.finish()?) } else { None };
    let restore = |text| reading.restore(text).ok_or(EditError::NotTheSame);
    let file = text.map(restore).transpose()?;
    Ok(Edited { file, warnings })
}

/// Whether there was anything to replace.
fn replace_values<'n>(
    editor: &mut Editor<'_>,
    resealed: &Resealed<'n>,
    words: &mut Words<'n>,
) -> Result<bool, EditError> {
    let mut is_edited = false;
    for (value, resealed) in resealed.values() {
        let Some(new) = &resealed.new else { continue };
        is_edited = true;
        match &value.place {
            Place::Whole(node) => editor.replace(node, new.as_str())?,
            Place::Word(node, word) => {
                let (_, words) = words.entry(node.span().start).or_insert((node, BTreeMap::new()));
                words.entry(word.run().to_owned()).or_insert_with(|| word.with(new));
            }
            Place::Text(_) => return Err(EditError::OtherText),
        }
    }
    Ok(is_edited)
}
