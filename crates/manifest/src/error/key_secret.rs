//! Why a Secret could not be used as a sealing key.

use std::error::Error as StdError;
use std::fmt;

use kubeyaml::{EncodingFault, YamlErrorKind};
use sealkit_core::{CertificateError, KeyError};

use super::{Error, Errors, ReadError, ReadErrorKind, ReadErrors};

/// Why a Secret could not be used as a sealing key, and where.
pub type KeySecretError = Error<KeySecretErrorKind>;

/// All that went wrong in one run.
pub type KeySecretErrors = Errors<KeySecretErrorKind>;

/// Why a Secret could not be used as a sealing key.
#[derive(Debug, PartialEq, Eq)]
pub enum KeySecretErrorKind {
    /// A document could not be read.
    Read(ReadErrorKind),
    /// No private key in `tls.key`.
    NoPrivateKey,
    /// The private key cannot be used.
    PrivateKey(KeyError),
    /// The certificate cannot be used.
    Certificate(CertificateError),
    /// The certificate is of another key.
    CertificateOfAnotherKey,
}

impl KeySecretErrorKind {
    /// A name for programs, which stays the same: for metrics, conditions and reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Read(kind) => kind.reason(),
            Self::NoPrivateKey => "NoPrivateKey",
            Self::PrivateKey(_) => "PrivateKeyUnusable",
            Self::Certificate(_) => "CertificateUnusable",
            Self::CertificateOfAnotherKey => "CertificateOfAnotherKey",
        }
    }
}

includes_read_errors!(KeySecretErrorKind);

impl fmt::Display for KeySecretErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Its byte may be one of a key.
            Self::Read(ReadErrorKind::Yaml(YamlErrorKind::Encoding(EncodingFault::NotUtf8(_)))) => {
                f.write_str("this is neither text nor a private key")
            }
            Self::Read(kind) => kind.fmt(f),
            Self::NoPrivateKey => f.write_str("the Secret has no private key (tls.key)"),
            Self::PrivateKey(error) => error.fmt(f),
            Self::Certificate(error) => error.fmt(f),
            Self::CertificateOfAnotherKey => {
                f.write_str("tls.crt is the certificate of another key than tls.key")
            }
        }
    }
}

impl StdError for KeySecretErrorKind {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read(kind) => kind.source(),
            Self::PrivateKey(error) => error.source(),
            Self::Certificate(error) => error.source(),
            Self::NoPrivateKey | Self::CertificateOfAnotherKey => None,
        }
    }
}
