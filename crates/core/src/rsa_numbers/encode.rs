//! Writing DER: the few fixed structures around RSA keys.

use zeroize::Zeroizing;

use super::RsaNumbers;

/// `SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }` ([RFC 8017], appendix A.1).
///
/// [RFC 8017]: https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1
const RSA_ENCRYPTION: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

const TAG_INTEGER: u8 = 0x02;
const TAG_BIT_STRING: u8 = 0x03;
const TAG_OCTET_STRING: u8 = 0x04;
const TAG_SEQUENCE: u8 = 0x30;

impl RsaNumbers {
    /// `RSAPublicKey` in DER (RFC 8017, appendix A.1.1).
    pub(crate) fn to_pkcs1_der(&self) -> Vec<u8> {
        let modulus = encode_positive(self.modulus());
        let exponent = encode_positive(self.exponent());
        encode(TAG_SEQUENCE, &[&modulus, &exponent])
    }

    /// `SubjectPublicKeyInfo` in DER ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    pub(crate) fn to_spki_der(&self) -> Vec<u8> {
        const NO_UNUSED_BITS: &[u8] = &[0];
        let key = encode(TAG_BIT_STRING, &[NO_UNUSED_BITS, &self.to_pkcs1_der()]);
        encode(TAG_SEQUENCE, &[&RSA_ENCRYPTION, &key])
    }
}

/// Wraps an `RSAPrivateKey` into a PKCS#8 `PrivateKeyInfo`, version 1
/// ([RFC 5208](https://www.rfc-editor.org/rfc/rfc5208#section-5)).
pub(crate) fn pkcs1_to_pkcs8(pkcs1: &[u8]) -> Zeroizing<Vec<u8>> {
    const VERSION_1: [u8; 3] = [TAG_INTEGER, 1, 0];
    let key = Zeroizing::new(encode(TAG_OCTET_STRING, &[pkcs1]));
    Zeroizing::new(encode(TAG_SEQUENCE, &[&VERSION_1, &RSA_ENCRYPTION, &key]))
}

/// An INTEGER; a zero byte keeps a number with its highest bit set positive.
fn encode_positive(magnitude: &[u8]) -> Vec<u8> {
    const SIGN: &[u8] = &[0];
    match magnitude {
        [0x80..=0xff, ..] => encode(TAG_INTEGER, &[SIGN, magnitude]),
        _ => encode(TAG_INTEGER, &[magnitude]),
    }
}

/// One element. Its memory is reserved in one go: a reallocation would leave a copy of a private key
/// behind.
fn encode(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let length = content.iter().map(|part| part.len()).sum();
    let mut der = Vec::with_capacity(1 + MAX_LENGTH_BYTES + length);
    der.push(tag);
    push_length(&mut der, length);
    for part in content {
        der.extend_from_slice(part);
    }
    der
}

/// A count byte, and the bytes of a `usize`.
const MAX_LENGTH_BYTES: usize = 1 + size_of::<usize>();

/// The length of an element: one byte below 128, else a count of bytes and the fewest that hold it.
fn push_length(der: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(short @ ..0x80) => der.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let fewest = bytes.iter().skip_while(|byte| **byte == 0);
            let count = u8::try_from(fewest.clone().count()).unwrap_or(u8::MAX);
            der.push(0x80 | count);
            der.extend(fewest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        for (length, header) in [
            (0, vec![4, 0]),
            (127, vec![4, 127]),
            (128, vec![4, 0x81, 128]),
            (255, vec![4, 0x81, 255]),
            (256, vec![4, 0x82, 1, 0]),
            (65536, vec![4, 0x83, 1, 0, 0]),
        ] {
            let der = encode(TAG_OCTET_STRING, &[&vec![7; length]]);
            assert_eq!(der[..header.len()], header, "{length}");
            assert_eq!(der.len(), header.len() + length, "{length}");
        }
    }

    #[test]
    fn a_number_with_its_highest_bit_set_stays_positive() {
        assert_eq!(encode_positive(&[0x7f]), [2, 1, 0x7f]);
        assert_eq!(encode_positive(&[0x80]), [2, 2, 0, 0x80]);
    }
}
