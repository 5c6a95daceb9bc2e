//! YAML and JSON as kubectl reads them, with places; edits that keep every other byte.
//!
//! A file is read as kubectl reads it: split into documents, each of them JSON or YAML 1.1 (also
//! YAML that begins with `{`, and YAML after an object in JSON), and what YAML can say is taken for
//! what JSON can say. So `yes` is a boolean, `0777` a number, and the key `0777` the string `511`.
//! Where kubectl would guess, drop or mangle something, the file is refused;
//! `fixtures/yaml/deliberate-differences.md` is the list of such differences.
//!
//! ```
//! use kubeyaml::NodeKind;
//!
//! let input = kubeyaml::split(b"kind: Secret\nstringData:\n  answer: yes\n")?;
//! for document in input.documents() {
//!     let Some(node) = document.parse()? else { continue };
//!     let data = node.as_mapping().and_then(|secret| secret.get("stringData")).expect("data");
//!     let answer = data.as_mapping().and_then(|data| data.get("answer")).expect("an answer");
//!     assert_eq!(answer.value().kind(), NodeKind::Boolean);
//!     assert_eq!(answer.position().line, 3);
//! }
//! # Ok::<(), kubeyaml::YamlError>(())
//! ```
//!
//! Limits: 1 GiB of text, 1,024 collections one inside the other, and 16 MiB copied by aliases in
//! a document, 256 MiB in a file.
//!
//! Secrets: nodes may hold plaintext. Nothing here has a `Debug` that prints values, strings are
//! overwritten when dropped, and an error never quotes a value.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod alias;
mod collection;
mod compose;
mod cursor;
mod edit;
mod encoding;
mod error;
pub mod go_base64;
mod json;
mod mapping;
mod node;
mod number;
mod parser;
mod problem;
mod resolve;
mod scan_block;
mod scan_scalar;
mod scan_tag;
mod scanner;
mod split;
mod stream;
mod text;
mod token;
mod tree;
mod write_json;
mod write_yaml;

pub use edit::{At, EditError, Editor};
pub use encoding::decode_utf16;
pub use error::{EncodingFault, YamlError, YamlErrorKind};
pub use mapping::{DuplicateKeys, Key, Mapping};
pub use node::{Node, NodeKind, Position, Style, Value};
pub use number::Number;
pub use split::Format;
pub use stream::{Input, RawDocument, split};
pub use text::SecretText;
pub use tree::Tree;
pub use write_json::{to_json, to_json_line};
pub use write_yaml::to_yaml;

use problem::{Origin, Problem, narrow};

/// The most bytes of a file. Places are kept as 32-bit numbers.
const MAX_INPUT: usize = 1 << 30;

/// The most collections one inside the other. kubectl reads ten times as many; this is what can
/// be walked by recursion on the smallest usual stack.
const MAX_DEPTH: usize = 1024;

/// The most bytes that anchors, aliases and merge keys may copy in one document.
const MAX_COPIED: usize = 16 << 20;

/// The most bytes that they may copy in all documents of a file.
const MAX_COPIED_IN_ALL: usize = 256 << 20;
