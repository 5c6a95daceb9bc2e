//! A working tree of files with sealed values.
//!
//! [`config`] has the rules of a repository, `.seal.yaml`: which certificate, scope, namespace and name belong to which
//! files.
//!
//! Files are read here; there is no network, no environment and no clock.

pub mod config;
