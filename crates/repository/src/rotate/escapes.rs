//! What strings in double quotes say, without knowing where they stand: for a first look at a file.

use zeroize::Zeroizing;

/// A text with its escapes read (YAML 1.1, 5.6; JSON, RFC 8259, 7) as far as they are ASCII: of others, what is left is no
/// part of a word. Empty where there are none.
///
/// Where a backslash is no escape the text is another one than this: there it says what it says as it is.
pub(super) fn read(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut said = Zeroizing::new(Vec::new());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        // With room for all, no copy of a part is left behind.
        let room = text.len().saturating_sub(said.len());
        said.reserve_exact(room);
        let (before, escape) = rest.split_at_checked(at).unwrap_or_default();
        said.extend_from_slice(before);
        let (byte, len) = read_one(escape);
        said.extend(byte);
        rest = escape.get(len..).unwrap_or_default();
    }
    if !said.is_empty() || rest.len() < text.len() {
        said.extend_from_slice(rest);
    }
    said
}

/// What the escape says that a text begins with, and its length.
fn read_one(text: &[u8]) -> (Option<u8>, usize) {
    match text.get(1) {
        Some(b'x') => read_code(text, 2),
        Some(b'u') => read_code(text, 4),
        Some(b'U') => read_code(text, 8),
        Some(b'n') => (Some(b'\n'), 2),
        Some(b'r') => (Some(b'\r'), 2),
        Some(same @ (b'/' | b'\\' | b'"')) => (Some(*same), 2),
        Some(b'\n' | b'\r') => (None, joined_len(text)),
        _ => (Some(b' '), 2),
    }
}

fn read_code(text: &[u8], digits: usize) -> (Option<u8>, usize) {
    let code = text.get(2..2 + digits).and_then(|code| str::from_utf8(code).ok());
    match code.and_then(|code| u32::from_str_radix(code, 16).ok()) {
        Some(code) => {
            let ascii = u8::try_from(code).ok().filter(u8::is_ascii);
            (Some(ascii.unwrap_or(b' ')), 2 + digits)
        }
        None => (Some(b' '), 2),
    }
}

/// The length of an escaped line break, with the blanks that the next line begins with.
fn joined_len(text: &[u8]) -> usize {
    let end = if text.get(1..).is_some_and(|rest| rest.starts_with(b"\r\n")) { 3 } else { 2 };
    end + text.iter().skip(end).take_while(|byte| b" \t".contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_say_what_they_stand_for() {
        for (text, said) in [
            ("a", ""),
            (r"a\u0041\x67\U00000041\/b", "aAgA/b"),
            ("a\\\r\n\t b\\\nc", "abc"),
            (r#"\n\r\\\"\t\e\u00e9\xZZ"#, "\n\r\\\"    ZZ"),
            (r"\\u0041\u12", "\\u0041 12"),
            ("\\", " "),
        ] {
            assert_eq!(str::from_utf8(&read(text.as_bytes())), Ok(said), "{text}");
        }
    }
}
