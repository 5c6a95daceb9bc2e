//! Primes, looked for until told to stop.

use crypto_primes::hazmat::SmallFactorsSieve;
use crypto_primes::{Flavor, is_prime};
use rand_core::CryptoRng;
use rsa::BoxedUint;

use super::X509Error;

/// Asked between two candidates whether to stop.
pub(crate) type IsOver<'a> = &'a mut dyn FnMut() -> bool;

/// A random prime of so many bytes, its first two bits set, so that the product of two has all its bits.
pub(super) fn random_prime(
    bytes: usize,
    rng: &mut dyn CryptoRng,
    is_over: IsOver<'_>,
) -> Result<BoxedUint, X509Error> {
    let bits = u32::try_from(bytes * 8).ok().and_then(|bits| bits.try_into().ok());
    let bits: std::num::NonZeroU32 = bits.ok_or(X509Error::BadKey)?;
    let mut start = vec![0; bytes];
    loop {
        rng.fill_bytes(&mut start);
        if let Some(first) = start.first_mut() {
            *first |= 0xC0;
        }
        let start = BoxedUint::from_be_slice(&start, bits.get()).map_err(|_| X509Error::BadKey)?;
        let sieve = SmallFactorsSieve::new(start, bits, false).map_err(|_| X509Error::BadKey)?;
        for candidate in sieve {
            if is_over() {
                return Err(X509Error::Interrupted);
            }
            if is_prime(Flavor::Any, &candidate) {
                return Ok(candidate);
            }
        }
    }
}

/// Whether the number, most significant byte first, is a prime.
pub(super) fn is_prime_number(number: &[u8]) -> bool {
    let bits = u32::try_from(number.len() * 8).unwrap_or(0);
    BoxedUint::from_be_slice(number, bits).is_ok_and(|number| is_prime(Flavor::Any, &number))
}
