//! The operations of opening on all cores: what no program that rotates can do without.
//!
//! `bare_open KEY COUNT` reads a private key (PKCS#8 in DER, RFC 5208) and decrypts a session key COUNT times in all, by
//! RSA-OAEP, shared among as many threads as there are processors.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;
use std::thread;

use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};

const LABEL: Option<&[u8]> = Some(b"shop/database");

fn main() {
    let mut arguments = std::env::args().skip(1);
    let key = std::fs::read(arguments.next().expect("a key")).expect("the key is a file");
    let count: usize = arguments.next().expect("a count").parse().expect("a number");
    let key = PrivateDecryptingKey::from_pkcs8(&key).expect("the key is a private key");
    let public = OaepPublicEncryptingKey::new(key.public_key()).expect("an RSA key does OAEP");
    let mut encrypted = vec![0; public.ciphertext_size()];
    public
        .encrypt(&OAEP_SHA256_MGF1SHA256, &[7; 32], &mut encrypted, LABEL)
        .expect("a session key fits");
    let key = OaepPrivateDecryptingKey::new(key).expect("an RSA key does OAEP");
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for thread in 0..threads {
            let share = (count + thread) / threads;
            let (key, encrypted) = (&key, &encrypted);
            scope.spawn(move || (0..share).for_each(|_| open(key, encrypted)));
        }
    });
}

fn open(key: &OaepPrivateDecryptingKey, encrypted: &[u8]) {
    let mut opened = vec![0; key.min_output_size()];
    let opened = key.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut opened, LABEL);
    black_box(opened.expect("it was encrypted for this key"));
}
