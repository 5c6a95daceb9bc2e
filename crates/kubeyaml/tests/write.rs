//! What is written reads back as the same strings, and looks as kubectl prints it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use kubeyaml::{Node, Number, Style, Tree};
use sealkit_testkit::read_fixture;

fn fixture(name: &str) -> String {
    String::from_utf8(read_fixture(&format!("yaml/{name}"))).unwrap()
}

fn read(text: &str) -> Node {
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let mut documents = input.documents();
    let node = documents.next().unwrap().parse().unwrap().unwrap();
    assert_eq!(documents.len(), 0, "more than one document");
    node
}

fn same_strings(node: &Node, strings: &[String]) {
    let items = node.as_mapping().unwrap().get("items").unwrap().as_sequence().unwrap();
    let keys = node.as_mapping().unwrap().get("keys").unwrap().as_mapping().unwrap();
    assert_eq!(items.len(), strings.len());
    for (string, item) in strings.iter().zip(items) {
        assert_eq!(item.as_str(), Some(string.as_str()), "{string:?} as an item");
        let value = keys.get(string).and_then(Node::as_str);
        assert_eq!(value, Some(string.as_str()), "{string:?} as a key and a value");
    }
}

/// The strings as items of a list, and as keys and values of a mapping.
fn tree_of(strings: &[String]) -> Tree {
    let mut distinct = strings.to_vec();
    distinct.sort();
    distinct.dedup();
    Tree::mapping([
        ("items", Tree::Sequence(strings.iter().map(|text| text.as_str().into()).collect())),
        ("keys", Tree::mapping(distinct.iter().map(|text| (text.as_str(), text.as_str().into())))),
    ])
}

#[test]
fn tricky_strings_read_back_as_the_same_strings() {
    let document = read(&fixture("tricky-strings.json"));
    let data = document.as_mapping().unwrap().get("data").unwrap().as_mapping().unwrap();
    let strings: Vec<_> = data.iter().map(|(_, node)| node.as_str().unwrap().to_owned()).collect();
    assert_eq!(strings.len(), 279);
    let tree = tree_of(&strings);
    same_strings(&read(&kubeyaml::to_yaml(&tree)), &strings);
    same_strings(&read(&kubeyaml::to_json(&tree)), &strings);
}

/// Entries that kubectl writes otherwise, and why we do not.
const OTHERWISE: &[(&str, &str)] = &[
    ("k095", "`<<` is in quotes: some readers take it for a merge key everywhere"),
    ("k117", "`1:60` is in quotes: some readers take it for a number to the base of 60"),
    ("k183", "line breaks other than the line feed are escaped"),
    ("k184", "line breaks other than the line feed are escaped"),
    ("k185", "line breaks other than the line feed are escaped"),
    ("k186", "line breaks other than the line feed are escaped"),
    ("k187", "line breaks other than the line feed are escaped"),
    ("k189", "only the byte order mark is escaped, not the letter after it"),
    ("k191", "white space other than the space is in quotes"),
    ("k213", "long lines are not folded"),
    ("k214", "long lines are not folded"),
    ("k216", "long lines are not folded"),
];

#[test]
fn tricky_strings_are_written_as_kubectl_writes_them() {
    let document = read(&fixture("tricky-strings.json"));
    let written = kubeyaml::to_yaml(&Tree::from(&document));
    let (ours, theirs) = (entries(&written), fixture("tricky-strings.go.yaml"));
    let theirs = entries(&theirs);
    assert_eq!(theirs.len(), 274);
    let different: Vec<_> =
        theirs.keys().filter(|&key| ours.get(key) != theirs.get(key)).copied().collect();
    assert_eq!(different, OTHERWISE.iter().map(|(key, _)| *key).collect::<Vec<_>>());
}

/// The lines of each entry of `data`.
fn entries(text: &str) -> BTreeMap<&str, Vec<&str>> {
    let (mut entries, mut key) = (BTreeMap::<_, Vec<_>>::new(), "");
    for line in text.lines() {
        match line.split_once(": ") {
            Some((start, rest)) if start.len() == 6 && start.starts_with("  k") => {
                key = start.trim();
                entries.entry(key).or_default().push(rest);
            }
            _ if !line.is_empty() && !line.starts_with("   ") => key = "",
            _ if !key.is_empty() => entries.entry(key).or_default().push(line),
            _ => {}
        }
    }
    entries
}

#[test]
fn a_sealed_secret_is_written_in_the_style_of_kubectl() {
    let mut tree = Tree::from(&read(&fixture("go-style.json")));
    sort_keys(&mut tree);
    let written = kubeyaml::to_yaml(&tree);
    // kubectl folds this line; we never fold.
    let expected =
        fixture("go-style.expected.yaml").replace("thirteen\n      fourteen", "thirteen fourteen");
    assert_eq!(*written, expected);
}

/// Puts the keys of all mappings in the order of their bytes, as kubectl prints them.
fn sort_keys(tree: &mut Tree) {
    match tree {
        Tree::Sequence(items) => items.iter_mut().for_each(sort_keys),
        Tree::Mapping(entries) => {
            entries.sort_by(|(a, _), (b, _)| a.expose().cmp(b.expose()));
            entries.iter_mut().for_each(|(_, value)| sort_keys(value));
        }
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {}
    }
}

#[test]
fn base64_stays_on_one_line_without_quotes() {
    let text = "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq".repeat(1000) + "==";
    let written = kubeyaml::to_yaml(&Tree::mapping([("a", text.as_str().into())]));
    assert_eq!(*written, format!("a: {text}\n"));
}

#[test]
fn long_and_nested_keys_read_back() {
    let key = "k".repeat(1200) + ": \"x\"\n";
    let tree = Tree::mapping([
        (key.as_str(), Tree::mapping([(key.as_str(), Tree::Sequence(vec![key.as_str().into()]))])),
        (
            "é",
            Tree::Sequence(vec![
                tree_of(std::slice::from_ref(&key)),
                Tree::Sequence(vec![1.into(), Tree::Null]),
            ]),
        ),
    ]);
    let written = kubeyaml::to_yaml(&tree);
    let again = kubeyaml::to_yaml(&Tree::from(&read(&written)));
    assert_eq!(*written, *again);
    let json = kubeyaml::to_json(&tree);
    assert_eq!(*json, *kubeyaml::to_json(&Tree::from(&read(&json))));
    assert_eq!(*json, *kubeyaml::to_json(&Tree::from(&read(&written))));
}

#[test]
fn empty_collections_and_scalars_are_written_in_flow_style() {
    let tree = Tree::mapping([
        ("a", Tree::Mapping(Vec::new())),
        ("b", Tree::Sequence(Vec::new())),
        ("c", Tree::Null),
        ("d", true.into()),
        ("e", Tree::Number(Number::Float(1e21))),
        ("f", Tree::Number(Number::Float(-2.5e-7))),
        ("g", (-3).into()),
        ("h", "".into()),
    ]);
    let expected = "a: {}\nb: []\nc: null\nd: true\ne: 1e+21\nf: -2.5e-07\ng: -3\nh: \"\"\n";
    assert_eq!(*kubeyaml::to_yaml(&tree), expected);
    assert_eq!(*kubeyaml::to_json(&Tree::Mapping(Vec::new())), "{}\n");
    let inner = Tree::Sequence(vec![Tree::from(1), Tree::from("\n")]);
    let tree = Tree::mapping([("a \"b\"", inner), ("c", Tree::mapping::<&str>([]))]);
    assert_eq!(*kubeyaml::to_json_line(&tree), "{\"a \\\"b\\\"\":[1,\"\\n\"],\"c\":{}}");
}

#[test]
fn lines_of_text_are_a_block_where_that_keeps_every_character() {
    let styles = [
        ("a\nb\n", Style::Literal),
        ("\n", Style::Literal),
        ("  a\n b", Style::Literal),
        ("a\n\n\n", Style::Literal),
        ("---\n...\n# a\n", Style::Literal),
        ("a \nb", Style::DoubleQuoted),
        ("a\r\nb\r\n", Style::DoubleQuoted),
        ("\ta\nb", Style::DoubleQuoted),
        ("a\u{2028}b\n", Style::DoubleQuoted),
        ("a\u{85}b", Style::DoubleQuoted),
        ("a\nb ", Style::DoubleQuoted),
    ];
    for (text, style) in styles {
        let node = read(&kubeyaml::to_yaml(&Tree::mapping([("a", text.into())])));
        let value = node.as_mapping().unwrap().get("a").unwrap();
        assert_eq!((value.as_str(), value.style()), (Some(text), style), "{text:?}");
    }
}

#[test]
fn a_first_key_does_not_make_the_file_look_like_json() {
    for space in ["\u{a0}", "\u{3000}", " ", "\u{2003}"] {
        let key = format!("{space}{{a");
        let node = read(&kubeyaml::to_yaml(&Tree::mapping([(key.as_str(), "b".into())])));
        assert_eq!(node.as_mapping().unwrap().get(&key).and_then(Node::as_str), Some("b"));
    }
}

/// Characters and pieces that readers of YAML treat in their own ways.
const PIECES: &[&str] = &[
    "a",
    "b",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    "\r\n",
    ":",
    ": ",
    "#",
    " #",
    "-",
    "- ",
    "---",
    "...",
    "?",
    "? ",
    "'",
    "\"",
    "\\",
    "|",
    ">",
    "&",
    "*",
    "!",
    "!!str",
    "%",
    "@",
    "`",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    "<<",
    "~",
    "null",
    "yes",
    "No",
    "on",
    "true",
    "0",
    "1",
    "7",
    "0x",
    "0o",
    "0b",
    "1e3",
    ".",
    ".5",
    "+",
    "_",
    ".inf",
    ".nan",
    "12:30",
    "2001-01-01",
    "\0",
    "\x07",
    "\x1b",
    "\x7f",
    "\u{80}",
    "\u{85}",
    "\u{a0}",
    "é",
    "\u{2028}",
    "\u{2029}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "😀",
    "\u{10ffff}",
    "日本",
];

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    fn string(&mut self) -> String {
        (0..self.below(9)).map(|_| PIECES.get(self.below(PIECES.len())).copied().unwrap()).collect()
    }
}

#[test]
fn random_strings_read_back_as_the_same_strings() {
    let mut random = Random(0x5EED_1234_5678_9ABC);
    for _ in 0..400 {
        let strings: Vec<_> = (0..50).map(|_| random.string()).collect();
        let tree = tree_of(&strings);
        same_strings(&read(&kubeyaml::to_yaml(&tree)), &strings);
        same_strings(&read(&kubeyaml::to_json(&tree)), &strings);
    }
}

#[test]
fn long_words_have_no_quotes_and_read_back() {
    let letters = "AgB+/x0e1".repeat(20);
    let plain = [letters.clone(), format!("{letters}=="), "y".repeat(65), "e".repeat(100)];
    let quoted = ["1".repeat(65), "0".repeat(100), format!("+{letters}"), format!("={letters}")];
    let strings: Vec<String> = plain.iter().chain(&quoted).cloned().collect();
    let written = kubeyaml::to_yaml(&tree_of(&strings));
    same_strings(&read(&written), &strings);
    for word in &plain {
        assert!(written.contains(&format!("- {word}\n")), "{word}");
    }
    for digits in quoted.iter().take(2) {
        assert!(written.contains(&format!("- \"{digits}\"\n")), "{digits}");
    }
}
