//! Files of any bytes: what is read has places inside the text, and reads back when written.

#![no_main]

use kubeyaml::{DuplicateKeys, Edit, Tree, Value};
use libfuzzer_sys::fuzz_target;

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
        let mut edits = Vec::new();
        for (_, node) in entries.iter() {
            assert!(input.text().get(node.span()).is_some());
            edits.extend(Edit::new(node, "AgB="));
        }
        let count = edits.len();
        let after = kubeyaml::splice(input.text(), edits).expect("places of this text");
        let after = kubeyaml::split(after.as_bytes()).expect("the same documents");
        let after = after.documents().nth(document.index() - 1).expect("the same documents");
        let after = after.parse().expect("a document").expect("a mapping");
        let entries = after.as_mapping().expect("a mapping");
        let changed =
            |node: &kubeyaml::Node| node.as_str().is_some_and(|text| text.trim() == "AgB=");
        assert!(entries.iter().filter(|(_, node)| changed(node)).count() >= count);
    }
});
