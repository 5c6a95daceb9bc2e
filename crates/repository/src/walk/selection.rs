//! Which files are looked at.

use std::path::{Path, PathBuf};

use crate::patterns::{PathFlaw, PathPattern, Patterns};

/// Which files are looked at, by patterns for their paths.
#[derive(Debug)]
pub struct Selection {
    /// What the patterns are relative to.
    folder: PathBuf,
    /// None selects all.
    included: Option<Patterns>,
    excluded: Patterns,
}

impl Selection {
    /// Files that match one of `include`, or all if there is none, and neither match one of `exclude` nor lie in a folder
    /// that does. The patterns are relative to `folder`, an absolute path without links: what is not below it matches none.
    ///
    /// # Errors
    /// The patterns together are too large.
    pub fn new(
        folder: &Path,
        include: impl IntoIterator<Item = PathPattern>,
        exclude: impl IntoIterator<Item = PathPattern>,
    ) -> Result<Self, PathFlaw> {
        let patterns = |patterns: &mut dyn Iterator<Item = PathPattern>| {
            Patterns::new(patterns.map(|pattern| (pattern, 0)))
        };
        let mut include = include.into_iter().peekable();
        let included = match include.peek() {
            Some(_) => Some(patterns(&mut include)?),
            None => None,
        };
        let excluded = patterns(&mut exclude.into_iter())?;
        Ok(Self { folder: folder.to_owned(), included, excluded })
    }

    /// All files.
    #[must_use]
    pub fn all() -> Self {
        Self { folder: PathBuf::new(), included: None, excluded: Patterns::default() }
    }

    /// Whether no pattern leaves anything out.
    pub(crate) fn is_all(&self) -> bool {
        self.included.is_none() && self.excluded.is_empty()
    }

    /// Whether a file is selected, as far as its own path says.
    pub(super) fn selects(&self, file: &Path) -> bool {
        let is_included = match &self.included {
            Some(included) => self.relative(file).is_some_and(|file| included.match_any(file)),
            None => true,
        };
        is_included && !self.excludes(file)
    }

    /// Whether nothing in a folder, or not this file, is selected.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        self.relative(path).is_some_and(|path| self.excluded.match_any(path))
    }

    fn relative<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.folder).ok()
    }
}
