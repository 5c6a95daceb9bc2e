//! A file that is being written and has not got its name yet.

use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::{Audience, Existing};
use crate::signals::HeldBack;

/// Of the names of unfinished files.
const PREFIX: &str = sealkit_repository::tree::PASSING_PREFIX;

/// Removed without a trace unless it is published.
pub(super) enum Unfinished {
    /// Without a name (Linux, most file systems): gone whenever the process is.
    #[cfg(target_os = "linux")]
    Unnamed(File),
    /// Under a random name beside its place. The file is dropped first, and so removed before a signal ends the program.
    Named(NamedTempFile, HeldBack),
}

impl Unfinished {
    pub(super) fn create(directory: &Path, audience: Audience) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = unnamed::create(directory, mode(audience))? {
            return Ok(Self::Unnamed(file));
        }
        let mut builder = tempfile::Builder::new();
        set_mode(&mut builder, audience);
        let signals = HeldBack::begin()?;
        Ok(Self::Named(builder.prefix(PREFIX).tempfile_in(directory)?, signals))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        /// Small enough that nobody waits for the end.
        const AT_ONCE: usize = 1 << 20;
        for bytes in bytes.chunks(AT_ONCE) {
            match self {
                #[cfg(target_os = "linux")]
                Self::Unnamed(file) => file.write_all(bytes)?,
                Self::Named(file, signals) => {
                    signals.check()?;
                    file.write_all(bytes)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => file,
            Self::Named(file, _) => file.as_file_mut(),
        }
    }

    /// Takes over who may do what with the file that will be replaced. The new one may have another owner, so whom it
    /// runs as (set-user-ID and set-group-ID) is not taken over.
    #[cfg(unix)]
    pub(super) fn keep_mode(&mut self, there: &Metadata, audience: Audience) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        let kept = there.permissions().mode() & 0o777;
        let allowed = match audience {
            Audience::AsBefore => kept,
            Audience::WorldReadable | Audience::Private => kept & mode(audience),
        };
        self.file().set_permissions(std::fs::Permissions::from_mode(allowed))
    }

    #[cfg(not(unix))]
    pub(super) fn keep_mode(&mut self, there: &Metadata, _: Audience) -> io::Result<()> {
        self.file().set_permissions(there.permissions())
    }

    /// Gives the file its name, in place of one that is there.
    pub(super) fn publish(self, path: &Path, existing: Existing) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => unnamed::publish(&file, path, existing),
            Self::Named(file, signals) => persist(file, path, existing, &signals),
        }
    }
}

/// Takes the file alone: it is gone, or has its name, before the signals are let through.
fn persist(
    file: NamedTempFile,
    path: &Path,
    existing: Existing,
    signals: &HeldBack,
) -> io::Result<()> {
    signals.check()?;
    match existing {
        Existing::Replace => file.persist(path),
        Existing::Refuse => file.persist_noclobber(path),
    }
    .map(drop)
    .map_err(|error| error.error)
}

#[cfg(unix)]
fn set_mode(builder: &mut tempfile::Builder<'_, '_>, audience: Audience) {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode(audience)));
}

/// A file has the rights that its directory passes on.
#[cfg(not(unix))]
fn set_mode(_: &mut tempfile::Builder<'_, '_>, _: Audience) {}

#[cfg(unix)]
fn mode(audience: Audience) -> u32 {
    match audience {
        // Less the process's umask.
        Audience::AsBefore => 0o666,
        Audience::WorldReadable => 0o644,
        Audience::Private => 0o600,
    }
}

#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use rustix::io::Errno;

    use super::PREFIX;
    use crate::output::Existing;
    use crate::signals::HeldBack;

    /// None where the file system has no unnamed files.
    pub(super) fn create(directory: &Path, mode: u32) -> io::Result<Option<File>> {
        // Publishing names the file through here.
        if !Path::new("/proc/self/fd").exists() {
            return Ok(None);
        }
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        match openat(CWD, directory, flags, Mode::from_raw_mode(mode)) {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A link can't replace a file, a rename can: the whole file gets a passing name first.
    pub(super) fn publish(file: &File, path: &Path, existing: Existing) -> io::Result<()> {
        match link(file, path) {
            Err(Errno::EXIST) if existing == Existing::Replace => {}
            done => return done.map_err(io::Error::from),
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let _signals = HeldBack::begin()?;
        let passing = tempfile::Builder::new()
            .prefix(PREFIX)
            .make_in(directory, |name| link(file, name).map_err(io::Error::from))?;
        passing.persist(path).map_err(|error| error.error)
    }

    fn link(file: &File, path: &Path) -> Result<(), Errno> {
        let opened = format!("/proc/self/fd/{}", file.as_raw_fd());
        linkat(CWD, opened, CWD, path, AtFlags::SYMLINK_FOLLOW)
    }
}
