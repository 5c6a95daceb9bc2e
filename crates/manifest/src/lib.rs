//! Kubernetes Secret and SealedSecret documents, as text and as types.
//!
//! Reads YAML and JSON as kubectl does, and has the operations on documents: [`seal`] and [`unseal`].
//! Text goes in at one end and out at the other.
//!
//! This crate knows no files, no network, no environment and no clock: callers pass texts,
//! randomness and times in. The bytes of a sealed value are the business of `sealkit-core`.

pub mod annotations;
mod convert;
mod diagnose;
mod documents;
mod error;
mod fields;
mod go_base64;
pub mod key_secret;
mod metadata;
mod output;
mod parallel;
mod seal;
mod sealed_secret;
mod secret;
mod unseal;
pub mod yaml;

pub use convert::{Output, Warning};
pub use diagnose::{Cause, Target};
pub use documents::Inputs;
pub use error::{Error, Reason};
pub use gotemplate::{RenderContext, RenderLimits};
pub use metadata::Metadata;
pub use seal::{SealRules, seal, seal_secret};
pub use sealed_secret::{SealedSecret, Template};
pub use secret::Secret;
pub use unseal::{MakeEnvironment, UnsealRules, unseal, unseal_item, unseal_secret};
