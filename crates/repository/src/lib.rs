//! A working tree of files with sealed values.
//!
//! [`config`] has the rules of a repository, `.seal.yaml`: which certificate, scope, namespace and name belong to which
//! files. [`rotate`](mod@rotate) finds the sealed values of a file, wherever they stand in it, and seals them again for another key;
//! every other byte of the file stays.
//!
//! There is no network, no environment and no clock here. [`rotate`](mod@rotate) reads no files either: callers pass bytes and
//! randomness in.

pub mod config;
pub mod rotate;
pub mod tree;
