//! The `.seal.yaml` of a file: in its folder or above, up to the top of the Git working tree.

use std::collections::HashMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::FILE_NAME;
use super::error::{ConfigError, ConfigErrorKind};
use super::file::Config;
use super::rule::Rule;

/// What marks the top of a working tree: a folder, or a file in worktrees and submodules.
const TOP_MARK: &str = ".git";

/// As many links as Linux follows.
const LONGEST_CHAIN: usize = 40;

/// Finds the `.seal.yaml` of files, and reads each once.
#[derive(Default)]
pub struct ConfigFinder {
    /// What counts in each folder that was looked at.
    folders: HashMap<PathBuf, Option<Arc<Config>>>,
}

/// A file, and the `.seal.yaml` that counts for it.
#[derive(Clone, Debug)]
pub struct ConfiguredFile {
    /// The `.seal.yaml`.
    pub config: Arc<Config>,
    /// The file, relative to the folder of the `.seal.yaml`, without links.
    pub file: PathBuf,
}

impl ConfiguredFile {
    /// The rule of the file, if there is one.
    #[must_use]
    pub fn rule(&self) -> Option<&Arc<Rule>> {
        self.config.rule_for(&self.file)
    }
}

impl ConfigFinder {
    /// The nearest `.seal.yaml` in the folder of `file` or above it; none if there is none up to the folder with `.git`,
    /// or to the root. `file` may be relative to the working directory, and need not be there. Links are followed first:
    /// what counts is where the file really is.
    ///
    /// # Errors
    /// The path cannot be followed, or the `.seal.yaml` cannot be used.
    pub fn find(&mut self, file: &Path) -> Result<Option<ConfiguredFile>, ConfigError> {
        let not_followed = |error| ConfigError::of_file(file, ConfigErrorKind::NotFollowed(error));
        self.find_real(&real_path(file).map_err(not_followed)?)
    }

    /// The `.seal.yaml` of the files in a folder.
    ///
    /// # Errors
    /// The path cannot be followed, or the `.seal.yaml` cannot be used.
    pub fn find_in(&mut self, folder: &Path) -> Result<Option<Arc<Config>>, ConfigError> {
        let not_followed =
            |error| ConfigError::of_file(folder, ConfigErrorKind::NotFollowed(error));
        self.of_folder(&real_path(folder).map_err(not_followed)?)
    }

    /// As [`Self::find`], for a path that is absolute and without links, such as one of a [walk](crate::walk).
    ///
    /// # Errors
    /// The `.seal.yaml` cannot be used.
    pub fn find_real(&mut self, file: &Path) -> Result<Option<ConfiguredFile>, ConfigError> {
        let folder = file.parent().unwrap_or(file);
        let Some(config) = self.of_folder(folder)? else { return Ok(None) };
        let relative = file.strip_prefix(config.folder()).unwrap_or(file).to_owned();
        Ok(Some(ConfiguredFile { config, file: relative }))
    }

    fn of_folder(&mut self, folder: &Path) -> Result<Option<Arc<Config>>, ConfigError> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.folders.get(folder) {
                found.clone_from(known);
                break;
            }
            passed.push(folder);
            found = read_in(folder)?.map(Arc::new);
            if found.is_some() || is_top(folder)? {
                break;
            }
        }
        for folder in passed {
            self.folders.insert(folder.to_owned(), found.clone());
        }
        Ok(found)
    }
}

/// The `.seal.yaml` of this very folder.
fn read_in(folder: &Path) -> Result<Option<Config>, ConfigError> {
    let path = folder.join(FILE_NAME);
    let refused = |kind| Err(ConfigError::of_file(&path, kind));
    match metadata(&path)? {
        None => Ok(None),
        Some(metadata) if !metadata.is_file() => refused(ConfigErrorKind::NotAFile),
        Some(metadata) if !is_trusted(folder, &metadata) => refused(ConfigErrorKind::OfAnotherUser),
        Some(_) => Config::read(&path).map(Some),
    }
}

fn is_top(folder: &Path) -> Result<bool, ConfigError> {
    metadata(&folder.join(TOP_MARK)).map(|found| found.is_some())
}

/// Of a link, that of the link.
fn metadata(path: &Path) -> Result<Option<Metadata>, ConfigError> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        // The folder itself may not be there yet.
        Err(error) if is_nothing(&error) => Ok(None),
        Err(error) => Err(ConfigError::io(path, error)),
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether whoever wrote the `.seal.yaml` may say whose key is sealed for: in a folder that is open to everybody, such as
/// /tmp, that is the user or root alone.
#[cfg(unix)]
fn is_trusted(folder: &Path, config: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    const WRITABLE_BY_ALL: u32 = 0o002;
    const ROOT: u32 = 0;
    let is_open = folder.metadata().map_or(true, |folder| folder.mode() & WRITABLE_BY_ALL != 0);
    !is_open || [ROOT, rustix::process::geteuid().as_raw()].contains(&config.uid())
}

/// No system but Unix has such folders.
#[cfg(not(unix))]
fn is_trusted(_: &Path, _: &Metadata) -> bool {
    true
}

/// The path without links, also where its end is not there yet.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    let mut missing = Vec::new();
    let mut links = 0;
    loop {
        match path.canonicalize() {
            Ok(mut real) => {
                real.extend(missing.iter().rev());
                return Ok(real);
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(error) => {
                let folder = folder_of(&path).to_owned();
                if let Ok(target) = path.read_link() {
                    links += 1;
                    if links > LONGEST_CHAIN {
                        return Err(error);
                    }
                    path = folder.join(target);
                } else {
                    // What ends in `..` has no name, and cannot be known where it is not there.
                    let Some(name) = path.file_name() else { return Err(error) };
                    missing.push(name.to_owned());
                    path = folder;
                }
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use sealkit_testkit::Folder;

    use super::*;

    #[test]
    fn a_path_need_not_be_there_to_be_followed() {
        let folder = Folder::new();
        let real = folder.path().canonicalize().unwrap();
        folder.write("a/b", "");
        assert_eq!(real_path(&folder.join("a/b")).unwrap(), real.join("a/b"));
        assert_eq!(real_path(&folder.join("a/../a/./b")).unwrap(), real.join("a/b"));
        assert_eq!(real_path(&folder.join("a/c")).unwrap(), real.join("a/c"));
        assert_eq!(real_path(&folder.join("x/y/z")).unwrap(), real.join("x/y/z"));
        assert!(real_path(&folder.join("x/..")).is_err());
        assert!(real_path(&folder.join("x/../y")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_also_to_nothing() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new();
        let real = folder.path().canonicalize().unwrap();
        folder.write("a/b", "");
        symlink("a", folder.join("to-a")).unwrap();
        symlink("a/new", folder.join("to-new")).unwrap();
        symlink("loop", folder.join("loop")).unwrap();
        assert_eq!(real_path(&folder.join("to-a/b")).unwrap(), real.join("a/b"));
        assert_eq!(real_path(&folder.join("to-a/c")).unwrap(), real.join("a/c"));
        assert_eq!(real_path(&folder.join("to-new")).unwrap(), real.join("a/new"));
        assert!(real_path(&folder.join("loop")).is_err());
    }
}
