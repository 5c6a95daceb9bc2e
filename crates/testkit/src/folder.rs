//! A folder of a test's own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A new, empty folder, removed with all it holds when this value is dropped.
pub struct Folder(TempDir);

impl Folder {
    /// Makes the folder.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something outside of this process")]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("sealkit-test-")
            .tempdir()
            .expect("a temporary folder can be made");
        Self(folder)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of a file in it, which need not exist.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, with the folders above it, and returns its path.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder can be made in a temporary folder");
        }
        fs::write(&path, contents).expect("a file can be written in a temporary folder");
        path
    }

    /// Reads a file.
    ///
    /// # Panics
    ///
    /// If it cannot be read.
    pub fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of what it holds, sorted: to see that a program left nothing behind.
    ///
    /// # Panics
    ///
    /// If the folder cannot be read.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .expect("a temporary folder can be read")
            .map(|entry| entry.expect("a temporary folder can be read"))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_gone_with_its_files() {
        let folder = Folder::new();
        folder.write("a/b", "text");
        folder.write("c", "");
        assert_eq!(folder.names(), ["a", "c"]);
        assert_eq!(folder.read("a/b"), b"text");
        let path = folder.path().to_path_buf();
        drop(folder);
        assert!(!path.exists());
    }
}
