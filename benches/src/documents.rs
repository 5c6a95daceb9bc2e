//! Inputs of the size that a repository has.

use std::fmt::Write as _;

/// Secrets of one value each, as YAML documents.
#[must_use]
pub fn secrets(count: usize) -> Vec<u8> {
    let mut text = String::new();
    for number in 0..count {
        write!(
            text,
            "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: database-{number}\n  \
             namespace: shop\n  labels:\n    app: shop\ntype: Opaque\nstringData:\n  \
             password: correct horse battery staple {number}\n"
        )
        .expect("a string can be written to");
    }
    text.into_bytes()
}
