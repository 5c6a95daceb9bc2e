//! The new content of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use kubeyaml::{EditError, Editor, Node};
use zeroize::Zeroizing;

use super::find::{KeyPlace, Place};
use super::hints::{self, HintEdit};
use super::outcome::{Warning, WarningKind};
use super::reading::Reading;
use super::reencrypt::Resealed;

/// The new content of a file, where there is any, and what could not be done.
#[derive(Default)]
pub(super) struct Edited {
    pub(super) file: Option<Zeroizing<Vec<u8>>>,
    pub(super) warnings: Vec<Warning>,
}

/// Words to be replaced, by where they stand: a string may hold several values and is edited once, and a comment may stand
/// beside several.
#[derive(Default)]
struct Words<'n> {
    /// By the place of the string.
    in_strings: BTreeMap<usize, (&'n Node, BTreeMap<String, NewWord>)>,
    in_comments: BTreeMap<usize, (Range<usize>, String)>,
}

/// What takes the place of a word of a string.
struct NewWord {
    text: String,
    /// Which of the same words of the string, counted from 0.
    numbers: BTreeSet<usize>,
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
    let mut words = Words::default();
    let mut is_edited = false;
    for resealed in resealed {
        is_edited |= replace_values(&mut editor, resealed, &mut words)?;
        is_edited |= rename_keys(resealed, &mut words);
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
    words.replace(&mut editor)?;
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
                words.in_string(node, word.run(), &[word.number()], word.with(new));
            }
            Place::Text(_) => return Err(EditError::OtherText),
        }
    }
    Ok(is_edited)
}

/// Makes what names the key of a value name the one that it is sealed for now, and says whether there was anything to do.
fn rename_keys<'n>(resealed: &Resealed<'n>, words: &mut Words<'n>) -> bool {
    let mut is_edited = false;
    for (value, resealed) in resealed.values() {
        let Some(key) = resealed.key else { continue };
        for name in value.key_names.iter().filter(|name| name.key != key) {
            is_edited = true;
            let new = hints::digest(key);
            match &name.place {
                KeyPlace::Comment(at) => words.in_comment(at.clone(), new),
                KeyPlace::Words(node, numbers) => {
                    words.in_string(node, &hints::digest(name.key), numbers, new);
                }
            }
        }
    }
    is_edited
}

impl<'n> Words<'n> {
    fn in_string(&mut self, node: &'n Node, old: &str, numbers: &[usize], new: String) {
        let string = self.in_strings.entry(node.span().start);
        let (_, words) = string.or_insert((node, BTreeMap::new()));
        let word = words.entry(old.to_owned());
        let word = word.or_insert(NewWord { text: new, numbers: BTreeSet::new() });
        word.numbers.extend(numbers);
    }

    fn in_comment(&mut self, at: Range<usize>, new: String) {
        self.in_comments.entry(at.start).or_insert((at, new));
    }

    fn replace(self, editor: &mut Editor<'_>) -> Result<(), EditError> {
        for (node, words) in self.in_strings.into_values() {
            let words = words.into_iter().map(|(old, new)| (old, new.numbers, new.text));
            editor.replace_words_at(node, words)?;
        }
        for (at, new) in self.in_comments.into_values() {
            editor.replace_in_comment(at, new)?;
        }
        Ok(())
    }
}
