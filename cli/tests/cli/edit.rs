//! `seal edit`: values in an editor, which is a shell script here.

#![expect(clippy::disallowed_methods, reason = "the program itself, looked at while it runs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sealkit_testkit::{Folder, PASSWORD, Program, eventually};

use crate::support::{
    SECRET, certificate, ending_signals, key, seal, seal_with_certificate, unsealed,
};

/// Where drafts are, where the machine has memory for them.
const IN_MEMORY: &str = "/dev/shm";

struct Stage {
    folder: Folder,
    sealed: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let folder = Folder::new();
        let sealed = folder.write("sealed.yaml", "");
        seal_with_certificate().arg("-w").arg(&sealed).stdin(SECRET).run().success();
        Self { folder, sealed }
    }

    /// `seal edit` with a script for an editor, which gets the draft as `$1`.
    fn edit(&self, script: &str) -> Program {
        seal()
            .args(self.arguments())
            .env("EDITOR", self.editor(script))
            .env("PATH", "/usr/bin:/bin")
    }

    fn arguments(&self) -> Vec<PathBuf> {
        vec!["edit".into(), self.sealed.clone(), "--cert".into(), certificate()]
    }

    fn editor(&self, script: &str) -> String {
        let editor = self.folder.write("editor", format!("#!/bin/sh\n{script}\n"));
        format!("/bin/sh {}", editor.display())
    }

    fn with_key(&self, script: &str) -> Program {
        self.edit(script).arg("--key").arg(key())
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.sealed).expect("it can be read")
    }
}

/// An item's value.
fn item(sealed: &str, name: &str) -> String {
    unsealed(sealed, &["--item", name])
}

/// The line of an item in a file.
fn line<'a>(text: &'a str, item: &str) -> &'a str {
    text.lines().find(|line| line.trim_start().starts_with(item)).unwrap_or_default()
}

#[test]
fn what_has_changed_is_sealed_and_the_rest_keeps_its_bytes() {
    let stage = Stage::new();
    let before = stage.text();
    let script = format!("sed -i 's/{PASSWORD}/correct/; $a\\  token: new' \"$1\"");
    stage.with_key(&script).run().success();
    let after = stage.text();
    assert_ne!(line(&before, "password:"), line(&after, "password:"));
    assert!(after.contains("token: A"), "{after}");
    assert_eq!(item(&after, "password"), "correct");
    assert_eq!(item(&after, "token"), "new");
    stage.with_key("sed -i '/token:/d' \"$1\"").run().success();
    assert_eq!(line(&stage.text(), "token:"), "");
}

#[test]
fn what_has_not_changed_is_not_written() {
    let stage = Stage::new();
    let before = stage.text();
    for (script, code, message) in [
        ("true", 0, "nothing has changed"),
        ("exit 3", 1, "the editor has failed"),
        ("echo '\"' >> \"$1\"", 1, "not valid YAML"),
        ("sed -i 's/name: .*/name: other/' \"$1\"", 1, "name and namespace cannot be changed"),
        ("echo 'stringdata: {a: b}' >> \"$1\"", 1, "a Secret has no field"),
        ("rm \"$1\"", 1, "what you have edited: no such file"),
    ] {
        let done = stage.with_key(script).run().exited(code);
        assert!(done.stderr_text().contains(message), "{script}: {}", done.stderr_text());
        assert!(!done.stderr_text().contains(PASSWORD));
    }
    assert_eq!(stage.text(), before);
    let done = stage.edit("true").run().exited(2);
    assert!(done.stderr_text().contains("--blind"), "{}", done.stderr_text());
    let done = stage.edit("sed -i 's/: <sealed>/: new/' \"$1\"").arg("--blind").run();
    done.success();
    assert_eq!(item(&stage.text(), "password"), "new");
}

#[test]
fn without_a_key_values_are_not_shown_and_stay() {
    let stage = Stage::new();
    let before = stage.text();
    let seen = stage.folder.join("seen");
    let script = format!("cp \"$1\" {}; echo '  token: new' >> \"$1\"", seen.display());
    stage.edit(&script).arg("--blind").run().success();
    let seen = fs::read_to_string(seen).expect("it can be read");
    assert!(seen.contains("password: <sealed>") && !seen.contains(PASSWORD), "{seen}");
    assert_eq!(line(&stage.text(), "password:"), line(&before, "password:"));
    assert_eq!(item(&stage.text(), "token"), "new");
    let done = stage.edit("echo '  more: <sealed>' >> \"$1\"").arg("--blind").run().exited(1);
    assert!(done.stderr_text().contains("more is new, and has no value"));
}

#[test]
fn a_draft_is_private_and_in_memory() {
    let stage = Stage::new();
    let seen = stage.folder.join("seen");
    let script =
        format!("stat -c %a \"$1\" $(dirname \"$1\") > {0}; dirname \"$1\" >> {0}", seen.display());
    stage.with_key(&script).arg("--allow-disk").run().success();
    let seen = fs::read_to_string(seen).expect("it can be read");
    let [file, folder, path] = seen.lines().collect::<Vec<_>>()[..] else { panic!("{seen}") };
    assert_eq!((file, folder), ("600", "700"));
    assert!(!Path::new(path).exists());
    if Path::new(IN_MEMORY).exists() {
        assert!(path.starts_with(IN_MEMORY), "{path}");
    }
}

#[test]
fn a_kill_leaves_nothing_behind() {
    for signal in ending_signals().chain([Signal::KILL]) {
        let stage = Stage::new();
        let before = stage.text();
        let place = stage.folder.join("place");
        let script =
            format!("dirname \"$1\" > {0}.new; mv {0}.new {0}; exec sleep 60", place.display());
        let mut running = Command::new(env!("CARGO_BIN_EXE_seal"))
            .args(stage.arguments())
            .args(["--allow-disk", "--blind"])
            .env("EDITOR", stage.editor(&script))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        let draft = eventually("an editor", Duration::from_secs(30), || {
            fs::read_to_string(&place).map_err(|error| error.to_string())
        });
        let draft = PathBuf::from(draft.trim());
        assert!(draft.join("secret.yaml").exists());
        kill_process(Pid::from_child(&running), signal).expect("a child gets signals");
        running.wait().expect("a child can be waited for");
        eventually("nothing left", Duration::from_secs(30), || {
            if draft.exists() { Err(format!("{signal:?}: {}", draft.display())) } else { Ok(()) }
        });
        assert_eq!(stage.text(), before);
    }
}
