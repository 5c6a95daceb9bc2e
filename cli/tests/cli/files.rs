//! Files that are read and written: what is there stays, unless the new one is whole.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use sealkit_testkit::{Folder, Program, SmallDisk};

use crate::support::{SECRET, key, refuses, seal_with_certificate, sealed, unseal};

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
