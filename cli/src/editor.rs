//! A person's editor, and a private folder in memory for what is edited: plaintext that nothing is left of, however the
//! program ends.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::input::{MANIFEST_LIMIT, read_file};
use crate::signals::HeldBack;

/// Memory that looks like a folder.
const IN_MEMORY: &str = "/dev/shm";
/// How messages call the file, whose name nobody knows.
pub(crate) const DRAFT: &str = "what you have edited";
/// The editor where nobody names one.
const USUAL: &str = "vi";
/// How often it is looked whether the editor has ended, or the program is to.
const LOOK: Duration = Duration::from_millis(20);

/// What keeps vim from leaving copies elsewhere: no swap, backup and undo files, no history.
const VIM: &str = "-n -i NONE -c 'silent! set nobackup nowritebackup noundofile'";
/// The same for nano.
const NANO: &str = "--ignorercfiles";

/// A file in a folder that nobody else can look into.
pub(crate) struct Draft {
    file: PathBuf,
    folder: Option<TempDir>,
    keeper: Child,
}

impl Draft {
    /// With this content, under a name by which editors know the language.
    pub(crate) fn new(content: &[u8], allow_disk: bool) -> Result<Self, Error> {
        let folder = folder(allow_disk)?;
        let cannot = |error: io::Error| {
            Error::failed("there is no place for what is to be edited").caused_by(error)
        };
        let keeper = keeper(folder.path()).map_err(cannot)?;
        let file = folder.path().join("secret.yaml");
        let draft = Self { file, folder: Some(folder), keeper };
        let mut options = fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&draft.file);
        file.and_then(|mut file| file.write_all(content)).map_err(cannot)?;
        Ok(draft)
    }

    /// Lets the person edit, and gives what they have saved.
    pub(crate) fn edit(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        // A signal that comes meanwhile ends the program when this is over; the keeper removes the folder.
        let held_back = HeldBack::begin().map_err(|error| not_run(&error))?;
        let status = run(&self.file, &held_back).map_err(|error| not_run(&error))?;
        if !status.success() {
            return Err(Error::failed("the editor has failed: nothing is changed"));
        }
        read_file(&self.file, MANIFEST_LIMIT).map_err(|error| error.about(DRAFT))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // First: the keeper finds nothing left to do.
        drop(self.folder.take());
        drop(self.keeper.stdin.take());
        self.keeper.wait().ok();
    }
}

fn not_run(error: &io::Error) -> Error {
    Error::failed(format!("the editor cannot be run: {error}"))
        .hint("name one that is installed: VISUAL or EDITOR, such as EDITOR=nano")
}

fn folder(allow_disk: bool) -> Result<TempDir, Error> {
    let place = if is_in_memory() { PathBuf::from(IN_MEMORY) } else { env::temp_dir() };
    if place != Path::new(IN_MEMORY) && !allow_disk {
        return Err(Error::failed(format!(
            "{IN_MEMORY} is no memory here, and plaintext does not go to a disk"
        ))
        .hint("--allow-disk edits in a temporary folder on the disk all the same"));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix("seal-").permissions(fs::Permissions::from_mode(0o700));
    builder.tempdir_in(&place).map_err(|error| {
        Error::failed(format!("no folder can be made in {}", place.display())).caused_by(error)
    })
}

#[cfg(target_os = "linux")]
fn is_in_memory() -> bool {
    // What it says of memory: tmpfs.
    rustix::fs::statfs(IN_MEMORY).is_ok_and(|found| found.f_type == 0x0102_1994)
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory() -> bool {
    false
}

/// A process that removes the folder when this one ends, however it does: then its input ends.
#[expect(clippy::disallowed_methods, reason = "the folder's name is no secret")]
fn keeper(folder: &Path) -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", "cat >/dev/null; rm -rf -- \"$1\"", "seal"])
        .arg(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What is typed at the terminal is not for it.
        .process_group(0)
        .spawn()
}

/// Runs the editor, as Git does: its name may be a command with arguments.
#[expect(clippy::disallowed_methods, reason = "the file's name is no secret")]
fn run(file: &Path, held_back: &HeldBack) -> io::Result<ExitStatus> {
    let editor = chosen();
    let command = format!("{editor} {} \"$@\"", safeguards(&editor));
    let mut child = Command::new("/bin/sh").arg("-c").arg(command).arg("seal").arg(file).spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Err(ended) = held_back.check() {
            let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            id.map(|id| kill_process(id, Signal::TERM));
            child.wait()?;
            return Err(ended);
        }
        thread::sleep(LOOK);
    }
}

fn chosen() -> String {
    let variable = |name| env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    variable("VISUAL").or_else(|| variable("EDITOR")).unwrap_or_else(|| USUAL.to_owned())
}

/// The arguments that keep an editor from leaving copies, of those that are known to have them.
fn safeguards(editor: &str) -> &'static str {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let name = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        "vim" | "nvim" | "vim.basic" | "vim.tiny" => VIM,
        "vi" if is_vim(program) => VIM,
        "nano" => NANO,
        _ => "",
    }
}

/// Whether a program of this name is vim under another name.
fn is_vim(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).map(|folder| folder.join(program));
    let found = places.filter_map(|place| place.canonicalize().ok()).next();
    let name = found.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("vim") || name.starts_with("nvim"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_that_leave_copies_are_known() {
        for (editor, expected) in [
            ("vim", VIM),
            ("/usr/bin/nvim -u NONE", VIM),
            ("nano -l", NANO),
            ("code --wait", ""),
            ("", ""),
        ] {
            assert_eq!(safeguards(editor), expected, "{editor}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_draft() {
        let draft = Draft::new(b"hunter2", true).unwrap();
        let folder = draft.file.parent().unwrap().to_owned();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&draft.file)), (0o700, 0o600));
        drop(draft);
        assert!(!folder.exists());
    }
}
