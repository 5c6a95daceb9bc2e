//! What may happen while `seal rotate` runs: no file is lost, and none is half written.
//!
//! `SEALKIT_KILLS` is how often a run is killed; `scripts/soak` sets it.

#![expect(clippy::disallowed_methods, reason = "the program itself, disturbed while it runs")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sealkit_testkit::{Finished, Folder, Program, SmallDisk, fixture};
use serde_json::Value;

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

/// Holds every byte of every file to what it was, but for the ciphertexts.
fn assert_whole(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    assert!(before.keys().eq(after.keys()), "files have come or gone");
    for (name, before) in before {
        assert_eq!(without_ciphertexts(before), without_ciphertexts(&after[name]), "{name}");
    }
}

fn without_ciphertexts(text: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let parts = text.split_inclusive(|c| !is_base64(c)).map(|part| {
        let word = part.trim_end_matches(|c| !is_base64(c));
        if word.len() > 300 { part.replacen(word, "SEALED", 1) } else { part.to_owned() }
    });
    parts.collect()
}

/// What all values open to, with both keys.
fn opened(files: &BTreeMap<String, String>) -> String {
    let all: Vec<&str> = files.values().map(String::as_str).collect();
    let opening = seal().args(["unseal", "--key"]).arg(key()).arg("--key").arg(new_key());
    let done = opening.stdin(all.join("---\n")).run().success();
    let values = done.stdout_text().lines().filter(|line| line.starts_with("  password:"));
    assert_eq!(values.count(), files.len());
    done.stdout_text().to_owned()
}

/// Moments all over a run of this length, each far from those before.
fn moment(number: u32, length: Duration) -> Duration {
    length.mul_f64(f64::from(number) * 0.618_034 % 1.0)
}

#[test]
fn a_kill_leaves_every_file_old_or_new() {
    let kills: u32 =
        std::env::var("SEALKIT_KILLS").map_or(20, |kills| kills.parse().expect("a number"));
    let folder = Folder::new();
    many_files(&folder);
    let before = files(&folder.join("tree"));
    let values = opened(&before);
    let restore = || {
        before.iter().for_each(|(name, text)| drop(folder.write(format!("tree/{name}"), text)));
    };
    let begin = Instant::now();
    rotating(&folder).run().success();
    let length = begin.elapsed();
    let mut in_the_middle = 0;
    for kill in 0..kills {
        restore();
        let mut child = Command::new(env!("CARGO_BIN_EXE_seal"))
            .args(["rotate", "tree", "--key", &both_keys(), "--cert"])
            .arg(new_certificate())
            .current_dir(folder.path())
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        std::thread::sleep(moment(kill, length));
        child.kill().expect("a child can be killed");
        child.wait().expect("it has been started");
        let after = files(&folder.join("tree"));
        assert_whole(&before, &after);
        let rotated = before.iter().filter(|(name, text)| after[*name] != **text).count();
        in_the_middle += u32::from((1..FILES).contains(&rotated));
        if kill % 10 == 0 {
            assert_eq!(opened(&after), values);
        }
    }
    assert!(in_the_middle > 0, "no kill came while files were written");
    rotating(&folder).run().success();
    let after = files(&folder.join("tree"));
    assert_whole(&before, &after);
    assert_eq!(opened(&after), values);
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
    assert_eq!(opened(&after), opened(&before));
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
fn what_somebody_changes_or_removes_meanwhile_stays_as_they_left_it() {
    let folder = Folder::new();
    // Long enough for the stranger: a thousand private-key operations of 4096 bits for each file, in one thread.
    let items: String = (0..1000).map(|item| format!("  i{item}: x\n")).collect();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: shop}}\nstringData:\n{items}"
    );
    let old = |end| fixture(&format!("kubeseal/keys/rsa-4096.{end}"));
    let sealed = seal().arg("--cert").arg(old("crt")).stdin(secret).run().success();
    let changed = folder.write("tree/changed.yaml", sealed.stdout_text());
    let removed = folder.write("tree/removed.yaml", sealed.stdout_text());
    let program = seal().current_dir(folder.path()).args(["rotate", "tree", "--output", "json"]);
    let program = program.arg("--key").arg(old("key")).arg("--cert").arg(new_certificate());
    let done = std::thread::scope(|scope| {
        let run = scope.spawn(|| program.run());
        std::thread::sleep(Duration::from_secs(1));
        std::fs::write(&changed, "changed: yes\n").expect("it can be written");
        std::fs::remove_file(&removed).expect("it is there");
        run.join().expect("no panic")
    });
    assert_eq!(std::fs::read_to_string(&changed).expect("it is there"), "changed: yes\n");
    assert_eq!(files(&folder.join("tree")).len(), 1, "what is removed does not come back");
    let report = report(&done.exited(1));
    for file in report["files"].as_array().expect("a list") {
        assert_eq!(
            (&file["verdict"], &file["reason"]),
            (&"left".into(), &"ChangedMeanwhile".into())
        );
        let value = &file["values"][0];
        assert_eq!((&value["outcome"], &value["message"]), (&"left".into(), &file["problem"]));
    }
    assert_eq!(report["summary"]["left"], 2000);
}

fn report(done: &Finished) -> Value {
    serde_json::from_slice(&done.stdout).expect("it is JSON")
}

/// The program in a folder, as a user who may not write where that is forbidden: whoever runs the tests, unless that is
/// root.
fn of_a_user(folder: &Folder) -> Program {
    let readable = ["cert", "key", "seal"].map(|name| folder.join(name));
    let originals = [new_certificate(), key(), env!("CARGO_BIN_EXE_seal").into()];
    for (original, copy) in originals.iter().zip(&readable) {
        // By a process of its own: what this one holds open for writing cannot be run.
        Program::new("cp").arg(original).arg(copy).run().success();
    }
    let [certificate, key, seal] = &readable;
    Program::new("chmod").args(["a+rX", "-R"]).arg(folder.path()).run().success();
    let program = Program::new(seal).args(["rotate", "tree", "--output", "json", "--key"]);
    let program = program.arg(key).arg("--cert").arg(certificate).current_dir(folder.path());
    if !rustix::process::geteuid().is_root() {
        return program;
    }
    Program::new("chown").args(["-R", "65534:65534"]).arg(folder.join("tree")).run().success();
    program.behind(Program::new("setpriv").args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ]))
}

#[test]
fn what_is_read_only_is_left_and_named() {
    let folder = Folder::new();
    for name in ["file.yaml", "folder/a.yaml", "open.yaml"] {
        folder.write(Path::new("tree").join(name), manifest("a", &[]));
    }
    let program = of_a_user(&folder);
    let set_mode = |name: &str, mode: &str| {
        Program::new("chmod").arg(mode).arg(folder.join("tree").join(name)).run().success();
    };
    set_mode("file.yaml", "a-w");
    set_mode("folder", "a-w");
    let read = |name: &str| folder.read(Path::new("tree").join(name));
    let before = ["file.yaml", "folder/a.yaml", "open.yaml"].map(read);
    let report = report(&program.run().exited(1));
    let after = ["file.yaml", "folder/a.yaml", "open.yaml"].map(read);
    set_mode("folder", "u+w");
    assert_eq!(before[..2], after[..2]);
    assert_ne!(before[2], after[2]);
    assert_eq!(std::fs::read_dir(folder.join("tree/folder")).expect("it is there").count(), 1);
    let outcomes: Vec<[&Value; 4]> = report["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| {
            let value = &file["values"][0];
            [&file["file"], &file["problem"], &value["outcome"], &value["reason"]]
        })
        .collect();
    let left = |name: &str| [name, "permission denied", "left", "NotWritten"].map(Value::from);
    assert_eq!(outcomes[0], left("tree/file.yaml").each_ref());
    assert_eq!(outcomes[1], left("tree/folder/a.yaml").each_ref());
    assert_eq!(outcomes[2][2..], [&Value::from("rotated"), &Value::from("Rotated")]);
}

#[test]
fn a_file_of_two_hundred_mebibytes_is_searched_and_not_held() {
    let folder = Folder::new();
    // Escapes are read one by one, which takes a while without optimisation: one line of 64 has some.
    let plain = "# no value in this line, nor in any of the others\n".repeat(63);
    let filling = format!("{plain}# nor in C:\\any of the others\\n\n").repeat(1 << 8);
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
    assert!(done.stdout_text().contains("larger than 32 MiB: split it, or give --exclude"));
}

/// A folder with files whose names are hard to write down.
fn odd_names() -> Folder {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    for (name, bytes) in [
        ("a", &b"not-utf8-\xff.yaml"[..]),
        ("b", b"line\nfeed.yaml"),
        ("c", b"\"a b\" \xc3\xa9.yaml"),
    ] {
        folder.write(Path::new("tree").join(OsStr::from_bytes(bytes)), manifest(name, &[]));
    }
    folder
}

#[test]
fn odd_names_and_deep_nesting_are_no_obstacle() {
    let folder = odd_names();
    let deep = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    folder.write("tree/deep.json", format!("{deep}\n"));
    folder.write("tree/deep.yaml", format!("# SealedSecret\n{deep}\n"));
    let done = rotating(&folder).arg("--verbose").run().success();
    assert!(done.stdout_text().contains("3 rotated in 3 files"), "{}", done.stdout_text());
    let lines = done.stdout_text().lines();
    assert!(lines.clone().all(|line| !line.starts_with("feed.yaml")), "{}", done.stdout_text());
}

#[test]
fn git_applies_what_diff_shows_whatever_the_names_are() {
    let folder = odd_names();
    let shown = rotating(&folder).args(["--dry-run", "--diff"]).run().success();
    let git = Program::new("git").args(["apply", "-"]).current_dir(folder.path());
    git.stdin(&shown.stdout).run().success();
    let done = rotating(&folder).arg("--check").run().success();
    assert!(done.stdout_text().contains("3 current\n"), "{}", done.stdout_text());
}
