//! Input that cannot be sealed or opened: an error that names it, exit code 1, and nothing on standard output. What is
//! wrong with which document is tested where documents are read, in `crates/manifest/tests`.

use crate::support::{refuses, seal_with_certificate, unseal};

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
