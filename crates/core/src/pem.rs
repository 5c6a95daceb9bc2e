//! PEM text encoding ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), read leniently, written strictly.
//!
//! Hand-written because it has to be lenient where people copy keys from one place to another (several blocks, text
//! between them, indentation, a byte order mark, white space that was lost, or became other white space or `\n`, the
//! headers of encrypted keys), and because private keys pass through it: whatever it decodes is wiped when dropped. The PEM
//! crates at hand do one or the other.

use base64::engine::general_purpose::STANDARD;
use base64::{Engine as _, decoded_len_estimate};
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN";
const END: &str = "-----END";
const DASHES: &str = "-----";
const LINE_CHARACTERS: usize = 64;
/// The longest label in use has 28 characters; what is longer is text that lost its dashes.
const MAX_LABEL_CHARACTERS: usize = 64;

pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
pub(crate) const RSA_PRIVATE_KEY: &str = "RSA PRIVATE KEY";

/// Labels that OpenSSL, OpenSSH and GnuPG write, and that messages may therefore name. Any other may be a part of a
/// secret that stands where a label is expected.
const KNOWN_LABELS: [&str; 25] = [
    CERTIFICATE,
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "TRUSTED CERTIFICATE",
    "X509 CERTIFICATE",
    "X509 CRL",
    "ATTRIBUTE CERTIFICATE",
    "PKCS7",
    "CMS",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "EC PUBLIC KEY",
    "PRIVATE KEY",
    RSA_PRIVATE_KEY,
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "ANY PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "DH PARAMETERS",
    "DSA PARAMETERS",
    "EC PARAMETERS",
    "PGP PUBLIC KEY BLOCK",
    "PGP PRIVATE KEY BLOCK",
    "PGP MESSAGE",
];

/// One PEM block.
pub(crate) struct Block<'a> {
    /// The text between `BEGIN` and the dashes, such as `CERTIFICATE`: letters, digits, spaces and single dashes.
    pub(crate) label: &'a str,
    /// The decoded bytes; nothing where the block has no end or is not base64.
    pub(crate) content: Option<Zeroizing<Vec<u8>>>,
    /// Whether the block's header says that a passphrase is needed
    /// ([RFC 1421](https://www.rfc-editor.org/rfc/rfc1421#section-4.6), as OpenSSL writes it).
    pub(crate) encrypted: bool,
}

impl Block<'_> {
    /// The label, if it is one that a message may name.
    pub(crate) fn known_label(&self) -> Option<&'static str> {
        KNOWN_LABELS.into_iter().find(|known| *known == self.label)
    }
}

/// The blocks of a file, in order. Text around them is passed over, and so is white space in them.
pub(crate) fn blocks(input: &[u8]) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = input;
    while let Some((_, after)) = split_at(rest, BEGIN) {
        rest = after;
        if let Some((label, after)) = split_label(after) {
            let (body, closing) = split_at_dashes(after);
            let end = closing.strip_prefix(END.as_bytes()).and_then(split_label);
            let ended = end.is_some_and(|(of_end, _)| of_end == label);
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
    let boundaries = BEGIN.len() + END.len() + 2 * (" ".len() + label.len() + DASHES.len());
    // Reserved in one go: a reallocation would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(encoded.len() + line_breaks + boundaries));
    text.extend([BEGIN, " ", label, DASHES, "\n"]);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE_CHARACTERS).unwrap_or((rest, ""));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend([END, " ", label, DASHES, "\n"]);
    text
}

/// What stands before and behind the first `marker`.
fn split_at<'a>(input: &'a [u8], marker: &str) -> Option<(&'a [u8], &'a [u8])> {
    let at = input.windows(marker.len()).position(|window| window == marker.as_bytes())?;
    Some((input.get(..at)?, input.get(at + marker.len()..)?))
}

/// What stands before the next five dashes, and what follows from there: no base64 and no header has them.
fn split_at_dashes(input: &[u8]) -> (&[u8], &[u8]) {
    let body = split_at(input, DASHES).map_or(input, |(body, _)| body);
    input.split_at_checked(body.len()).unwrap_or((input, &[]))
}

/// The label up to the dashes, and what follows these. All its spaces may be lost, where it is a known one.
fn split_label(input: &[u8]) -> Option<(&str, &[u8])> {
    let longest = input.get(..1 + MAX_LABEL_CHARACTERS + DASHES.len()).unwrap_or(input);
    let (label, _) = split_at(longest, DASHES)?;
    let after = input.get(label.len() + DASHES.len()..)?;
    let label = std::str::from_utf8(label).ok()?;
    let label = match label.strip_prefix(' ') {
        Some(label) => Some(label).filter(|label| is_label(label)),
        None => KNOWN_LABELS.into_iter().find(|known| known.replace(' ', "") == label),
    };
    Some((label?, after))
}

/// Words of letters and digits, between which single spaces and dashes stand. RFC 7468 allows more signs; keys and
/// certificates have none of them.
fn is_label(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split([' ', '-']).all(is_word)
}

fn block<'a>(label: &'a str, body: &[u8], ended: bool) -> Block<'a> {
    // Reserved in one go: a reallocation would leave a copy behind.
    let mut encoded = Zeroizing::new(Vec::with_capacity(body.len()));
    let mut encrypted = false;
    let mut rest = body;
    while let Some((line, after)) = split_line(rest) {
        rest = after;
        if line.contains(&b':') {
            let line = line.trim_ascii_start();
            encrypted |= line.starts_with(b"Proc-Type:") && split_at(line, "ENCRYPTED").is_some();
        } else {
            encoded.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
        }
    }
    Block { label, content: if ended { decode(&encoded) } else { None }, encrypted }
}

/// The first line and what follows it. A line also ends where `\n` or `\r` stands in two characters, as in a string
/// of JSON.
fn split_line(input: &[u8]) -> Option<(&[u8], &[u8])> {
    if input.is_empty() {
        return None;
    }
    let mut end = 0;
    loop {
        match input.get(end..)? {
            [] => return Some((input, &[])),
            [b'\n', after @ ..] | [b'\\', b'n' | b'r', after @ ..] => {
                return Some((input.get(..end)?, after));
            }
            _ => end += 1,
        }
    }
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
