//! The one operation that takes the time, RSA-OAEP on a session key, as aws-lc-rs does it by
//! itself: what our overhead is measured against.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The length of a session key in bytes.
const SESSION_KEY: usize = 32;

/// A key pair, ready for use.
pub struct OaepKey {
    public: OaepPublicEncryptingKey,
    private: OaepPrivateDecryptingKey,
}

impl OaepKey {
    /// Reads a private key in PKCS#1 or PKCS#8.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn from_pem(pem: &[u8]) -> Self {
        let der = der(pem);
        let key = PrivateDecryptingKey::from_pkcs8(&der).unwrap_or_else(|_| from_pkcs1(&der));
        Self {
            public: OaepPublicEncryptingKey::new(key.public_key()).expect("an RSA key does OAEP"),
            private: OaepPrivateDecryptingKey::new(key).expect("an RSA key does OAEP"),
        }
    }

    /// Encrypts a session key under a label.
    ///
    /// # Panics
    ///
    /// If the library fails.
    #[must_use]
    pub fn encrypt(&self, session_key: &[u8; SESSION_KEY], label: &[u8]) -> Vec<u8> {
        let mut ciphertext = vec![0; self.public.ciphertext_size()];
        let length = self
            .public
            .encrypt(&OAEP_SHA256_MGF1SHA256, session_key, &mut ciphertext, Some(label))
            .expect("a session key fits")
            .len();
        assert_eq!(length, ciphertext.len());
        ciphertext
    }

    /// Decrypts what [`OaepKey::encrypt`] gave.
    ///
    /// # Panics
    ///
    /// If it is anything else.
    #[must_use]
    pub fn decrypt(&self, ciphertext: &[u8], label: &[u8]) -> Vec<u8> {
        let mut session_key = vec![0; self.private.min_output_size()];
        let length = self
            .private
            .decrypt(&OAEP_SHA256_MGF1SHA256, ciphertext, &mut session_key, Some(label))
            .expect("this key encrypted it")
            .len();
        session_key.truncate(length);
        session_key
    }
}

fn from_pkcs1(der: &[u8]) -> PrivateDecryptingKey {
    let pair = KeyPair::from_der(der).expect("the key is PKCS#1 or PKCS#8");
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("a key pair has a PKCS#8 form");
    PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).expect("the library reads what it wrote")
}

fn der(pem: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(pem).expect("PEM is text");
    let base64: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(base64).expect("PEM holds base64")
}
