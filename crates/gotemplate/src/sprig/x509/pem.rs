//! PEM (RFC 7468).

use x509_parser::pem::parse_x509_pem;

use crate::go::base64;

/// A block with the given label and contents.
pub(crate) fn encode(label: &str, contents: &[u8]) -> Vec<u8> {
    let base64 = base64::encode(contents);
    let mut out = format!("-----BEGIN {label}-----\n").into_bytes();
    for line in base64.chunks(64) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    out
}

/// The label and contents of the first block.
pub(crate) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let (_, pem) = parse_x509_pem(text).ok()?;
    Some((pem.label, pem.contents))
}
