//! What the tests share: keys, randomness, and an independent implementation of opening.

use aes_gcm::aead::consts::{U12, U16};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::{Aes192, Aes256};
use aes_gcm::{Aes128Gcm, AesGcm, Nonce, Tag};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rsa::BoxedUint;
use rsa::oaep::DecryptingKey;
use rsa::traits::Decryptor as _;
use sha2::Sha256;
use x509_parser::asn1_rs::{FromDer as _, Integer, Sequence};

use crate::encryption_label::EncryptionLabel;
use crate::pem;

/// A file of `fixtures/keys`.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/", $name))
            .as_slice()
    };
}
pub(crate) use fixture;

/// Runs tests that are generic over the backend on each.
macro_rules! on_each_backend {
    ($($test:ident)*) => {
        #[cfg(feature = "aws-lc")]
        mod aws_lc {
            $(#[test] fn $test() { super::$test::<crate::primitives::aws_lc::PublicKey>(); })*
        }
        mod rust_crypto {
            $(#[test] fn $test() { super::$test::<crate::primitives::rust_crypto::PublicKey>(); })*
        }
    };
}
pub(crate) use on_each_backend;

/// Fails to compile where a type implements a trait: two implementations would then fit the call.
macro_rules! assert_not_impl {
    ($type:ty: $($trait:path),+) => {
        $({
            trait AmbiguousIfImplemented<A> {
                fn check() {}
            }
            struct WhereImplemented;
            impl<T: ?Sized> AmbiguousIfImplemented<()> for T {}
            impl<T: ?Sized + $trait> AmbiguousIfImplemented<WhereImplemented> for T {}
            <$type as AmbiguousIfImplemented<_>>::check();
        })+
    };
}
pub(crate) use assert_not_impl;

/// Repeats itself in every run.
pub(crate) fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// The content of the first block of a PEM file.
pub(crate) fn der(pem: &[u8]) -> Vec<u8> {
    pem::blocks(pem).swap_remove(0).content.expect("a whole block").to_vec()
}

/// Opening by the `rsa` crate, sharing no code with the crate's own.
pub(crate) struct RsaCrateOpener(rsa::PrivateKey);

impl RsaCrateOpener {
    /// From a PEM block `RSA PRIVATE KEY`.
    pub(crate) fn from_pem(pem: &[u8]) -> Self {
        let der = der(pem);
        let (_, sequence) = Sequence::from_der(&der).expect("a sequence");
        let numbers: Vec<Integer<'_>> = sequence.der_sequence_of().expect("integers");
        let number = |index: usize| BoxedUint::from_be_slice_vartime(numbers[index].as_ref());
        // version, n, e, d, p, q, …
        Self(rsa::PrivateKey::from_p_q(number(4), number(5), number(2)).expect("a key"))
    }

    pub(crate) fn open(&self, envelope: &[u8], label: &EncryptionLabel) -> Option<Vec<u8>> {
        let (length, rest) = envelope.split_first_chunk()?;
        let (encrypted, ciphertext) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let session_key = DecryptingKey::<Sha256>::new_with_label(self.0.clone(), label.as_bytes())
            .decrypt(encrypted)
            .ok()?;
        let (encrypted, tag) = ciphertext.split_last_chunk::<16>()?;
        let mut plaintext = encrypted.to_vec();
        AesGcm::<Aes256, U12>::new_from_slice(&session_key)
            .ok()?
            .decrypt_inout_detached(
                &Nonce::default(),
                &[],
                plaintext.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .ok()?;
        Some(plaintext)
    }
}

/// `C` of an envelope, for a session key of 16, 24 or 32 bytes.
pub(crate) fn aes_gcm_encrypt(session_key: &[u8], plaintext: &[u8]) -> Vec<u8> {
    fn encrypt<C>(key: &[u8], plaintext: &[u8]) -> Vec<u8>
    where
        C: AeadInOut<NonceSize = U12, TagSize = U16> + KeyInit,
    {
        let mut buffer = plaintext.to_vec();
        let tag = C::new_from_slice(key)
            .unwrap()
            .encrypt_inout_detached(&Nonce::default(), &[], buffer.as_mut_slice().into())
            .unwrap();
        [buffer.as_slice(), &tag].concat()
    }
    match session_key.len() {
        16 => encrypt::<Aes128Gcm>(session_key, plaintext),
        24 => encrypt::<AesGcm<Aes192, U12>>(session_key, plaintext),
        _ => encrypt::<AesGcm<Aes256, U12>>(session_key, plaintext),
    }
}
