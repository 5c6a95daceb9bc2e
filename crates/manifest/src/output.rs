//! Documents as a stream of text.

use kubeyaml::{Format, Tree};
use zeroize::Zeroizing;

/// What each YAML document begins with.
const SEPARATOR: &str = "---\n";

/// One document of a stream: YAML begins with `---`, JSON ends with a newline.
pub(crate) fn write(format: Format, tree: &Tree) -> Zeroizing<String> {
    match format {
        Format::Yaml => frame(format, &kubeyaml::to_yaml(tree)),
        Format::Json => frame(format, &kubeyaml::to_json(tree)),
    }
}

/// A document's text as part of a stream.
pub(crate) fn frame(format: Format, text: &str) -> Zeroizing<String> {
    let separator = if format == Format::Yaml { SEPARATOR } else { "" };
    let end = if text.ends_with('\n') { "" } else { "\n" };
    // Made at its full size: growing would leave copies of plaintext behind.
    let mut document = String::with_capacity(separator.len() + text.len() + end.len());
    document.extend([separator, text, end]);
    Zeroizing::new(document)
}

/// The first document of a file may begin with its separator, which is written anew.
pub(crate) fn without_separator(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim_end() == "---" => rest,
        _ => text,
    }
}
