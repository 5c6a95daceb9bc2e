use super::*;

/// Every message, once: what a user reads.
fn messages() -> Vec<String> {
    let label = || "PKCS7".to_owned();
    let algorithm = || "EC".to_owned();
    let bits = 1024;
    let errors: Vec<Box<dyn Error>> = vec![
        Box::new(ParseScopeError),
        Box::new(ParseFingerprintError),
        Box::new(LabelError::EmptyNamespace),
        Box::new(LabelError::EmptyName),
        Box::new(LabelError::SlashInNamespace),
        Box::new(LabelError::SlashInName),
        Box::new(EnvelopeError::NotBase64),
        Box::new(EnvelopeError::Truncated),
        Box::new(EnvelopeError::NoSessionKey),
        Box::new(EnvelopeError::TooLarge),
        Box::new(SealError::TooLarge),
        Box::new(SealError::Backend),
        Box::new(UnsealError::NoKeys),
        Box::new(UnsealError::NotOpened),
        Box::new(KeyError::Empty),
        Box::new(KeyError::NotPem),
        Box::new(KeyError::Der),
        Box::new(KeyError::Base64),
        Box::new(KeyError::Certificate),
        Box::new(KeyError::PublicKey),
        Box::new(KeyError::Pkcs12),
        Box::new(KeyError::OtherPem { label: label() }),
        Box::new(KeyError::UnknownPem),
        Box::new(KeyError::Encrypted),
        Box::new(KeyError::NotRsa { algorithm: algorithm() }),
        Box::new(KeyError::TooSmall { bits }),
        Box::new(KeyError::TooLarge { bits: 16384 }),
        Box::new(KeyError::UnsupportedSize { bits }),
        Box::new(KeyError::Damaged),
        Box::new(KeyError::Backend),
        Box::new(CertificateError::Empty),
        Box::new(CertificateError::NotPem),
        Box::new(CertificateError::Der),
        Box::new(CertificateError::Base64),
        Box::new(CertificateError::PrivateKey),
        Box::new(CertificateError::PublicKey),
        Box::new(CertificateError::Pkcs12),
        Box::new(CertificateError::OtherPem { label: label() }),
        Box::new(CertificateError::UnknownPem),
        Box::new(CertificateError::NotRsa { algorithm: algorithm() }),
        Box::new(CertificateError::TooSmall { bits }),
        Box::new(CertificateError::TooLarge { bits: 16384 }),
        Box::new(CertificateError::Damaged),
        Box::new(SelfSignError::InvalidPeriod),
        Box::new(SelfSignError::Backend),
    ];
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn messages_are_what_they_were() {
    let expected = "\
not a scope: expected strict, namespace-wide or cluster-wide
not a key fingerprint: expected SHA256: and 43 characters of base64
the scope needs a namespace
the scope needs a name
a namespace must not contain a slash
a name must not contain a slash
not base64
cut short
without a session key
larger than 4 MiB
the value is too large to seal: at most 4 MiB
the value could not be encrypted
there is no private key to open the value with
no private key opens the value for this name, namespace and scope
the key is empty
the key is not in PEM format
the key is not in PEM format, but DER
the key is not in PEM format, but base64 once more than it should be
this is a certificate, not a private key
this is a public key, not a private key
this is a PKCS#12 file, not a private key
this is PEM of kind PKCS7, not a private key
this is PEM of an unknown kind, not a private key
the private key is encrypted with a passphrase
the key is for EC, not RSA
the RSA key has 1024 bits: at least 2048 are needed
the RSA key has 16384 bits: at most 8192 are supported
cannot make a key of 1024 bits: use 2048, 3072, 4096 or 8192
the key is damaged
the key could not be processed
the certificate is empty
the certificate is not in PEM format
the certificate is not in PEM format, but DER
the certificate is not in PEM format, but base64 once more than it should be
this is a private key, not a certificate
this is a public key, not a certificate
this is a PKCS#12 file, not a certificate
this is PEM of kind PKCS7, not a certificate
this is PEM of an unknown kind, not a certificate
the certificate's key is for EC, not RSA
the RSA key has 1024 bits: at least 2048 are needed
the RSA key has 16384 bits: at most 8192 are supported
the certificate is damaged
the certificate's validity would end before it starts, or lies outside the years 0 to 9999
the certificate could not be signed";
    assert_eq!(messages().join("\n"), expected);
}

#[test]
fn messages_can_stand_inside_a_sentence() {
    for message in messages() {
        assert!(message.starts_with(char::is_lowercase), "{message}");
        assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
    }
}
