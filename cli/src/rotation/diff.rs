//! What a run changes, as a unified diff.

use std::path::{MAIN_SEPARATOR, Path};

use similar::TextDiff;
use zeroize::Zeroizing;

use sealkit_repository::tree::Change;

/// The change of a file as `git diff` shows it. Bytes stay what they are, whatever the encoding.
pub(crate) fn unified(path: &Path, change: &Change) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::new());
    let diff = TextDiff::from_lines(change.before.as_slice(), change.after.as_slice());
    let mut unified = diff.unified_diff();
    let unified = unified.context_radius(3).header(&named("a/", path), &named("b/", path));
    // A vector takes everything.
    drop(unified.to_writer(&mut *text));
    text
}

/// A path in a header as Git writes it: in quotes, with escapes as in C, where it has more than ASCII that can be seen; with
/// a tab behind it where it has a space.
fn named(side: &str, path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut name = side.to_owned();
    bytes.iter().for_each(|byte| name.push_str(&escaped(*byte)));
    if name.contains('\\') {
        name = format!("\"{name}\"");
    }
    if name.contains(' ') {
        name.push('\t');
    }
    name
}

fn escaped(byte: u8) -> String {
    match byte {
        _ if char::from(byte) == MAIN_SEPARATOR => "/".to_owned(),
        0x07 => "\\a".to_owned(),
        0x08 => "\\b".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\n' => "\\n".to_owned(),
        0x0B => "\\v".to_owned(),
        0x0C => "\\f".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_git_does() {
        for (path, expected) in [
            ("x/a.yaml", "a/x/a.yaml"),
            ("a b.yaml", "a/a b.yaml\t"),
            ("line\nfeed\t.yaml", "\"a/line\\nfeed\\t.yaml\""),
            ("\"x\" é\u{7f}", "\"a/\\\"x\\\" \\303\\251\\177\"\t"),
        ] {
            assert_eq!(named("a/", Path::new(path)), expected);
        }
    }
}
