//! Sealed values in text of any kind: base64 words that begin as an envelope does.

use std::ops::Range;

use memchr::memmem;

/// The characters of the shortest envelope in base64, less padding: two bytes of length, 256 of RSA-2048, 16 of AES-GCM.
const MIN_LEN: usize = 366;

/// Names without which no document is searched for shorter or wrapped values.
const NAMES: [&str; 2] = ["SealedSecret", "encryptedData"];

/// Whether it is worth reading a file: it names what holds sealed values, or has one. A file in UTF-16 always is.
pub(super) fn may_hold_sealed_values(file: &[u8]) -> bool {
    memchr::memchr(0, file).is_some() || names_in(file) || words_in(file).next().is_some()
}

/// Whether a text names what holds sealed values.
pub(super) fn mentions_sealed_secrets(text: &str) -> bool {
    names_in(text.as_bytes())
}

fn names_in(text: &[u8]) -> bool {
    NAMES.iter().any(|name| memmem::find(text, name.as_bytes()).is_some())
}

/// Where words stand that begin as envelopes do, in order.
pub(super) fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    words_in(text.as_bytes())
}

/// As [`find`], in bytes of any kind.
pub(super) fn words_in(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let found = next_word(text, rest)?;
            rest = found.end;
            if found.len() >= MIN_LEN && is_begin(text.get(found.clone())?) {
                return Some(found);
            }
        }
    })
}

/// Whether a base64 text begins with the length of an RSA ciphertext: 256, 384, 512 or 1,024 bytes.
pub(super) fn begins_envelope(text: &str) -> bool {
    is_begin(text.as_bytes())
}

fn is_begin(text: &[u8]) -> bool {
    matches!(text, [b'A', b'Q' | b'Y' | b'g', b'A'..=b'D', ..] | [b'B', b'A', b'A'..=b'D', ..])
}

/// The next run of base64 characters, with its padding.
fn next_word(text: &[u8], from: usize) -> Option<Range<usize>> {
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

    #[test]
    fn words_of_envelopes_are_found_with_their_padding() {
        let (one, two) = (word("AgA", 400), word("BAD", 366));
        let text = format!("a: {one}== # AgAshort\nprefix:{two}");
        let found: Vec<&str> = find(&text).filter_map(|range| text.get(range)).collect();
        assert_eq!(found, [format!("{one}=="), two]);
    }

    #[test]
    fn other_words_are_not() {
        for text in [word("AgA", 365), word("AgE", 400), word("AAA", 400), "=".repeat(400)] {
            assert_eq!(find(&text).count(), 0, "{text}");
        }
        assert_eq!(find("").count(), 0);
    }
}
