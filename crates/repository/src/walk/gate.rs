//! What is visited and what is passed over, and where that is told.

use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::Sender;

use ignore::DirEntry;

use super::tracked::Question;
use super::{PassedOver, Reason, Selection, WalkError};

/// Git's own folder, or the file in its place.
pub(super) const GIT: &str = ".git";

/// What Argo CD's hydrator puts beside what it has rendered.
const RENDERED_MARK: &str = "hydrator.metadata";

/// Something to tell about the walk.
pub(super) enum Notice {
    PassedOver(PassedOver),
    Error(WalkError),
}

/// Decides what is visited.
pub(super) struct Gate {
    selection: Selection,
    notices: Sender<Notice>,
}

impl Gate {
    pub(super) fn new(selection: Selection, notices: Sender<Notice>) -> Self {
        Self { selection, notices }
    }

    /// The roots that can be visited, absolute and without links, each once.
    pub(super) fn roots(&self, roots: &[PathBuf]) -> Vec<PathBuf> {
        let mut real: Vec<PathBuf> = roots.iter().filter_map(|root| self.root(root)).collect();
        real.sort();
        real.dedup();
        real
    }

    fn root(&self, root: &Path) -> Option<PathBuf> {
        match root.canonicalize() {
            Ok(root) if root.is_file() || self.opens(&root) => Some(root),
            Ok(_) => None,
            Err(cause) => {
                self.tell(WalkError::new(root, cause));
                None
            }
        }
    }

    /// Whether an entry of a folder is visited.
    pub(super) fn lets_in(&self, entry: &DirEntry) -> bool {
        match entry.file_type() {
            Some(kind) if kind.is_dir() => self.enters(entry.path()),
            _ => entry.file_name() != GIT,
        }
    }

    /// Whether a file is looked at.
    pub(super) fn selects(&self, file: &Path) -> bool {
        self.selection.selects(file)
    }

    /// The files that Git tracks although it ignores them.
    pub(super) fn tracked_files(&self, question: Question) -> Vec<PathBuf> {
        let folder = question.folder().to_owned();
        match question.answer() {
            Ok(files) => files.iter().filter_map(|file| self.reach(&folder, file)).collect(),
            Err(cause) => {
                self.pass_over(&folder, Reason::GitIsSilent(cause));
                Vec::new()
            }
        }
    }

    /// Tells what the walk itself has failed in.
    pub(super) fn tell_all(&self, error: Option<&ignore::Error>) {
        error.into_iter().flat_map(WalkError::all_of).for_each(|error| self.tell(error));
    }

    /// Whether a folder below a root is entered.
    fn enters(&self, folder: &Path) -> bool {
        if folder.file_name().is_some_and(|name| name == GIT) || self.selection.excludes(folder) {
            return false;
        }
        if folder.join(GIT).symlink_metadata().is_ok() {
            self.pass_over(folder, Reason::WorkingTree);
            return false;
        }
        self.opens(folder)
    }

    /// Whether there is nothing in a folder that forbids to look into it.
    fn opens(&self, folder: &Path) -> bool {
        if folder.join(RENDERED_MARK).symlink_metadata().is_ok() {
            self.pass_over(folder, Reason::Rendered);
            return false;
        }
        let ignored = folder.join(".gitignore");
        if is_endless(&ignored) {
            self.tell(WalkError::new(&ignored, io::Error::other("it is no regular file")));
            return false;
        }
        true
    }

    /// The file below a root, if it is one, and every folder on the way is entered.
    fn reach(&self, root: &Path, relative: &Path) -> Option<PathBuf> {
        let mut path = root.to_owned();
        let mut names = relative.components().peekable();
        while let Some(Component::Normal(name)) = names.next() {
            path.push(name);
            let kind = match path.symlink_metadata() {
                Ok(metadata) => metadata.file_type(),
                // It is tracked, and deleted.
                Err(cause) if is_nothing(&cause) => return None,
                Err(cause) => {
                    self.tell(WalkError::new(&path, cause));
                    return None;
                }
            };
            if names.peek().is_none() {
                return kind.is_file().then_some(path);
            }
            if !kind.is_dir() || !self.enters(&path) {
                return None;
            }
        }
        None
    }

    fn pass_over(&self, folder: &Path, reason: Reason) {
        let folder = folder.to_owned();
        self.send(Notice::PassedOver(PassedOver { folder, reason }));
    }

    fn tell(&self, error: WalkError) {
        self.send(Notice::Error(error));
    }

    fn send(&self, notice: Notice) {
        // The receiver is there until all has been visited.
        drop(self.notices.send(notice));
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether reading may never end: a link to a device, or a pipe.
fn is_endless(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
