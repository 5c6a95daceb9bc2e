//! Every string, entry and position of all files in `fixtures/yaml` and the folders in it,
//! edited one at a time: an edit is refused, or changes just what it should.
//!
//! What should come of it is worked out here from the values alone, without places.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the files are fixtures")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use kubeyaml::{At, DuplicateKeys, EditError, Editor, Input, Key, Mapping, Node, Tree, Value};
use sealkit_testkit::fixture;

/// Texts that take the place of each string.
const TEXTS: &[&str] = &[
    "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq==",
    "yes",
    "it's: \"a\" # b, {c}",
    "é\u{2028}\t",
    "a\nb\n",
    "",
];

/// How many edits were made, and how many refused for which reason.
#[derive(Default)]
struct Outcome {
    made: usize,
    refused: BTreeMap<&'static str, usize>,
}

/// One step from a node to a child.
#[derive(Clone)]
enum Step {
    Item(usize),
    Entry(String),
}

#[test]
fn every_string_is_replaced_or_refused() {
    let mut outcome = Outcome::default();
    for_each_node(|file, node, path| {
        if node.as_str().is_none() {
            return;
        }
        for &text in some_of(TEXTS, file) {
            let edit = |editor: &mut Editor<'_>| editor.replace(node, text);
            let in_block =
                matches!(node.style(), kubeyaml::Style::Literal | kubeyaml::Style::Folded);
            outcome.count(file, node.span(), edit, |tree| {
                let old = text_of(at(tree, path)).to_owned();
                let before = old.len() - old.trim_start_matches('\n').len();
                let after = old.len() - old.trim_end_matches('\n').len();
                let feeds = |count| if in_block { "\n".repeat(count) } else { String::new() };
                *at(tree, path) = format!("{}{text}{}", feeds(before), feeds(after)).into();
            });
        }
    });
    outcome.expect(
        6339,
        &[("binary", 12), ("copied", 2076), ("not-a-string", 6), ("shared", 83), ("unfit", 213)],
    );
}

#[test]
fn every_entry_is_removed_or_refused() {
    let mut outcome = Outcome::default();
    for_each_node(|file, node, path| {
        let Some(mapping) = node.as_mapping() else { return };
        for (key, _) in mapping.iter() {
            let edit = |editor: &mut Editor<'_>| editor.remove(node, key.text());
            outcome.count(file, around(file, node), edit, |tree| {
                entries(at(tree, path)).retain(|(found, _)| found.expose() != key.text());
            });
        }
    });
    // What would change more than the entry: a value of a merge key that comes to light, and blank
    // lines that become part of a block before them.
    outcome.expect(
        2561,
        &[
            ("copied", 2),
            ("duplicate-keys", 27),
            ("entry", 18),
            ("merge-in-braces", 1),
            ("not-the-same", 4),
            ("shared", 34),
        ],
    );
}

#[test]
fn entries_are_inserted_everywhere_or_refused() {
    let values = [
        "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq==".into(),
        "two\nlines\n".into(),
        Tree::mapping([("a", Tree::mapping([("b: c", "d".into())])), ("e", "".into())]),
    ];
    let mut outcome = Outcome::default();
    for_each_node(|file, node, path| {
        let keys: Vec<_> = match node.value() {
            Value::Mapping(mapping) => keys(mapping),
            Value::Null => Vec::new(),
            _ => return,
        };
        let after = keys.iter().map(|key| At::After(key));
        let places = [At::First, At::Last].into_iter().chain(after);
        for (place, value) in
            places.flat_map(|place| some_of(&values, file).map(move |value| (place, value)))
        {
            let edit = |editor: &mut Editor<'_>| editor.insert(node, place, "new.key", value);
            outcome.count(file, around(file, node), edit, |tree| {
                let found = at(tree, path);
                if matches!(found, Tree::Null) {
                    *found = Tree::Mapping(Vec::new());
                }
                let entries = entries(found);
                let number = match place {
                    At::First => 0,
                    At::Last => entries.len(),
                    At::After(key) => {
                        1 + entries.iter().position(|(found, _)| found.expose() == key).unwrap()
                    }
                };
                entries.insert(number, ("new.key".into(), value.clone()));
            });
        }
    });
    outcome.expect(
        10215,
        &[
            ("copied", 12),
            ("duplicate-keys", 125),
            ("entry", 33),
            ("merge-in-braces", 9),
            ("shared", 27),
        ],
    );
}

impl Outcome {
    /// Makes one edit, and compares what comes of it: the values, and all bytes around `place`.
    fn count(
        &mut self,
        file: &File,
        place: Range<usize>,
        edit: impl Fn(&mut Editor<'_>) -> Result<(), EditError>,
        expect: impl Fn(&mut Tree),
    ) {
        let mut editor = file.input.editor();
        let after = match edit(&mut editor).and_then(|()| editor.finish()) {
            Ok(after) => after,
            Err(error) => {
                *self.refused.entry(error.reason()).or_default() += 1;
                return;
            }
        };
        let result = kubeyaml::split(&after).unwrap();
        let (before, after) = (file.input.text(), result.text());
        let name = &file.name;
        let kept = before.get(..place.start).unwrap();
        assert!(after.starts_with(kept), "{name}: what is before {place:?}:\n{after}");
        let kept = before.get(place.end..).unwrap();
        assert!(after.ends_with(kept), "{name}: what is after {place:?}:\n{after}");
        let mut expected = file.document.clone();
        expect(&mut expected);
        let mut documents = file.documents.clone();
        *documents.get_mut(file.number).unwrap() = written(Some(&expected));
        assert_eq!(documents_of(&result), documents, "{name}:\n{after}");
        self.made += 1;
    }

    fn expect(&self, made: usize, refused: &[(&str, usize)]) {
        let found: Vec<_> = self.refused.iter().map(|(&reason, &count)| (reason, count)).collect();
        assert_eq!((self.made, found.as_slice()), (made, refused));
    }
}

/// A file of which one document is edited.
struct File {
    name: String,
    input: Input,
    /// The number of the document, counted from 0.
    number: usize,
    document: Tree,
    /// All documents in JSON.
    documents: Vec<Option<String>>,
    /// Counts up, to choose by.
    turn: Cell<usize>,
}

/// Calls `visit` for each node that stands in a document, and the path to it.
fn for_each_node(mut visit: impl FnMut(&File, &Node, &[Step])) {
    let files = ["yaml", "yaml/rotate", "yaml/rotate/shapes"].into_iter().flat_map(|folder| {
        fs::read_dir(fixture(folder)).unwrap().map(|entry| entry.unwrap().path())
    });
    let is_input = |path: &PathBuf| {
        let name = path.to_str().unwrap();
        (name.ends_with(".yaml") || name.ends_with(".json")) && !name.contains(".expected")
    };
    let mut paths: Vec<_> = files.filter(is_input).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(input) = kubeyaml::split(&fs::read(&path).unwrap()) else { continue };
        let nodes: Vec<_> = input.documents().map(|document| parse(&document)).collect();
        let documents = documents_of(&input);
        let turn = Cell::new(0);
        let mut file = File { name, input, number: 0, document: Tree::Null, documents, turn };
        for (number, node) in nodes.into_iter().enumerate() {
            let Some(node) = node else { continue };
            file.number = number;
            file.document = Tree::from(&node);
            walk(&node, &mut Vec::new(), &mut |node, path| visit(&file, node, path));
        }
    }
}

fn walk(node: &Node, path: &mut Vec<Step>, visit: &mut impl FnMut(&Node, &[Step])) {
    // As deep as the files that are nested for the sake of it need not be edited everywhere.
    if path.len() > 120 {
        return;
    }
    visit(node, path);
    let children: Vec<_> = match node.value() {
        Value::Sequence(items) => {
            items.iter().enumerate().map(|(at, item)| (Step::Item(at), item)).collect()
        }
        Value::Mapping(mapping) => {
            mapping.iter().map(|(key, node)| (Step::Entry(key.text().to_owned()), node)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        path.push(step);
        walk(child, path, visit);
        path.pop();
    }
}

fn parse(document: &kubeyaml::RawDocument<'_>) -> Option<Node> {
    document.parse_with(DuplicateKeys::LastCounts).ok().flatten()
}

fn documents_of(input: &Input) -> Vec<Option<String>> {
    let trees = input.documents().map(|document| parse(&document).as_ref().map(Tree::from));
    trees.map(|tree| written(tree.as_ref())).collect()
}

fn written(document: Option<&Tree>) -> Option<String> {
    document.map(|tree| kubeyaml::to_json_line(tree).to_string())
}

/// All of them; for a large file one after the other.
fn some_of<'a, T>(all: &'a [T], file: &File) -> impl Iterator<Item = &'a T> + use<'a, T> {
    let turn = file.turn.replace(file.turn.get() + 1) % all.len();
    let (start, count) = if file.input.text().len() > 1024 { (turn, 1) } else { (0, all.len()) };
    all.iter().skip(start).take(count)
}

/// The lines that a mapping, or null, may share: from the key's line to the end of the last one.
fn around(file: &File, node: &Node) -> Range<usize> {
    let text = file.input.text();
    let span = node.span();
    let is_break = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let before = text.get(..span.start).unwrap();
    // Comments may stand between the key and the mapping.
    let mut start = before.trim_end().len();
    while let Some(at) = text.get(..start).unwrap().rfind(is_break).or(Some(0))
        && let Some(comment) = text.get(at..start).unwrap().find('#')
    {
        start = text.get(..at + comment).unwrap().trim_end().len();
    }
    let mut end = span.end;
    for (number, line) in text.get(span.end..).unwrap().split_inclusive(is_break).enumerate() {
        // Comments that are indented more belong to what is before them.
        let inner = line.starts_with(' ') && line.trim_start().starts_with('#');
        if number > 0 && !line.trim().is_empty() && !inner {
            break;
        }
        end += line.len();
    }
    start..end
}

fn at<'a>(tree: &'a mut Tree, path: &[Step]) -> &'a mut Tree {
    path.iter().fold(tree, |tree, step| match (tree, step) {
        (Tree::Sequence(items), Step::Item(at)) => items.get_mut(*at).unwrap(),
        (Tree::Mapping(entries), Step::Entry(key)) => entries
            .iter_mut()
            .find(|(found, _)| found.expose() == key)
            .map(|(_, tree)| tree)
            .unwrap(),
        _ => panic!("the path is one of this tree"),
    })
}

fn entries(tree: &mut Tree) -> &mut Vec<(kubeyaml::SecretText, Tree)> {
    match tree {
        Tree::Mapping(entries) => entries,
        _ => panic!("a mapping"),
    }
}

fn text_of(tree: &Tree) -> &str {
    match tree {
        Tree::String(text) => text.expose(),
        _ => panic!("a string"),
    }
}

fn keys(mapping: &Mapping) -> Vec<String> {
    mapping.iter().map(|(key, _): (&Key, _)| key.text().to_owned()).collect()
}
