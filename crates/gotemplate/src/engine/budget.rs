//! What is left of the limits that several templates share.

use crate::engine::context::Used;
use crate::engine::fault::Fault;
use crate::engine::limits::{ParseLimits, RenderLimits};

/// What is left for the renderings with one context.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    steps: u64,
    memory: usize,
    /// The least memory that was ever left: some is given back.
    least_memory: usize,
    output: usize,
}

impl Budget {
    pub(crate) fn new(limits: &RenderLimits) -> Self {
        let memory = limits.memory_bytes;
        Self { steps: limits.steps, memory, least_memory: memory, output: limits.output_bytes }
    }

    pub(crate) fn take_steps(&mut self, steps: u64) -> Result<(), Fault> {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::STEPS)?;
        Ok(())
    }

    pub(crate) fn take_memory(&mut self, bytes: usize) -> Result<(), Fault> {
        self.memory = self.memory.checked_sub(bytes).ok_or(Fault::MEMORY)?;
        self.least_memory = self.least_memory.min(self.memory);
        Ok(())
    }

    /// Gives back what was taken for a moment.
    pub(crate) fn return_memory(&mut self, bytes: usize) {
        self.memory = self.memory.saturating_add(bytes);
    }

    pub(crate) fn take_output(&mut self, bytes: usize) -> Result<(), Fault> {
        self.output = self.output.checked_sub(bytes).ok_or(Fault::OUTPUT)?;
        Ok(())
    }

    /// What is gone of the limits it began with.
    pub(crate) fn used(&self, limits: &RenderLimits) -> Used {
        Used {
            output_bytes: limits.output_bytes.saturating_sub(self.output),
            memory_bytes: limits.memory_bytes.saturating_sub(self.least_memory),
            steps: limits.steps.saturating_sub(self.steps),
        }
    }

    pub(crate) fn memory_left(&self) -> usize {
        self.memory
    }
}

/// What any number of templates may take together while they are parsed, and as long as they are kept.
///
/// A text that is refused has taken its share as well.
#[derive(Debug)]
pub struct ParseBudget {
    pub(crate) nesting: usize,
    text_left: usize,
    pub(crate) tree_left: usize,
}

impl ParseBudget {
    /// A budget of which nothing is taken yet.
    #[must_use]
    pub fn new(limits: &ParseLimits) -> Self {
        Self { nesting: limits.nesting, text_left: limits.text_bytes, tree_left: limits.tree_bytes }
    }

    /// Takes the bytes of a text; false if there are too few.
    pub(crate) fn take_text(&mut self, bytes: usize) -> bool {
        take(&mut self.text_left, bytes)
    }

    /// Takes memory for a tree; false if there is too little.
    pub(crate) fn take_tree(&mut self, bytes: usize) -> bool {
        take(&mut self.tree_left, bytes)
    }
}

impl Default for ParseBudget {
    /// A budget of the default limits.
    fn default() -> Self {
        Self::new(&ParseLimits::default())
    }
}

fn take(left: &mut usize, bytes: usize) -> bool {
    let rest = left.checked_sub(bytes);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}
