//! Names for sealing keys.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::error::ParseFingerprintError;
use crate::primitives::{PublicKey, SealingBackend as _};
use crate::rsa_numbers::RsaNumbers;

const PREFIX: &str = "SHA256:";

/// The fingerprint of a sealing key: SHA-256 over the SSH wire form of its public key ([RFC 4253],
/// section 6.6). It is the same for the public key, the private key and every certificate of one pair.
///
/// Its text, `SHA256:` and unpadded base64, is the one `ssh-keygen -l` prints.
///
/// [RFC 4253]: https://www.rfc-editor.org/rfc/rfc4253#section-6.6
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(numbers: &RsaNumbers) -> Self {
        let wire_form = [string(b"ssh-rsa"), mpint(numbers.exponent()), mpint(numbers.modulus())];
        Self(PublicKey::sha256(&wire_form.concat()))
    }

    /// The 32 bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `string` of [RFC 4251](https://www.rfc-editor.org/rfc/rfc4251#section-5): length and bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    // The numbers of a key have at most 8192 bits, so their length fits.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

/// `mpint` of RFC 4251 for a positive number without leading zeros: a zero byte keeps it positive.
fn mpint(magnitude: &[u8]) -> Vec<u8> {
    if magnitude.first().is_some_and(|byte| byte & 0x80 != 0) {
        string(&[&[0], magnitude].concat())
    } else {
        string(magnitude)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        Base64Display::new(&self.0, &STANDARD_NO_PAD).fmt(f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let encoded = text.strip_prefix(PREFIX).ok_or(ParseFingerprintError)?;
        // 43 characters hold 32 bytes; anything longer is not worth decoding.
        if encoded.len() != 43 {
            return Err(ParseFingerprintError);
        }
        let bytes = STANDARD_NO_PAD.decode(encoded).map_err(|_| ParseFingerprintError)?;
        bytes.try_into().map(Self).map_err(|_| ParseFingerprintError)
    }
}

#[cfg(test)]
mod tests;
