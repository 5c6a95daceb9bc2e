//! Where data goes: standard output, or a file that is replaced in one step.
//!
//! A file is written beside its place, synced, and put there under its name when it is whole. A run
//! that fails or is interrupted leaves what was there before. On Linux the unfinished file has no
//! name at all, so that not even a killed process leaves a part of a secret behind. Where it needs a name, a signal that
//! can be caught ends the program when the file is gone or has its own.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, IoSlice, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::input::Source;
use crate::streams::OutStream;
use crate::ui::Ui;

mod descriptor;
mod place;
mod unfinished;

use place::{Place, directory_of, open_stream};
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
enum Existing {
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

    /// Writes the data; a file that is there is replaced.
    pub(crate) fn write<C: AsRef<[u8]>>(
        &self,
        chunks: &[C],
        audience: Audience,
        ui: &mut Ui<'_>,
    ) -> Result<(), Error> {
        self.put(chunks, audience, Existing::Replace, ui).map(drop)
    }

    /// Writes the data; a file that is there is an error. Gives the file that was made, if one was.
    pub(crate) fn create<C: AsRef<[u8]>>(
        &self,
        chunks: &[C],
        audience: Audience,
        ui: &mut Ui<'_>,
    ) -> Result<Option<NewFile>, Error> {
        self.put(chunks, audience, Existing::Refuse, ui)
    }

    /// Refuses early what [`Self::create`] would refuse, and a link to nothing.
    pub(crate) fn refuse_existing(&self) -> Result<(), Error> {
        let Self::File(path) = self else { return Ok(()) };
        let taken = || WriteError::from(io::Error::from(io::ErrorKind::AlreadyExists));
        let free = match Place::find(path) {
            Ok(Place::Stream(_) | Place::Open(_)) => Ok(()),
            Ok(Place::Nothing(found)) if found == *path => Ok(()),
            Ok(Place::Nothing(_) | Place::File(..)) => Err(taken()),
            Err(error) => Err(error),
        };
        free.map_err(|error| write_failed(path, error))
    }

    fn put<C: AsRef<[u8]>>(
        &self,
        chunks: &[C],
        audience: Audience,
        existing: Existing,
        ui: &mut Ui<'_>,
    ) -> Result<Option<NewFile>, Error> {
        match self {
            Self::Stdout => write_stdout(chunks, ui.stdout()).map(|()| None),
            Self::File(path) => write_file(path, chunks, audience, existing)
                .map_err(|error| write_failed(path, error)),
        }
    }
}

/// A file that was made where none was.
#[must_use]
pub(crate) struct NewFile {
    path: PathBuf,
    metadata: Metadata,
}

impl NewFile {
    /// Removes it, unless something else has its name by now.
    pub(crate) fn remove(self) {
        if self.path.symlink_metadata().is_ok_and(|there| identity::same(&there, &self.metadata)) {
            drop(std::fs::remove_file(self.path));
        }
    }
}

/// Why a file was not written.
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "others can prepare neither links nor pipes there")
)]
enum WriteError {
    Io(io::Error),
    /// A link in a directory for everybody.
    LinkOfAnother,
    PipeOfAnother,
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
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
) -> Result<Option<NewFile>, WriteError> {
    let nothing_new = |()| None;
    match Place::find(path)? {
        Place::Nothing(path) => Ok(put_in_place(path, chunks, None, audience, existing).map(Some)?),
        Place::File(..) if existing == Existing::Refuse => {
            Err(io::Error::from(io::ErrorKind::AlreadyExists).into())
        }
        Place::File(path, metadata) => {
            // A rename would go around a write protection that somebody set on purpose.
            OpenOptions::new().write(true).open(&path)?;
            Ok(put_in_place(path, chunks, Some(&metadata), audience, existing).map(|_| None)?)
        }
        Place::Stream(path) => Ok(write_chunks(&mut open_stream(&path)?, chunks).map(nothing_new)?),
        Place::Open(descriptor) => {
            Ok(write_chunks(&mut descriptor.duplicate()?, chunks).map(nothing_new)?)
        }
    }
}

/// What became of a file that was to be replaced.
pub(crate) enum Replaced {
    Done,
    /// It is not any more what it was: it stays as it is.
    ChangedMeanwhile,
}

/// Puts new content in the place of a regular file's, in one step, if it still is what it was when it was read. The error
/// does not name the file.
pub(crate) fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<Replaced, Error> {
    replace_file(path, before, after).map_err(|error| described(error.into()))
}

/// The same, where a file that has changed is a failure.
pub(crate) fn replace_unchanged(path: &Path, before: &[u8], after: &[u8]) -> Result<(), Error> {
    match replace(path, before, after)? {
        Replaced::Done => Ok(()),
        Replaced::ChangedMeanwhile => {
            Err(Error::failed("somebody else has changed it meanwhile: it stays as it is"))
        }
    }
}

fn replace_file(path: &Path, before: &[u8], after: &[u8]) -> io::Result<Replaced> {
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Replaced::ChangedMeanwhile);
        }
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Ok(Replaced::ChangedMeanwhile);
    }
    // A rename would go around a write protection that somebody set on purpose.
    OpenOptions::new().write(true).open(path)?;
    let unfinished = write_beside(path, &[after], Some(&metadata), Audience::AsBefore)?;
    // As late as can be: what is written between this and the new name is lost.
    if !is_as_before(path, &metadata, before)? {
        return Ok(Replaced::ChangedMeanwhile);
    }
    publish(unfinished, path, Existing::Replace)?;
    Ok(Replaced::Done)
}

/// Whether a file is still the same, and holds what it held.
fn is_as_before(path: &Path, metadata: &Metadata, before: &[u8]) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let now = file.metadata()?;
    let is_same = identity::same(&now, metadata) && path.symlink_metadata()?.is_file();
    Ok(is_same && usize::try_from(now.len()) == Ok(before.len()) && holds(&mut file, before)?)
}

/// Whether a reader gives exactly these bytes.
fn holds(reader: &mut impl io::Read, mut expected: &[u8]) -> io::Result<bool> {
    let mut piece = zeroize::Zeroizing::new([0; 16 << 10]);
    loop {
        let read = match reader.read(piece.as_mut_slice()) {
            Ok(0) => return Ok(expected.is_empty()),
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        match expected.strip_prefix(read) {
            Some(rest) => expected = rest,
            None => return Ok(false),
        }
    }
}

/// Writes a file beside its place, and puts it there when it is whole; `before` is what it replaces.
fn put_in_place<C: AsRef<[u8]>>(
    path: PathBuf,
    chunks: &[C],
    before: Option<&Metadata>,
    audience: Audience,
    existing: Existing,
) -> io::Result<NewFile> {
    let mut unfinished = write_beside(&path, chunks, before, audience)?;
    let metadata = unfinished.file().metadata()?;
    publish(unfinished, &path, existing)?;
    Ok(NewFile { path, metadata })
}

/// Writes a whole file beside its place; `before` is what it will replace.
fn write_beside<C: AsRef<[u8]>>(
    path: &Path,
    chunks: &[C],
    before: Option<&Metadata>,
    audience: Audience,
) -> io::Result<Unfinished> {
    let mut unfinished = Unfinished::create(directory_of(path), audience)?;
    if let Some(metadata) = before {
        unfinished.keep_mode(metadata, audience)?;
    }
    chunks.iter().try_for_each(|chunk| unfinished.write(chunk.as_ref()))?;
    unfinished.file().sync_all()?;
    Ok(unfinished)
}

/// Gives a file that is whole its name.
fn publish(unfinished: Unfinished, path: &Path, existing: Existing) -> io::Result<()> {
    unfinished.publish(path, existing)?;
    // The name is durable once its directory is; where a directory can't be synced, that is all.
    File::open(directory_of(path)).and_then(|directory| directory.sync_all()).ok();
    Ok(())
}

/// Many chunks with one call of the system, without a copy of them: there may be ten thousand.
fn write_chunks<C: AsRef<[u8]>>(writer: &mut impl io::Write, chunks: &[C]) -> io::Result<()> {
    const BATCH: usize = 256;
    chunks.chunks(BATCH).try_for_each(|batch| {
        let mut slices: Vec<_> = batch.iter().map(|chunk| IoSlice::new(chunk.as_ref())).collect();
        write_slices(writer, &mut slices)
    })
}

fn write_slices(writer: &mut impl io::Write, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    // Empty ones go, so that nothing written means that nothing can be.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match writer.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => IoSlice::advance_slices(&mut slices, length),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn write_failed(path: &Path, error: WriteError) -> Error {
    described(error).about(path.display())
}

/// What went wrong, without the file's name.
fn described(error: WriteError) -> Error {
    let error = match error {
        WriteError::Io(error) => error,
        WriteError::LinkOfAnother => {
            return Error::failed(
                "is a link that another user made, in a directory that is open to everybody",
            )
            .hint("name the file itself, in a directory of your own");
        }
        WriteError::PipeOfAnother => {
            return Error::failed("is a pipe of another user, who would get all of it")
                .hint("to write to it all the same, redirect standard output to it");
        }
    };
    match error.kind() {
        io::ErrorKind::AlreadyExists => Error::failed("is there already")
            .hint("it is never overwritten: name another file, or move that one away"),
        io::ErrorKind::NotFound => Error::failed("no such directory"),
        io::ErrorKind::PermissionDenied => Error::failed("permission denied"),
        io::ErrorKind::IsADirectory => Error::failed("is a directory, not a file"),
        io::ErrorKind::StorageFull => Error::failed("no space left on the disk")
            .hint("nothing was written; a file that was there is unchanged"),
        _ => Error::failed("cannot be written").caused_by(error),
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

    /// Whether both are of the same file.
    #[cfg(unix)]
    pub(super) fn same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
        of_metadata(one).is_some_and(|one| of_metadata(other) == Some(one))
    }

    /// Metadata says nothing about that.
    #[cfg(not(unix))]
    pub(super) fn same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a few bytes at a time, and is interrupted now and then.
    struct Slow {
        taken: Vec<u8>,
        calls: usize,
    }

    impl io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            if self.calls.is_multiple_of(3) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = bytes.len().min(7);
            self.taken.extend(bytes.iter().take(length));
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_chunk_is_written_whole_and_in_order() {
        let chunks: Vec<String> = (0..1000_usize).map(|at| at.to_string().repeat(at % 5)).collect();
        let mut slow = Slow { taken: Vec::new(), calls: 0 };
        write_chunks(&mut slow, &chunks).unwrap();
        assert_eq!(slow.taken, chunks.concat().into_bytes());
    }

    #[test]
    fn a_writer_that_takes_nothing_more_is_an_error() {
        let error = write_chunks(&mut [0; 8].as_mut_slice(), &["12345", "", "67890"]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}
