//! What may happen while `seal rotate` runs: no file is lost, and none is half written.
//!
//! `SEALKIT_KILLS` is how often a run is killed; `scripts/soak` sets it.

#![expect(clippy::disallowed_methods, reason = "the program itself, disturbed while it runs")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sealkit_testkit::{Folder, Program, SmallDisk, fixture};

use crate::rotate::{both_keys, manifest, new_certificate, new_key};
use crate::support::{certificate, key, seal};

const FILES: usize = 500;

/// A folder of files of one value each, made at once.
fn many_files(folder: &Folder) {
    let secrets: Vec<String> = (0..FILES)
        .map(|number| {
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: s{number}, namespace: shop}}\nstringData: {{password: hunter{number}}}\n"
            )
        })
        .collect();
    let sealing = seal().arg("--cert").arg(certificate()).arg("--no-hints");
    let done = sealing.stdin(secrets.join("---\n")).run().success();
    let sealed = done.stdout_text().split("---\n").filter(|document| !document.trim().is_empty());
    for (number, document) in sealed.enumerate() {
        folder.write(format!("tree/{number}.yaml"), format!("# {number}\n{document}"));
    }
}

fn rotating(folder: &Folder) -> Program {
    let program = seal().current_dir(folder.path()).args(["rotate", "tree", "--key"]);
    program.arg(both_keys()).arg("--cert").arg(new_certificate())
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        (name, std::fs::read_to_string(&path).expect("it is text"))
    };
    entries.map(read).filter(|(name, _)| !name.starts_with(".seal-")).collect()
}

/// Holds every file to what it was, but for its value.
fn assert_whole(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    assert!(before.keys().eq(after.keys()), "files have come or gone");
    let frame = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.contains("password:")).map(str::to_owned).collect()
    };
    for (name, before) in before {
        let after = &after[name];
        assert_eq!(frame(before), frame(after), "{name}");
        assert_eq!(before.lines().count(), after.lines().count(), "{name}");
        assert_eq!(before.ends_with('\n'), after.ends_with('\n'), "{name}");
    }
}

/// Opens all values with both keys, and compares them with what they were.
fn assert_all_open(files: &BTreeMap<String, String>) {
    let all: Vec<&str> = files.values().map(String::as_str).collect();
    let opening = seal().args(["unseal", "--key"]).arg(key()).arg("--key").arg(new_key());
    let opened = opening.stdin(all.join("---\n")).run().success();
    let values = opened.stdout_text().lines().filter(|line| line.starts_with("  password:"));
    assert_eq!(values.count(), files.len());
}

#[test]
fn a_kill_leaves_every_file_old_or_new() {
    let kills: u32 =
        std::env::var("SEALKIT_KILLS").map_or(20, |kills| kills.parse().expect("a number"));
    let folder = Folder::new();
    many_files(&folder);
    let before = files(&folder.join("tree"));
    for kill in 0..kills {
        if kill > 0 {
            before.iter().for_each(|(name, text)| drop(folder.write(format!("tree/{name}"), text)));
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_seal"))
            .args(["rotate", "tree", "--key", &both_keys(), "--cert"])
            .arg(new_certificate())
            .current_dir(folder.path())
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        // From the walk to the last files, wherever a run of this length is.
        std::thread::sleep(Duration::from_millis(u64::from(kill * 37 % 600)));
        child.kill().expect("a child can be killed");
        child.wait().expect("it has been started");
        let after = files(&folder.join("tree"));
        assert_whole(&before, &after);
        if kill % 10 == 0 {
            assert_all_open(&after);
        }
    }
    rotating(&folder).run().success();
    let after = files(&folder.join("tree"));
    assert_whole(&before, &after);
    assert_all_open(&after);
    assert!(before.iter().all(|(name, text)| after[name] != *text), "running again does the rest");
}

#[test]
fn two_runs_at_once_lose_nothing() {
    let folder = Folder::new();
    many_files(&folder);
    let before = files(&folder.join("tree"));
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| rotating(&folder).run());
        let other = rotating(&folder).run();
        (one.join().expect("no panic"), other)
    });
    for done in [one, other] {
        assert!(matches!(done.code(), Some(0 | 1)), "{}", done.stderr_text());
    }
    let after = files(&folder.join("tree"));
    assert_whole(&before, &after);
    assert_all_open(&after);
    let third = rotating(&folder).run().success();
    assert!(third.stderr_text().contains("all current"), "{}", third.stdout_text());
}

#[test]
fn a_full_disk_leaves_all_as_it_was() {
    let disk = SmallDisk::new(32);
    let text = manifest("a", &[]);
    disk.put("a.yaml", &text);
    // As much as is left, less than a file needs.
    disk.put("fill", vec![b'x'; 26 << 10]);
    let program = seal().args(["rotate", "--key"]).arg(key()).arg("--cert").arg(new_certificate());
    let after = disk.run(&program.arg(disk.join("a.yaml")));
    let done = after.finished.exited(1);
    assert!(done.stdout_text().contains("no space left on the disk"), "{}", done.stdout_text());
    assert_eq!(after.files["a.yaml"], text.into_bytes());
    assert_eq!(after.files.len(), 2, "nothing is left over: {:?}", after.files.keys());
}

#[test]
fn a_file_that_somebody_changes_meanwhile_stays_as_they_left_it() {
    let folder = Folder::new();
    // Long enough for the stranger: two thousand private-key operations of 4096 bits, in one thread.
    let items: String = (0..2000).map(|item| format!("  i{item}: x\n")).collect();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: shop}}\nstringData:\n{items}"
    );
    let old = |end| fixture(&format!("kubeseal/keys/rsa-4096.{end}"));
    let sealed = seal().arg("--cert").arg(old("crt")).stdin(secret).run().success();
    let path = folder.write("tree/a.yaml", sealed.stdout_text());
    let program = seal().current_dir(folder.path()).args(["rotate", "tree", "--key"]);
    let program = program.arg(old("key")).arg("--cert").arg(new_certificate());
    let done = std::thread::scope(|scope| {
        let run = scope.spawn(|| program.run());
        std::thread::sleep(Duration::from_secs(1));
        std::fs::write(&path, "changed: yes\n").expect("it can be written");
        run.join().expect("no panic")
    });
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "changed: yes\n");
    let done = done.exited(1);
    assert!(
        done.stdout_text().contains("changed by somebody else meanwhile"),
        "{}",
        done.stdout_text()
    );
}

#[test]
fn a_file_of_two_hundred_mebibytes_is_searched_and_not_held() {
    let folder = Folder::new();
    let filling = "# no value in this line, nor in any of the others that follow\n".repeat(1 << 14);
    let mut text = filling.repeat((200 << 20) / filling.len());
    folder.write("tree/large.yaml", &text);
    let done = rotating(&folder).run().success();
    assert!(done.stdout_text().contains("no sealed values"), "{}", done.stdout_text());
    text.push_str("---\n");
    text.push_str(&manifest("a", &[]));
    folder.write("tree/large.yaml", &text);
    let limited = Program::new("/bin/sh").args(["-c", "ulimit -v 300000 && exec \"$@\"", "sh"]);
    let limited = limited.arg(env!("CARGO_BIN_EXE_seal")).args(["rotate", "tree", "--key"]);
    let limited = limited.arg(both_keys()).arg("--cert").arg(new_certificate());
    let done = limited.current_dir(folder.path()).run().exited(1);
    assert!(done.stdout_text().contains("larger than 32 MiB"), "{}", done.stdout_text());
}

#[test]
fn odd_names_and_deep_nesting_are_no_obstacle() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let name = |bytes: &[u8]| Path::new("tree").join(OsStr::from_bytes(bytes));
    folder.write(name(b"not-utf8-\xff.yaml"), manifest("a", &[]));
    folder.write(name(b"line\nfeed.yaml"), manifest("b", &[]));
    let deep = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    folder.write("tree/deep.json", format!("{deep}\n"));
    folder.write("tree/deep.yaml", format!("# SealedSecret\n{deep}\n"));
    let done = rotating(&folder).arg("--verbose").run().success();
    assert!(done.stdout_text().contains("2 rotated in 2 files"), "{}", done.stdout_text());
    let lines = done.stdout_text().lines();
    assert!(lines.clone().all(|line| !line.starts_with("feed.yaml")), "{}", done.stdout_text());
}
