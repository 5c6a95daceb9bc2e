//! What is measured, each part by itself.

mod growth;
mod health;
mod key_ring;
mod memory;
mod new_objects;
mod restart;

use crate::options::Options;

/// A part of the run: measures, and prints Markdown.
pub(crate) struct Section {
    /// As the command line has it.
    pub(crate) name: &'static str,
    /// Measures.
    pub(crate) run: fn(&Options),
}

/// All of them.
pub(crate) const ALL: [Section; 7] = [
    Section { name: "new", run: new_objects::run },
    Section { name: "default-rate", run: new_objects::run_by_default },
    Section { name: "restart", run: restart::run },
    Section { name: "keys", run: key_ring::run },
    Section { name: "memory", run: memory::run },
    Section { name: "growth", run: growth::run },
    Section { name: "health", run: health::run },
];
