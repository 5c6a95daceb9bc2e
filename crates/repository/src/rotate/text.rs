//! Sealed values in files of other kinds: CUE, Jsonnet, Terraform, shell.

use kubeyaml::{EditError, Position, decode_utf16};
use sealkit_manifest::annotations::Hints;
use zeroize::Zeroizing;

use super::context::Labels;
use super::find::{Found, Object, Place, Shape, Value};
use super::outcome::{Finding, NotedCause, Outcome};
use super::reading::Places;
use super::reencrypt::Resealed;
use super::words;

/// A file of another kind: its bytes, or its text where it is in UTF-16.
pub(super) struct TextFile {
    text: Zeroizing<Vec<u8>>,
    encoding: Encoding,
}

/// How the text is written in the file.
enum Encoding {
    /// As it is.
    Bytes,
    /// In UTF-16, with or without a byte order mark.
    Utf16 { unit: fn(u16) -> [u8; 2], has_mark: bool },
    /// Without the empty bytes of what may be damaged UTF-16: what is found is not rotated.
    Damaged,
}

impl TextFile {
    pub(super) fn of(file: &[u8]) -> Self {
        if let Some(text) = decode_utf16(file) {
            let unit =
                if file.first() == Some(&0xFF) { u16::to_le_bytes } else { u16::to_be_bytes };
            let text = Zeroizing::new(text.as_bytes().to_vec());
            return Self { text, encoding: Encoding::Utf16 { unit, has_mark: true } };
        }
        if let Some(text) = Self::without_mark(file) {
            return text;
        }
        let text = words::without_empty_bytes(file);
        if !text.is_empty() && words::find(file).next().is_none() {
            return Self { text, encoding: Encoding::Damaged };
        }
        Self { text: Zeroizing::new(file.to_vec()), encoding: Encoding::Bytes }
    }

    /// Of UTF-16 without a byte order mark: two characters of ASCII, each beside an empty byte on the same side.
    fn without_mark(file: &[u8]) -> Option<Self> {
        let unit = match file {
            [1..0x80, 0, 1..0x80, 0, ..] => u16::to_le_bytes,
            [0, 1..0x80, 0, 1..0x80, ..] => u16::to_be_bytes,
            _ => return None,
        };
        let mut marked = Zeroizing::new(Vec::with_capacity(2 + file.len()));
        marked.extend(unit(0xFEFF));
        marked.extend_from_slice(file);
        let text = Zeroizing::new(decode_utf16(&marked)?.as_bytes().to_vec());
        Some(Self { text, encoding: Encoding::Utf16 { unit, has_mark: false } })
    }

    /// Its sealed values: one object to be rotated, or findings.
    pub(super) fn find(&self, is_rotated: bool) -> Found<'static> {
        let is_rotated = is_rotated && !matches!(self.encoding, Encoding::Damaged);
        let mut found = Found::default();
        let mut places = Places::new(&self.text);
        let mut values = Vec::new();
        for at in words::find(&self.text) {
            let mut finding = finding(places.of(at.start));
            let word = self.text.get(at.clone()).and_then(|word| str::from_utf8(word).ok());
            match word.and_then(|word| word.parse().ok()).filter(|_| is_rotated) {
                Some(sealed) => values.push(Value {
                    place: Place::Text(at),
                    sealed,
                    name: String::new(),
                    by_rule: None,
                    beside: None,
                    key_names: Vec::new(),
                    finding,
                }),
                None => {
                    finding.outcome = Outcome::Noted(NotedCause::Text);
                    found.findings.push(finding);
                }
            }
        }
        if let Some(first) = values.first() {
            found.objects.push(object(first.finding.position, values));
        }
        found
    }

    /// The file with new values, where there are any. What stands between values is compared with what stood there.
    ///
    /// # Errors
    /// It is not the same.
    pub(super) fn edit(
        &self,
        resealed: &[Resealed<'_>],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, EditError> {
        let values = resealed.iter().flat_map(Resealed::values);
        let new = values.filter_map(|(value, resealed)| match &value.place {
            Place::Text(at) => Some((at.clone(), resealed.new.as_deref()?)),
            Place::Whole(_) | Place::Word(..) => None,
        });
        let new: Vec<_> = new.collect();
        if new.is_empty() {
            return Ok(None);
        }
        let room = new.iter().map(|(_, new)| new.len()).sum::<usize>() + self.text.len();
        let mut text = Zeroizing::new(Vec::with_capacity(room));
        let mut done = 0;
        for (at, new) in new {
            text.extend_from_slice(self.text.get(done..at.start).ok_or(EditError::Overlap)?);
            text.extend_from_slice(new.as_bytes());
            done = at.end;
        }
        text.extend_from_slice(self.text.get(done..).ok_or(EditError::Overlap)?);
        if around_words(&self.text) != around_words(&text) {
            return Err(EditError::NotTheSame);
        }
        self.encoded(text).map(Some)
    }

    fn encoded(&self, text: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, EditError> {
        let (unit, has_mark) = match self.encoding {
            Encoding::Bytes => return Ok(text),
            Encoding::Utf16 { unit, has_mark } => (unit, has_mark),
            Encoding::Damaged => return Err(EditError::OtherText),
        };
        let text = str::from_utf8(&text).map_err(|_| EditError::NotTheSame)?;
        let mut file = Zeroizing::new(Vec::with_capacity(2 + 2 * text.len()));
        if has_mark {
            file.extend(unit(0xFEFF));
        }
        file.extend(text.encode_utf16().flat_map(unit));
        Ok(file)
    }
}

/// What stands before, between and after the sealed values of a text.
fn around_words(text: &[u8]) -> Vec<&[u8]> {
    let mut done = 0;
    let mut around = Vec::new();
    for at in words::find(text) {
        around.push(text.get(done..at.start).unwrap_or_default());
        done = at.end;
    }
    around.push(text.get(done..).unwrap_or_default());
    around
}

fn finding(position: Position) -> Finding {
    Finding {
        document: None,
        position,
        item: String::new(),
        bound: None,
        key: None,
        hint: None,
        outcome: Outcome::Current { is_proved: false },
    }
}

/// All values of a file in one: the search for their key is one.
fn object(position: Position, values: Vec<Value<'static>>) -> Object<'static> {
    Object {
        document: 0,
        position,
        shape: Shape::Lone,
        own: Labels::default(),
        guessed: Labels::default(),
        destination: None,
        for_several_clusters: false,
        hints: Hints::default(),
        values,
    }
}
