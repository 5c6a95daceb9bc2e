//! What is to be done about a SealedSecret: from what is known of it, of its Secret and of the keys. Nothing is written here,
//! and nothing asked for.
//!
//! It is done in two steps. [`decide`] looks at metadata alone and costs nothing; what is in sync ends there. [`unseal`] opens and
//! renders, for what has to be written.

mod decide;
mod outcome;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tables read better with `json!` in place")]
mod tests;
mod unseal;
mod write;

pub use decide::{Decision, Options, SecretState, Situation, Target, decide};
pub use outcome::{Failure, Outcome, Retry, Stage, reason};
pub use unseal::{Unsealed, unseal};
pub(crate) use write::owner_reference;
pub use write::{SecretBody, Settings};
