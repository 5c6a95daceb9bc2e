//! Seal and unseal bytes for a Kubernetes cluster's sealing key, compatible with Bitnami Sealed Secrets.
//!
//! A value is sealed for a public key and bound to a place, and opens only with the private key under the
//! same place. This crate does that to bytes, and nothing else: it performs no I/O, reads no environment
//! and no clock, knows no Kubernetes objects and has no async. Randomness and time come in as arguments
//! (except for key generation and the seed of RSA-OAEP, where aws-lc uses its own randomness).
//!
#![cfg_attr(feature = "aws-lc", doc = "```")]
#![cfg_attr(not(feature = "aws-lc"), doc = "```ignore")]
//! use sealkit_core::{Certificate, EncryptionLabel, KeyHint, KeyRing};
//!
//! # let pem = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/demo.crt"));
//! # let backup = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/demo.key"));
//! let certificate = Certificate::from_pem(pem)?;
//! let label = EncryptionLabel::strict("shop", "database")?;
//! let sealed = certificate.sealing_key().seal(b"hunter2", &label, &mut rand::rng())?;
//!
//! let keys = KeyRing::from_pem(backup)?;
//! let opened = keys.unseal(&sealed.to_string().parse()?, &label, KeyHint::NONE)?;
//! assert_eq!(opened.plaintext.expose(), b"hunter2");
//! println!("opened with {}", opened.fingerprint);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to start
//!
//! - To seal: [`Certificate`] or [`SealingKey`], and [`EncryptionLabel`].
//! - To open: [`KeyRing`], and [`SealedValue`], which documents the wire form.
//! - To make keys: [`PrivateKey::generate`] and [`Certificate::self_signed`].
//!
//! # Features
//!
//! - `aws-lc` (default): everything.
//! - `rust-crypto`: sealing only, in pure Rust, for targets where C does not compile (WebAssembly). Where
//!   both are on, `aws-lc` is used.
//!
//! # Secrets in memory
//!
//! Session keys, plaintexts and private keys are wiped when dropped and have no `Debug`. All failures to
//! open a value are one error.

#![cfg_attr(
    not(feature = "aws-lc"),
    expect(dead_code, reason = "the parts of opening that need no backend stay compiled"),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "the documentation is that of the whole crate"
    )
)]

mod certificate;
#[cfg(feature = "aws-lc")]
mod diagnosing;
mod encoding;
mod encryption_label;
mod envelope;
mod error;
mod fingerprint;
mod hybrid;
#[cfg(feature = "aws-lc")]
mod key_hint;
#[cfg(feature = "aws-lc")]
mod key_order;
#[cfg(feature = "aws-lc")]
mod key_ring;
mod pem;
mod plaintext;
mod primitives;
#[cfg(feature = "aws-lc")]
mod private_key;
mod rsa_numbers;
mod scope;
mod sealing_key;
mod session_key;
#[cfg(feature = "aws-lc")]
mod trials;
mod unix_time;

#[cfg(feature = "aws-lc")]
pub use certificate::CertificateParams;
pub use certificate::{Certificate, Validity};
#[cfg(feature = "aws-lc")]
pub use diagnosing::Diagnosing;
pub use encryption_label::EncryptionLabel;
pub use envelope::SealedValue;
pub use error::*;
pub use fingerprint::Fingerprint;
#[cfg(feature = "aws-lc")]
pub use key_hint::KeyHint;
#[cfg(feature = "aws-lc")]
pub use key_order::{DatedKey, KeyOrder};
#[cfg(feature = "aws-lc")]
pub use key_ring::{KeyRing, Unsealed};
pub use plaintext::Plaintext;
#[cfg(feature = "aws-lc")]
pub use private_key::PrivateKey;
pub use scope::Scope;
pub use sealing_key::SealingKey;
#[cfg(feature = "aws-lc")]
pub use trials::{TrialLimit, Trials};
pub use unix_time::UnixTime;

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use super::*;
    use crate::testing::assert_not_impl;

    #[test]
    fn secrets_can_be_neither_printed_nor_copied() {
        assert_not_impl!(session_key::SessionKey: Debug, Display, Clone);
        assert_not_impl!(Plaintext: Debug, Display, Clone, PartialEq);
    }

    #[cfg(feature = "aws-lc")]
    #[test]
    fn neither_can_what_holds_secrets() {
        // Clones of these share the key, which stays in one place.
        assert_not_impl!(PrivateKey: Debug, Display);
        assert_not_impl!(KeyRing: Debug, Display);
        assert_not_impl!(DatedKey: Debug, Display);
        assert_not_impl!(primitives::PrivateKey: Debug, Display, Clone);
        assert_not_impl!(Unsealed: Debug, Display, Clone);
    }
}
