//! Whether the time for rendering is up, which only the caller knows.

use crate::engine::fault::Fault;

/// How many steps pass between two looks at the clock: well under a millisecond.
const STEPS: u64 = 4096;

/// The caller's clock, if it gave one.
#[derive(Default)]
pub(crate) struct Deadline {
    ask: Option<Box<dyn FnMut() -> bool + Send>>,
    /// Steps since it was asked last.
    steps: u64,
    is_over: bool,
}

impl Deadline {
    pub(crate) fn new(ask: impl FnMut() -> bool + Send + 'static) -> Self {
        Self { ask: Some(Box::new(ask)), ..Self::default() }
    }

    /// Counts steps that are about to be done, and asks when there were enough of them.
    pub(crate) fn pass(&mut self, steps: u64) -> Result<(), Fault> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps < STEPS && !self.is_over {
            return Ok(());
        }
        if self.is_over() { Err(Fault::DEADLINE) } else { Ok(()) }
    }

    /// Asks. Once the time is up, it stays so.
    pub(crate) fn is_over(&mut self) -> bool {
        self.steps = 0;
        self.is_over = self.is_over || self.ask.as_mut().is_some_and(|ask| ask());
        self.is_over
    }
}
