//! Trees to JSON.

use zeroize::Zeroizing;

use super::text::SecretBuilder;
use super::tree::Tree;

/// The tree as JSON, indented by two spaces, with a line feed at the end.
#[must_use]
pub fn to_json(tree: &Tree) -> Zeroizing<String> {
    let mut out = SecretBuilder::default();
    write_value(tree, 0, &mut out);
    out.push_str("\n");
    out.finish().into_inner()
}

fn write_value(tree: &Tree, depth: usize, out: &mut SecretBuilder) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(&number.to_string()),
        Tree::String(text) => write_json_string(text.expose(), out),
        Tree::Sequence(items) => write_all('[', ']', items, depth, out, |item, out| {
            write_value(item, depth + 1, out);
        }),
        Tree::Mapping(entries) => write_all('{', '}', entries, depth, out, |(key, value), out| {
            write_json_string(key.expose(), out);
            out.push_str(": ");
            write_value(value, depth + 1, out);
        }),
    }
}

fn write_all<T>(
    open: char,
    close: char,
    items: &[T],
    depth: usize,
    out: &mut SecretBuilder,
    write: impl Fn(&T, &mut SecretBuilder),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(",");
        }
        write_line(depth + 1, out);
        write(item, out);
    }
    if !items.is_empty() {
        write_line(depth, out);
    }
    out.push(close);
}

fn write_line(depth: usize, out: &mut SecretBuilder) {
    out.push_str("\n");
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// A string in `"`, with the escapes of RFC 8259, and those for characters that some readers of
/// JSON take for line breaks.
pub(super) fn write_json_string(text: &str, out: &mut SecretBuilder) {
    out.push_str("\"");
    out.push_escaped(text, is_plain, write_escape);
    out.push_str("\"");
}

fn is_plain(character: char) -> bool {
    !matches!(character, '"' | '\\' | '\0'..='\x1F' | '\x7F'..='\u{9F}')
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// All characters that are escaped are in the basic plane.
fn write_escape(character: char, out: &mut SecretBuilder) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => out.push_str(&Zeroizing::new(format!("\\u{:04x}", u32::from(other)))),
    }
}
