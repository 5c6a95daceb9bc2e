//! DSA keys, which nothing here can use.

use dsa::{Components, SigningKey};
use num_bigint::BigUint;
use rand_core::CryptoRng;
use rsa::BoxedUint;

use super::prime::{IsOver, is_prime_number, random_prime};
use super::{X509Error, der, pem};

/// The sizes of the group and of its subgroup in bytes.
const P_BYTES: usize = 256;
const Q_BYTES: usize = 32;
/// How many multiples of a prime are tried before another is taken (FIPS 186-4, A.1.1.2).
const MULTIPLES: usize = 4096;

/// A new key of 2048 bits with parameters of its own, as PEM: `SEQUENCE { 0, p, q, g, y, x }`.
pub(crate) fn generate_dsa(
    rng: &mut dyn CryptoRng,
    is_over: IsOver<'_>,
) -> Result<Vec<u8>, X509Error> {
    let components = components(rng, is_over)?;
    let mut rng = rng;
    let key = SigningKey::try_generate_from_rng_with_components(&mut rng, components);
    let key = key.map_err(|_| X509Error::BadKey)?;
    let public = key.verifying_key();
    let parameters = public.components();
    let contents = der::sequence(&[
        &der::integer(&[0]),
        &der::integer(&parameters.p().to_be_bytes()),
        &der::integer(&parameters.q().to_be_bytes()),
        &der::integer(&parameters.g().to_be_bytes()),
        &der::integer(&public.y().to_be_bytes()),
        &der::integer(&key.x().to_be_bytes()),
    ]);
    Ok(pem::encode("DSA PRIVATE KEY", &contents))
}

/// A prime `q`, a prime `p` that is one more than a multiple of it, and a `g` of the order `q`. All of it is public.
fn components(rng: &mut dyn CryptoRng, is_over: IsOver<'_>) -> Result<Components, X509Error> {
    let one = BigUint::from(1_u8);
    loop {
        let q = random_prime(Q_BYTES, rng, is_over)?;
        let order = BigUint::from_bytes_be(&q.to_be_bytes());
        let Some(p) = multiple_and_one(&order, rng, is_over)? else { continue };
        let g = BigUint::from(2_u8).modpow(&((&p - &one) / &order), &p);
        if g == one {
            continue;
        }
        let number = |value: &BigUint| {
            let bytes = value.to_bytes_be();
            let padded = [vec![0; P_BYTES.saturating_sub(bytes.len())], bytes].concat();
            BoxedUint::from_be_slice_vartime(&padded)
        };
        return Components::from_components(number(&p), q, number(&g))
            .map_err(|_| X509Error::BadKey);
    }
}

/// A random prime that is one more than a multiple of twice the prime `q`.
fn multiple_and_one(
    q: &BigUint,
    rng: &mut dyn CryptoRng,
    is_over: IsOver<'_>,
) -> Result<Option<BigUint>, X509Error> {
    let mut bytes = [0; P_BYTES];
    for _ in 0..MULTIPLES {
        if is_over() {
            return Err(X509Error::Interrupted);
        }
        rng.fill_bytes(&mut bytes);
        if let Some(first) = bytes.first_mut() {
            *first |= 0x80;
        }
        let number = BigUint::from_bytes_be(&bytes);
        let candidate = &number - &number % (q * 2_u8) + 1_u8;
        let bytes = candidate.to_bytes_be();
        if bytes.first().is_some_and(|first| *first >= 0x80)
            && bytes.len() == P_BYTES
            && is_prime_number(&bytes)
        {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
