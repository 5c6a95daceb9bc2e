//! Go's quoted strings (`strconv.Quote` and its kin).

use crate::go::rune;

/// How many bytes one may become, the quotation marks left aside.
pub(crate) const MOST_FOR_ONE_BYTE: usize = 4;

/// `"…"` with escapes, what can be printed left as it is.
pub(crate) fn double(text: &[u8]) -> Vec<u8> {
    quote(text, '"', false)
}

/// `"…"` in ASCII.
pub(crate) fn double_ascii(text: &[u8]) -> Vec<u8> {
    quote(text, '"', true)
}

/// `'…'` around one rune.
pub(crate) fn single(rune: char, ascii: bool) -> Vec<u8> {
    quote(rune.encode_utf8(&mut [0; 4]).as_bytes(), '\'', ascii)
}

/// `%#U`: the code point, and the rune if it can be printed.
pub(crate) fn unicode(rune: char) -> String {
    let code = u32::from(rune);
    if rune::is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

fn quote(text: &[u8], mark: char, ascii: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    rune::push(&mut out, mark);
    for (at, rune, width) in rune::runes(text) {
        if rune == rune::REPLACEMENT && width == 1 {
            let byte = text.get(at).copied().unwrap_or_default();
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        } else {
            escape(&mut out, rune, mark, ascii);
        }
    }
    rune::push(&mut out, mark);
    out
}

fn escape(out: &mut Vec<u8>, rune: char, mark: char, ascii: bool) {
    let name = match rune {
        '\\' => b'\\',
        '\x07' => b'a',
        '\x08' => b'b',
        '\x0C' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x0B' => b'v',
        _ if rune == mark => {
            out.push(b'\\');
            return rune::push(out, rune);
        }
        _ if rune::is_print(rune) && (!ascii || rune.is_ascii()) => return rune::push(out, rune),
        _ => {
            let code = u32::from(rune);
            let text = match code {
                0..0x20 | 0x7F => format!("\\x{code:02x}"),
                0x20..0x1_0000 => format!("\\u{code:04x}"),
                _ => format!("\\U{code:08x}"),
            };
            return out.extend_from_slice(text.as_bytes());
        }
    };
    out.extend_from_slice(&[b'\\', name]);
}
