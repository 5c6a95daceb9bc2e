//! Bytes to text and back.

use zeroize::Zeroizing;

use super::MAX_INPUT;
use super::error::YamlErrorKind;

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

/// The encoding, the text, and where it begins after a byte order mark.
pub(super) fn decode(file: &[u8]) -> Result<(Encoding, Zeroizing<String>, usize), YamlErrorKind> {
    if file.len() > MAX_INPUT {
        return Err(YamlErrorKind::TooLarge);
    }
    match utf16(file) {
        Some((encoding, text)) => Ok((encoding, text?, 0)),
        None => {
            let text = std::str::from_utf8(file).map_err(|_| YamlErrorKind::Encoding)?;
            // Room for the line feed at the end, so that no copy of the text is left behind.
            let mut owned = Zeroizing::new(String::with_capacity(text.len() + 1));
            owned.push_str(text);
            let marked = text.starts_with(BYTE_ORDER_MARK);
            Ok((Encoding::Utf8, owned, if marked { BYTE_ORDER_MARK.len_utf8() } else { 0 }))
        }
    }
}

/// The text of a file in UTF-16 with a byte order mark, as PowerShell writes it; none of any other file, and of
/// one that is damaged or too large.
#[must_use]
pub fn decode_utf16(file: &[u8]) -> Option<Zeroizing<String>> {
    utf16(file)?.1.ok()
}

/// None: the file does not begin with a byte order mark of UTF-16.
fn utf16(file: &[u8]) -> Option<(Encoding, Result<Zeroizing<String>, YamlErrorKind>)> {
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

fn decode_units(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> Result<Zeroizing<String>, YamlErrorKind> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    // A unit of two bytes takes up to three bytes in UTF-8.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3 + 1));
    if !rest.is_empty() || text.capacity() > MAX_INPUT {
        return Err(YamlErrorKind::Encoding);
    }
    for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
        text.push(character.map_err(|_| YamlErrorKind::Encoding)?);
    }
    Ok(text)
}
