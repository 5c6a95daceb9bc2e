//! Where data goes: standard output, or a file that is replaced in one step.
//!
//! A file is written beside its place, synced, and put there under its name when it is whole. A run
//! that fails or is interrupted leaves what was there before. On Linux the unfinished file has no
//! name at all, so that not even a killed process leaves a part of a secret behind.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::input::Source;
use crate::streams::OutStream;
use crate::ui::Ui;

mod unfinished;

use unfinished::Unfinished;

/// Where a command's data goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Destination {
    Stdout,
    File(PathBuf),
}

/// Who may read a file that is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Audience {
    /// A new file gets the usual mode; one that is there keeps its own.
    AsBefore,
    /// Mode 0644, less what the user's mask takes away: nobody else may write.
    WorldReadable,
    /// Mode 0600, or less where the file that is there has less.
    Private,
}

/// What to do about a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Existing {
    Replace,
    Refuse,
}

impl Destination {
    /// No file or `-` is standard output.
    pub(crate) fn from_argument(path: Option<&Path>) -> Self {
        match path {
            Some(path) if path.as_os_str() != "-" => Self::File(path.to_owned()),
            _ => Self::Stdout,
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path),
        }
    }

    /// Refuses an output that is one of the inputs.
    pub(crate) fn differs_from<'a>(
        &self,
        inputs: impl IntoIterator<Item = &'a Source>,
    ) -> Result<(), Error> {
        let Some(output) = identity::of_destination(self) else { return Ok(()) };
        let is_output = |input: &&Source| identity::of_source(input).as_ref() == Some(&output);
        match inputs.into_iter().find(is_output) {
            Some(input) => Err(Error::usage(format!("{input} is both input and output"))
                .hint("write to another file, and rename it when you have looked at it")),
            None => Ok(()),
        }
    }

    pub(crate) fn write<C: AsRef<[u8]>>(
        &self,
        chunks: &[C],
        audience: Audience,
        existing: Existing,
        ui: &mut Ui<'_>,
    ) -> Result<(), Error> {
        match self {
            Self::Stdout => write_stdout(chunks, ui.stdout()),
            Self::File(path) => write_file(path, chunks, audience, existing)
                .map_err(|error| write_failed(path, error)),
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

fn write_stdout<C: AsRef<[u8]>>(chunks: &[C], stdout: &mut OutStream<'_>) -> Result<(), Error> {
    let written = write_chunks(stdout, chunks).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::broken_pipe(),
        _ => Error::failed("standard output cannot be written").caused_by(error),
    })
}

fn write_file<C: AsRef<[u8]>>(
    path: &Path,
    chunks: &[C],
    audience: Audience,
    existing: Existing,
) -> io::Result<()> {
    let path = link_target(path);
    match Occupant::of(&path)? {
        Occupant::Nothing => put_in_place(&path, chunks, None, audience, existing),
        Occupant::File(_) if existing == Existing::Refuse => {
            Err(io::ErrorKind::AlreadyExists.into())
        }
        Occupant::File(metadata) => {
            // A rename would go around a write protection that somebody set on purpose.
            open_for_writing(&path)?;
            put_in_place(&path, chunks, Some(&metadata), audience, existing)
        }
        // A device or a pipe has nothing to replace, and nothing that could be lost.
        Occupant::Stream => write_chunks(&mut open_for_writing(&path)?, chunks),
    }
}

/// What stands where a file is to be written.
enum Occupant {
    Nothing,
    File(Metadata),
    /// A device or a pipe.
    Stream,
}

impl Occupant {
    fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Ok(Self::File(metadata)),
            Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(_) => Ok(Self::Stream),
            Err(_) => Ok(Self::Nothing),
        }
    }
}

fn open_for_writing(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// Writes a file beside its place, and puts it there when it is whole; `before` is what it replaces.
fn put_in_place<C: AsRef<[u8]>>(
    path: &Path,
    chunks: &[C],
    before: Option<&Metadata>,
    audience: Audience,
    existing: Existing,
) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut unfinished = Unfinished::create(directory, audience)?;
    if let Some(metadata) = before {
        unfinished.keep_mode(metadata, audience)?;
    }
    write_chunks(unfinished.file(), chunks)?;
    unfinished.file().sync_all()?;
    unfinished.publish(path, existing)?;
    // The name is durable once its directory is; where a directory can't be synced, that is all.
    File::open(directory).and_then(|directory| directory.sync_all()).or(Ok(()))
}

/// A link stays a link: what it points to is replaced, or made.
fn link_target(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const LONGEST_CHAIN: usize = 40;
    if let Ok(target) = path.canonicalize() {
        return target;
    }
    let mut target = path.to_owned();
    // A link of the system's to something without a name, such as a pipe, is good as it is.
    if fs::metadata(&target).is_ok() {
        return target;
    }
    for _ in 0..LONGEST_CHAIN {
        let Ok(next) = fs::read_link(&target) else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}

fn write_chunks<C: AsRef<[u8]>>(writer: &mut impl io::Write, chunks: &[C]) -> io::Result<()> {
    chunks.iter().try_for_each(|chunk| writer.write_all(chunk.as_ref()))
}

fn write_failed(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::failed(format!("{path}: is there already"))
            .hint("name another file, or move that one away first"),
        io::ErrorKind::NotFound => Error::failed(format!("{path}: no such directory")),
        io::ErrorKind::PermissionDenied => Error::failed(format!("{path}: permission denied")),
        io::ErrorKind::IsADirectory => Error::failed(format!("{path}: is a directory, not a file")),
        io::ErrorKind::StorageFull => Error::failed(format!("{path}: no space left on the disk"))
            .hint("nothing was written; a file that was there is unchanged"),
        _ => Error::failed(format!("{path}: cannot be written")).caused_by(error),
    }
}

/// Tells whether two names mean the same file.
#[expect(clippy::disallowed_methods, reason = "what the process's streams are redirected to")]
mod identity {
    use super::{Destination, Source};

    /// Device and inode number.
    #[cfg(unix)]
    type Identity = (u64, u64);

    /// The path without links. What a standard stream is redirected to has none.
    #[cfg(not(unix))]
    type Identity = std::path::PathBuf;

    pub(super) fn of_source(source: &Source) -> Option<Identity> {
        match source {
            Source::Stdin => of_stream(&std::io::stdin()),
            Source::File(path) => of_path(path),
        }
    }

    pub(super) fn of_destination(destination: &Destination) -> Option<Identity> {
        match destination {
            Destination::Stdout => of_stream(&std::io::stdout()),
            Destination::File(path) => of_path(path),
        }
    }

    #[cfg(unix)]
    fn of_path(path: &std::path::Path) -> Option<Identity> {
        of_metadata(&std::fs::metadata(path).ok()?)
    }

    #[cfg(unix)]
    fn of_stream(stream: &impl std::os::fd::AsFd) -> Option<Identity> {
        // A descriptor of its own: a file closes the one that it is made of.
        let descriptor = stream.as_fd().try_clone_to_owned().ok()?;
        of_metadata(&std::fs::File::from(descriptor).metadata().ok()?)
    }

    #[cfg(unix)]
    fn of_metadata(metadata: &std::fs::Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt as _;
        metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn of_path(path: &std::path::Path) -> Option<Identity> {
        path.canonicalize().ok()
    }

    #[cfg(not(unix))]
    fn of_stream<S>(_: &S) -> Option<Identity> {
        None
    }
}
