//! Files of any bytes: what is read has places inside the text, reads back when written, and holds
//! what it should after edits.

#![no_main]

use kubeyaml::{At, DuplicateKeys, Editor, Input, Node, RawDocument, Tree, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let Ok(input) = kubeyaml::split(file) else { return };
    for document in input.documents() {
        let _ = document.parse_with(DuplicateKeys::LastCounts);
        let Ok(Some(node)) = document.parse() else { continue };
        reads_back(&Tree::from(&node));
        let number = document.index() - 1;
        edit(&input, number, &node, |editor, tree| {
            replace_all(editor, &node, tree);
        });
        edit(&input, number, &node, |editor, tree| {
            insert_everywhere(editor, &node, tree);
        });
        edit(&input, number, &node, |editor, tree| {
            remove_first(editor, &node, tree);
        });
    }
});

fn reads_back(tree: &Tree) {
    let json = kubeyaml::to_json(tree);
    for written in [kubeyaml::to_yaml(tree), json.clone()] {
        let again = kubeyaml::split(written.as_bytes()).expect("one document");
        assert!(parse(&again, 0).is_some_and(|again| *kubeyaml::to_json(&again) == *json));
    }
}

/// Edits one document, with the same changes to its tree: the other documents keep their bytes.
fn edit(input: &Input, number: usize, node: &Node, change: impl Fn(&mut Editor<'_>, &mut Tree)) {
    let mut editor = input.editor();
    let mut expected = Tree::from(node);
    change(&mut editor, &mut expected);
    let Ok(after) = editor.finish() else { return };
    let after = kubeyaml::split(&after).expect("it was read when it was made");
    assert_eq!(input.documents().len(), after.documents().len());
    let found = parse(&after, number).expect("the edited document");
    assert!(*kubeyaml::to_json(&found) == *kubeyaml::to_json(&expected));
    for (before, after_document) in input.documents().zip(after.documents()) {
        let same = own_text(input, before) == own_text(&after, after_document);
        assert!(same || before.index() == number + 1);
    }
}

/// A document's text without the `---` before it, which belongs to the document if that is the first in YAML: where the one
/// before it becomes JSON by an edit, it is.
fn own_text<'a>(input: &'a Input, document: RawDocument<'_>) -> &'a str {
    let text = input.text().get(document.span()).unwrap_or_default();
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("---") => rest,
        _ => text,
    }
}

fn parse(input: &Input, number: usize) -> Option<Tree> {
    let document = input.documents().nth(number)?;
    document.parse().ok().flatten().as_ref().map(Tree::from)
}

/// Replaces every string that is not in a block, where line feeds around it would stay.
fn replace_all(editor: &mut Editor<'_>, node: &Node, tree: &mut Tree) {
    match (node.value(), tree) {
        (Value::String(old), tree @ Tree::String(_)) => {
            let line = !old.expose().starts_with('\n') && !old.expose().ends_with('\n');
            if line && editor.replace(node, "AgB=").is_ok() {
                *tree = "AgB=".into();
            }
        }
        (Value::Sequence(nodes), Tree::Sequence(trees)) => {
            nodes.iter().zip(trees).for_each(|(node, tree)| replace_all(editor, node, tree));
        }
        (Value::Mapping(nodes), Tree::Mapping(trees)) => {
            let nodes = nodes.iter().zip(trees);
            nodes.for_each(|((_, node), (_, tree))| replace_all(editor, node, tree));
        }
        _ => {}
    }
}

/// Inserts an entry after each one of every mapping.
fn insert_everywhere(editor: &mut Editor<'_>, node: &Node, tree: &mut Tree) {
    match (node.value(), tree) {
        (Value::Sequence(nodes), Tree::Sequence(trees)) => {
            nodes.iter().zip(trees).for_each(|(node, tree)| insert_everywhere(editor, node, tree));
        }
        (Value::Mapping(nodes), Tree::Mapping(trees)) => {
            let old = std::mem::take(trees);
            if editor.insert(node, At::First, "first-new", &"AgB=".into()).is_ok() {
                trees.push(("first-new".into(), "AgB=".into()));
            }
            for ((number, (key, node_in)), (name, mut tree)) in nodes.iter().enumerate().zip(old) {
                insert_everywhere(editor, node_in, &mut tree);
                trees.push((name, tree));
                let new = format!("new-{number}");
                if editor.insert(node, At::After(key.text()), &new, &"a\nb".into()).is_ok() {
                    trees.push((new.into(), "a\nb".into()));
                }
            }
        }
        _ => {}
    }
}

/// Removes the first entry of every mapping, and puts nothing in its place.
fn remove_first(editor: &mut Editor<'_>, node: &Node, tree: &mut Tree) {
    match (node.value(), tree) {
        (Value::Sequence(nodes), Tree::Sequence(trees)) => {
            nodes.iter().zip(trees).for_each(|(node, tree)| remove_first(editor, node, tree));
        }
        (Value::Mapping(nodes), Tree::Mapping(trees)) => {
            let first = nodes.iter().next();
            let removed = first.is_some_and(|(key, _)| editor.remove(node, key.text()).is_ok());
            if removed {
                trees.remove(0);
            }
            let nodes = nodes.iter().skip(usize::from(removed)).zip(trees);
            nodes.for_each(|((_, node), (_, tree))| remove_first(editor, node, tree));
        }
        _ => {}
    }
}
