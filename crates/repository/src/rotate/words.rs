//! Sealed values in text of any kind: base64 words that begin as an envelope does.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;
use zeroize::Zeroizing;

use super::escapes;

/// The characters of the shortest envelope in base64, less padding: two bytes of length, 256 of RSA-2048, 16 of AES-GCM.
const MIN_LEN: usize = 366;

/// The most characters of a prefix that are base64 themselves: `vault+`, `sealed/`.
const MAX_PREFIX: usize = 64;

/// The least characters of the first line of a value that is cut into lines.
const MIN_LINE: usize = 32;

/// Names that say that a document is to be searched for shorter or wrapped values as well.
const NAMES: [&str; 2] = ["SealedSecret", "encryptedData"];

/// What the tag for base64 is written with: `!!binary`, `!<tag:yaml.org,2002:binary>`.
const BINARY: [&str; 2] = ["!!binary", ":binary>"];

/// The most bytes of a tag that are looked through for an escape.
const MAX_TAG: usize = 256;

/// A run of base64 characters that ends with what begins as an envelope does.
#[derive(Clone)]
pub(super) struct Word {
    run: String,
    /// The length of what stands before it.
    prefix: usize,
    /// Which of the same runs of its text it is, counted from 0.
    number: usize,
}

/// Whether it is worth reading a file as documents: it names what holds sealed values, or has what begins as one does, as
/// it is written or as its escapes are read. Of a file in UTF-16, any long word may have one in it.
#[must_use]
pub fn may_hold_sealed_values(file: &[u8]) -> bool {
    let in_utf16 = without_empty_bytes(file);
    may_have_some(file)
        || may_have_some(&escapes::read(file))
        || may_have_some_in_utf16(&in_utf16)
        || may_have_some_in_utf16(&escapes::read(&in_utf16))
}

/// As [`may_have_some`], of a text in UTF-16 less its empty bytes: those of other characters may stand beside a word.
fn may_have_some_in_utf16(text: &[u8]) -> bool {
    may_have_some(text) || runs(text).any(|run| run.len() >= MIN_LINE)
}

/// Whether it is worth reading a text in a file as documents.
pub(super) fn may_hold_sealed_values_inside(text: &str) -> bool {
    may_have_some(text.as_bytes())
}

fn may_have_some(text: &[u8]) -> bool {
    let is_there = |name: &&str| memmem::find(text, name.as_bytes()).is_some();
    NAMES.iter().chain(&BINARY).any(is_there)
        || has_tag_with_escape(text)
        || find_also_cut(text).next().is_some()
}

/// Whether a tag in its long form, or with the standard handle, has a percent-encoded character in it.
fn has_tag_with_escape(text: &[u8]) -> bool {
    memchr::memchr_iter(b'!', text).any(|at| {
        let tag = text.get(at + 1..).unwrap_or_default();
        let mut name = tag.iter().take(MAX_TAG).take_while(|byte| !byte.is_ascii_whitespace());
        matches!(tag.first(), Some(b'!' | b'<')) && name.any(|byte| *byte == b'%')
    })
}

/// Whether text of any kind, UTF-16 as well, has a word that begins as a sealed value does.
#[must_use]
pub fn holds_sealed_words(text: &[u8]) -> bool {
    find(text).next().is_some() || find(&without_empty_bytes(text)).next().is_some()
}

/// What is written in ASCII of what may be UTF-16; nothing of a text that has no empty bytes.
pub(super) fn without_empty_bytes(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut rest = Zeroizing::new(Vec::new());
    if memchr::memchr(0, text).is_some() {
        // With room for all, no copy of a part is left behind.
        rest.reserve_exact(text.len());
        rest.extend(text.iter().filter(|byte| **byte != 0));
    }
    rest
}

/// Whether a text names what holds sealed values.
pub(super) fn mentions_sealed_secrets(text: &str) -> bool {
    NAMES.iter().any(|name| text.contains(name))
}

/// Where words stand that begin as envelopes do, in order.
pub(super) fn find(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    runs(text).filter_map(|run| Some(start_of_sealed(text, &run)?..run.end))
}

/// As [`find`], each with all base64 characters and padding that follow it (`…==x`); two in a row are one.
pub(super) fn find_with_neighbours(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut done = 0;
    find(text).filter_map(move |word| {
        let rest = text.get(word.end..)?;
        let len = rest.iter().take_while(|byte| is_base64(**byte) || **byte == b'=').count();
        let is_new = word.start >= done;
        done = done.max(word.end + len);
        is_new.then_some(word.start..done)
    })
}

/// As [`find`], and what begins like that and is cut by a line break or an escape: for what cannot be rotated, but must
/// not be passed over.
pub(super) fn find_also_cut(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    runs(text).filter_map(|run| {
        let whole = start_of_sealed(text, &run).map(|start| start..run.end);
        whole.or_else(|| is_cut(text, &run).then_some(run))
    })
}

/// As [`find`], each with the run that it is part of.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut met: HashMap<&str, usize> = HashMap::new();
    runs(text.as_bytes()).filter_map(move |run| {
        let prefix = start_of_sealed(text.as_bytes(), &run)? - run.start;
        let run = text.get(run)?;
        let met = met.entry(run).or_default();
        *met += 1;
        Some(Word { run: run.to_owned(), prefix, number: *met - 1 })
    })
}

/// Where the runs of a text stand that are no shorter than this, by what they are.
pub(super) fn places_of_runs(text: &str, min_len: usize) -> HashMap<&str, Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for run in runs(text.as_bytes()).filter(|run| run.len() >= min_len) {
        let start = run.start;
        places.entry(text.get(run).unwrap_or_default()).or_default().push(start);
    }
    places
}

/// Whether a base64 text begins with the length of an RSA ciphertext: 256, 384, 512 or 1,024 bytes.
pub(super) fn begins_envelope(text: &str) -> bool {
    is_begin(text.as_bytes())
}

impl Word {
    /// A text that is one sealed value, or should be.
    pub(super) fn whole(text: &str) -> Self {
        Self { run: text.to_owned(), prefix: 0, number: 0 }
    }

    /// The same, as this one of the same runs in another text.
    pub(super) fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// The sealed value.
    pub(super) fn sealed(&self) -> &str {
        self.run.get(self.prefix..).unwrap_or_default()
    }

    /// All of the run.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// Which of the same runs of its text it is, counted from 0.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// The run with another value in it.
    pub(super) fn with(&self, new: &str) -> String {
        let prefix = self.run.get(..self.prefix).unwrap_or_default();
        format!("{prefix}{new}")
    }
}

fn is_begin(text: &[u8]) -> bool {
    matches!(text, [b'A', b'Q' | b'Y' | b'g', b'A'..=b'D', ..] | [b'B', b'A', b'A'..=b'D', ..])
}

/// Where in a run a sealed value begins: at its start, or behind a prefix that ends with `+` or `/`.
fn start_of_sealed(text: &[u8], run: &Range<usize>) -> Option<usize> {
    let bytes = text.get(run.clone())?;
    let prefixes = bytes.iter().take(MAX_PREFIX).enumerate();
    let ends = prefixes.filter(|(_, byte)| matches!(byte, b'+' | b'/')).map(|(at, _)| at + 1);
    let start =
        [0].into_iter().chain(ends).find(|start| bytes.get(*start..).is_some_and(is_begin))?;
    (bytes.len() - start >= MIN_LEN).then_some(run.start + start)
}

/// Whether a run begins as an envelope does, and goes on after a line break, or after an escape for `+`, `/` or `=`.
fn is_cut(text: &[u8], run: &Range<usize>) -> bool {
    let is_line = run.len() >= MIN_LINE;
    text.get(run.clone()).is_some_and(is_begin)
        && match text.get(run.end..) {
            Some([b'\\', b'/', ..] | [b'\\', b'u', b'0', b'0', ..]) => true,
            Some([b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..]) => is_line,
            _ => false,
        }
}

/// The runs of base64 characters, each with its padding.
fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let run = next_run(text, rest)?;
        rest = run.end;
        Some(run)
    })
}

fn next_run(text: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + text.get(from..)?.iter().position(|byte| is_base64(*byte))?;
    let len = text.get(start..)?.iter().take_while(|byte| is_base64(**byte)).count();
    let padding = text.get(start + len..)?.iter().take(2).take_while(|byte| **byte == b'=');
    Some(start..start + len + padding.count())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(start: &str, len: usize) -> String {
        format!("{start:x<len$}")
    }

    fn found(text: &str) -> Vec<&str> {
        find(text.as_bytes()).filter_map(|range| text.get(range)).collect()
    }

    #[test]
    fn words_of_envelopes_are_found_with_their_padding_and_without_their_prefix() {
        let (one, two) = (word("AgA", 400), word("BAD", 366));
        let text = format!("a: {one}== # AgAshort\nprefix:{two} vault+{one} ref+x://{two}");
        assert_eq!(found(&text), [&format!("{one}=="), &two, &one, &two]);
        let runs: Vec<String> = words(&text).map(|word| word.with("new")).collect();
        assert_eq!(runs, ["new", "new", "vault+new", "//new"]);
        assert!(may_hold_sealed_values(text.as_bytes()));
    }

    #[test]
    fn other_words_are_not() {
        let far = format!("{}/{}", word("", 64), word("AgA", 400));
        let short = format!("a/{}", word("AgA", 365));
        for text in [word("AgA", 365), word("AgE", 400), "=".repeat(400), far, short, String::new()]
        {
            assert!(found(&text).is_empty(), "{text}");
            assert!(!may_hold_sealed_values(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_escapes_spell_is_not_passed_over_and_others_are_no_reason_to_look() {
        let utf16 =
            |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let value = word("AgA", 400);
        let escaped: String = value.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        for (text, may) in [
            (format!("\"{escaped}\""), true),
            (format!("\"x:\\n{value}\""), true),
            (format!("\"\\x41{}\"", value.get(1..).unwrap()), true),
            (format!("\"\\u00e9{value}\""), true),
            (format!("'C:\\{value}'"), true),
            ("{\"kind\": \"\\u0053ealedSecret\"}".to_owned(), true),
            ("{\"a\": \"{\\\"kind\\\": \\\"SealedSecret\\\"}\"}".to_owned(), true),
            ("a: !!binary x".to_owned(), true),
            ("a: !<tag:yaml.org,2002:binary> x".to_owned(), true),
            ("a: !!bin%61ry x".to_owned(), true),
            ("path: C:\\Users\\u0041".to_owned(), false),
            ("{\"a\": \"x\\n\\t\\u00e9\\\"y\\\"\"}".to_owned(), false),
            ("a binary! 100%".to_owned(), false),
        ] {
            assert_eq!(may_hold_sealed_values(text.as_bytes()), may, "{text}");
            assert_eq!(may_hold_sealed_values(&utf16(&text)), may, "{text} in UTF-16");
        }
        assert!(may_hold_sealed_values(&utf16(&format!("\u{4141}{value}"))));
    }

    #[test]
    fn utf_16_is_looked_through() {
        let text: Vec<u8> = word("AgA", 400).encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(holds_sealed_words(&text));
        assert!(holds_sealed_words(text.get(1..).unwrap()));
        assert!(!holds_sealed_words(text.get(..600).unwrap()));
    }

    #[test]
    fn what_is_cut_is_not_passed_over() {
        let line = word("AgA", 64);
        for (text, is_found) in [
            (format!("# {line}\n# {line}\n"), true),
            (format!("{line}\r\n{line}"), true),
            (format!("\"{line}\\\n  {line}\""), true),
            ("\"AgB\\/abc\"".to_owned(), true),
            ("\"AgB\\u002babc\"".to_owned(), true),
            (format!("{line} {line}"), false),
            ("AgAshort\nAgAshort\n".to_owned(), false),
        ] {
            assert_eq!(find_also_cut(text.as_bytes()).next().is_some(), is_found, "{text}");
            assert!(found(&text).is_empty(), "{text}");
        }
    }
}
