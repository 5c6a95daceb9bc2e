//! A disk with so little room that a program under test fills it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::{Finished, Folder, Program};

/// Sets up the disk, runs the program, and keeps what is on the disk then. `$1` is the folder, `$2`
/// the room in KiB.
const ON_A_SMALL_FILE_SYSTEM: &str = r#"
    folder=$1 room=$2 && shift 2 &&
    mount -t tmpfs -o "size=${room}k" sealkit-test "$folder/disk" &&
    cp -a "$folder/before/." "$folder/disk/" || exit 125
    "$@"
    code=$?
    cp -a "$folder/disk/." "$folder/after/" || exit 125
    exit $code
"#;

/// Where no file system can be mounted: no file may grow over the limit. With the signal ignored,
/// the program sees a failing write, as on a full disk. `ulimit -f` counts 512 bytes.
const WITH_A_LIMIT_ON_FILES: &str = r#"
    folder=$1 room=$2 && shift 2 &&
    cp -a "$folder/before/." "$folder/disk/" || exit 125
    (trap '' XFSZ && ulimit -f $((room * 2)) && exec "$@")
    code=$?
    cp -a "$folder/disk/." "$folder/after/" || exit 125
    exit $code
"#;

/// A disk of a few KiB that exists only while a program runs: a small tmpfs in a user and mount
/// namespace of the program's own, which needs no root and leaves nothing behind.
///
/// Where the system allows no such namespaces, the size of each file is limited instead, and
/// standard error says so.
///
/// ```
/// # use sealkit_testkit::{Program, SmallDisk};
/// let disk = SmallDisk::new(64);
/// let copy = Program::new("/bin/cp").arg("/bin/sh").arg(disk.join("copy"));
/// let after = disk.run(&copy);
/// assert_eq!(after.finished.code(), Some(1));
/// ```
pub struct SmallDisk {
    folder: Folder,
    room_kib: u32,
}

/// What a run on a [`SmallDisk`] left.
pub struct AfterRun {
    /// The program's end.
    pub finished: Finished,
    /// The files on the disk afterwards, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl SmallDisk {
    /// A disk with room for so many KiB, in steps of 4.
    ///
    /// # Panics
    ///
    /// If no temporary folder can be made.
    #[must_use]
    pub fn new(room_kib: u32) -> Self {
        let folder = Folder::new();
        for name in ["before", "disk", "after"] {
            fs::create_dir(folder.join(name)).expect("a folder can be made in a temporary folder");
        }
        Self { folder, room_kib }
    }

    /// The path on the disk of a file, for the program's arguments.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.folder.join("disk").join(name)
    }

    /// Puts a file on the disk before the program runs.
    pub fn put(&self, name: &str, contents: impl AsRef<[u8]>) {
        self.folder.write(Path::new("before").join(name), contents);
    }

    /// Runs a program that sees the disk.
    ///
    /// # Panics
    ///
    /// If the disk cannot be set up, or the program cannot be run.
    #[must_use]
    pub fn run(&self, program: &Program) -> AfterRun {
        let launcher = if namespaces_are_allowed() {
            Program::new("unshare").args([
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                ON_A_SMALL_FILE_SYSTEM,
            ])
        } else {
            announce_fallback();
            Program::new("sh").args(["-c", WITH_A_LIMIT_ON_FILES])
        };
        let launcher =
            launcher.arg("small-disk").arg(self.folder.path()).arg(self.room_kib.to_string());
        let finished = program.behind(launcher).run();
        assert!(
            finished.code() != Some(125),
            "the small disk cannot be set up: {}",
            String::from_utf8_lossy(&finished.stderr)
        );
        AfterRun { finished, files: self.files_afterwards() }
    }

    fn files_afterwards(&self) -> BTreeMap<String, Vec<u8>> {
        fs::read_dir(self.folder.join("after"))
            .expect("a temporary folder can be read")
            .map(|entry| entry.expect("a temporary folder can be read"))
            .map(|entry| {
                let contents =
                    fs::read(entry.path()).expect("a file of a temporary folder can be read");
                (entry.file_name().to_string_lossy().into_owned(), contents)
            })
            .collect()
    }
}

/// Whether a file system can be mounted in a user namespace; containers and hardened kernels often
/// forbid it.
fn namespaces_are_allowed() -> bool {
    let mount = "mount -t tmpfs -o size=4k sealkit-test /tmp";
    Program::new("sh")
        .args(["-c", "exec unshare --user --map-root-user --mount sh -c \"$1\"", "probe", mount])
        .run()
        .code()
        == Some(0)
}

/// Past the test harness, which keeps back what a passing test prints.
fn announce_fallback() {
    let message = "SmallDisk: user namespaces are not allowed here; \
                   a limit on the size of files stands in for a full disk";
    writeln!(io::stderr(), "{message}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> SmallDisk {
        let disk = SmallDisk::new(16);
        disk.put("before", "what was there");
        disk
    }

    #[test]
    fn a_program_that_fits_succeeds() {
        let disk = disk();
        let copy = Program::new("cp").args([disk.join("before"), disk.join("copy")]);
        let after = disk.run(&copy);
        assert_eq!(after.finished.success().stderr_text(), "");
        assert_eq!(after.files.get("copy"), Some(&b"what was there".to_vec()));
        assert_eq!(after.files.len(), 2);
    }

    #[test]
    fn a_program_that_does_not_fit_fails() {
        let disk = disk();
        let tee = Program::new("tee").arg(disk.join("large")).stdin(vec![b'x'; 200_000]);
        let after = disk.run(&tee);
        assert_eq!(after.finished.code(), Some(1));
        assert_eq!(after.files.get("before"), Some(&b"what was there".to_vec()));
        assert!(after.files.get("large").is_none_or(|large| large.len() <= 16 << 10));
    }

    #[test]
    fn a_limit_on_files_does_the_same() {
        let disk = disk();
        let launcher = Program::new("sh")
            .args(["-c", WITH_A_LIMIT_ON_FILES, "small-disk"])
            .arg(disk.folder.path())
            .arg("16");
        let tee = Program::new("tee").arg(disk.join("large")).stdin(vec![b'x'; 200_000]);
        let finished = tee.behind(launcher).run().exited(1);
        assert!(finished.stderr_text().contains("large"), "{}", finished.stderr_text());
        assert_eq!(disk.files_afterwards().get("large").map(Vec::len), Some(16 << 10));
    }
}
