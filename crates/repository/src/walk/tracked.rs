//! The files that Git tracks although it ignores them, asked of Git itself.

use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::gate::GIT;

/// The most bytes of an answer: a million long paths.
const MAX_ANSWER: u64 = 256 << 20;

/// What would lead Git to another repository than that of the folder, as hooks have it in their environment.
const LEADING_ELSEWHERE: [&str; 6] = [
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_WORK_TREE",
    "GIT_NAMESPACE",
];

/// A question to Git, which it answers while others work.
pub(super) struct Question {
    folder: PathBuf,
    asked: io::Result<Child>,
}

impl Question {
    /// Asks for the files in a folder; none unless it is a part of a working tree.
    pub(super) fn about(folder: &Path) -> Option<Self> {
        let is_top = |folder: &Path| folder.join(GIT).symlink_metadata().is_ok();
        let is_asked = folder.is_dir() && folder.ancestors().any(is_top);
        is_asked.then(|| Self { folder: folder.to_owned(), asked: ask(folder) })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files, relative to the folder.
    pub(super) fn answer(self) -> io::Result<Vec<PathBuf>> {
        let mut git = self.asked?;
        let mut answer = Vec::new();
        if let Some(stdout) = git.stdout.take() {
            // When this end is closed, Git ends as well.
            stdout.take(MAX_ANSWER + 1).read_to_end(&mut answer)?;
        }
        let status = git.wait()?;
        if u64::try_from(answer.len()).is_ok_and(|length| length > MAX_ANSWER) {
            return Err(io::Error::other("git tracks too many ignored files"));
        }
        if !status.success() {
            return Err(io::Error::other(format!("git has failed: {status}")));
        }
        Ok(answer.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path).collect())
    }
}

/// Nothing that the repository's own settings name is run: neither hooks nor a monitor of files, nor what fetches missing
/// objects.
#[expect(clippy::disallowed_methods, reason = "only Git knows what it tracks")]
fn ask(folder: &Path) -> io::Result<Child> {
    let mut git = Command::new("git");
    for variable in LEADING_ELSEWHERE {
        git.env_remove(variable);
    }
    git.env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .arg("-C")
        .arg(folder)
        .args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        .args(["-c", "safe.bareRepository=explicit"])
        .args(["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    git.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => io::Error::new(ErrorKind::NotFound, "there is no program git"),
        _ => error,
    })
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// Elsewhere Git writes UTF-8.
#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
