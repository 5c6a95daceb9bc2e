//! The files of a working tree that may hold sealed values, and what is known about each: its rule, and the kustomizations
//! that put it into a cluster.
//!
//! [`survey`] looks at every file once and keeps those; [`Job`] looks into one of them, or rotates it; [`for_each`] does so
//! for all, on several threads. Nothing is written here: [`Job::run`] gives the new content to its caller.

mod job;
mod kind;
mod look;
mod pool;
mod survey;

pub use job::{Change, FileProblem, FileReport, Job, TextMode};
pub use look::PASSING_PREFIX;
pub use pool::{Turns, for_each, threads_of_processors};
pub use survey::{FoundRule, Survey, TreeFile, survey};

/// The most bytes of a file that is looked into. A larger one is only searched for what looks like a sealed value.
pub const MAX_FILE: u64 = 32 << 20;
