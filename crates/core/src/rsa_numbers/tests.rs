use super::*;
use crate::testing::{der, fixture};

impl RsaNumbers {
    /// Numbers that the parser would refuse.
    pub(crate) fn unchecked(modulus: &[u8], exponent: &[u8]) -> Self {
        Self { modulus: modulus.to_vec(), exponent: exponent.to_vec() }
    }
}

#[test]
fn der_is_written_as_openssl_writes_it() {
    for spki in [fixture!("rsa-2048.pub"), fixture!("rsa-8192.pub")] {
        let spki = der(spki);
        assert_eq!(RsaNumbers::from_spki_der(&spki).unwrap().to_spki_der(), spki);
    }
    let pkcs1 = der(fixture!("rsa-2048.pkcs1.pub"));
    assert_eq!(RsaNumbers::from_pkcs1_der(&pkcs1).unwrap().to_pkcs1_der(), pkcs1);
}

#[cfg(feature = "aws-lc")]
#[test]
fn pkcs8_is_written_as_openssl_writes_it() {
    for (pkcs1, pkcs8) in [
        (fixture!("rsa-2048.key"), fixture!("rsa-2048.pkcs8.key")),
        (fixture!("rsa-8192.key"), fixture!("rsa-8192.pkcs8.key")),
    ] {
        assert_eq!(*pkcs1_to_pkcs8(&der(pkcs1)), der(pkcs8));
        assert_eq!(pkcs1_in_pkcs8(&der(pkcs8)), Ok(der(pkcs1).as_slice()));
    }
}

#[test]
fn moduli_outside_the_limits_are_refused() {
    let with_bits = |bits: u32| {
        let mut modulus = vec![0xff; bits.div_ceil(8) as usize];
        modulus[0] >>= (8 - bits % 8) % 8;
        let der = RsaNumbers::unchecked(&modulus, &[1, 0, 1]).to_pkcs1_der();
        RsaNumbers::from_pkcs1_der(&der).map(|numbers| numbers.bits())
    };
    assert_eq!(with_bits(1024), Err(KeyError::TooSmall { bits: 1024 }));
    assert_eq!(with_bits(2047), Err(KeyError::TooSmall { bits: 2047 }));
    for bits in [2048, 2049, 2056, 4095, 8191, 8192] {
        assert_eq!(with_bits(bits), Ok(bits));
    }
    assert_eq!(with_bits(8193), Err(KeyError::TooLarge { bits: 8193 }));
    assert_eq!(with_bits(1_000_000), Err(KeyError::TooLarge { bits: 1_000_000 }));
}

#[test]
fn only_positive_numbers_in_their_shortest_form_are_read() {
    assert_eq!(positive(&[1]), Ok([1].as_slice()));
    assert_eq!(positive(&[0, 0x80]), Ok([0x80].as_slice()));
    for content in [[].as_slice(), &[0], &[0, 1], &[0, 0, 0x80], &[0x80], &[0xff, 1]] {
        assert_eq!(positive(content), Err(KeyError::Damaged), "{content:?}");
    }
}
