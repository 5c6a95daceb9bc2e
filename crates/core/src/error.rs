//! What can go wrong: one type per operation. No message holds a secret value or a part of one.

use std::error::Error;
use std::fmt;

/// Why [`Scope`](crate::Scope) could not be read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseScopeError;

impl fmt::Display for ParseScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a scope: expected strict, namespace-wide or cluster-wide")
    }
}

impl Error for ParseScopeError {}

/// Why [`Fingerprint`](crate::Fingerprint) could not be read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseFingerprintError;

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key fingerprint: expected SHA256: and 43 characters of base64")
    }
}

impl Error for ParseFingerprintError {}

/// Why [`UnixTime`](crate::UnixTime) could not be read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseTimeError;

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time: expected the form 2006-01-02T15:04:05Z")
    }
}

impl Error for ParseTimeError {}

/// Why [`KeyOrder`](crate::KeyOrder) could not be read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseKeyOrderError;

impl fmt::Display for ParseKeyOrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an order of keys: expected CertNotBefore or SecretCreationTimestamp")
    }
}

impl Error for ParseKeyOrderError {}

/// Why [`EncryptionLabel`](crate::EncryptionLabel) could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelError {
    /// The scope needs a namespace.
    EmptyNamespace,
    /// The scope needs a name.
    EmptyName,
    /// A slash separates namespace and name, so neither may contain one.
    SlashInNamespace,
    /// A slash separates namespace and name, so neither may contain one.
    SlashInName,
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyNamespace => "the scope needs a namespace",
            Self::EmptyName => "the scope needs a name",
            Self::SlashInNamespace => "a namespace must not contain a slash",
            Self::SlashInName => "a name must not contain a slash",
        })
    }
}

impl Error for LabelError {}

/// Why [`SealedValue`](crate::SealedValue) could not be read. `Display` says what the text is instead: `cut short`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The text is not standard base64 with padding.
    NotBase64,
    /// The bytes end before the parts they announce.
    Truncated,
    /// The encrypted session key has length zero.
    NoSessionKey,
    /// Longer than [`SealedValue::MAX_BYTES`](crate::SealedValue::MAX_BYTES).
    TooLarge,
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBase64 => "not base64",
            Self::Truncated => "cut short",
            Self::NoSessionKey => "without a session key",
            Self::TooLarge => "larger than 4 MiB",
        })
    }
}

impl Error for EnvelopeError {}

/// Why a value could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// The sealed value would be longer than [`SealedValue::MAX_BYTES`](crate::SealedValue::MAX_BYTES).
    TooLarge,
    /// The cryptographic backend failed: out of memory, or without randomness.
    Backend,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the value is too large to seal: at most 4 MiB",
            Self::Backend => "the value could not be encrypted",
        })
    }
}

impl Error for SealError {}

/// Why a value could not be opened.
///
/// Every cryptographic failure is the one variant [`UnsealError::NotOpened`]: wrong key, wrong label and
/// damaged data cannot be told apart, and must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsealError {
    /// The key ring is empty.
    NoKeys,
    /// No key of the ring opens the value under this label.
    NotOpened,
}

impl fmt::Display for UnsealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKeys => "there is no private key to open the value with",
            Self::NotOpened => "no private key opens the value for this name, namespace and scope",
        })
    }
}

impl Error for UnsealError {}

/// Why a key could not be read or made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The input is empty, or only white space.
    Empty,
    /// The input holds no PEM block.
    NotPem,
    /// The input is DER where PEM is expected.
    Der,
    /// The input is PEM or DER in base64 where PEM is expected.
    Base64,
    /// The input is a certificate.
    Certificate,
    /// The input is a public key, where a private key is needed.
    PublicKey,
    /// The input is a PKCS#12 file (`.p12`, `.pfx`), which may hold a private key.
    Pkcs12,
    /// The input is another kind of PEM block.
    OtherPem {
        /// The block's label, such as `PKCS7`: one of those in common use, and never other text of the input.
        label: String,
    },
    /// The input is a PEM block whose label is in no common use.
    UnknownPem,
    /// The private key is encrypted with a passphrase.
    Encrypted,
    /// The key is not an RSA key.
    NotRsa {
        /// The algorithm's name, or its object identifier.
        algorithm: String,
    },
    /// The modulus is shorter than 2048 bits.
    TooSmall {
        /// The modulus' length.
        bits: u32,
    },
    /// The modulus is longer than 8192 bits.
    TooLarge {
        /// The modulus' length.
        bits: u32,
    },
    /// Keys of this size are not made: 2048, 3072, 4096 and 8192 bits are.
    UnsupportedSize {
        /// The size asked for.
        bits: u32,
    },
    /// The key is cut short, or its parts do not fit together.
    Damaged,
    /// The cryptographic backend failed: out of memory, or without randomness.
    Backend,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the key is empty"),
            Self::NotPem => f.write_str("the key is not in PEM format"),
            Self::Der => f.write_str("the key is not in PEM format, but DER"),
            Self::Base64 => {
                f.write_str("the key is not in PEM format, but base64 once more than it should be")
            }
            Self::Certificate => f.write_str("this is a certificate, not a private key"),
            Self::PublicKey => f.write_str("this is a public key, not a private key"),
            Self::Pkcs12 => f.write_str("this is a PKCS#12 file, not a private key"),
            Self::OtherPem { label } => write!(f, "this is PEM of kind {label}, not a private key"),
            Self::UnknownPem => f.write_str("this is PEM of an unknown kind, not a private key"),
            Self::Encrypted => f.write_str("the private key is encrypted with a passphrase"),
            Self::NotRsa { algorithm } => write!(f, "the key is for {algorithm}, not RSA"),
            Self::TooSmall { bits } => too_small(f, *bits),
            Self::TooLarge { bits } => too_large(f, *bits),
            Self::UnsupportedSize { bits } => {
                write!(f, "cannot make a key of {bits} bits: use 2048, 3072, 4096 or 8192")
            }
            Self::Damaged => f.write_str("the key is damaged"),
            Self::Backend => f.write_str("the key could not be processed"),
        }
    }
}

impl Error for KeyError {}

/// Why a certificate could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// The input is empty, or only white space.
    Empty,
    /// The input holds no PEM block.
    NotPem,
    /// The input is DER where PEM is expected.
    Der,
    /// The input is PEM or DER in base64 where PEM is expected.
    Base64,
    /// The input is a private key.
    PrivateKey,
    /// The input is a public key without a certificate.
    PublicKey,
    /// The input is a PKCS#12 file (`.p12`, `.pfx`), which may hold a certificate.
    Pkcs12,
    /// The input is another kind of PEM block.
    OtherPem {
        /// The block's label, such as `CERTIFICATE REQUEST`: one of those in common use, and never other text of the
        /// input.
        label: String,
    },
    /// The input is a PEM block whose label is in no common use.
    UnknownPem,
    /// The certificate's key is not an RSA key.
    NotRsa {
        /// The algorithm's name, or its object identifier.
        algorithm: String,
    },
    /// The modulus is shorter than 2048 bits.
    TooSmall {
        /// The modulus' length.
        bits: u32,
    },
    /// The modulus is longer than 8192 bits.
    TooLarge {
        /// The modulus' length.
        bits: u32,
    },
    /// The certificate is cut short or malformed.
    Damaged,
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the certificate is empty"),
            Self::NotPem => f.write_str("the certificate is not in PEM format"),
            Self::Der => f.write_str("the certificate is not in PEM format, but DER"),
            Self::Base64 => f.write_str(
                "the certificate is not in PEM format, but base64 once more than it should be",
            ),
            Self::PrivateKey => f.write_str("this is a private key, not a certificate"),
            Self::PublicKey => f.write_str("this is a public key, not a certificate"),
            Self::Pkcs12 => f.write_str("this is a PKCS#12 file, not a certificate"),
            Self::OtherPem { label } => write!(f, "this is PEM of kind {label}, not a certificate"),
            Self::UnknownPem => f.write_str("this is PEM of an unknown kind, not a certificate"),
            Self::NotRsa { algorithm } => {
                write!(f, "the certificate's key is for {algorithm}, not RSA")
            }
            Self::TooSmall { bits } => too_small(f, *bits),
            Self::TooLarge { bits } => too_large(f, *bits),
            Self::Damaged => f.write_str("the certificate is damaged"),
        }
    }
}

impl Error for CertificateError {}

/// Why a certificate could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelfSignError {
    /// The validity ends before it starts, or lies outside the years 0 to 9999.
    InvalidPeriod,
    /// The cryptographic backend failed: out of memory, or without randomness.
    Backend,
}

impl fmt::Display for SelfSignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidPeriod => {
                "the certificate's validity would end before it starts, or lies outside the years 0 to 9999"
            },
            Self::Backend => "the certificate could not be signed",
        })
    }
}

impl Error for SelfSignError {}

fn too_small(f: &mut fmt::Formatter<'_>, bits: u32) -> fmt::Result {
    write!(f, "the RSA key has {bits} bits: at least 2048 are needed")
}

fn too_large(f: &mut fmt::Formatter<'_>, bits: u32) -> fmt::Result {
    write!(f, "the RSA key has {bits} bits: at most 8192 are supported")
}

#[cfg(test)]
mod tests;
