//! What is open already, by the names that the system gives to it: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
//!
//! Whatever is behind such a name may have been opened to be appended to, and is not this program's to replace.

use std::fs::File;
use std::io;
use std::path::Path;

/// The number of an open descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Descriptor(i32);

impl Descriptor {
    /// The descriptor that a path means.
    #[cfg(unix)]
    pub(super) fn named(path: &Path) -> Option<Self> {
        // Without what does not matter: doubled slashes, `/./`.
        let path = path.components().collect::<std::path::PathBuf>();
        let path = path.to_str()?;
        let number = match path {
            "/dev/stdin" => return Some(Self(0)),
            "/dev/stdout" => return Some(Self(1)),
            "/dev/stderr" => return Some(Self(2)),
            _ => match path.strip_prefix("/dev/fd/") {
                Some(number) => number,
                None => {
                    let (process, number) = path.strip_prefix("/proc/")?.split_once("/fd/")?;
                    let own = std::process::id().to_string();
                    ["self", "thread-self", &own].contains(&process).then_some(number)?
                }
            },
        };
        // Digits alone: `parse` takes a sign as well.
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.parse().ok().map(Self))?
    }

    /// No such names.
    #[cfg(not(unix))]
    pub(super) fn named(_: &Path) -> Option<Self> {
        None
    }

    /// The same open file under a number of its own, which shares its place and whether it appends.
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "what the process's streams are redirected to")]
    pub(super) fn duplicate(self) -> io::Result<File> {
        use std::os::fd::AsFd as _;
        match self.0 {
            0 => io::stdin().as_fd().try_clone_to_owned(),
            1 => io::stdout().as_fd().try_clone_to_owned(),
            2 => io::stderr().as_fd().try_clone_to_owned(),
            number => inherited::duplicate(number),
        }
        .map(File::from)
    }

    /// There is none.
    #[cfg(not(unix))]
    pub(super) fn duplicate(self) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Descriptors besides the three streams, which whoever started the program has opened.
#[cfg(target_os = "linux")]
mod inherited {
    use std::fs::OpenOptions;
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    pub(super) fn duplicate(number: i32) -> io::Result<OwnedFd> {
        let process = pidfd_open(getpid(), PidfdFlags::empty());
        let duplicate = process
            .and_then(|process| pidfd_getfd(process, number, PidfdGetfdFlags::empty()))
            .map_err(io::Error::from);
        duplicate.or_else(|error| reopen(number).unwrap_or(Err(error)))
    }

    /// Where the system does not allow it: a pipe or a device is the same when it is opened once more. A file is not.
    fn reopen(number: i32) -> Option<io::Result<OwnedFd>> {
        let name = format!("/proc/self/fd/{number}");
        let metadata = std::fs::metadata(&name).ok()?;
        let opened = || OpenOptions::new().write(true).open(&name).map(OwnedFd::from);
        (!metadata.is_file()).then(opened)
    }
}

/// Descriptors besides the three streams, which whoever started the program has opened.
#[cfg(all(unix, not(target_os = "linux")))]
mod inherited {
    use std::fs::OpenOptions;
    use std::io;
    use std::os::fd::OwnedFd;

    /// To open such a name is to duplicate what it means.
    pub(super) fn duplicate(number: i32) -> io::Result<OwnedFd> {
        OpenOptions::new().write(true).open(format!("/dev/fd/{number}")).map(OwnedFd::from)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::Descriptor;

    #[test]
    fn names_of_what_is_open() {
        let own = format!("/proc/{}/fd/4", std::process::id());
        let named = |path: &str| Descriptor::named(Path::new(path)).map(|descriptor| descriptor.0);
        assert_eq!(["/dev/stdin", "/dev/stdout", "/dev//stderr"].map(named), [0, 1, 2].map(Some));
        assert_eq!(["/dev/fd/3", "/proc/self/fd/3"].map(named), [3, 3].map(Some));
        assert_eq!(["/proc/thread-self/fd/3", &own].map(named), [3, 4].map(Some));
        let others =
            ["/dev/fd/", "/dev/fd/+3", "/dev/fd/3/x", "/proc/1/fd/1", "/dev/null", "stdout", ""];
        assert_eq!(others.map(named), [None; 7]);
    }
}
