//! Bytes to text and back.

use zeroize::Zeroizing;

use super::MAX_INPUT;
use super::error::{EncodingFault, YamlErrorKind};

pub(super) const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// How a file is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// UTF-8, with or without a byte order mark, which is part of the text then.
    Utf8,
    /// UTF-16 with a byte order mark, the low byte first.
    Utf16Le,
    /// UTF-16 with a byte order mark, the high byte first.
    Utf16Be,
}

impl Encoding {
    /// The file that is decoded to this text.
    pub(super) fn encode(self, text: &str) -> Zeroizing<Vec<u8>> {
        let unit: fn(u16) -> [u8; 2] = match self {
            Self::Utf8 => return Zeroizing::new(text.as_bytes().to_vec()),
            Self::Utf16Le => u16::to_le_bytes,
            Self::Utf16Be => u16::to_be_bytes,
        };
        // A byte of UTF-8 takes two at most; with room for all, no copy of a part is left behind.
        let mut file = Zeroizing::new(Vec::with_capacity(2 + text.len() * 2));
        file.extend(unit(0xFEFF));
        file.extend(text.encode_utf16().flat_map(unit));
        file
    }
}

/// A file as text.
pub(super) struct Decoded {
    pub(super) encoding: Encoding,
    /// With room for one more line feed, so that no copy of the text is left behind.
    pub(super) text: Zeroizing<String>,
    /// Where the text begins, after a byte order mark.
    pub(super) start: usize,
}

/// Why a file is no text, and the text before that place.
pub(super) struct Undecodable {
    pub(super) kind: YamlErrorKind,
    /// With room for one more character of ASCII.
    pub(super) before: Zeroizing<String>,
}

impl Undecodable {
    /// The file as a whole.
    fn whole(kind: YamlErrorKind) -> Self {
        Self { kind, before: Zeroizing::default() }
    }
}

pub(super) fn decode(file: &[u8]) -> Result<Decoded, Undecodable> {
    if file.len() > MAX_INPUT {
        return Err(Undecodable::whole(YamlErrorKind::TooLarge));
    }
    if is_utf16_without_mark(file) {
        let fault = EncodingFault::Utf16WithoutMark;
        return Err(Undecodable::whole(YamlErrorKind::Encoding(fault)));
    }
    match utf16(file) {
        Some((encoding, text)) => Ok(Decoded { encoding, text: text?, start: 0 }),
        None => {
            let text = utf8(file)?;
            let start = after_mark(&text);
            Ok(Decoded { encoding: Encoding::Utf8, text, start })
        }
    }
}

/// Where a text begins, after its byte order mark.
pub(super) fn after_mark(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 }
}

/// The text of a file in UTF-16 with a byte order mark, as PowerShell writes it; none of any other file, and of
/// one that is damaged or too large.
#[must_use]
pub fn decode_utf16(file: &[u8]) -> Option<Zeroizing<String>> {
    utf16(file)?.1.ok()
}

fn utf8(file: &[u8]) -> Result<Zeroizing<String>, Undecodable> {
    let owned = |text: &str| {
        let mut owned = Zeroizing::new(String::with_capacity(text.len() + 1));
        owned.push_str(text);
        owned
    };
    std::str::from_utf8(file).map(owned).map_err(|error| {
        let (text, rest) = file.split_at_checked(error.valid_up_to()).unwrap_or_default();
        let byte = rest.first().copied().unwrap_or_default();
        let before = owned(std::str::from_utf8(text).unwrap_or_default());
        Undecodable { kind: YamlErrorKind::Encoding(EncodingFault::NotUtf8(byte)), before }
    })
}

/// Two characters that every encoding of text has, each beside an empty byte on the same side: no
/// text in UTF-8 has such a byte.
fn is_utf16_without_mark(file: &[u8]) -> bool {
    matches!(file, [1..0x80, 0, 1..0x80, 0, ..] | [0, 1..0x80, 0, 1..0x80, ..])
}

/// None: the file does not begin with a byte order mark of UTF-16.
fn utf16(file: &[u8]) -> Option<(Encoding, Result<Zeroizing<String>, Undecodable>)> {
    match file {
        [0xFF, 0xFE, rest @ ..] => {
            Some((Encoding::Utf16Le, decode_units(rest, u16::from_le_bytes)))
        }
        [0xFE, 0xFF, rest @ ..] => {
            Some((Encoding::Utf16Be, decode_units(rest, u16::from_be_bytes)))
        }
        _ => None,
    }
}

fn decode_units(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Zeroizing<String>, Undecodable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    // A unit of two bytes takes up to three bytes in UTF-8.
    let capacity = pairs.len() * 3 + 1;
    if capacity > MAX_INPUT {
        return Err(Undecodable::whole(YamlErrorKind::TooLarge));
    }
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    let fault = |fault, before| Undecodable { kind: YamlErrorKind::Encoding(fault), before };
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(fault(EncodingFault::LoneSurrogate, text)),
        }
    }
    if rest.is_empty() { Ok(text) } else { Err(fault(EncodingFault::HalfUnit, text)) }
}
