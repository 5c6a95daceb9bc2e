//! The program's commands: one file each, with its help text, arguments and function.

pub(crate) mod cert;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod edit;
pub(crate) mod keygen;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod raw;
pub(crate) mod rotate;
pub(crate) mod seal;
pub(crate) mod set;
pub(crate) mod status;
pub(crate) mod unseal;
pub(crate) mod unset;
pub(crate) mod validate;
pub(crate) mod view;
