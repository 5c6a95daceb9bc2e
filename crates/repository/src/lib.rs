//! A working tree of files with sealed values.
//!
//! [`config`] has the rules of a repository, `.seal.yaml`: which certificate, scope, namespace and name belong to which
//! files. [`walk`] goes through files as Git does.
//!
//! Files are read here, and `git` is asked which ignored files it tracks; there is no network, no environment and no
//! clock.

mod patterns;

pub mod config;
pub mod walk;
