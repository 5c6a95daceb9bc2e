//! The operations of sealing in a process of their own: what no program that seals can do without.
//!
//! `bare KEY COUNT` reads a public key (SubjectPublicKeyInfo in DER, RFC 5280) and does COUNT times what sealing one value
//! takes: RSA-OAEP of a session key and AES-256-GCM of a short value, by AWS-LC.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let key = std::fs::read(arguments.next().expect("a key")).expect("the key is a file");
    let count: usize = arguments.next().expect("a count").parse().expect("a number");
    let key = PublicEncryptingKey::from_der(&key).expect("the key is a public key");
    let key = OaepPublicEncryptingKey::new(key).expect("an RSA key does OAEP");
    for _ in 0..count {
        black_box(seal(&key));
    }
}

/// The encrypted session key and the encrypted value.
fn seal(key: &OaepPublicEncryptingKey) -> (Vec<u8>, Vec<u8>) {
    let mut session_key = [0; 32];
    rand::fill(&mut session_key).expect("there is randomness");
    let mut encrypted_key = vec![0; key.ciphertext_size()];
    key.encrypt(&OAEP_SHA256_MGF1SHA256, &session_key, &mut encrypted_key, Some(b"shop/database"))
        .expect("a session key fits");
    let session_key = UnboundKey::new(&AES_256_GCM, &session_key).expect("a key of 256 bits");
    let mut value = b"correct horse battery staple".to_vec();
    LessSafeKey::new(session_key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut value)
        .expect("a short value");
    (encrypted_key, value)
}
