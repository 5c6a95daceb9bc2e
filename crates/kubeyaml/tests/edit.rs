//! Edits that keep every other byte: the pairs of `fixtures/yaml/rotate`, and cases one by one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the pairs are files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use kubeyaml::{DuplicateKeys, EditError, Input, Node};
use sealkit_testkit::{fixture, read_fixture};

fn file(name: &str) -> Vec<u8> {
    read_fixture(&format!("yaml/rotate/{name}"))
}

/// How many pairs `fixtures/yaml/rotate` has with a list of old and new values.
const GENERATED: usize = 29;

/// The names and nodes of all items of `spec.encryptedData`.
fn items(input: &Input) -> Vec<(String, Node)> {
    let mut found = Vec::new();
    for document in input.documents() {
        // Some of the files have `spec.template` twice, which does not matter here.
        let node = document.parse_with(DuplicateKeys::LastCounts).unwrap();
        let Some(node) = node else { continue };
        let get = |node: &Node, key| node.as_mapping().and_then(|map| map.get(key)).cloned();
        if get(&node, "kind").is_none_or(|kind| kind.as_str() != Some("SealedSecret")) {
            continue;
        }
        let items = get(&node, "spec").and_then(|spec| get(&spec, "encryptedData")).unwrap();
        let items = items.as_mapping().unwrap();
        assert!(!items.has_duplicates());
        found.extend(items.iter().map(|(key, node)| (key.text().to_owned(), node.clone())));
    }
    found
}

/// The value without line breaks, if it is base64 then.
fn base64(node: &Node) -> Option<String> {
    let text: String = node.as_str()?.chars().filter(|c| !"\r\n".contains(*c)).collect();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    (!text.is_empty() && text.bytes().all(fits)).then_some(text)
}

fn expected_after(name: &str, after: &[u8]) {
    let expected = file(&format!("{name}.expected-after.yaml"));
    let [after_text, expected_text] = [after, &expected].map(String::from_utf8_lossy);
    assert!(after == expected, "{name}:\n{after_text}\ninstead of\n{expected_text}");
}

#[test]
fn numbered_replacements_change_nothing_else() {
    for name in ["all-crlf", "eof1", "eof3", "eof4", "flow"] {
        let log = String::from_utf8(file(&format!("{name}.expected-log.txt"))).unwrap();
        let input = kubeyaml::split(&file(&format!("{name}.yaml"))).unwrap();
        let mut editor = input.editor();
        let (mut edits, mut refused) = (0, BTreeSet::new());
        for (key, node) in items(&input) {
            let new = format!("AgNEW{edits}xyz==");
            // A string that is not base64 could be replaced, but is not to be.
            let replaceable =
                base64(&node).is_some() || input.editor().replace(&node, new.as_str()).is_err();
            let reason = match replaceable.then(|| editor.replace(&node, new)) {
                Some(Ok(())) => {
                    edits += 1;
                    continue;
                }
                Some(Err(EditError::Binary)) => r#"tagged Some("tag:yaml.org,2002:binary")"#,
                Some(Err(EditError::Copied)) => "not a scalar",
                Some(Err(EditError::Shared)) => "an alias repeats it",
                Some(Err(_)) | None => "not base64",
            };
            refused.insert(format!("warn: {key}: {reason}"));
        }
        refused.insert(format!("verify ok, {edits} edits"));
        assert_eq!(refused, log.lines().map(str::to_owned).collect(), "{name}");
        expected_after(name, &editor.finish().unwrap());
    }
}

#[test]
fn generated_files_change_only_where_they_should() {
    let mut count = 0;
    for entry in fs::read_dir(fixture("yaml/rotate")).unwrap() {
        let entry = entry.unwrap().file_name();
        let Some(name) = entry.to_str().unwrap().strip_suffix(".old-new.txt") else { continue };
        let pairs = String::from_utf8(file(&format!("{name}.old-new.txt"))).unwrap();
        let pairs: BTreeMap<_, _> =
            pairs.lines().map(|line| line.split_once(' ').unwrap()).collect();
        let input = kubeyaml::split(&file(&format!("{name}.yaml"))).unwrap();
        let mut editor = input.editor();
        let mut edits = 0;
        for (_, node) in items(&input) {
            let Some(new) = base64(&node).and_then(|old| pairs.get(old.as_str()).copied()) else {
                continue;
            };
            editor.replace(&node, new).unwrap();
            edits += 1;
        }
        assert_eq!(edits, pairs.len(), "{name}");
        expected_after(name, &editor.finish().unwrap());
        count += 1;
    }
    assert_eq!(count, GENERATED);
}

/// The first document's value of `a`.
fn value_of_a(input: &Input) -> Node {
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    document.as_mapping().unwrap().get("a").unwrap().clone()
}

/// The document with the value of `a` replaced.
fn replaced(text: &str, new: &str) -> Result<String, EditError> {
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let mut editor = input.editor();
    editor.replace(&value_of_a(&input), new)?;
    Ok(String::from_utf8(editor.finish()?.to_vec()).unwrap())
}

#[test]
fn a_new_string_is_quoted_where_it_has_to_be() {
    for (text, new, expected) in [
        ("a: old # c\n", "new", "a: new # c\n"),
        ("a: old # c\n", "yes", "a: \"yes\" # c\n"),
        ("a: old\n  text\nb: c", "x: y", "a: \"x: y\"\nb: c"),
        ("a: 'old'\n", "it's", "a: 'it''s'\n"),
        ("a: 'old'\n", "a\tb", "a: \"a\\tb\"\n"),
        ("a: \"o\\\n  ld\"\n", "say \"hi\"", "a: \"say \\\"hi\\\"\"\n"),
        ("{\"a\":\"old\",\"b\":1}", "é\n", "{\"a\":\"é\\n\",\"b\":1}"),
        ("{\"a\":\"old\"}", "\u{7f}", "{\"a\":\"\\u007f\"}"),
        ("# c\n{a: old, b: c}", "1", "# c\n{a: \"1\", b: c}"),
        ("\u{feff}a: old", "new", "\u{feff}a: new"),
        ("a: |4-\n     old\n      text\n\nb: c", "n w", "a: |4-\n    n w\n\nb: c"),
        ("a: >+ # c\r\n  old\r\n  text\r\n\r\n", "new", "a: >+ # c\r\n  new\r\n\r\n"),
    ] {
        let after = replaced(text, new).unwrap();
        assert_eq!(after, expected);
        let found = value_of_a(&kubeyaml::split(after.as_bytes()).unwrap());
        assert_eq!(found.as_str().unwrap().trim_end_matches('\n'), new.trim_end_matches('\n'));
    }
}

#[test]
fn what_cannot_be_replaced_is_refused() {
    for (text, new, expected) in [
        ("a: 1", "new", EditError::NotAString),
        ("a:", "new", EditError::NotAString),
        ("a: [b]", "new", EditError::NotAString),
        ("a: !!str\n", "new", EditError::NotAString),
        ("a: !!binary aGk=", "new", EditError::Binary),
        ("b: &x old\na: *x", "new", EditError::Copied),
        ("b: &x {a: old}\n<<: *x", "new", EditError::Copied),
        ("a: &x old\nb: *x", "new", EditError::Shared),
        ("a: &x old\nb: {*x : c}", "new", EditError::Shared),
        ("c: &x {d: [e, &y {f: g}]}\nb: *x\n<<: {a: &z h}\nk: *z", "new", EditError::Copied),
        ("a: |\n  old", "new\nline", EditError::Unfit),
        ("a: |\n  old", " new", EditError::Unfit),
        ("a: |\n  old", "", EditError::Unfit),
        ("a: >\n  old", "a\tb", EditError::Unfit),
        ("a: |+\n\n", "new", EditError::Unfit),
        ("a: |\n\u{2028}  old\n", "new", EditError::BlockEdge),
        ("a: |\n  old\u{2029}", "new", EditError::BlockEdge),
        ("a: >-\n  old\u{85}b: c\n", "new", EditError::BlockEdge),
        // With the new value, the last line without a line feed is one that kubectl loses.
        ("a: old", &"x".repeat(4096 - 3), EditError::NotTheSame),
    ] {
        assert_eq!(replaced(text, new), Err(expected), "{text:?}");
    }
}

#[test]
fn nodes_of_another_text_and_a_string_twice_are_refused() {
    let input = kubeyaml::split(b"a: b\nc: d\n").unwrap();
    let same = kubeyaml::split(b"a: b\nc: d\n").unwrap();
    let mut editor = input.editor();
    assert_eq!(editor.replace(&value_of_a(&same), "new"), Err(EditError::OtherText));
    editor.replace(&value_of_a(&input), "new").unwrap();
    assert_eq!(editor.replace(&value_of_a(&input), "newer"), Err(EditError::SamePlace));
    // What was refused leaves no trace.
    assert_eq!(*editor.finish().unwrap(), *b"a: new\nc: d\n");
}

#[test]
fn every_reason_has_a_name_of_its_own() {
    let all = [
        EditError::Binary,
        EditError::BlockEdge,
        EditError::Copied,
        EditError::NotAString,
        EditError::NotTheSame,
        EditError::OtherText,
        EditError::Overlap,
        EditError::SamePlace,
        EditError::Shared,
        EditError::TooLarge,
        EditError::Unfit,
    ];
    let names: BTreeSet<_> = all.iter().map(|error| error.reason()).collect();
    let messages: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!((names.len(), messages.len()), (all.len(), all.len()));
    assert_eq!(EditError::NotAString.reason(), "not-a-string");
}

#[test]
fn what_an_alias_repeats_is_shared() {
    let text = b"a: &x {b: [c, &y d]}\ne: *x\nf: &z g\nh: &x i\nj: &k {l: m}\np: {<<: *k}\n";
    let input = kubeyaml::split(text).unwrap();
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    let get = |path: &[&str]| {
        path.iter().fold(&document, |node, key| node.as_mapping().unwrap().get(key).unwrap())
    };
    let c = get(&["a", "b"]).as_sequence().unwrap().first().unwrap();
    for shared in [get(&["a"]), get(&["a", "b"]), c, get(&["j"]), get(&["j", "l"])] {
        assert!(shared.is_shared() && !shared.is_copied());
        assert_eq!(input.editor().replace(shared, "new"), Err(EditError::Shared));
    }
    for other in [&document, get(&["e"]), get(&["f"]), get(&["h"]), get(&["p"]), get(&["p", "l"])] {
        assert!(!other.is_shared());
    }
}
