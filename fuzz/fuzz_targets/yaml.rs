//! Files of any bytes: what is read has places inside the text, and reads back when written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use kubeyaml::{DuplicateKeys, Tree, Value};

fuzz_target!(|file: &[u8]| {
    let Ok(input) = kubeyaml::split(file) else { return };
    for document in input.documents() {
        let _ = document.parse_with(DuplicateKeys::LastCounts);
        let Ok(Some(node)) = document.parse() else { continue };
        let tree = Tree::from(&node);
        let json = kubeyaml::to_json(&tree);
        for written in [kubeyaml::to_yaml(&tree), json.clone()] {
            let again = kubeyaml::split(written.as_bytes()).expect("one document");
            let again = again.documents().next().expect("one document").parse();
            let again = again.expect("a document").expect("a mapping");
            assert!(*kubeyaml::to_json(&Tree::from(&again)) == *json);
        }
        let Value::Mapping(entries) = node.value() else { continue };
        let (mut editor, mut count) = (input.editor(), 0);
        for (_, node) in entries.iter() {
            assert!(input.text().get(node.span()).is_some());
            count += usize::from(editor.replace(node, "AgB=").is_ok());
        }
        let Ok(after) = editor.finish() else { continue };
        let after = kubeyaml::split(&after).expect("the same documents");
        let after = after.documents().nth(document.index() - 1).expect("the same documents");
        let after = after.parse().expect("a document").expect("a mapping");
        let entries = after.as_mapping().expect("a mapping");
        let changed = |node: &kubeyaml::Node| node.as_str().is_some_and(|text| text.trim() == "AgB=");
        assert!(entries.iter().filter(|(_, node)| changed(node)).count() >= count);
    }
});
