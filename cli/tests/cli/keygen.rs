//! `seal keygen`: keys and certificates.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use sealkit_testkit::{Folder, Program};

use crate::support::{PASSWORD, SECRET, refuses, seal, skipped};

fn keygen() -> Program {
    seal().args(["keygen", "--bits", "2048"])
}

fn mode(folder: &Folder, name: &str) -> u32 {
    let metadata = std::fs::metadata(folder.join(name)).expect("the file is there");
    metadata.permissions().mode() & 0o7777
}

#[test]
fn a_pair_of_files_seals_and_unseals() {
    let folder = Folder::new();
    let run = |args: &[&str]| seal().args(args).current_dir(folder.path());
    let done = keygen().args(["--key", "k.pem", "--cert", "c.pem", "--cn", "demo", "--days", "90"]);
    let done = done.current_dir(folder.path()).run().success();
    assert!(done.stdout.is_empty());
    assert!(done.stderr_text().contains("new key SHA256:"), "{}", done.stderr_text());
    assert_eq!(mode(&folder, "k.pem"), 0o600);
    // 0644, less what the user's mask takes away.
    assert_eq!(mode(&folder, "c.pem") & 0o600, 0o600);
    assert_eq!(mode(&folder, "c.pem") & !0o644, 0);
    assert!(folder.read("k.pem").starts_with(b"-----BEGIN RSA PRIVATE KEY-----\n"));

    let sealed = run(&["--cert", "c.pem"]).stdin(SECRET).run().success();
    assert_eq!(sealed.stderr_text(), "", "it is far from its end");
    let opened = run(&["unseal", "--key", "k.pem", "--item", "password"]).stdin(&sealed.stdout);
    assert_eq!(opened.run().success().stdout_text(), PASSWORD);
    let shown = run(&["cert", "c.pem"]).run().success();
    assert!(shown.stdout_text().contains("CN=demo"), "{}", shown.stdout_text());
    assert!(shown.stdout_text().contains("RSA, 2048 bits"), "{}", shown.stdout_text());
}

#[test]
fn a_secret_is_a_key_file_too() {
    let folder = Folder::new();
    let done = keygen().args(["--as", "secret", "--cert", "c.pem"]).current_dir(folder.path());
    let done = done.run().success();
    let secret = done.stdout_text();
    assert!(secret.contains("  namespace: kube-system\n"), "{secret}");
    assert!(secret.contains("    sealedsecrets.bitnami.com/sealed-secrets-key: active\n"));
    assert!(secret.contains("type: kubernetes.io/tls\n"));
    folder.write("backup.yaml", secret);
    let sealed = seal().args(["--cert", "c.pem"]).current_dir(folder.path()).stdin(SECRET).run();
    let opened = seal()
        .args(["unseal", "--key", "backup.yaml", "--item", "password"])
        .current_dir(folder.path())
        .stdin(sealed.success().stdout)
        .run();
    assert_eq!(opened.success().stdout_text(), PASSWORD);
}

#[test]
fn a_secret_in_a_file_is_for_its_owner_alone() {
    let folder = Folder::new();
    let done = keygen().args(["--as", "secret", "-w", "s.yaml"]).current_dir(folder.path());
    assert!(done.run().success().stdout.is_empty());
    assert_eq!(mode(&folder, "s.yaml"), 0o600);
}

#[test]
fn a_key_is_never_overwritten() {
    let folder = Folder::new();
    for there in ["k.pem", "c.pem"] {
        folder.write(there, "precious");
        let done = keygen().args(["--key", "k.pem", "--cert", "c.pem"]).current_dir(folder.path());
        refuses(done.run(), 1, &format!("{there}: is there already"));
        assert_eq!(folder.read(there), b"precious");
        assert_eq!(folder.names(), [there]);
        std::fs::remove_file(folder.join(there)).expect("a file can be removed");
    }
}

#[test]
fn half_a_pair_is_taken_back() {
    let folder = Folder::new();
    let done = keygen().args(["--key", "k.pem", "--cert", "no/such/folder/c.pem"]);
    refuses(done.current_dir(folder.path()).run(), 1, "no such directory");
    assert!(folder.names().is_empty());
}

#[test]
fn only_what_was_made_is_taken_back() {
    let folder = Folder::new();
    let pipe = folder.join("pipe");
    Program::new("mkfifo").arg(&pipe).run().success();
    symlink("/dev/null", folder.join("device")).expect("a link can be made");
    let reader = std::thread::spawn(move || std::fs::read(pipe).expect("a pipe can be read"));
    // Nothing of /dev itself: a mistake would remove it for the whole machine.
    for key in ["pipe", "device"] {
        let done = keygen().args(["--key", key, "--cert", "no/such/folder/c.pem"]);
        let done = done.current_dir(folder.path()).run().exited(1);
        assert!(done.stderr_text().contains("no such directory"), "{}", done.stderr_text());
    }
    assert!(reader.join().expect("the reader ends").starts_with(b"-----BEGIN RSA"));
    assert_eq!(folder.names(), ["device", "pipe"]);
}

#[test]
fn a_device_node_is_not_taken_back() {
    let folder = Folder::new();
    let made = Program::new("mknod").args(["node", "c", "1", "3"]).current_dir(folder.path()).run();
    if made.code() != Some(0) {
        skipped("a_device_node_is_not_taken_back", "no device can be made");
        return;
    }
    let done = keygen().args(["--key", "node", "--cert", "no/such/folder/c.pem"]);
    refuses(done.current_dir(folder.path()).run(), 1, "no such directory");
    assert_eq!(folder.names(), ["node"]);
}

#[test]
fn a_key_is_not_made_through_a_link_to_nothing() {
    let folder = Folder::new();
    symlink("elsewhere", folder.join("k")).expect("a link can be made");
    let done = keygen().args(["--key", "k", "--cert", "c"]).current_dir(folder.path()).run();
    refuses(done, 1, "k: is there already");
    assert_eq!(folder.names(), ["k"]);
}

#[test]
fn flags_that_make_no_sense() {
    refuses(keygen().run(), 2, "--key");
    refuses(keygen().args(["--key", "k"]).run(), 2, "--cert");
    refuses(keygen().args(["--as", "secret", "--key", "k"]).run(), 2, "--key");
    refuses(keygen().args(["--key", "k", "--cert", "c", "-w", "x"]).run(), 2, "--write");
    for bits in ["1024", "2049", "16384", "many"] {
        refuses(seal().args(["keygen", "--key=k", "--cert=c", "--bits", bits]).run(), 2, "--bits");
    }
    refuses(keygen().args(["--key=k", "--cert=c", "--days=0"]).run(), 2, "--days");
}

#[test]
fn a_pipe_takes_the_key() {
    let folder = Folder::new();
    let done =
        keygen().args(["--key", "/dev/stdout", "--cert", "c.pem"]).current_dir(folder.path());
    let done = done.run().success();
    assert!(done.stdout_text().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    // Standard output may be a file that is there: it was opened on purpose.
    let script = "\"$0\" keygen --bits 2048 --key /dev/stdout --cert d.pem >> file";
    let shell = Program::new("/bin/sh").args(["-c", script, env!("CARGO_BIN_EXE_seal")]);
    folder.write("file", "before\n");
    shell.current_dir(folder.path()).run().success();
    assert!(folder.read("file").starts_with(b"before\n-----BEGIN RSA PRIVATE KEY-----\n"));
}
