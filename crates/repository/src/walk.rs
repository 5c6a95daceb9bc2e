//! Going through the files of a working tree, as Git does.
//!
//! [`walk`] visits what Git would: files that it ignores are left out, unless it tracks them; hidden files are not, and links
//! are not followed. Other working trees below a root (submodules), and folders that Argo CD has rendered from other files,
//! are passed over and named.
//!
//! ```no_run
//! use std::path::{Path, PathBuf};
//! use sealkit_repository::walk::{PathPattern, Selection, walk};
//!
//! let selection = Selection::new(
//!     Path::new("/repository"),
//!     [PathPattern::parse("**/*.yaml")?],
//!     [PathPattern::parse("generated")?],
//! )?;
//! let walked = walk(&[PathBuf::from("/repository")], selection, |file| {
//!     file.metadata().ok().map(|metadata| metadata.len())
//! });
//! for (file, length) in walked.files {
//!     println!("{}: {length} bytes", file.display());
//! }
//! # Ok::<(), sealkit_repository::config::PathFlaw>(())
//! ```

mod failure;
mod gate;
mod selection;
#[cfg(test)]
mod tests;
mod tracked;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;

use ignore::{WalkBuilder, WalkState};

pub use self::failure::WalkError;
use self::gate::{Gate, Notice};
pub use self::selection::Selection;
use self::tracked::Question;
pub use crate::patterns::PathPattern;

/// What a walk has come upon, each in the order of the paths' bytes, which is Git's.
#[derive(Debug)]
pub struct Walked<T> {
    /// The files in which something was seen, by paths that are absolute and without links, and what was seen.
    pub files: Vec<(PathBuf, T)>,
    /// What was not visited, although somebody might expect it.
    pub passed_over: Vec<PassedOver>,
    /// What could not be visited.
    pub errors: Vec<WalkError>,
}

/// Something that was not visited.
#[derive(Debug)]
pub struct PassedOver {
    /// The folder, absolute and without links.
    pub folder: PathBuf,
    /// Why.
    pub reason: Reason,
}

/// Why something was not visited.
#[derive(Debug)]
pub enum Reason {
    /// The folder is a working tree of its own: a submodule, or a repository in a repository.
    WorkingTree,
    /// The folder holds `hydrator.metadata`: Argo CD has rendered what is in it from other files.
    Rendered,
    /// Files of the folder that are ignored were left out, also if Git tracks some of them: it could not be asked.
    GitIsSilent(io::Error),
}

/// Visits the files of `roots`, which are files and folders, and keeps what `look` sees in them. A file is kept once,
/// however many roots it is in. What is a root is visited even if it is ignored, or a working tree of its own: it was named.
///
/// `look` is called on several threads and in no order, for regular files that are selected.
pub fn walk<T: Send>(
    roots: &[PathBuf],
    selection: Selection,
    look: impl Fn(&Path) -> Option<T> + Sync,
) -> Walked<T> {
    let (notices, noticed) = channel();
    let gate = Arc::new(Gate::new(selection, notices));
    let roots = gate.roots(roots);
    let questions: Vec<Question> = roots.iter().filter_map(|root| Question::about(root)).collect();

    let (sights, seen) = channel();
    let visit = |file: &Path| {
        if gate.selects(file)
            && let Some(sight) = look(file)
        {
            // The receiver is there until all has been visited.
            drop(sights.send((file.to_owned(), sight)));
        }
    };
    visit_all(&roots, &gate, &visit);
    for question in questions {
        gate.tracked_files(question).iter().for_each(|file| visit(file));
    }
    in_order(seen.try_iter().collect(), noticed.try_iter().collect())
}

/// Visits what is not ignored.
fn visit_all(roots: &[PathBuf], gate: &Arc<Gate>, visit: &(impl Fn(&Path) + Sync)) {
    let Some((first, others)) = roots.split_first() else { return };
    let mut builder = WalkBuilder::new(first);
    others.iter().for_each(|root| {
        builder.add(root);
    });
    let keeper = Arc::clone(gate);
    builder.hidden(false).ignore(false).filter_entry(move |entry| keeper.lets_in(entry));
    // Patterns of the user's own excludes file are looked up from there, not from the working directory.
    builder.current_dir(first);
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            match entry {
                Ok(entry) => {
                    gate.tell_all(entry.error());
                    if entry.file_type().is_some_and(|kind| kind.is_file()) {
                        visit(entry.path());
                    }
                }
                Err(error) => gate.tell_all(Some(&error)),
            }
            WalkState::Continue
        })
    });
}

/// Files are met more than once where roots overlap.
fn in_order<T>(mut files: Vec<(PathBuf, T)>, notices: Vec<Notice>) -> Walked<T> {
    files.sort_by(|(one, _), (other, _)| one.as_os_str().cmp(other.as_os_str()));
    files.dedup_by(|(one, _), (other, _)| one == other);
    let (mut passed_over, mut errors) = (Vec::new(), Vec::new());
    for notice in notices {
        match notice {
            Notice::PassedOver(folder) => passed_over.push(folder),
            Notice::Error(error) => errors.push(error),
        }
    }
    passed_over.sort_by(|one, other| one.folder.as_os_str().cmp(other.folder.as_os_str()));
    passed_over.dedup_by(|one, other| one.is_as(other));
    errors.sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()));
    errors.dedup_by(|one, other| one.path() == other.path());
    Walked { files, passed_over, errors }
}

impl PassedOver {
    /// Whether it says the same.
    fn is_as(&self, other: &Self) -> bool {
        let kind = |it: &Self| std::mem::discriminant(&it.reason);
        self.folder == other.folder && kind(self) == kind(other)
    }
}
