//! What the system lets the process do.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// Keeps the system from writing the memory to a file when the program crashes: private keys are in it. No other program of
/// the same user can attach to it any more, either. And lets it have as many connections as the system allows.
///
/// Where the system refuses, nothing is said: the service works all the same.
pub(crate) fn prepare() {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).ok();
}
