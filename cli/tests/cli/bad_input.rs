//! Input that cannot be sealed or opened: an error that names it, exit code 1, and nothing on standard output. What is
//! wrong with which document is tested where documents are read, in `crates/manifest/tests`.

use crate::support::{SECRET, refuses, seal_with_certificate, unseal};

#[test]
fn garbage_ends_in_an_error_and_nothing_else() {
    let garbage: [&[u8]; 4] = [
        &[0xff, 0xfe, 0x00, 0xd8, 0x01, 0x02],
        br#"{"apiVersion":"v1","kind":"Secret","#,
        &b"[".repeat(100_000),
        &b"a".repeat(10 << 20),
    ];
    for input in garbage {
        for program in [seal_with_certificate(), unseal()] {
            refuses(program.stdin(input).run(), 1, "error: standard input: document 1, line 1, ");
        }
    }
}

#[test]
fn a_message_has_a_longest_length() {
    let long = "n".repeat(900_000);
    let words = "word ".repeat(200_000);
    for document in [
        format!("apiVersion: v1\nkind: {long}\nmetadata: {{name: a, namespace: b}}\n"),
        format!("apiVersion: {words}\nkind: {words}\nmetadata: {{name: a, namespace: b}}\n"),
        SECRET.replace("name: database", &format!("name: {long}")).replace("aHVudGVyMg==", "'!'"),
        SECRET.replace("password:", &format!("{long}:")).replace("aHVudGVyMg==", "'!'"),
        SECRET.replace("aHVudGVyMg==", &format!("'!{long}'")),
    ] {
        let done = seal_with_certificate().stdin(document).run().exited(1);
        assert!(done.stderr.len() < 5000, "{}", done.stderr.len());
    }
    let done = seal_with_certificate().args(["--namespace", &"n".repeat(4000)]).stdin(SECRET).run();
    assert!(done.stderr.len() < 500, "{}", done.stderr_text());
    refuses(done, 1, "n…\" as asked for");
}
