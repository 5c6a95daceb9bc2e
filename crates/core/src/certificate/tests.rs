use super::*;
use crate::testing::{der, fixture};

const DAY: i64 = 86_400;

fn read_error(pem: &[u8]) -> Option<CertificateError> {
    Certificate::from_pem(pem).err()
}

#[test]
fn a_certificate_shows_what_is_in_it() {
    let certificate = Certificate::from_pem(fixture!("rsa-2048.crt")).unwrap();
    let key = SealingKey::from_spki_der(&der(fixture!("rsa-2048.pub"))).unwrap();
    assert_eq!(*certificate.sealing_key(), key);
    assert_eq!(certificate.fingerprint(), key.fingerprint());
    assert_eq!(certificate.subject(), "O=Example, CN=sealing");
    assert_eq!(certificate.not_before().to_string(), "2020-01-01T00:00:00Z");
    assert_eq!(certificate.not_after().to_string(), "2120-01-01T00:00:00Z");
    assert_eq!(certificate.to_pem().as_bytes(), fixture!("rsa-2048.crt"));
    assert_eq!(Certificate::from_pem(fixture!("demo.crt")).unwrap().subject(), "");
}

#[test]
fn both_ends_belong_to_the_validity() {
    let certificate = Certificate::from_pem(fixture!("expired.crt")).unwrap();
    let UnixTime(start) = certificate.not_before();
    let at = |seconds| certificate.validity_at(UnixTime(start + seconds));
    assert_eq!(at(-1), Validity::NotYetValid);
    assert_eq!(at(0), Validity::Valid { remaining_seconds: DAY });
    assert_eq!(at(DAY), Validity::Valid { remaining_seconds: 0 });
    assert_eq!(at(DAY + 1), Validity::Expired);
    assert_eq!(certificate.validity_at(UnixTime(i64::MIN)), Validity::NotYetValid);
    assert_eq!(certificate.validity_at(UnixTime(i64::MAX)), Validity::Expired);
}

#[test]
fn input_that_is_no_certificate_is_named() {
    assert_eq!(read_error(b""), Some(CertificateError::Empty));
    assert_eq!(read_error(b"\n"), Some(CertificateError::Empty));
    assert_eq!(read_error(b"<html>502 Bad Gateway</html>"), Some(CertificateError::NotPem));
    for pem in [fixture!("demo.key"), fixture!("demo.pkcs8.key"), fixture!("encrypted-pkcs8.key")] {
        assert_eq!(read_error(pem), Some(CertificateError::PrivateKey));
    }
    assert_eq!(
        read_error(fixture!("demo.pub")),
        Some(CertificateError::OtherPem { label: "PUBLIC KEY".to_owned() })
    );
}

#[test]
fn every_form_of_a_certificate_is_read() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let pem = fixture!("rsa-2048.crt");
    let der = der(pem);
    for form in [
        pem.to_vec(),
        pem.iter().copied().filter(|byte| *byte != b'\n').collect(),
        der.clone(),
        STANDARD.encode(&der).into_bytes(),
        STANDARD.encode(pem).into_bytes(),
    ] {
        let certificate = Certificate::from_bytes(&form).unwrap();
        assert_eq!(certificate.to_pem().as_bytes(), pem);
    }
    assert_eq!(read_error(&der), Some(CertificateError::Der));
    assert_eq!(read_error(STANDARD.encode(pem).as_bytes()), Some(CertificateError::Base64));
}

#[test]
fn der_that_is_no_certificate_is_named() {
    let error = |pem: &[u8]| Certificate::from_bytes(&der(pem)).err();
    assert_eq!(error(fixture!("demo.key")), Some(CertificateError::PrivateKey));
    assert_eq!(error(fixture!("demo.pkcs8.key")), Some(CertificateError::PrivateKey));
    assert_eq!(error(fixture!("demo.pub")), Some(CertificateError::PublicKey));
    let whole = der(fixture!("rsa-2048.crt"));
    for length in 4..whole.len() {
        let error = Certificate::from_bytes(&whole[..length]).err();
        assert_eq!(error, Some(CertificateError::Damaged), "cut to {length}");
    }
}

/// DER of one element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84], length.as_slice(), content].concat()
}

/// The certificate with another subject, which its signature no longer fits.
fn with_subject(certificate: &[u8], subject: &[u8]) -> Vec<u8> {
    use x509_parser::asn1_rs::Any;
    let split = |mut content: &[u8]| {
        let mut elements = Vec::new();
        while !content.is_empty() {
            let (rest, _) = Any::from_der(content).unwrap();
            elements.push(content[..content.len() - rest.len()].to_vec());
            content = rest;
        }
        elements
    };
    let mut parts = split(Any::from_der(certificate).unwrap().1.data);
    let mut signed = split(Any::from_der(&parts[0]).unwrap().1.data);
    signed[5] = subject.to_vec();
    parts[0] = element(0x30, &signed.concat());
    element(0x30, &parts.concat())
}

#[test]
fn a_subject_is_told_up_to_a_longest_length() {
    let subject = |attribute: &[u8], value: &str| {
        let attribute = [element(0x06, attribute), element(0x0c, value.as_bytes())].concat();
        element(0x30, &element(0x31, &element(0x30, &attribute)))
    };
    let whole = der(fixture!("rsa-2048.crt"));
    let read = |subject: &[u8]| {
        let certificate = Certificate::from_der(&with_subject(&whole, subject)).unwrap();
        certificate.subject().to_owned()
    };
    let common_name = [0x55, 0x04, 0x03];
    assert_eq!(read(&subject(&common_name, "sealing")), "CN=sealing");
    let longest = "n".repeat(1021);
    assert_eq!(read(&subject(&common_name, &longest)), format!("CN={longest}"));
    for long in [
        subject(&common_name, &"ä".repeat(300_000)),
        subject(&vec![1; 300_000], "x"),
        subject(&[vec![0x81; 300_000], vec![1]].concat(), "x"),
    ] {
        let told = read(&long);
        assert_eq!((told.chars().count(), told.ends_with('…')), (1025, true), "{told}");
    }
}

#[test]
fn a_label_that_may_be_a_secret_is_not_named() {
    let pem = b"-----BEGIN hunter2-----\nAQID\n-----END hunter2-----\n";
    assert_eq!(read_error(pem), Some(CertificateError::UnknownPem));
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let not_rsa = |name: &str| Some(CertificateError::NotRsa { algorithm: name.to_owned() });
    assert_eq!(read_error(fixture!("ec.crt")), not_rsa("EC"));
    assert_eq!(read_error(fixture!("ed25519.crt")), not_rsa("Ed25519"));
    assert_eq!(read_error(fixture!("rsa-pss.crt")), not_rsa("RSASSA-PSS"));
    let too_small = CertificateError::TooSmall { bits: 1024 };
    assert_eq!(read_error(fixture!("rsa-1024.crt")), Some(too_small));
    assert_eq!(read_error(fixture!("truncated.crt")), Some(CertificateError::Damaged));
    assert_eq!(read_error(fixture!("damaged.crt")), Some(CertificateError::Damaged));
}

#[test]
fn the_first_certificate_of_a_file_counts() {
    let file = [
        b"Certificate:\r\n    Data:\r\n",
        fixture!("demo.key"),
        fixture!("demo.crt"),
        fixture!("rsa-2048.crt"),
    ]
    .concat();
    let first = Certificate::from_pem(fixture!("demo.crt"));
    assert_eq!(Certificate::from_pem(&file), first);
}

#[test]
fn a_certificate_is_refused_wherever_it_is_cut() {
    let whole = der(fixture!("rsa-2048.crt"));
    for length in 0..whole.len() {
        let pem = pem::encode(pem::CERTIFICATE, &whole[..length]);
        let error = read_error(pem.as_bytes());
        assert_eq!(error, Some(CertificateError::Damaged), "cut to {length}");
    }
    let longer = pem::encode(pem::CERTIFICATE, &[whole.as_slice(), &[0]].concat());
    assert_eq!(read_error(longer.as_bytes()), Some(CertificateError::Damaged));
}

#[test]
fn changed_bits_never_panic() {
    let whole = der(fixture!("rsa-2048.crt"));
    let mut read = 0;
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        read += usize::from(Certificate::from_der(&changed).is_ok());
    }
    // Changes of the signature, at least, are not seen.
    assert!(read > 2048 - 8, "{read}");
}

#[cfg(feature = "aws-lc")]
mod self_signed {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use x509_parser::prelude::{GeneralName, ParsedExtension};

    use super::*;
    use crate::error::SelfSignError;
    use crate::private_key::PrivateKey;
    use crate::testing::rng;

    const START: UnixTime = UnixTime(1_700_000_000);

    fn key() -> PrivateKey {
        PrivateKey::from_pem(fixture!("rsa-2048.key")).unwrap()
    }

    fn make(
        common_name: &str,
        start: UnixTime,
        end: UnixTime,
    ) -> Result<Certificate, SelfSignError> {
        let common_name = common_name.to_owned();
        let params = CertificateParams { common_name, not_before: start, not_after: end };
        Certificate::self_signed(&key(), &params, &mut rng())
    }

    fn default() -> Certificate {
        make("", START, UnixTime(START.0 + 3650 * DAY)).unwrap()
    }

    #[test]
    fn a_new_certificate_reads_back() {
        let certificate = default();
        assert_eq!(
            Certificate::from_pem(certificate.to_pem().as_bytes()).as_ref(),
            Ok(&certificate)
        );
        assert_eq!(certificate.sealing_key(), key().sealing_key());
        assert_eq!(certificate.not_before(), START);
        assert_eq!(certificate.not_after(), UnixTime(START.0 + 3650 * DAY));
    }

    #[test]
    fn it_has_the_fields_that_upstream_makes() {
        let certificate = default();
        let (_, x509) = X509Certificate::from_der(&certificate.der).unwrap();
        assert_eq!(x509.version.0 + 1, 3);
        assert_eq!(x509.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
        assert_eq!(x509.issuer(), x509.subject());
        let usage = x509.key_usage().unwrap().unwrap();
        assert!(usage.critical && usage.value.encipher_only());
        assert_eq!(usage.value.flags.count_ones(), 1);
        let constraints = x509.basic_constraints().unwrap().unwrap();
        assert!(constraints.critical && constraints.value.ca);
        assert_eq!(constraints.value.path_len_constraint, None);
        assert!(x509.subject_alternative_name().unwrap().is_none_or(|names| {
            names.value.general_names.iter().all(|name| matches!(name, GeneralName::DNSName("")))
        }));
        let identifiers: Vec<_> = x509
            .extensions()
            .iter()
            .filter_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.len()),
                _ => None,
            })
            .collect();
        assert_eq!(identifiers, [20]);
        assert_eq!(x509.extensions().len(), 3);
    }

    #[test]
    fn its_own_key_signed_it() {
        let certificate = default();
        let (_, x509) = X509Certificate::from_der(&certificate.der).unwrap();
        let public_key = &x509.public_key().subject_public_key.data;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key)
            .verify(x509.tbs_certificate.as_ref(), &x509.signature_value.data)
            .unwrap();
    }

    #[test]
    fn serial_numbers_are_random_and_positive() {
        let params =
            CertificateParams { common_name: String::new(), not_before: START, not_after: START };
        let mut rng = rng();
        let mut serials = std::collections::HashSet::new();
        for _ in 0..50 {
            let certificate = Certificate::self_signed(&key(), &params, &mut rng).unwrap();
            let (_, x509) = X509Certificate::from_der(&certificate.der).unwrap();
            let serial = x509.raw_serial().to_vec();
            assert!(serial.len() <= 16 && serial[0] < 0x80, "{serial:?}");
            assert!(serials.insert(serial));
        }
    }

    #[test]
    fn the_subject_holds_the_common_name_if_there_is_one() {
        for (name, subject) in [
            ("", ""),
            ("sealing", "CN=sealing"),
            ("Schl\u{fc}ssel, der \"dritte\"", "CN=Schl\u{fc}ssel, der \"dritte\""),
        ] {
            assert_eq!(make(name, START, START).unwrap().subject(), subject);
        }
    }

    #[test]
    fn dates_from_2050_on_are_written_too() {
        for end in [
            2_524_607_999,   // 2049-12-31T23:59:59Z, the last UTCTime
            2_524_608_000,   // 2050-01-01T00:00:00Z, the first GeneralizedTime
            253_402_300_799, // 9999-12-31T23:59:59Z, "no expiry" of RFC 5280
        ] {
            assert_eq!(make("", START, UnixTime(end)).unwrap().not_after(), UnixTime(end));
        }
        // Before 1950, and the year 0.
        for start in [-1_000_000_000, -62_167_219_200] {
            assert_eq!(make("", UnixTime(start), START).unwrap().not_before(), UnixTime(start));
        }
    }

    #[test]
    fn a_validity_that_is_no_period_is_refused() {
        for (start, end) in [
            (START, UnixTime(START.0 - 1)),
            (START, UnixTime(253_402_300_800)),
            (UnixTime(i64::MIN), START),
            (START, UnixTime(i64::MAX)),
        ] {
            assert_eq!(make("", start, end), Err(SelfSignError::InvalidPeriod));
        }
    }
}
