//! Trees to YAML, in the style in which kubectl prints it.
//!
//! Differences to kubectl: long lines are never folded, and characters that some reader takes for
//! a line break are always escaped.

use zeroize::Zeroizing;

use super::resolve::stays_text;
use super::text::SecretBuilder;
use super::tree::Tree;

/// Keys with more bytes than this are written after `? `, long before a reader's limit.
const LONG_KEY: usize = 128;

/// Where something is written.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    pub(super) indent: usize,
    /// Whether text may be a block that takes in the blank lines after it (`|+`): nothing else may
    /// follow.
    pub(super) keep: bool,
}

impl Lines {
    fn indented(self, by: usize) -> Self {
        Self { indent: self.indent + by, ..self }
    }
}

/// The tree as one YAML document without a separator, with a line feed at the end.
///
/// Text of several lines becomes a block (`|`) where that keeps every character; everything that
/// YAML 1.1 or 1.2 could take for something else than a string is in quotes.
#[must_use]
pub fn to_yaml(tree: &Tree) -> Zeroizing<String> {
    let lines = Lines { indent: 0, keep: true };
    let mut out = SecretBuilder::default();
    match tree {
        Tree::Mapping(entries) if !entries.is_empty() => write_entries(entries, lines, &mut out),
        Tree::Sequence(items) if !items.is_empty() => write_sequence(items, lines, &mut out),
        scalar => {
            write_scalar(scalar, lines, &mut out);
            out.push_str("\n");
        }
    }
    out.finish().into_inner()
}

/// The entries, of which the first begins where the output stands.
pub(super) fn write_entries(
    entries: &[(super::SecretText, Tree)],
    lines: Lines,
    out: &mut SecretBuilder,
) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            write_indent(lines, out);
        }
        write_key(key.expose(), lines, out);
        match value {
            Tree::Mapping(entries) if !entries.is_empty() => {
                out.push_str("\n");
                write_indent(lines.indented(2), out);
                write_entries(entries, lines.indented(2), out);
            }
            Tree::Sequence(items) if !items.is_empty() => {
                out.push_str("\n");
                write_indent(lines, out);
                write_sequence(items, lines, out);
            }
            scalar => {
                out.push_str(" ");
                write_scalar(scalar, lines, out);
                out.push_str("\n");
            }
        }
    }
}

fn write_sequence(items: &[Tree], lines: Lines, out: &mut SecretBuilder) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            write_indent(lines, out);
        }
        out.push_str("- ");
        match item {
            Tree::Mapping(entries) if !entries.is_empty() => {
                write_entries(entries, lines.indented(2), out);
            }
            Tree::Sequence(items) if !items.is_empty() => {
                write_sequence(items, lines.indented(2), out);
            }
            scalar => {
                write_scalar(scalar, lines, out);
                out.push_str("\n");
            }
        }
    }
}

fn write_indent(lines: Lines, out: &mut SecretBuilder) {
    for _ in 0..lines.indent {
        out.push_str(" ");
    }
}

fn write_key(key: &str, lines: Lines, out: &mut SecretBuilder) {
    let long = key.len() > LONG_KEY;
    if long {
        out.push_str("? ");
    }
    match style_of(key) {
        Style::Plain => out.push_str(key),
        Style::SingleQuoted => write_single_quoted(key, out),
        Style::DoubleQuoted | Style::Literal => write_double_quoted(key, out),
    }
    if long {
        out.push_str("\n");
        write_indent(lines, out);
    }
    out.push_str(":");
}

fn write_scalar(scalar: &Tree, lines: Lines, out: &mut SecretBuilder) {
    match scalar {
        Tree::Null => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(number) => out.push_str(&number.to_string()),
        Tree::Sequence(_) => out.push_str("[]"),
        Tree::Mapping(_) => out.push_str("{}"),
        Tree::String(text) => {
            let text = text.expose();
            match style_of(text) {
                Style::Plain => out.push_str(text),
                Style::SingleQuoted => write_single_quoted(text, out),
                Style::Literal if lines.keep || !keeps_blank_lines(text) => {
                    write_literal(text, lines.indented(2), out);
                }
                Style::DoubleQuoted | Style::Literal => write_double_quoted(text, out),
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// The style kubectl gives a string.
fn style_of(text: &str) -> Style {
    if is_long_word(text) {
        return Style::Plain;
    }
    if !text.chars().all(|c| c == '\n' || is_printable(c)) {
        return Style::DoubleQuoted;
    }
    if text.contains('\n') {
        let blank_at_end = text.ends_with(' ') || text.contains(" \n");
        return if blank_at_end { Style::DoubleQuoted } else { Style::Literal };
    }
    if !stays_text(text) {
        return Style::DoubleQuoted;
    }
    if can_be_plain(text) { Style::Plain } else { Style::SingleQuoted }
}

/// A single long word, as base64 is: too long to be a number, and no word that means something else. Most of what is
/// written is ciphertext, so this is looked at first.
fn is_long_word(text: &str) -> bool {
    const LONG: usize = 64;
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    text.len() > LONG
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        // Without stopping early, which lets the compiler look at many bytes at once.
        && text.bytes().fold(true, |all, byte| all & in_word(byte))
}

/// Whether a character stands for itself in the output. Characters beyond the basic plane are
/// escaped by kubectl; so are those that may pass for a line break here.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{A0}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}')
        && !matches!(character, '\u{2028}' | '\u{2029}')
}

/// Whether a line of text means itself without quotes in block context.
fn can_be_plain(text: &str) -> bool {
    let first_is_indicator = text.starts_with(|c| "#,[]{}&*!|>'\"%@`".contains(c));
    let first_with_space = matches!(text.as_bytes(), [b'-' | b'?' | b':', rest @ ..] if matches!(rest, [] | [b' ', ..]));
    // Any white space: before `{` kubectl would take the file for JSON.
    let at_edge =
        text.starts_with(char::is_whitespace) || text.ends_with(' ') || text.ends_with(':');
    let inside = text.contains(": ") || text.contains(" #");
    let separator = text.starts_with("---") || text.starts_with("...");
    !(text.is_empty() || first_is_indicator || first_with_space || at_edge || inside || separator)
}

pub(super) fn write_single_quoted(text: &str, out: &mut SecretBuilder) {
    out.push_str("'");
    for (at, part) in text.split('\'').enumerate() {
        if at > 0 {
            out.push_str("''");
        }
        out.push_str(part);
    }
    out.push_str("'");
}

pub(super) fn write_double_quoted(text: &str, out: &mut SecretBuilder) {
    out.push_str("\"");
    out.push_escaped(text, |c| is_printable(c) && !matches!(c, '"' | '\\'), write_escape);
    out.push_str("\"");
}

fn write_escape(character: char, out: &mut SecretBuilder) {
    let short = match character {
        '\0' => "\\0",
        '\x07' => "\\a",
        '\x08' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\x0B' => "\\v",
        '\x0C' => "\\f",
        '\r' => "\\r",
        '\x1B' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        other => {
            let escape = match u32::from(other) {
                code @ ..=0xFF => format!("\\x{code:02X}"),
                code @ 0x100..=0xFFFF => format!("\\u{code:04X}"),
                code => format!("\\U{code:08X}"),
            };
            return out.push_str(&Zeroizing::new(escape));
        }
    };
    out.push_str(short);
}

/// Lines as they are, after `|` and what it needs to know of spaces and line feeds at the edges.
fn write_literal(text: &str, lines: Lines, out: &mut SecretBuilder) {
    out.push_str("|");
    if text.starts_with([' ', '\n']) {
        out.push_str("2");
    }
    if !text.ends_with('\n') {
        out.push_str("-");
    } else if keeps_blank_lines(text) {
        out.push_str("+");
    }
    let content = text.strip_suffix('\n').unwrap_or(text);
    for line in content.split('\n') {
        out.push_str("\n");
        if !line.is_empty() {
            write_indent(lines, out);
            out.push_str(line);
        }
    }
}

/// Whether a block has to say that the blank lines at its end are part of it.
fn keeps_blank_lines(text: &str) -> bool {
    text == "\n" || text.ends_with("\n\n")
}
