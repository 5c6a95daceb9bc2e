//! PEM text encoding ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), read leniently, written strictly.
//!
//! Hand-written because it has to be lenient where people copy keys from one place to another (several blocks, text
//! between them, indentation, a byte order mark, the headers of encrypted keys), and because private keys pass through
//! it: whatever it decodes is wiped when dropped. The PEM crates at hand do one or the other.

use base64::engine::general_purpose::STANDARD;
use base64::{Engine as _, decoded_len_estimate};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const LINE_CHARACTERS: usize = 64;

pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
pub(crate) const RSA_PRIVATE_KEY: &str = "RSA PRIVATE KEY";

/// One PEM block.
pub(crate) struct Block<'a> {
    /// The text between `BEGIN` and the dashes, such as `CERTIFICATE`.
    pub(crate) label: &'a str,
    /// The decoded bytes; nothing where the block has no end or is not base64.
    pub(crate) content: Option<Zeroizing<Vec<u8>>>,
    /// Whether the block's header says that a passphrase is needed
    /// ([RFC 1421](https://www.rfc-editor.org/rfc/rfc1421#section-4.6), as OpenSSL writes it).
    pub(crate) encrypted: bool,
}

/// The blocks of a file, in order. Text around them, a byte order mark, carriage returns and indentation
/// are passed over.
pub(crate) fn blocks(input: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = input;
    while let Some((line, after)) = split_line(rest) {
        rest = after;
        if let Some(label) = boundary(line, BEGIN) {
            let (body, closing) = split_body(rest);
            let ended =
                split_line(closing).is_some_and(|(line, _)| boundary(line, END) == Some(label));
            blocks.push(block(label, body, ended));
            rest = closing;
        }
    }
    blocks
}

/// Writes one block. The text is as secret as the content.
pub(crate) fn encode(label: &str, content: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(content));
    let line_breaks = encoded.len() / LINE_CHARACTERS + 3;
    let boundaries = BEGIN.len() + END.len() + 2 * (label.len() + DASHES.len());
    // Reserved in one go: a reallocation would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(encoded.len() + line_breaks + boundaries));
    text.extend([BEGIN, label, DASHES, "\n"]);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE_CHARACTERS).unwrap_or((rest, ""));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend([END, label, DASHES, "\n"]);
    text
}

/// The first line, without surrounding white space, and what follows it. A line that is not UTF-8 holds
/// nothing of PEM and reads as empty.
fn split_line(input: &[u8]) -> Option<(&str, &[u8])> {
    const BYTE_ORDER_MARK: char = '\u{feff}';
    if input.is_empty() {
        return None;
    }
    let end = input.iter().position(|byte| *byte == b'\n').map_or(input.len(), |at| at + 1);
    let (line, after) = input.split_at_checked(end)?;
    let line = std::str::from_utf8(line).unwrap_or("").trim_start_matches(BYTE_ORDER_MARK);
    Some((line.trim(), after))
}

fn boundary<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    line.strip_prefix(kind)?.strip_suffix(DASHES)
}

/// The lines up to the next boundary, and what follows from there.
fn split_body(input: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = input;
    while let Some((line, after)) = split_line(rest) {
        if line.starts_with(DASHES) {
            break;
        }
        rest = after;
    }
    input.split_at_checked(input.len() - rest.len()).unwrap_or((input, &[]))
}

fn block<'a>(label: &'a str, body: &[u8], ended: bool) -> Block<'a> {
    // Reserved in one go: a reallocation would leave a copy behind.
    let mut encoded = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut encrypted = false;
    let mut rest = body;
    while let Some((line, after)) = split_line(rest) {
        rest = after;
        if line.contains(':') {
            encrypted |= line.starts_with("Proc-Type:") && line.ends_with("ENCRYPTED");
        } else {
            encoded.extend_from_slice(line.as_bytes());
        }
    }
    Block { label, content: if ended { decode(&encoded) } else { None }, encrypted }
}

fn decode(encoded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // At its full size from the start, and wiped where the text turns out not to be base64.
    let mut content = Zeroizing::new(vec![0; decoded_len_estimate(encoded.len())]);
    let length = STANDARD.decode_slice(encoded, &mut content).ok()?;
    content.truncate(length);
    Some(content)
}

#[cfg(test)]
mod tests;
