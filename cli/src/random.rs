//! The operating system's randomness.

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// Asks the operating system each time. A system that has no randomness stops the program: nothing
/// sealed without it would be safe.
pub(crate) fn system() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
