//! Keys and certificates made and read again.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use x509_parser::pem::parse_x509_pem;

use super::*;

fn read(pem: &[u8]) -> Result<PrivateKey, X509Error> {
    EncodedKey::from_pem(pem)?.decode()
}

fn request(name: &str) -> Request {
    Request {
        common_name: name.as_bytes().to_vec(),
        addresses: vec!["10.0.0.1".parse().expect("an address")],
        dns_names: vec!["a.example".into()],
        not_before: 1_700_000_000,
        not_after: 3_000_000_000,
        is_authority: false,
        serial: [0xFF; 16],
    }
}

#[test]
fn keys_come_back_from_pem() {
    let mut rng = StdRng::seed_from_u64(3);
    for algorithm in [Algorithm::Rsa(2048), Algorithm::Ecdsa, Algorithm::Ed25519] {
        let key = PrivateKey::generate(algorithm, &mut rng, &mut || false).expect("it is made");
        let pem = key.to_pem().expect("it is written");
        let again = read(&pem).expect("it is read");
        assert_eq!(again.to_pem().expect("it is written"), pem);
    }
    for pem in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(read(pem.as_bytes()).is_err());
    }
}

#[test]
fn an_authority_issues_certificates() {
    let mut rng = StdRng::seed_from_u64(4);
    let root_key =
        PrivateKey::generate(Algorithm::Ecdsa, &mut rng, &mut || false).expect("it is made");
    let root_request = Request { is_authority: true, ..request("root") };
    let root = self_sign(&root_request, &root_key).expect("it is signed");
    let root_key = read(&root_key.to_pem().expect("it is written")).expect("it is read");
    let issuer = Issuer::from_pem(&root).expect("it is a certificate");
    let authority = issuer.with_key(root_key).expect("it is its key");
    let key =
        PrivateKey::generate(Algorithm::Ed25519, &mut rng, &mut || false).expect("it is made");
    let issued = issue(&request("leaf"), &key, &authority).expect("it is signed");
    is_certificate(&issued).expect("it can be read");
    let (_, pem) = parse_x509_pem(&issued).expect("it is PEM");
    let certificate = pem.parse_x509().expect("it is a certificate");
    assert_eq!(certificate.issuer().to_string(), "CN=root");
    assert_eq!(certificate.subject().to_string(), "CN=leaf");
    let names = certificate.subject_alternative_name().expect("it parses").expect("it has names");
    assert_eq!(names.value.general_names.len(), 2);
    assert!(!certificate.is_ca());
    assert_eq!(certificate.validity().not_after.timestamp(), 3_000_000_000);
}

#[test]
fn another_key_is_no_authority() {
    let mut rng = StdRng::seed_from_u64(5);
    let mut key =
        || PrivateKey::generate(Algorithm::Ed25519, &mut rng, &mut || false).expect("it is made");
    let root = self_sign(&request("root"), &key()).expect("it is signed");
    let issuer = Issuer::from_pem(&root).expect("it is a certificate");
    assert_eq!(issuer.with_key(key()).err(), Some(X509Error::KeyMismatch));
}

#[test]
fn a_dsa_key_has_its_six_numbers() {
    let pem = generate_dsa(&mut StdRng::seed_from_u64(1), &mut || false).expect("it is made");
    let (label, contents) = pem::decode(&pem).expect("it is PEM");
    assert_eq!(label, "DSA PRIVATE KEY");
    let (mut rest, _) = der::expect(&contents, der::SEQUENCE).expect("a sequence");
    let mut sizes = Vec::new();
    while let Some((number, after)) = der::expect(rest, der::INTEGER) {
        sizes.push(number.len());
        rest = after;
    }
    assert!(rest.is_empty());
    assert!(matches!(sizes.as_slice(), [1, 257, 33, 250..=257, 250..=257, 25..=33]), "{sizes:?}");
}

#[test]
fn keys_larger_than_any_in_use_are_refused_unread() {
    let number = |bytes: usize| der::integer(&vec![0xFF; bytes]);
    let key = |modulus: usize, prime: usize| {
        let contents = der::sequence(&[&der::integer(&[0]), &number(modulus), &number(prime)]);
        EncodedKey::from_pem(&pem::encode("RSA PRIVATE KEY", &contents)).map(|key| key.bits())
    };
    assert_eq!(key(1024, 512), Ok(8192));
    for (modulus, prime) in [(1025, 512), (256, 100_000), (100_000, 256)] {
        assert_eq!(key(modulus, prime), Err(X509Error::TooLarge));
    }
}

#[test]
fn keys_are_looked_for_until_told_to_stop() {
    let mut rng = StdRng::seed_from_u64(6);
    let mut candidates = 0;
    let mut third = || {
        candidates += 1;
        candidates % 3 == 0
    };
    let result = PrivateKey::generate(Algorithm::Rsa(4096), &mut rng, &mut third);
    assert_eq!(result.err(), Some(X509Error::Interrupted));
    assert_eq!(generate_dsa(&mut rng, &mut third), Err(X509Error::Interrupted));
    assert_eq!(candidates, 6);
}
