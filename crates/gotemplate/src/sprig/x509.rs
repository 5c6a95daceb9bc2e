//! Private keys and certificates, in the forms that Go's crypto/x509 writes.

mod certificate;
mod der;
mod dsa;
mod keys;
mod pem;
mod prime;

pub(crate) use certificate::{Issuer, Request, is_certificate, issue, self_sign};
pub(crate) use dsa::generate_dsa;
pub(crate) use keys::{Algorithm, EncodedKey, PrivateKey};

/// Why a key or certificate could not be read or made; nothing of either is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum X509Error {
    NoPem,
    WrongPemType,
    BadKey,
    BadCertificate,
    BadName,
    KeyMismatch,
    /// A key larger than any that is in use.
    TooLarge,
    Unsupported,
    Signing,
    /// Told to stop.
    Interrupted,
}

#[cfg(test)]
mod tests;
