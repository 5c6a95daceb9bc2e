//! Words in a string in the place of others.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::super::node::{Node, Style, Value};
use super::super::text::{SecretBuilder, SecretText};
use super::EditError;
use super::plan::Splice;

/// What takes the place of words, by these.
pub(super) type Words = HashMap<String, NewWord>;

/// A word in the place of another one.
pub(super) struct NewWord {
    pub(super) text: SecretText,
    /// Which of the other one's places in the string, counted from 0; none where it is all of them.
    pub(super) places: Option<BTreeSet<usize>>,
}

/// Whether the node is a string whose text in the file has each of the words as often as its value has, at all the places
/// that are meant, and none with something after it that it could become one with.
pub(super) fn check(text: &str, node: &Node, words: &Words) -> Result<(), EditError> {
    let Value::String(value) = node.value() else {
        return Err(EditError::NotAString);
    };
    if node.place.binary {
        return Err(EditError::Binary);
    }
    let are_words = words.iter().all(|(old, new)| is_word(old) && is_word(new.text.expose()));
    let meant = Runs::of(value.expose());
    let are_apart = found(meant, words).all(|(at, _)| Runs { done: at.end, ..meant }.is_apart());
    let (written, meant) = (counts(Runs::written(text, node), words), counts(meant, words));
    let is_met =
        |(old, new): (&String, &NewWord)| meant.get(old.as_str()).is_some_and(|met| new.fits(*met));
    let is_written = are_words && are_apart && words.iter().all(is_met) && written == meant;
    if is_written { Ok(()) } else { Err(EditError::WordMissing) }
}

impl NewWord {
    /// Whether it takes the place of a word that is met so often.
    fn fits(&self, met: usize) -> bool {
        let last = self.places.as_ref().map(BTreeSet::last);
        last.is_none_or(|last| last.is_some_and(|last| *last < met))
    }

    fn is_at(&self, number: usize) -> bool {
        self.places.as_ref().is_none_or(|places| places.contains(&number))
    }
}

/// The new words where the old ones stand in the file.
pub(super) fn plan<'a>(
    text: &'a str,
    node: &Node,
    words: &'a Words,
) -> impl Iterator<Item = Splice> + 'a {
    let start = node.span().start;
    found(Runs::written(text, node), words).map(move |(at, new)| Splice {
        start: start + at.start,
        end: start + at.end,
        new: new.clone(),
    })
}

/// Whether a value that was read back is the old one with the new words in it.
pub(super) fn is_result(old: &str, words: &Words, read: &str) -> bool {
    let mut expected = SecretBuilder::with_capacity(old.len());
    let mut done = 0;
    for (at, new) in found(Runs::of(old), words) {
        expected.push_str(old.get(done..at.start).unwrap_or_default());
        expected.push_str(new.expose());
        done = at.end;
    }
    expected.push_str(old.get(done..).unwrap_or_default());
    expected.finish().expose() == read
}

/// Whether a text is one run of base64 characters with its padding.
pub(super) fn is_word(text: &str) -> bool {
    Runs::of(text).next().is_some_and(|(at, _)| at == (0..text.len()))
}

/// How often each word is met, less those that are not.
fn counts<'a>(runs: Runs<'a>, words: &'a Words) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for (_, run) in runs {
        if let Some((word, _)) = words.get_key_value(run.as_ref()) {
            *counts.entry(word.as_str()).or_default() += 1;
        }
    }
    counts
}

/// Where words stand that others take the place of.
fn found<'a>(
    runs: Runs<'a>,
    words: &'a Words,
) -> impl Iterator<Item = (Range<usize>, &'a SecretText)> {
    let mut met: HashMap<&str, usize> = HashMap::new();
    runs.filter_map(move |(at, run)| {
        let (word, new) = words.get_key_value(run.as_ref())?;
        let met = met.entry(word).or_default();
        *met += 1;
        new.is_at(*met - 1).then_some((at, &new.text))
    })
}

/// The runs of base64 characters in a text, each with its padding: where it is written, and what it says.
#[derive(Clone, Copy)]
struct Runs<'a> {
    text: &'a str,
    done: usize,
    /// Characters may be written as escapes.
    has_escapes: bool,
}

/// What stands at a place of a text.
#[derive(Clone, Copy)]
enum Unit {
    Base64(u8),
    Padding,
    /// A line break that is escaped: what is before and after it is one text.
    Join,
    Other,
}

impl<'a> Runs<'a> {
    /// Those of a value.
    fn of(value: &'a str) -> Self {
        Self { text: value, done: 0, has_escapes: false }
    }

    /// Those of a node, as it stands in the file.
    fn written(file: &'a str, node: &Node) -> Self {
        let text = file.get(node.span()).unwrap_or_default();
        let has_escapes = matches!(node.style(), Style::Json | Style::DoubleQuoted);
        Self { text, done: 0, has_escapes }
    }

    fn unit(&self, at: usize) -> Option<(Unit, usize)> {
        let rest = self.text.as_bytes().get(at..)?;
        let byte = *rest.first()?;
        if byte == b'\\' && self.has_escapes {
            return Some(escape(rest));
        }
        Some((Unit::of(byte), 1))
    }

    /// Where the run ends that begins here.
    fn end(&self, start: usize) -> usize {
        let (mut at, mut end, mut padding) = (start, start, 0);
        while let Some((unit, len)) = self.unit(at) {
            at += len;
            match unit {
                Unit::Base64(_) if padding == 0 => end = at,
                Unit::Padding if padding < 2 => (end, padding) = (at, padding + 1),
                Unit::Join => {}
                Unit::Base64(_) | Unit::Padding | Unit::Other => break,
            }
        }
        end
    }

    /// Whether the run that ended here would not become one with what follows it (`=x`), if it had no padding.
    fn is_apart(&self) -> bool {
        !matches!(self.unit(self.done), Some((Unit::Base64(_) | Unit::Padding, _)))
    }

    /// What a part of the text says.
    fn read(&self, at: Range<usize>) -> Cow<'a, str> {
        let text = self.text.get(at).unwrap_or_default();
        if !self.has_escapes || !text.contains('\\') {
            return Cow::Borrowed(text);
        }
        let part = Self { text, ..*self };
        let mut done = 0;
        let units = std::iter::from_fn(|| {
            let (unit, len) = part.unit(done)?;
            done += len;
            Some(unit)
        });
        units.filter_map(Unit::character).collect()
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = (Range<usize>, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (unit, len) = self.unit(self.done)?;
            if matches!(unit, Unit::Base64(_)) {
                break;
            }
            self.done += len;
        }
        let at = self.done..self.end(self.done);
        self.done = at.end;
        Some((at.clone(), self.read(at)))
    }
}

impl Unit {
    fn of(byte: u8) -> Self {
        match byte {
            b'=' => Self::Padding,
            b'+' | b'/' => Self::Base64(byte),
            _ if byte.is_ascii_alphanumeric() => Self::Base64(byte),
            _ => Self::Other,
        }
    }

    fn character(self) -> Option<char> {
        match self {
            Self::Base64(byte) => Some(char::from(byte)),
            Self::Padding => Some('='),
            Self::Join | Self::Other => None,
        }
    }
}

/// The escape that a text begins with, and its length.
fn escape(text: &[u8]) -> (Unit, usize) {
    let digits = match text.get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b'/') => return (Unit::Base64(b'/'), 2),
        Some(b'\n' | b'\r') => return (Unit::Join, joined_len(text)),
        _ => return (Unit::Other, 2),
    };
    let code = text.get(2..2 + digits).and_then(|code| str::from_utf8(code).ok());
    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
    let byte = code.and_then(|code| u8::try_from(code).ok());
    (byte.map_or(Unit::Other, Unit::of), 2 + digits)
}

/// The length of an escaped line break, with the blanks that the next line begins with.
fn joined_len(text: &[u8]) -> usize {
    let line_break =
        if text.get(1..).is_some_and(|rest| rest.starts_with(b"\r\n")) { 2 } else { 1 };
    let blanks = text.iter().skip(1 + line_break).take_while(|byte| b" \t".contains(byte)).count();
    1 + line_break + blanks
}
