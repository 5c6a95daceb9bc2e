//! Base64 as Go's `base64.StdEncoding` reads it, and with it the Kubernetes API.

use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet, decoded_len_estimate};
use zeroize::Zeroizing;

/// Padding is required; the bits that the last character has to spare may have any value.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes; CR and LF are skipped wherever they stand. None if the text is not base64.
#[must_use]
pub fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let is_line_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if !text.as_bytes().iter().any(is_line_break) {
        return decode_joined(text.as_bytes());
    }
    let mut joined = Zeroizing::new(Vec::with_capacity(text.len()));
    joined.extend(text.bytes().filter(|byte| !is_line_break(byte)));
    decode_joined(&joined)
}

/// The text, padded and on one line.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

fn decode_joined(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    // At its full size from the start: growing would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; decoded_len_estimate(text.len())]);
    let len = ENGINE.decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(len);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    fn decode(text: &str) -> Option<Vec<u8>> {
        super::decode(text).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn reads_what_go_reads_and_no_more() {
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(decode("YWJj"), Some(b"abc".to_vec()));
        assert_eq!(decode("YQ=="), Some(b"a".to_vec()));
        assert_eq!(decode("YR=="), Some(b"a".to_vec()), "trailing bits");
        assert_eq!(decode("\r\nY\nQ=\r=\n"), Some(b"a".to_vec()), "line breaks, in padding too");
        for wrong in
            ["YQ", "YQ=", "YQ===", "Y", "YQ==YQ==", "Y Q==", "Y\tQ==", "Y-_=", "=", "YWJj="]
        {
            assert_eq!(decode(wrong), None, "{wrong:?}");
        }
    }
}
