//! Trees to JSON.

use zeroize::Zeroizing;

use super::text::SecretBuilder;
use super::tree::Tree;

/// The tree as JSON, indented by two spaces, with a line feed at the end.
#[must_use]
pub fn to_json(tree: &Tree) -> Zeroizing<String> {
    let mut out = SecretBuilder::default();
    write_value(tree, Layout::Lines { depth: 0 }, &mut out);
    out.push_str("\n");
    out.finish().into_inner()
}

/// The tree as JSON on one line, without a line feed at the end.
#[must_use]
pub fn to_json_line(tree: &Tree) -> Zeroizing<String> {
    let mut out = SecretBuilder::default();
    write_value(tree, Layout::OneLine, &mut out);
    out.finish().into_inner()
}

#[derive(Clone, Copy)]
enum Layout {
    OneLine,
    /// A line for each value, indented by two spaces a level.
    Lines {
        depth: usize,
    },
}

impl Layout {
    fn inside(self) -> Self {
        match self {
            Self::OneLine => Self::OneLine,
            Self::Lines { depth } => Self::Lines { depth: depth + 1 },
        }
    }

    fn begin_line(self, out: &mut SecretBuilder) {
        if let Self::Lines { depth } = self {
            out.push_str("\n");
            for _ in 0..depth {
                out.push_str("  ");
            }
        }
    }

    fn after_colon(self) -> &'static str {
        match self {
            Self::OneLine => "",
            Self::Lines { .. } => " ",
        }
    }
}

fn write_value(tree: &Tree, layout: Layout, out: &mut SecretBuilder) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(&number.to_string()),
        Tree::String(text) => write_json_string(text.expose(), out),
        Tree::Sequence(items) => write_all('[', ']', items, layout, out, |item, out| {
            write_value(item, layout.inside(), out);
        }),
        Tree::Mapping(entries) => write_all('{', '}', entries, layout, out, |(key, value), out| {
            write_json_string(key.expose(), out);
            out.push_str(":");
            out.push_str(layout.after_colon());
            write_value(value, layout.inside(), out);
        }),
    }
}

fn write_all<T>(
    open: char,
    close: char,
    items: &[T],
    layout: Layout,
    out: &mut SecretBuilder,
    write: impl Fn(&T, &mut SecretBuilder),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(",");
        }
        layout.inside().begin_line(out);
        write(item, out);
    }
    if !items.is_empty() {
        layout.begin_line(out);
    }
    out.push(close);
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
