//! In which form a file holds a key or a certificate: PEM, DER, or base64 of either.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::asn1_rs::{Any, Class, FromDer as _, Tag};
use zeroize::Zeroizing;

use crate::pem;

/// With and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The form of an input, by its first look.
pub(crate) enum Encoding<'a> {
    /// It holds a PEM block.
    Pem,
    /// It is one SEQUENCE of DER.
    Der(&'a [u8]),
    /// It is base64 of something in one of the other forms: what it decodes to, which is always shorter.
    Base64(Zeroizing<Vec<u8>>),
    Other,
}

impl<'a> Encoding<'a> {
    pub(crate) fn of(input: &'a [u8]) -> Self {
        if is_der(input) {
            return Self::Der(input);
        }
        if !pem::blocks(input).is_empty() {
            return Self::Pem;
        }
        match decode(input) {
            Some(inner) if !matches!(Encoding::of(&inner), Encoding::Other) => Self::Base64(inner),
            _ => Self::Other,
        }
    }
}

/// What a SEQUENCE of DER is, by its first elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DerKind {
    /// X.509 ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
    Certificate,
    /// `SubjectPublicKeyInfo` (RFC 5280), or `RSAPublicKey`.
    PublicKey,
    /// `RSAPrivateKey` ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2)).
    RsaPrivateKey,
    /// `PrivateKeyInfo` of any algorithm ([RFC 5958](https://www.rfc-editor.org/rfc/rfc5958#section-2)).
    PrivateKey,
    /// `EncryptedPrivateKeyInfo` (RFC 5958, section 3).
    EncryptedPrivateKey,
    /// `ECPrivateKey` ([RFC 5915](https://www.rfc-editor.org/rfc/rfc5915#section-3)).
    EcPrivateKey,
    /// `PFX` ([RFC 7292](https://www.rfc-editor.org/rfc/rfc7292#section-4)).
    Pkcs12,
}

impl DerKind {
    /// Nothing for what is none of them, or damaged near its start.
    pub(crate) fn of(der: &[u8]) -> Option<Self> {
        let (_, outer) = Any::from_der(der).ok()?;
        let (rest, first) = Any::from_der(outer.data).ok()?;
        let (rest, second) = Any::from_der(rest).ok()?;
        match (universal(&first)?, universal(&second)?) {
            (Tag::Sequence, Tag::Sequence) => Some(Self::Certificate),
            (Tag::Sequence, Tag::BitString) => Some(Self::PublicKey),
            (Tag::Sequence, Tag::OctetString) => Some(Self::EncryptedPrivateKey),
            (Tag::Integer, Tag::Integer) if rest.is_empty() => Some(Self::PublicKey),
            (Tag::Integer, Tag::Integer) => Some(Self::RsaPrivateKey),
            // The version of PFX is 3, that of PrivateKeyInfo 0 or 1.
            (Tag::Integer, Tag::Sequence) if first.data == [3] => Some(Self::Pkcs12),
            (Tag::Integer, Tag::Sequence) => Some(Self::PrivateKey),
            (Tag::Integer, Tag::OctetString) => Some(Self::EcPrivateKey),
            _ => None,
        }
    }
}

fn universal(element: &Any<'_>) -> Option<Tag> {
    (element.class() == Class::Universal).then(|| element.tag())
}

/// One SEQUENCE that is all there is. One of 256 bytes to 64 KiB may be cut short: no text begins as it does.
fn is_der(input: &[u8]) -> bool {
    match input {
        [0x30, 0x82, high, low, content @ ..] => {
            content.len() <= usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => Any::from_der(input)
            .is_ok_and(|(rest, _)| rest.is_empty() && DerKind::of(input).is_some()),
    }
}

/// The bytes, if all of the input is base64; white space is passed over.
fn decode(input: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let in_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if !input.iter().all(|byte| in_base64(byte) || byte.is_ascii_whitespace()) {
        return None;
    }
    // Reserved in one go: a reallocation would leave a copy behind.
    let mut encoded = Zeroizing::new(Vec::with_capacity(input.len()));
    encoded.extend(input.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let mut content = Zeroizing::new(vec![0; base64::decoded_len_estimate(encoded.len())]);
    let length = BASE64.decode_slice(&encoded, &mut content).ok()?;
    content.truncate(length);
    (!content.is_empty()).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{der, fixture};

    #[test]
    fn der_is_told_by_its_first_elements() {
        for (pem, kind) in [
            (fixture!("rsa-2048.crt"), DerKind::Certificate),
            (fixture!("ec.crt"), DerKind::Certificate),
            (fixture!("rsa-2048.pub"), DerKind::PublicKey),
            (fixture!("rsa-2048.pkcs1.pub"), DerKind::PublicKey),
            (fixture!("rsa-2048.key"), DerKind::RsaPrivateKey),
            (fixture!("rsa-2048.pkcs8.key"), DerKind::PrivateKey),
            (fixture!("encrypted-pkcs8.key"), DerKind::EncryptedPrivateKey),
            (fixture!("ec.pkcs8.key"), DerKind::PrivateKey),
        ] {
            assert_eq!(DerKind::of(&der(pem)), Some(kind));
        }
        // Its parameters, an object identifier alone, stand before it.
        let ec = pem::blocks(fixture!("ec.key")).swap_remove(1).content.unwrap();
        assert_eq!(DerKind::of(&ec), Some(DerKind::EcPrivateKey));
        assert_eq!(DerKind::of(&[0x30, 0x03, 0x02, 0x01, 0x00]), None);
    }

    #[test]
    fn base64_is_told_from_text_by_what_it_holds() {
        for text in ["", "text", "a: b", "kind", "SGVsbG8sIHdvcmxkIQ==", "====", "/////w"] {
            assert!(matches!(Encoding::of(text.as_bytes()), Encoding::Other), "{text}");
        }
    }

    /// Base64 of base64 of …: each round is a quarter shorter, so that the depth is bounded by the length.
    #[test]
    fn base64_in_base64_ends() {
        use base64::engine::general_purpose::STANDARD;
        let mut text = fixture!("rsa-2048.pub").to_vec();
        for _ in 0..20 {
            text = STANDARD.encode(&text).into_bytes();
        }
        assert!(matches!(Encoding::of(&text), Encoding::Base64(_)));
    }
}
