//! Text as Go sees it: bytes that are decoded to runes one at a time, and Go's character classes.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// What Go decodes an invalid byte to (`utf8.RuneError`).
pub(crate) const REPLACEMENT: char = '\u{FFFD}';

/// The first rune of `bytes` and its width; an invalid byte is U+FFFD of width 1, the end is `None`.
pub(crate) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let width = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Some((REPLACEMENT, 1)),
    };
    let rune =
        bytes.get(..width).and_then(|b| std::str::from_utf8(b).ok()).and_then(|s| s.chars().next());
    Some(rune.map_or((REPLACEMENT, 1), |c| (c, width)))
}

/// The last rune of `bytes` and its width.
pub(crate) fn decode_last(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.len();
    let last = *bytes.last()?;
    if last < 0x80 {
        return Some((char::from(last), 1));
    }
    for width in 2..=4.min(end) {
        let tail = bytes.get(end - width..)?;
        if let Some((rune, w)) = decode(tail)
            && w == width
        {
            return Some((rune, width));
        }
    }
    Some((REPLACEMENT, 1))
}

/// The runes of `bytes`, each with its offset and width.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char, usize)> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let (rune, width) = decode(bytes.get(offset..)?)?;
        let at = offset;
        offset += width;
        Some((at, rune, width))
    })
}

/// The number of runes in `bytes`.
pub(crate) fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

/// Appends `rune` as UTF-8.
pub(crate) fn push(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Text for a message: what is not UTF-8 becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Applies `map` to each rune; invalid bytes become U+FFFD, as `strings.Map` does.
pub(crate) fn map(bytes: &[u8], mut map: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (_, rune, _) in runes(bytes) {
        push(&mut out, map(rune));
    }
    out
}

/// `unicode.IsLetter`: category L.
pub(crate) fn is_letter(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_alphabetic();
    }
    matches!(
        get_general_category(rune),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
    )
}

/// `unicode.IsDigit`: category Nd.
pub(crate) fn is_digit(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_digit();
    }
    get_general_category(rune) == Category::DecimalNumber
}

/// `unicode.IsNumber`: category N.
pub(crate) fn is_number(rune: char) -> bool {
    matches!(
        get_general_category(rune),
        Category::DecimalNumber | Category::LetterNumber | Category::OtherNumber
    )
}

/// `unicode.IsUpper`: category Lu.
pub(crate) fn is_upper(rune: char) -> bool {
    get_general_category(rune) == Category::UppercaseLetter
}

/// `unicode.IsLower`: category Ll.
pub(crate) fn is_lower(rune: char) -> bool {
    get_general_category(rune) == Category::LowercaseLetter
}

/// `unicode.IsTitle`: category Lt.
pub(crate) fn is_title(rune: char) -> bool {
    get_general_category(rune) == Category::TitlecaseLetter
}

/// `unicode.IsPunct`: category P.
pub(crate) fn is_punct(rune: char) -> bool {
    matches!(
        get_general_category(rune),
        Category::ConnectorPunctuation
            | Category::DashPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation
            | Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OtherPunctuation
    )
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    matches!(rune, '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}')
        || matches!(
            rune,
            '\u{2000}'
                ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
        )
}

/// `strconv.IsPrint` and `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub(crate) fn is_print(rune: char) -> bool {
    if rune.is_ascii() {
        return (' '..='~').contains(&rune);
    }
    !matches!(
        get_general_category(rune),
        Category::Control
            | Category::Format
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
            | Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
    )
}

/// `unicode.ToUpper`: the simple mapping, one rune to one rune.
pub(crate) fn to_upper(rune: char) -> char {
    match rune {
        // Runes whose full mapping is longer than their simple one.
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => {
            char::from_u32(u32::from(rune) + 8).unwrap_or(rune)
        }
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => char::from_u32(u32::from(rune) + 9).unwrap_or(rune),
        _ => known(rune, single(rune.to_uppercase(), rune)),
    }
}

/// `unicode.ToLower`: the simple mapping.
pub(crate) fn to_lower(rune: char) -> char {
    if rune == '\u{130}' {
        return 'i';
    }
    known(rune, single(rune.to_lowercase(), rune))
}

/// `unicode.ToTitle`: as upper case, but for the digraphs and Georgian.
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        '\u{10D0}'..='\u{10FF}' => rune,
        _ => to_upper(rune),
    }
}

fn single(mut mapped: impl Iterator<Item = char>, rune: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => rune,
    }
}

/// The mapping only where Go's Unicode version has both runes.
fn known(rune: char, mapped: char) -> char {
    let assigned = |c| get_general_category(c) != Category::Unassigned;
    if rune.is_ascii() || (assigned(rune) && assigned(mapped)) { mapped } else { rune }
}

#[cfg(test)]
mod tests;
