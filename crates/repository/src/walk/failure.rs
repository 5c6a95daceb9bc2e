//! What could not be visited.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that could not be visited.
#[derive(Debug)]
pub struct WalkError {
    path: PathBuf,
    cause: io::Error,
}

impl WalkError {
    pub(super) fn new(path: &Path, cause: io::Error) -> Self {
        Self { path: path.to_owned(), cause }
    }

    /// All that a failure of the walk itself is about. Lines of a `.gitignore` that mean nothing are none, as for Git.
    pub(super) fn all_of(error: &ignore::Error) -> Vec<Self> {
        match error {
            ignore::Error::Partial(errors) => errors.iter().flat_map(Self::all_of).collect(),
            error => error.io_error().map(|cause| Self::of_io(error, cause)).into_iter().collect(),
        }
    }

    fn of_io(error: &ignore::Error, cause: &io::Error) -> Self {
        let cause = match cause.raw_os_error() {
            Some(number) => io::Error::from_raw_os_error(number),
            None => io::Error::new(cause.kind(), cause.to_string()),
        };
        Self { path: path_of(error).unwrap_or(Path::new("")).to_owned(), cause }
    }

    /// The file or folder: absolute and without links, unless it is a root that could not be found.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the system says.
    #[must_use]
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }
}

/// `PATH: cannot be read`.
impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be read", self.path.display())
    }
}

impl std::error::Error for WalkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}
