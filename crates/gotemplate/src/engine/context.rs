//! What renderings take from outside, and share: the time, randomness, and what they may use together.

use rand_core::CryptoRng;

use crate::engine::budget::Budget;
use crate::engine::deadline::Deadline;
use crate::engine::limits::RenderLimits;

/// What renderings with a context have taken of its [`RenderLimits`] so far, as they count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Used {
    /// Bytes of output.
    pub output_bytes: usize,
    /// Bytes of memory, at the moment when most were taken: what is needed for a moment only is given back.
    pub memory_bytes: usize,
    /// Units of work.
    pub steps: u64,
}

/// The time, the randomness and the limits of any number of renderings.
///
/// Renderings with the same context draw from the same output, memory and steps: all of them together take no more
/// than one may. One that fails has taken what it used until then.
///
/// Nothing in this crate reads a clock or the system's randomness by itself, so that a rendering can be repeated.
pub struct RenderContext {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
    pub(crate) rng: Box<dyn CryptoRng + Send>,
    pub(crate) limits: RenderLimits,
    pub(crate) budget: Budget,
    pub(crate) deadline: Deadline,
    /// A rendering nested too deeply for the caller's stack: further ones are not tried on it.
    pub(crate) needs_deep_stack: bool,
}

impl RenderContext {
    /// A time in seconds and nanoseconds since 1970-01-01 00:00 UTC, a source of randomness, and limits.
    ///
    /// `randAlphaNum`, `genCA` and the like make passwords and keys from the randomness.
    pub fn new(
        seconds: i64,
        nanoseconds: u32,
        rng: impl CryptoRng + Send + 'static,
        limits: RenderLimits,
    ) -> Self {
        Self {
            seconds,
            nanoseconds: nanoseconds.min(999_999_999),
            rng: Box::new(rng),
            budget: Budget::new(&limits),
            deadline: Deadline::default(),
            limits,
            needs_deep_stack: false,
        }
    }

    /// The same, with a way to ask whether the time is up: from then on, renderings fail for
    /// [`Limit`](crate::ExecErrorKind::Limit).
    ///
    /// It is asked every few thousand steps and between the candidates for a prime: more than a thousand times a
    /// second. Whoever wants to cancel a rendering passes what reads a flag.
    #[must_use]
    pub fn with_deadline(self, is_over: impl FnMut() -> bool + Send + 'static) -> Self {
        Self { deadline: Deadline::new(is_over), ..self }
    }

    /// What the renderings so far have taken, those that failed included.
    #[must_use]
    pub fn used(&self) -> Used {
        self.budget.used(&self.limits)
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

impl std::fmt::Debug for RenderContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RenderContext").field("seconds", &self.seconds).finish_non_exhaustive()
    }
}
