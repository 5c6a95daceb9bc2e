//! What other users of the machine prepare in a directory that is open to everybody.
//!
//! Only root can be several users: these tests are skipped for everybody else.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use sealkit_testkit::{Finished, Folder, Program};

use crate::support::{PASSWORD, SECRET, certificate, key, refuses, sealed, skipped};

const STRANGER: u32 = 61_001;
const USER: u32 = 61_002;

/// A sticky directory that everybody may write to, in a folder with the program and what it reads.
struct Shared {
    folder: Folder,
}

impl Shared {
    /// None, with a word why, where the tests do not run as root.
    fn new(test: &str) -> Option<Self> {
        let folder = Folder::new();
        if folder.path().metadata().expect("it is there").uid() != 0 {
            skipped(test, "only root can act as two other users");
            return None;
        }
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode can be set");
        };
        mode(folder.path(), 0o755);
        // By a process of its own: here, a program that another test starts meanwhile would hold the copy open for
        // writing, and what is being written cannot be run.
        let seal = folder.join("seal");
        Program::new("cp").arg(env!("CARGO_BIN_EXE_seal")).arg(&seal).run().success();
        for (name, contents) in [
            ("secret.yaml", SECRET.into()),
            ("sealed.yaml", sealed(SECRET, &[])),
            ("cert", fs::read_to_string(certificate()).expect("it is text")),
            ("key", fs::read_to_string(key()).expect("it is text")),
        ] {
            mode(&folder.write(name, contents), 0o644);
        }
        for (name, permissions) in [("tmp", 0o1777), ("home", 0o755)] {
            fs::create_dir(folder.join(name)).expect("a folder can be made");
            mode(&folder.join(name), permissions);
        }
        chown(folder.join("home"), Some(USER), None).expect("root may");
        let shared = Self { folder };
        let precious = shared.folder.write("home/precious", "precious");
        chown(&precious, Some(USER), None).expect("root may");
        Some(shared)
    }

    fn tmp(&self, name: &str) -> PathBuf {
        self.folder.join("tmp").join(name)
    }

    fn precious(&self) -> PathBuf {
        self.folder.join("home/precious")
    }

    fn act_as(&self, uid: u32, program: &Path) -> Program {
        Program::new("setpriv")
            .arg(format!("--reuid={uid}"))
            .arg("--clear-groups")
            .arg(program)
            .current_dir(self.folder.path())
    }

    fn make_pipe(&self, uid: u32, name: &str) -> PathBuf {
        let path = self.tmp(name);
        let made = self.act_as(uid, Path::new("mkfifo")).args(["-m", "666"]).arg(&path);
        made.run().success();
        path
    }

    fn make_link(&self, uid: u32, name: &str, target: &Path) -> PathBuf {
        let path = self.tmp(name);
        symlink(target, &path).expect("a link can be made");
        std::os::unix::fs::lchown(&path, Some(uid), None).expect("root may");
        path
    }

    /// Unseals, and seals, as a user; both have the same to say.
    fn writes(&self, uid: u32, path: &Path) -> [Finished; 2] {
        let program = self.folder.join("seal");
        let unseal = ["unseal", "sealed.yaml", "--key", "key", "-w"];
        let seal = ["secret.yaml", "--cert", "cert", "-w"];
        [&unseal[..], &seal[..]].map(|args| self.act_as(uid, &program).args(args).arg(path).run())
    }
}

#[test]
fn a_pipe_of_a_stranger_gets_nothing() {
    let Some(shared) = Shared::new("a_pipe_of_a_stranger_gets_nothing") else { return };
    let pipe = shared.make_pipe(STRANGER, "out.yaml");
    for uid in [USER, 0] {
        let link = shared.make_link(uid, &format!("link-of-{uid}"), &pipe);
        for done in [shared.writes(uid, &pipe), shared.writes(uid, &link)].into_iter().flatten() {
            refuses(done, 1, "is a pipe of another user");
        }
    }
}

#[test]
fn a_pipe_of_ones_own_takes_all() {
    let Some(shared) = Shared::new("a_pipe_of_ones_own_takes_all") else { return };
    let pipe = shared.make_pipe(USER, "out.yaml");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || [(); 2].map(|()| fs::read_to_string(&pipe).expect("a pipe can be read"))
    });
    for done in shared.writes(USER, &pipe) {
        done.success();
    }
    let [unsealed, sealed] = reader.join().expect("the reader ends");
    assert!(unsealed.contains("aHVudGVyMg==") && sealed.contains("kind: SealedSecret"));
}

#[test]
fn a_link_of_a_stranger_is_not_followed() {
    let Some(shared) = Shared::new("a_link_of_a_stranger_is_not_followed") else { return };
    let link = shared.make_link(STRANGER, "out.yaml", &shared.precious());
    let behind_a_link = shared.make_link(USER, "first", &link);
    let to_nothing = shared.make_link(STRANGER, "new", &shared.folder.join("home/new"));
    for uid in [USER, 0] {
        for path in [&link, &behind_a_link, &to_nothing] {
            for done in shared.writes(uid, path) {
                refuses(done, 1, "is a link that another user made");
            }
        }
    }
    assert_eq!(fs::read(shared.precious()).expect("it is there"), b"precious");
    assert!(!shared.folder.join("home/new").exists());
}

#[test]
fn links_of_the_user_and_of_the_directorys_owner_are_followed() {
    let test = "links_of_the_user_and_of_the_directorys_owner_are_followed";
    let Some(shared) = Shared::new(test) else { return };
    for uid in [USER, 0] {
        let link = shared.make_link(uid, &format!("of-{uid}"), &shared.precious());
        for done in shared.writes(USER, &link) {
            done.success();
        }
        let there = fs::read_to_string(shared.precious()).expect("it is there");
        assert!(there.contains("kind: SealedSecret"), "{there}");
    }
}

#[test]
fn links_of_a_stranger_are_followed_where_they_did_not_need_everybodys_leave() {
    let test = "links_of_a_stranger_are_followed_where_they_did_not_need_everybodys_leave";
    let Some(shared) = Shared::new(test) else { return };
    let mode = fs::Permissions::from_mode(0o777);
    fs::set_permissions(shared.folder.join("tmp"), mode).expect("a mode can be set");
    let link = shared.make_link(STRANGER, "out.yaml", &shared.precious());
    for done in shared.writes(USER, &link) {
        done.success();
    }
}

#[test]
fn a_replaced_file_of_a_stranger_does_not_run_as_root() {
    let test = "a_replaced_file_of_a_stranger_does_not_run_as_root";
    let Some(shared) = Shared::new(test) else { return };
    let path = shared.folder.write("home/program", "theirs");
    chown(&path, Some(STRANGER), Some(STRANGER)).expect("root may");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o7755)).expect("a mode can be set");
    let [_, sealing] = shared.writes(0, &path);
    sealing.success();
    let metadata = path.metadata().expect("it is there");
    assert_eq!((metadata.uid(), metadata.mode() & 0o7000), (0, 0));
    assert!(
        !String::from_utf8(fs::read(&path).expect("it is there")).expect("text").contains(PASSWORD)
    );
}

#[test]
fn rules_of_a_stranger_do_not_count() {
    let Some(shared) = Shared::new("rules_of_a_stranger_do_not_count") else { return };
    let rules = shared.folder.write("tmp/.seal.yaml", "version: 1\nrules:\n- paths: [\"**\"]\n");
    let program = shared.folder.join("seal");
    let owned_by = |uid| chown(&rules, Some(uid), None).expect("root may");
    let config = |uid| shared.act_as(uid, &program).args(["config", "tmp/below/a.yaml"]).run();
    owned_by(STRANGER);
    for uid in [USER, 0] {
        refuses(config(uid), 1, "tmp/.seal.yaml: belongs to another user");
        // Sealing for a certificate of one's own does not pass over it either.
        let sealing = shared.act_as(uid, &program).args(["secret.yaml", "--cert", "cert", "-w"]);
        refuses(sealing.arg(shared.tmp("a.yaml")).run(), 1, "belongs to another user");
    }
    config(STRANGER).success();
    owned_by(USER);
    config(USER).success();
    owned_by(0);
    config(USER).success();
}
