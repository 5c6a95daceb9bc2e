//! What a rendering takes from outside: the time and randomness.

use rand_core::CryptoRng;

/// The time and the randomness of a rendering.
///
/// Nothing in this crate reads a clock or the system's randomness by itself, so that a rendering can be repeated.
pub struct Environment {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    pub(crate) rng: Box<dyn CryptoRng + Send>,
}

impl Environment {
    /// A time in seconds and nanoseconds since 1970-01-01 00:00 UTC, and a source of randomness.
    ///
    /// `randAlphaNum`, `genCA` and the like make passwords and keys from it.
    pub fn new(seconds: i64, nanoseconds: u32, rng: impl CryptoRng + Send + 'static) -> Self {
        Self { seconds, nanoseconds: nanoseconds.min(999_999_999), rng: Box::new(rng) }
    }

    /// An integer below `bound`, each equally likely; 0 if the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let zone = u64::MAX - (u64::MAX % bound + 1) % bound;
        loop {
            let value = self.rng.next_u64();
            if value <= zone {
                return value % bound;
            }
        }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("seconds", &self.seconds).finish_non_exhaustive()
    }
}
