//! Files that are read and written: what is there stays, unless the new one is whole.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use sealkit_testkit::{Folder, Program, SmallDisk};

use crate::support::{SECRET, certificate, key, refuses, seal_with_certificate, sealed, unseal};

fn write_to(path: impl AsRef<std::ffi::OsStr>) -> Program {
    seal_with_certificate().arg("-w").arg(path).stdin(SECRET)
}

#[test]
fn a_file_is_replaced_in_one_step_and_keeps_its_mode() {
    let folder = Folder::new();
    let path = folder.write("sealed.yaml", "old");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640))
        .expect("a mode can be set");
    let done = write_to(&path).run().success();
    assert!(done.stdout.is_empty());
    assert!(folder.read("sealed.yaml").starts_with(b"---\napiVersion"));
    let mode = std::fs::metadata(&path).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    assert_eq!(folder.names(), ["sealed.yaml"]);
}

#[test]
fn a_failed_run_leaves_what_was_there() {
    let folder = Folder::new();
    let path = folder.write("sealed.yaml", "old");
    let done = seal_with_certificate().arg("-w").arg(&path).stdin("kind: [").run();
    refuses(done, 1, "document 1");
    assert_eq!(folder.read("sealed.yaml"), b"old");
    assert_eq!(folder.names(), ["sealed.yaml"]);
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new();
    folder.write("real.yaml", "old");
    symlink("real.yaml", folder.join("link.yaml")).expect("a link can be made");
    write_to(folder.join("link.yaml")).run().success();
    assert!(folder.read("real.yaml").starts_with(b"---\n"));
    let metadata = std::fs::symlink_metadata(folder.join("link.yaml")).expect("it is there");
    assert!(metadata.file_type().is_symlink());
}

#[test]
fn a_device_is_written_to() {
    write_to("/dev/null").run().success();
    let done = write_to("/dev/stdout").run().success();
    assert!(done.stdout.starts_with(b"---\n"));
    let done = write_to("-").run().success();
    assert!(done.stdout.starts_with(b"---\n"));
}

/// A shell that runs `seal` as it is called in `script`.
fn shell(folder: &Folder, script: &str) -> Program {
    folder.write("secret.yaml", SECRET);
    Program::new("/bin/bash")
        .arg("-c")
        .arg(script.replace("SEAL", "\"$0\" --cert \"$1\" secret.yaml"))
        .arg(env!("CARGO_BIN_EXE_seal"))
        .arg(certificate())
        .current_dir(folder.path())
}

#[test]
fn a_name_for_an_open_file_is_not_its_path() {
    let folder = Folder::new();
    symlink("/dev/stdout", folder.join("link")).expect("a link can be made");
    for script in [
        "SEAL -w /dev/stdout >> all.yaml",
        "SEAL -w /dev/fd/1 >> all.yaml",
        "SEAL -w /proc/self/fd/1 >> all.yaml",
        "SEAL -w link >> all.yaml",
        "SEAL -w /dev/stderr 2>> all.yaml",
        "SEAL -w /dev/fd/7 7>> all.yaml",
        // Not appended to, but opened before.
        "{ echo keep; SEAL -w /dev/stdout; } > all.yaml",
        "{ echo keep >&7; SEAL -w /dev/fd/7; echo last >&7; } 7> all.yaml",
        // A pipe.
        "echo keep > all.yaml; SEAL -w >(cat >> all.yaml); wait $!",
    ] {
        folder.write("all.yaml", "keep\n");
        let inode = |name| std::fs::metadata(folder.join(name)).expect("it is there").ino();
        let before = inode("all.yaml");
        shell(&folder, script).run().success();
        let all = String::from_utf8(folder.read("all.yaml")).expect("text");
        assert!(all.starts_with("keep\n---\napiVersion: "), "{script}: {all}");
        assert!(!script.contains("last") || all.ends_with("\nlast\n"), "{script}: {all}");
        assert_eq!(inode("all.yaml"), before, "{script}");
    }
    assert_eq!(folder.names(), ["all.yaml", "link", "secret.yaml"]);
}

#[test]
fn what_is_open_is_an_input_or_an_output() {
    let folder = Folder::new();
    let done = shell(&folder, "SEAL -w /dev/stdout >> secret.yaml").run();
    refuses(done, 2, "secret.yaml is both input and output");
    refuses(shell(&folder, "SEAL -w /dev/fd/9 9>&-").run(), 1, "/dev/fd/9: cannot be written");
}

#[test]
fn set_id_bits_are_not_kept() {
    let folder = Folder::new();
    let path = folder.write("sealed.yaml", "old");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o7750))
        .expect("a mode can be set");
    write_to(&path).run().success();
    let mode = std::fs::metadata(&path).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o750);
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new();
    refuses(write_to(folder.path()).run(), 1, "is a directory, not a file");
    refuses(write_to(folder.join("no/such/x.yaml")).run(), 1, "no such directory");
    refuses(write_to("/dev/full").run(), 1, "/dev/full: no space left on the disk");
    symlink("loop", folder.join("loop")).expect("a link can be made");
    refuses(
        write_to(folder.join("loop")).run(),
        1,
        "loop: cannot be written\ncaused by: too many links",
    );
}

#[test]
fn inputs_that_cannot_be_read() {
    let folder = Folder::new();
    let read = |path: &std::path::Path| seal_with_certificate().arg(path).run();
    refuses(read(folder.path()), 1, "is a directory, not a file");
    refuses(read(&folder.join("absent")), 1, "absent: no such file");
    let done = unseal().arg(folder.path()).run();
    refuses(done, 1, "is a directory, not a file");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = Folder::new();
    let path = folder.write("large", "");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("it is there");
    file.set_len(10 << 30).expect("it takes no room on the disk");
    // Less memory than the largest file that is read would take.
    let program = |script: &str| {
        Program::new("/bin/bash")
            .args(["-c", &format!("ulimit -v 200000 && {script}"), env!("CARGO_BIN_EXE_seal")])
            .arg(certificate())
            .arg(&path)
            .run()
    };
    refuses(program(r#"exec "$0" --cert "$1" "$2""#), 1, "large: is larger than 256 MiB");
    refuses(program(r#"exec "$0" unseal --key "$2""#), 1, "large: is larger than 16 MiB");
    refuses(program(r#"exec "$0" --cert "$2""#), 1, "large: is larger than 1 MiB");
    let raw = r#"exec "$0" raw --scope cluster-wide --cert "$1" "$2""#;
    refuses(program(raw), 1, "large: is larger than 4 MiB");
}

#[test]
fn an_output_is_never_an_input() {
    let folder = Folder::new();
    let path = folder.write("secret.yaml", SECRET);
    symlink("secret.yaml", folder.join("link.yaml")).expect("a link can be made");
    for output in ["secret.yaml", "link.yaml", "./secret.yaml"] {
        let done = seal_with_certificate().args(["secret.yaml", "-w", output]);
        refuses(done.current_dir(folder.path()).run(), 2, "is both input and output");
        assert_eq!(folder.read("secret.yaml"), SECRET.as_bytes());
    }
    let private_key = folder.write("key.pem", std::fs::read(key()).expect("the key can be read"));
    let done = unseal().arg("--key").arg(&private_key).arg("-w").arg(&private_key);
    refuses(done.stdin(sealed(SECRET, &[])).run(), 2, "is both input and output");
    drop(path);
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let disk = SmallDisk::new(64);
    disk.put("sealed.yaml", "old");
    let many: String =
        (0..200).map(|i| SECRET.replace("database", &format!("n{i}")) + "---\n").collect();
    let after =
        disk.run(&seal_with_certificate().arg("-w").arg(disk.join("sealed.yaml")).stdin(many));
    refuses(after.finished, 1, "sealed.yaml: ");
    assert_eq!(after.files.get("sealed.yaml").map(Vec::as_slice), Some(b"old".as_slice()));
    assert_eq!(after.files.len(), 1);
}

#[test]
fn a_link_to_nothing_makes_the_file_it_names() {
    let folder = Folder::new();
    symlink("second", folder.join("first")).expect("a link can be made");
    symlink("real.yaml", folder.join("second")).expect("a link can be made");
    write_to(folder.join("first")).run().success();
    assert!(folder.read("real.yaml").starts_with(b"---\n"));
    assert_eq!(folder.names(), ["first", "real.yaml", "second"]);
}
