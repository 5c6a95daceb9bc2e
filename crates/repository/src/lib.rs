//! A working tree of files with sealed values.
//!
//! [`rotate`] finds the sealed values of a file, wherever they stand in it, and seals them again for another key; every
//! other byte of the file stays.
//!
//! There is no network, no environment and no clock here, and [`rotate`] reads no files: callers pass bytes and randomness
//! in.

pub mod rotate;
