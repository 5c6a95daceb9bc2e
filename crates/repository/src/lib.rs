//! A working tree of files with sealed values.
//!
//! [`config`] has the rules of a repository, `.seal.yaml`: which certificate, scope, namespace and name belong to which
//! files. [`walk`] goes through files as Git does, and [`tree`] brings together what is known about each of them.
//! [`rotate`](mod@rotate) finds the sealed values of a file, wherever they stand in it, and seals them again for another key;
//! every other byte of the file stays.
//!
//! Files are read here, and `git` is asked which ignored files it tracks; there is no network, no environment and no clock.
//! Nothing is written: callers get the new content, and pass randomness in.

mod patterns;

pub mod config;
pub mod kustomize;
pub mod rotate;
pub mod tree;
pub mod walk;
