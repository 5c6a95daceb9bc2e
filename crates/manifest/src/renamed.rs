//! Names of entries that YAML 1.1 reads as another name: `NO` as `false`, `0777` as `511`, as kubectl does.

use kubeyaml::{Key, Node};

use crate::error::shortened;
use crate::warning::WarningKind;

/// The most bytes before a value in which its name is looked for.
const MAX_BEFORE: usize = 1024;

/// A warning for each entry of these maps whose name is read as another one than stands in `text`, which `resource` was
/// read from. A map is named by the fields that lead to it.
pub(crate) fn warnings(resource: &Node, text: &str, maps: &[&[&str]]) -> Vec<WarningKind> {
    let found = maps.iter().filter_map(|path| Some((path, at(resource, path)?.as_mapping()?)));
    let renamed = found.flat_map(|(path, map)| {
        let names =
            map.iter().filter_map(|(key, value)| Some((key, as_written(key, value, text)?)));
        names.map(|(key, written)| WarningKind::NameReadAsAnother {
            map: path.join("."),
            written: shortened(written),
            read: shortened(key.text()),
        })
    });
    renamed.collect()
}

fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, field| node.as_mapping()?.get(field))
}

/// The name as it stands in the text, if it stands there without quotes and is another one.
///
/// It is looked for before its value. A name of several words or with signs is read as it is written.
fn as_written<'a>(key: &Key, value: &Node, text: &'a str) -> Option<&'a str> {
    if !key.text().chars().all(is_of_word) {
        return None;
    }
    let before = text.get(..value.span().start)?;
    let window = before.ceil_char_boundary(before.len().saturating_sub(MAX_BEFORE));
    let before = before.get(window..)?;
    let name = without_properties(before).strip_suffix(':')?.trim_end_matches([' ', '\t']);
    let rest = name.trim_end_matches(is_of_word);
    let written = name.get(rest.len()..)?;
    // Else it is an alias, or a part of something else: of a comment, perhaps.
    let line = rest.rsplit(['\n', '\r']).next().unwrap_or_default();
    let is_whole = !line.contains('#')
        && ((line.is_empty() && (window == 0 || !rest.is_empty()))
            || line.ends_with(|c: char| c.is_whitespace() || matches!(c, '{' | ',')));
    (is_whole && !written.is_empty() && written != key.text()).then_some(written)
}

/// Less the tag and the anchor of the value that follows.
fn without_properties(before: &str) -> &str {
    let mut before = before.trim_end();
    for _ in ["tag", "anchor"] {
        match before.rsplit_once([' ', '\t', '\n']) {
            Some((rest, word)) if word.starts_with(['&', '!']) => before = rest.trim_end(),
            _ => {}
        }
    }
    before
}

/// What booleans and numbers are made of.
fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(text: &str) -> Vec<(String, String)> {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        let node = input.documents().next().unwrap().parse().unwrap().unwrap();
        let names = warnings(&node, input.text(), &[&["a"]]).into_iter().map(|kind| match kind {
            WarningKind::NameReadAsAnother { map, written, read } => {
                assert_eq!(map, "a");
                (written, read)
            }
            other => panic!("{other}"),
        });
        names.collect()
    }

    #[test]
    fn names_without_quotes_that_are_read_as_others() {
        for (text, written, read) in [
            ("a:\n  y: v", "y", "true"),
            ("a:\n  NO : v", "NO", "false"),
            ("a:\n  on:\t\"v\"", "on", "true"),
            ("a:\r\n  0777:\r\n    v", "0777", "511"),
            ("a:\n  1e3: |\n    v", "1e3", "1000"),
            ("a:\n  1.0: >-\n    v", "1.0", "1"),
            ("a:\n  0x1F: 'v'", "0x1F", "31"),
            ("a:\n  1_000:\n", "1_000", "1000"),
            ("a: {k: v, y: v}", "y", "true"),
            ("a: {True: v}", "True", "true"),
            ("b: &b\n  +1: v\na: *b", "+1", "1"),
            ("b: &b {n: v}\na:\n  <<: *b", "n", "false"),
            ("b: &b v\na:\n  No: *b", "No", "false"),
            ("# \u{e4}\u{2028}\u{85}\na:\n  ON: v # c", "ON", "true"),
            ("a:\n  y: &v !!str v", "y", "true"),
        ] {
            assert_eq!(renamed(text), [(written.to_owned(), read.to_owned())], "{text}");
        }
    }

    #[test]
    fn names_that_are_read_as_they_are_written() {
        for text in [
            "a:\n  \"y\": v",
            "a:\n  'NO': v",
            "a:\n  8080: v\n  -1: v\n  true: v\n  1.5: v",
            "a:\n  10.0.0.1: v\n  1.2.3: v\n  12:30: v",
            "a:\n  user: v\n  db.password: v\n  _k: v",
            "a:\n  k: 'y: v'",
            "a:\n  k: |\n    y: v",
            "a:\n  !!str 0777: v",
            "a:\n  ? 1\n    2\n  : v",
            "{\"a\": {\"y\": \"v\", \"0777\": \"v\"}}",
            "a:\n  8080: # NO:\n    v",
            "b:\n- &y y\na:\n  *y : v",
            "a: {k, l}",
            "a: y",
            "b:\n  y: v",
        ] {
            assert_eq!(renamed(text), [], "{text}");
        }
    }

    #[test]
    fn a_name_far_from_its_value_is_not_looked_for() {
        let text = format!("a:\n  \u{e4}: v\n  y:{}v", " ".repeat(2 * MAX_BEFORE));
        assert_eq!(renamed(&text), []);
        let long = "k".repeat(MAX_BEFORE);
        assert_eq!(renamed(&format!("a:\n  {long}: v")), []);
        assert_eq!(renamed(&format!("a:\n  ? {long}\n  : v")), []);
    }
}
