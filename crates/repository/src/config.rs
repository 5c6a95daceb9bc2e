//! `.seal.yaml`: what a repository says about its files.
//!
//! `docs/config.md` describes the format. A [`Config`] is one such file, a [`Rule`] what it says about the files that
//! match its patterns, and a [`ConfigFinder`] finds the `.seal.yaml` of a file: the nearest one in the folder of the file
//! or above it, up to the top of the Git working tree.
//!
//! ```
//! use std::path::Path;
//! use sealkit_repository::config::Config;
//!
//! let text = b"version: 1\nrules:\n- paths: [\"production/**\"]\n  namespace: shop\n";
//! let config = Config::from_text(Path::new("/repository/.seal.yaml"), text)?;
//! let rule = config.rule_for(Path::new("production/database.yaml")).expect("a rule");
//! assert_eq!(rule.binding().namespace.as_deref(), Some("shop"));
//! assert_eq!(rule.position().line, 3);
//! # Ok::<(), sealkit_repository::config::ConfigError>(())
//! ```

mod certificates;
mod error;
mod fields;
mod file;
mod find;
mod keys;
mod names;
mod read;
mod rule;

#[cfg(test)]
mod tests;

pub use crate::patterns::PathFlaw;
pub use error::{ConfigError, ConfigErrorKind, KeyPatternFlaw, NameKind};
pub use file::Config;
pub use find::{ConfigFinder, ConfiguredFile};
pub use keys::KeyPattern;
pub use rule::{Binding, CertificateFile, Rule, SealedKeys, UnusedRule};

/// The name of the file.
pub const FILE_NAME: &str = ".seal.yaml";

/// The most bytes of a `.seal.yaml`: room for the rules of some thousand clusters.
pub const MAX_BYTES: u64 = 256 << 10;

/// The most rules of a `.seal.yaml`, and the most entries of each list in it.
pub const MAX_ENTRIES: usize = 1000;

/// The most bytes of all path patterns together, as aliases may repeat them: they become one automaton.
const MAX_PATTERN_BYTES: usize = 128 << 10;
