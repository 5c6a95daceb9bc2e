//! The new content of a file.

use kubeyaml::{EditError, Editor};
use zeroize::Zeroizing;

use super::hints::{self, HintEdit};
use super::outcome::{Warning, WarningKind};
use super::reading::Reading;
use super::reencrypt::Resealed;

/// The new content of a file, where there is any, and what could not be done.
pub(super) struct Edited {
    pub(super) file: Option<Zeroizing<Vec<u8>>>,
    pub(super) warnings: Vec<Warning>,
}

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
    let mut is_edited = false;
    for resealed in resealed {
        is_edited |= replace_values(&mut editor, resealed)?;
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
    let text = if is_edited { Some(editor.finish()?) } else { None };
    let restore = |text| reading.restore(text).ok_or(EditError::NotTheSame);
    let file = text.map(restore).transpose()?;
    Ok(Edited { file, warnings })
}

/// Whether there was anything to replace.
fn replace_values(editor: &mut Editor<'_>, resealed: &Resealed<'_>) -> Result<bool, EditError> {
    let mut is_edited = false;
    for (value, resealed) in resealed.object.values.iter().zip(&resealed.values) {
        if let Some(new) = &resealed.new {
            editor.replace(value.node, new.as_str())?;
            is_edited = true;
        }
    }
    Ok(is_edited)
}
