//! What a path leads to that is to be written.
//!
//! In a directory where everybody may make files, such as /tmp, the system follows no link that a stranger made and
//! opens no pipe of a stranger's: what is written might become the stranger's, or take the place of a file of one's
//! own. A file that is replaced is not opened by its name, so links are followed here, and by the same rules.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;
use super::descriptor::Descriptor;

/// As many links as Linux follows.
const LONGEST_CHAIN: usize = 40;

/// What is to be written to.
pub(super) enum Place {
    Nothing(PathBuf),
    /// A regular file.
    File(PathBuf, Metadata),
    /// A device or a pipe: it has nothing to replace, and nothing that could be lost.
    Stream(PathBuf),
    /// A name for what is open already, whatever that is: what stands before its end stays.
    Open(Descriptor),
}

impl Place {
    /// A link stays a link: what counts is what it points to.
    pub(super) fn find(path: &Path) -> Result<Self, WriteError> {
        let mut path = path.to_owned();
        for _ in 0..=LONGEST_CHAIN {
            if let Some(descriptor) = Descriptor::named(&path) {
                return Ok(Self::Open(descriptor));
            }
            let metadata = match path.symlink_metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Self::Nothing(path));
                }
                Err(error) => return Err(error.into()),
            };
            if !metadata.is_symlink() {
                return Self::of(path, metadata);
            }
            owner::allows_following(&path, &metadata)?;
            let target = directory_of(&path).join(fs::read_link(&path)?);
            // A link of the system's to something without a name, such as the pipe of another process.
            if target.symlink_metadata().is_err() && path.exists() {
                let metadata = fs::metadata(&path)?;
                return Self::of(path, metadata);
            }
            path = target;
        }
        Err(io::Error::other("too many links, one behind the other").into())
    }

    fn of(path: PathBuf, metadata: Metadata) -> Result<Self, WriteError> {
        if metadata.is_file() {
            Ok(Self::File(path, metadata))
        } else if metadata.is_dir() {
            Err(io::Error::from(io::ErrorKind::IsADirectory).into())
        } else {
            owner::allows_feeding(&metadata)?;
            Ok(Self::Stream(path))
        }
    }
}

/// Opens a device or a pipe, and looks once more: something else may have got its name meanwhile.
pub(super) fn open_stream(path: &Path) -> Result<File, WriteError> {
    let file = OpenOptions::new().write(true).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
    }
    owner::allows_feeding(&metadata)?;
    Ok(file)
}

/// The directory that a file is in.
pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whose links and pipes may be used.
#[cfg(unix)]
mod owner {
    use std::fs::{self, Metadata};
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    use std::path::Path;

    use rustix::process::geteuid;

    use super::{WriteError, directory_of};

    const STICKY_AND_WRITABLE_BY_ALL: u32 = 0o1002;

    /// As Linux has it where `fs.protected_symlinks` is set: in a sticky directory that everybody may write to, a link
    /// is followed if it belongs to the user or to the directory's owner.
    pub(super) fn allows_following(link: &Path, metadata: &Metadata) -> Result<(), WriteError> {
        let directory = fs::metadata(directory_of(link))?;
        let is_shared = directory.mode() & STICKY_AND_WRITABLE_BY_ALL == STICKY_AND_WRITABLE_BY_ALL;
        let is_trusted = [geteuid().as_raw(), directory.uid()].contains(&metadata.uid());
        if is_shared && !is_trusted { Err(WriteError::LinkOfAnother) } else { Ok(()) }
    }

    /// Whoever made a pipe can read what is written to it.
    pub(super) fn allows_feeding(metadata: &Metadata) -> Result<(), WriteError> {
        const ROOT: u32 = 0;
        let is_trusted = [geteuid().as_raw(), ROOT].contains(&metadata.uid());
        if metadata.file_type().is_fifo() && !is_trusted {
            Err(WriteError::PipeOfAnother)
        } else {
            Ok(())
        }
    }
}

/// Links are made by administrators there, and pipes have no place among files.
#[cfg(not(unix))]
mod owner {
    use std::fs::Metadata;
    use std::path::Path;

    use super::WriteError;

    pub(super) fn allows_following(_: &Path, _: &Metadata) -> Result<(), WriteError> {
        Ok(())
    }

    pub(super) fn allows_feeding(_: &Metadata) -> Result<(), WriteError> {
        Ok(())
    }
}
