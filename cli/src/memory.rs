//! What becomes of the process's memory.

/// Keeps the system from writing the memory to a file when the program crashes: secrets are in it. On Linux no other
/// program of the same user can attach to it any more, either.
///
/// Where the system refuses, nothing is said: the program still does what it was asked for.
pub fn forbid_core_dumps() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Core).maximum;
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum }).ok();
    }
}
