//! What is drawn from the caller's generator is paid for: one that asks the system each time is slow.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gotemplate::{Data, ParseBudget, RenderContext, RenderLimits, Template};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand_core::{Rng as _, TryCryptoRng, TryRng};

/// Steps that a draw has to cost at least: a microsecond at most where a step takes 200 ns.
const STEPS_OF_A_DRAW: u64 = 5;

/// Counts how often it is asked.
struct Counting(StdRng, Arc<AtomicU64>);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

#[test]
fn every_draw_is_paid_for() {
    for call in [
        "randAlphaNum 1000",
        "randAlpha 1000",
        "randNumeric 1000",
        "randAscii 1000",
        "shuffle (repeat 500 `ab`)",
        "randInt 0 10",
        "randBytes 10",
        "uuidv4",
        "encryptAES `key` `value`",
        "bcrypt `password`",
        "htpasswd `user` `password`",
        "genPrivateKey `ecdsa`",
        "genPrivateKey `ed25519`",
        "genPrivateKey `rsa`",
        "genCA `name` 1",
    ] {
        let text = format!("{{{{ $_ := {call} }}}}");
        let template = Template::parse("t", &text, &mut ParseBudget::default()).unwrap();
        let draws = Arc::new(AtomicU64::new(0));
        let generator = Counting(StdRng::seed_from_u64(1), Arc::clone(&draws));
        let mut context = RenderContext::new(0, 0, generator, RenderLimits::default());
        template.render(&Data::default(), &mut context).unwrap();
        let (draws, steps) = (draws.load(Ordering::Relaxed), context.used().steps);
        assert!(draws > 0, "{call} draws nothing");
        assert!(steps >= STEPS_OF_A_DRAW * draws, "{call}: {steps} steps for {draws} draws");
    }
}
