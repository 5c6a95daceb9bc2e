//! Command lines that name no command, and files that look like one.

use sealkit_testkit::{Folder, Program};

use crate::support::{SECRET, certificate, refuses, seal, seal_with_certificate};

#[test]
fn a_mistyped_command_is_named() {
    let folder = Folder::new();
    let run = |program: Program| program.current_dir(folder.path()).run();
    let words = [&["unseall"][..], &["unsael", "a.yaml", "--key", "k"], &["crt", "--help"]];
    for words in words {
        let message = format!("there is no command \"{}\", and no such file", words[0]);
        refuses(run(seal().args(words)), 2, &message);
    }
    refuses(run(seal().arg("unseall")), 2, "did you mean seal unseal?");
    refuses(run(seal().args(["seal", "a.yaml"])), 2, "sealing needs no command");
    // What is a file, or meant as one.
    folder.write("unseall", SECRET);
    run(seal_with_certificate().arg("./unseall")).success();
    let certificate = certificate();
    run(seal().arg("unseall").arg("--cert").arg(&certificate)).success();
    refuses(run(seal().arg("./cret").arg("--cert").arg(&certificate)), 1, "./cret: no such file");
    let message = "the first argument names no file";
    refuses(run(seal().arg("secret").arg("--cert").arg(&certificate)), 1, message);
    // A command that exists keeps its own message.
    refuses(run(seal().args(["unseal", "--no-such-flag"])), 2, "--no-such-flag");
}
