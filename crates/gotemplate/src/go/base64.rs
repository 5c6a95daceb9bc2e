//! Base64 and base32 as Go decodes them: line breaks are skipped, and an error has a position.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Standard base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> Vec<u8> {
    groups(bytes, BASE64, 3, 6)
}

pub(crate) fn encode_base32(bytes: &[u8]) -> Vec<u8> {
    groups(bytes, BASE32, 5, 5)
}

/// Groups of `group` bytes as digits of `bits` bits, padded.
fn groups(bytes: &[u8], alphabet: &[u8], group: usize, bits: usize) -> Vec<u8> {
    let digits = group * 8 / bits;
    let mut out = Vec::with_capacity(bytes.len().div_ceil(group) * digits);
    for chunk in bytes.chunks(group) {
        let mut value = chunk.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        value <<= 8 * (group - chunk.len());
        let used = (chunk.len() * 8).div_ceil(bits);
        for index in 0..digits {
            let digit = (value >> (bits * (digits - 1 - index))) & ((1 << bits) - 1);
            let digit = usize::try_from(digit).ok().and_then(|digit| alphabet.get(digit));
            out.push(if index < used { digit.copied().unwrap_or(b'=') } else { b'=' });
        }
    }
    out
}

/// Standard base64 with padding; the error is the position Go names.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut value = 0_u32;
        let mut count = 0;
        while count < 4 {
            let Some(&byte) = text.get(at) else {
                return if count == 0 { Ok(out) } else { Err(at - count) };
            };
            at += 1;
            match position(BASE64, byte) {
                Some(digit) => {
                    value = value << 6 | digit;
                    count += 1;
                }
                None if is_line_break(byte) => {}
                None if byte == b'=' => return end_base64(text, at, count, value, out),
                None => return Err(at - 1),
            }
        }
        out.extend_from_slice(value.to_be_bytes().get(1..).unwrap_or_default());
    }
}

/// The padding of the last group; `at` is behind its first mark.
fn end_base64(
    text: &[u8],
    mut at: usize,
    count: usize,
    value: u32,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, usize> {
    let skip = |mut at: usize| {
        while text.get(at).is_some_and(|byte| is_line_break(*byte)) {
            at += 1;
        }
        at
    };
    if count < 2 {
        return Err(at - 1);
    }
    if count == 2 {
        at = skip(at);
        match text.get(at) {
            None => return Err(text.len()),
            Some(b'=') => at += 1,
            Some(_) => return Err(at - 1),
        }
    }
    at = skip(at);
    let trailing = at < text.len();
    let bytes = (value << (6 * (4 - count))).to_be_bytes();
    out.extend_from_slice(bytes.get(1..count).unwrap_or_default());
    if trailing { Err(at) } else { Ok(out) }
}

fn position(alphabet: &[u8], byte: u8) -> Option<u32> {
    memchr::memchr(byte, alphabet).and_then(|index| u32::try_from(index).ok())
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// Standard base32 with padding.
pub(crate) fn decode_base32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !is_line_break(*byte)).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    while at < text.len() {
        let mut value = 0_u64;
        let mut count = 0;
        let mut end = false;
        while count < 8 {
            let Some(&byte) = text.get(at) else { return Err(at - count) };
            at += 1;
            if byte == b'=' && count >= 2 && text.len() - at < 8 {
                check_padding(&text, at, count)?;
                end = true;
                break;
            }
            let digit = position(BASE32, byte).ok_or(at - 1)?;
            value = value << 5 | u64::from(digit);
            count += 1;
        }
        let bytes = (value << (5 * (8 - count)) << 24).to_be_bytes();
        out.extend_from_slice(bytes.get(..count * 5 / 8).unwrap_or_default());
        if end {
            return Ok(out);
        }
    }
    Ok(out)
}

/// The padding after `count` digits; `at` is behind its first mark.
fn check_padding(text: &[u8], at: usize, count: usize) -> Result<(), usize> {
    let rest = text.get(at..).unwrap_or_default();
    if rest.len() + count < 7 {
        return Err(text.len());
    }
    for offset in 0..7 - count {
        if rest.get(offset).is_some_and(|byte| *byte != b'=') {
            return Err(at + offset - 1);
        }
    }
    // Only some numbers of digits make whole bytes.
    if matches!(count, 1 | 3 | 6) {
        return Err(at - 1);
    }
    Ok(())
}
