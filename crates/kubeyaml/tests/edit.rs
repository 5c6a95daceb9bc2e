//! Edits that keep every other byte: the pairs of `fixtures/yaml/rotate`, and cases one by one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the pairs are files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use kubeyaml::{At, DuplicateKeys, EditError, Editor, Input, Mapping, Node, Tree};
use sealkit_testkit::{fixture, read_fixture};

fn file(name: &str) -> Vec<u8> {
    read_fixture(&format!("yaml/rotate/{name}"))
}

/// How many pairs `fixtures/yaml/rotate` has with a list of old and new values.
const GENERATED: usize = 29;

/// How many files `fixtures/yaml/rotate/shapes` has.
const SHAPES: usize = 32;

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

/// Files of `fixtures/yaml/rotate/shapes` that are not read, or not edited, and why.
const REFUSED_SHAPES: &[(&str, &str)] = &[
    ("anchor-and-alias", "an alias elsewhere in the document repeats this, and would change too"),
    ("helm-guarded", "document 1, line 1, column 2: not valid JSON: expected a key in `\"`"),
    ("helm-values-only", "document 1, line 1, column 2: not valid JSON: expected a key in `\"`"),
    ("windows-1252-comment", "document 1, line 1, column 4: the byte 0xE9 is not UTF-8"),
];

#[test]
fn shapes_of_real_files_keep_all_but_their_ciphertexts() {
    let mut count = 0;
    let mut refused = Vec::new();
    for entry in fs::read_dir(fixture("yaml/rotate/shapes")).unwrap() {
        let entry = entry.unwrap().file_name();
        let name = entry.to_str().unwrap();
        let Some(name) = name.strip_suffix(".yaml").filter(|name| !name.contains('.')) else {
            continue;
        };
        match renew(&file(&format!("shapes/{name}.yaml"))) {
            Ok(after) => expected_after(&format!("shapes/{name}"), &after),
            Err(error) => refused.push((name.to_owned(), error)),
        }
        count += 1;
    }
    refused.sort();
    let refused: Vec<_> =
        refused.iter().map(|(name, error)| (name.as_str(), error.as_str())).collect();
    assert_eq!((count, refused.as_slice()), (SHAPES, REFUSED_SHAPES));
}

/// The file with a new value for each string that is a ciphertext; where there is none, with a new
/// entry in each `encryptedData`.
fn renew(file: &[u8]) -> Result<Vec<u8>, String> {
    let input = kubeyaml::split(file).map_err(|error| error.to_string())?;
    let mut editor = input.editor();
    let mut nodes = Vec::new();
    for document in input.documents() {
        let node = document.parse_with(DuplicateKeys::LastCounts);
        nodes.extend(node.map_err(|error| error.to_string())?);
    }
    let mut ciphertexts = Vec::new();
    nodes.iter().for_each(|node| find_ciphertexts(node, &mut ciphertexts));
    for (number, node) in &ciphertexts {
        editor.replace(node, format!("AgNEW{number}xyz==")).map_err(|error| error.to_string())?;
    }
    if ciphertexts.is_empty() {
        for (number, node) in (1..).zip(&nodes) {
            let get = |node: &Node, key| node.as_mapping().unwrap().get(key).unwrap().clone();
            let items = get(&get(node, "spec"), "encryptedData");
            let new = format!("AgNEW{number}xyz==").into();
            editor.insert(&items, At::Last, "password", &new).map_err(|error| error.to_string())?;
        }
    }
    editor.finish().map(|after| after.to_vec()).map_err(|error| error.to_string())
}

/// The strings that are ciphertexts, with the number in each.
fn find_ciphertexts<'a>(node: &'a Node, found: &mut Vec<(char, &'a Node)>) {
    let number = node.as_str().and_then(|text| text.strip_prefix("AgOLD"));
    found.extend(number.and_then(|rest| rest.chars().next()).map(|number| (number, node)));
    for item in node.as_sequence().unwrap_or_default() {
        find_ciphertexts(item, found);
    }
    for (_, value) in node.as_mapping().into_iter().flat_map(Mapping::iter) {
        find_ciphertexts(value, found);
    }
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
        EditError::DuplicateKeys,
        EditError::Entry,
        EditError::KeyExists,
        EditError::KeyMissing,
        EditError::MergeInBraces,
        EditError::NotAMapping,
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

/// The file after edits to the mapping, or null, at the end of a path of keys and numbers.
fn edited(
    text: &str,
    path: &[&str],
    edit: impl FnOnce(&mut Editor<'_>, &Node) -> Result<(), EditError>,
) -> Result<String, EditError> {
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    let node = path.iter().fold(&document, |node, step| match node.as_sequence() {
        Some(items) => items.get(step.parse::<usize>().unwrap()).unwrap(),
        None => node.as_mapping().unwrap().get(step).unwrap(),
    });
    let mut editor = input.editor();
    edit(&mut editor, node)?;
    Ok(String::from_utf8(editor.finish()?.to_vec()).unwrap())
}

#[test]
fn entries_are_inserted_as_those_beside_them_are_written() {
    for (text, path, at, expected) in [
        // Blocks.
        ("a: b\nc: d\n", &[][..], At::First, "k: v\na: b\nc: d\n"),
        ("a: b\nc: d\n", &[], At::After("a"), "a: b\nk: v\nc: d\n"),
        ("a: b\nc: d\n", &[], At::Last, "a: b\nc: d\nk: v\n"),
        ("a: b\nc: d", &[], At::Last, "a: b\nc: d\nk: v"),
        ("a: b\r\nc: d", &[], At::Last, "a: b\r\nc: d\r\nk: v"),
        ("a: b\rc: d\r", &[], At::After("a"), "a: b\rk: v\rc: d\r"),
        ("a: b\u{2028}c: d\n", &[], At::After("a"), "a: b\u{2028}k: v\nc: d\n"),
        ("a: b # c\r\nc: d\n", &[], At::After("a"), "a: b # c\r\nk: v\r\nc: d\n"),
        ("a: b # c\r\nc: d\n", &[], At::Last, "a: b # c\r\nc: d\nk: v\n"),
        ("\u{feff}# c\na: b\n", &[], At::First, "\u{feff}# c\nk: v\na: b\n"),
        ("\u{feff}a: b\n", &[], At::First, "\u{feff}k: v\na: b\n"),
        (
            "a:\n    b: c\n    # c\n# d\ne: f\n",
            &["a"],
            At::Last,
            "a:\n    b: c\n    k: v\n    # c\n# d\ne: f\n",
        ),
        (
            "a:\n    b: c\n    # c\n# d\ne: f\n",
            &[],
            At::After("a"),
            "a:\n    b: c\n    # c\nk: v\n# d\ne: f\n",
        ),
        ("a:\n- b: c\n  d: e\n", &["a", "0"], At::First, "a:\n- k: v\n  b: c\n  d: e\n"),
        ("a:\n- b: c\n  d: e\n", &["a", "0"], At::Last, "a:\n- b: c\n  d: e\n  k: v\n"),
        ("a:\n- b: c\ne: f\n", &[], At::After("a"), "a:\n- b: c\nk: v\ne: f\n"),
        ("a: |+\n  b\n\nc: d\n", &[], At::After("a"), "a: |+\n  b\n\nk: v\nc: d\n"),
        ("a: |\n  b\n\nc: d\n", &[], At::After("a"), "a: |\n  b\nk: v\n\nc: d\n"),
        ("a: &x {b: c}\n<<: *x\n", &[], At::Last, "a: &x {b: c}\n<<: *x\nk: v\n"),
        ("? a\n: b\n", &[], At::After("a"), "? a\n: b\nk: v\n"),
        // Braces.
        ("a: {b: c}\n", &["a"], At::First, "a: {k: v, b: c}\n"),
        ("a: {b: c, d: e}\n", &["a"], At::After("b"), "a: {b: c, k: v, d: e}\n"),
        ("a: { b: c }\n", &["a"], At::Last, "a: { b: c, k: v }\n"),
        ("a: {b: c,d: , }\n", &["a"], At::Last, "a: {b: c,d: ,k: v, }\n"),
        ("a: {b:}\n", &["a"], At::Last, "a: {b:, k: v}\n"),
        ("a: {b: }\n", &["a"], At::Last, "a: {b: , k: v }\n"),
        (
            "a: {\n  b: c, # c\n  d: e # d\n}\n",
            &["a"],
            At::After("b"),
            "a: {\n  b: c, # c\n  k: v,\n  d: e # d\n}\n",
        ),
        (
            "a: {\n  b: c, # c\n  d: e # d\n}\n",
            &["a"],
            At::Last,
            "a: {\n  b: c, # c\n  d: e, # d\n  k: v\n}\n",
        ),
        ("a: {\n  b: c,\n}\n", &["a"], At::Last, "a: {\n  b: c,\n  k: v,\n}\n"),
        ("a: {\n  b: c\n}\n", &["a"], At::First, "a: {\n  k: v,\n  b: c\n}\n"),
        ("a: {b: c,\n  d: e}\n", &["a"], At::After("b"), "a: {b: c, k: v,\n  d: e}\n"),
        // JSON.
        ("{\"a\":\"b\",\"c\":1}", &[], At::First, "{\"k\":\"v\",\"a\":\"b\",\"c\":1}"),
        ("{\"a\":\"b\",\"c\":1}", &[], At::Last, "{\"a\":\"b\",\"c\":1,\"k\":\"v\"}"),
        ("{\"a\": 1}", &[], At::Last, "{\"a\": 1, \"k\": \"v\"}"),
        ("{\r\n\t\"a\": 1\r\n}", &[], At::Last, "{\r\n\t\"a\": 1,\r\n\t\"k\": \"v\"\r\n}"),
        (
            "{\n  \"a\": 1,\n  \"b\": 2\n}",
            &[],
            At::After("a"),
            "{\n  \"a\": 1,\n  \"k\": \"v\",\n  \"b\": 2\n}",
        ),
        // Nothing there yet.
        ("a: {}\nb: c\n", &["a"], At::First, "a:\n  k: v\nb: c\n"),
        ("a: {} # c\n", &["a"], At::Last, "a: # c\n  k: v\n"),
        ("a:\n  b: { }  \n", &["a", "b"], At::Last, "a:\n  b:\n    k: v\n"),
        ("a:\n    {}\n", &["a"], At::Last, "a:\n    k: v\n"),
        ("a: !!map {}\n", &["a"], At::Last, "a: !!map {k: v}\n"),
        ("a: { # c\n}\n", &["a"], At::Last, "a: { # c\nk: v}\n"),
        ("a: [{}]\n", &["a", "0"], At::Last, "a: [{k: v}]\n"),
        ("a:\n- {}\n", &["a", "0"], At::Last, "a:\n- k: v\n"),
        ("a:\nb: c\n", &["a"], At::Last, "a:\n  k: v\nb: c\n"),
        ("a:", &["a"], At::Last, "a:\n  k: v"),
        ("a: # c\r\nb: c\r\n", &["a"], At::Last, "a: # c\r\n  k: v\r\nb: c\r\n"),
        ("a:\n- b: null\n  c: d\n", &["a", "0", "b"], At::Last, "a:\n- b:\n    k: v\n  c: d\n"),
        ("a: ~\n", &["a"], At::Last, "a:\n  k: v\n"),
        ("a:\n-\n- null\n", &["a", "0"], At::Last, "a:\n- k: v\n- null\n"),
        ("a:\n-\n- null\n", &["a", "1"], At::Last, "a:\n-\n- k: v\n"),
        ("a: {b, c: }\n", &["a", "b"], At::Last, "a: {b: {k: v}, c: }\n"),
        ("a: {b, c: }\n", &["a", "c"], At::Last, "a: {b, c: {k: v} }\n"),
        ("{\"a\":{},\"b\":null}", &["a"], At::Last, "{\"a\":{\"k\":\"v\"},\"b\":null}"),
        ("{\"a\":{},\"b\":null}", &["b"], At::Last, "{\"a\":{},\"b\":{\"k\":\"v\"}}"),
        ("{\n \"a\": {}\n}", &["a"], At::Last, "{\n \"a\": {\n  \"k\": \"v\"\n }\n}"),
        ("{}", &[], At::Last, "{\"k\":\"v\"}"),
    ] {
        let found = edited(text, path, |editor, node| editor.insert(node, at, "k", &"v".into()));
        assert_eq!(found.as_deref(), Ok(expected), "{text:?} {path:?} {at:?}");
    }
}

#[test]
fn values_that_are_not_words_are_written_as_they_have_to_be() {
    let value = Tree::mapping([
        ("a b", "yes".into()),
        ("c", Tree::mapping([("d", "e\nf\n".into()), ("g", Tree::Mapping(Vec::new()))])),
    ]);
    for (text, path, expected) in [
        (
            "a:\n- k: v\r\n",
            &["a", "0"][..],
            "a:\n- k: v\r\n  '- n':\r\n    a b: \"yes\"\r\n    c:\r\n      d: |\r\n        e\r\n        f\r\n      g: {}\r\n",
        ),
        (
            "a: {k: v}\n",
            &["a"],
            "a: {k: v, \"- n\": {\"a b\": \"yes\", c: {d: \"e\\nf\\n\", g: {}}}}\n",
        ),
        (
            "{\"k\":1}",
            &[],
            "{\"k\":1,\"- n\":{\"a b\":\"yes\",\"c\":{\"d\":\"e\\nf\\n\",\"g\":{}}}}",
        ),
        (
            "{\n\t\"k\": 1\n}\n",
            &[],
            "{\n\t\"k\": 1,\n\t\"- n\": {\n\t\t\"a b\": \"yes\",\n\t\t\"c\": {\n\t\t\t\"d\": \"e\\nf\\n\",\n\t\t\t\"g\": {}\n\t\t}\n\t}\n}\n",
        ),
    ] {
        let found = edited(text, path, |editor, node| editor.insert(node, At::Last, "- n", &value));
        assert_eq!(found.as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn blank_lines_after_a_new_entry_are_not_part_of_it() {
    for (value, expected) in [
        ("b\n\n", "a: b\nnew: \"b\\n\\n\"\n\nc: d\n"),
        ("\n", "a: b\nnew: \"\\n\"\n\nc: d\n"),
        ("b\nc\n", "a: b\nnew: |\n  b\n  c\n\nc: d\n"),
        ("b\nc", "a: b\nnew: |-\n  b\n  c\n\nc: d\n"),
    ] {
        let found = edited("a: b\n\nc: d\n", &[], |editor, node| {
            editor.insert(node, At::After("a"), "new", &value.into())
        });
        assert_eq!(found.as_deref(), Ok(expected));
    }
}

#[test]
fn entries_are_removed_with_their_lines_commas_and_comments() {
    for (text, path, keys, expected) in [
        // Blocks.
        ("a: b\nc: d\n", &[][..], &["a"][..], "c: d\n"),
        ("a: b\n# e\nc: d # c\n# f\ne: f\n", &[], &["c"], "a: b\n# e\n# f\ne: f\n"),
        ("a: b\nc: d", &[], &["c"], "a: b\n"),
        // This is JSON now, and so is the next one.
        ("a: b\n", &[], &["a"], "{}\n"),
        ("{\"a\": b, \"c\": 1}\n---\nd: e\n", &[], &["a"], "{\"c\": 1}\n---\nd: e\n"),
        ("\u{feff}a: b\nc: d\n", &[], &["a"], "\u{feff}c: d\n"),
        ("a: |+\n  b\n\nc: d\n", &[], &["a"], "c: d\n"),
        ("a: |\n  b\n\nc: d\n", &[], &["a"], "\nc: d\n"),
        ("a:\n  b:\n    c: d\n  e: f\n", &["a"], &["b"], "a:\n  e: f\n"),
        ("a:\n- b: c\n  d: e\n", &["a", "0"], &["b"], "a:\n- d: e\n"),
        ("a:\n- b: c\n  # c\n  d: e\n", &["a", "0"], &["b"], "a:\n- # c\n  d: e\n"),
        ("a:\n- b: c\n  d: e\n  f: g\n", &["a", "0"], &["d", "b"], "a:\n- f: g\n"),
        ("a: &x b\nc: *x\n", &[], &["c"], "a: &x b\n"),
        // Braces.
        ("a: {b: c, d: e}\n", &["a"], &["b"], "a: {d: e}\n"),
        ("a: {b: c, d: e}\n", &["a"], &["d"], "a: {b: c}\n"),
        ("a: { b: c, d: e, f: g }\n", &["a"], &["f", "d"], "a: { b: c }\n"),
        ("a: {b: c, d: e, f: g}\n", &["a"], &["b", "f"], "a: {d: e}\n"),
        (
            "a: {\n  b: c, # c\n  # d\n  d: e # e\n}\n",
            &["a"],
            &["b"],
            "a: {\n  # d\n  d: e # e\n}\n",
        ),
        (
            "a: {\n  b: c, # c\n  # d\n  d: e # e\n}\n",
            &["a"],
            &["d"],
            "a: {\n  b: c # c\n  # d\n}\n",
        ),
        ("a: {\n  b: c,\n  d: e,\n}\n", &["a"], &["d"], "a: {\n  b: c,\n}\n"),
        ("a: {b: c,\n  d: e, f: g}\n", &["a"], &["d"], "a: {b: c,\n  f: g}\n"),
        // JSON.
        ("{\"a\":\"b\",\"c\":1}", &[], &["a"], "{\"c\":1}"),
        ("{\"a\":\"b\",\"c\":1}", &[], &["c"], "{\"a\":\"b\"}"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}", &[], &["b"], "{\n  \"a\": 1\n}"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}", &[], &["a"], "{\n  \"b\": 2\n}"),
        // Nothing is left.
        ("a:\n  b: c # c\nd: e\n", &["a"], &["b"], "a: {}\nd: e\n"),
        ("a: # c\r\n  # d\r\n  b: c\r\n", &["a"], &["b"], "a: {} # c\r\n  # d\r\n"),
        ("a: &x\n  b: c\n  d: e\n", &["a"], &["b", "d"], "a: &x\n  {}\n"),
        ("a:\n- b: c\n  d: e\n", &["a", "0"], &["d", "b"], "a:\n- {}\n"),
        ("# c\na: b\n", &[], &["a"], "# c\n{}\n"),
        ("a: { b: c }\n", &["a"], &["b"], "a: {}\n"),
        ("a: {\n  b: c,\n}\n", &["a"], &["b"], "a: {}\n"),
        ("a: { # c\n  b: c, # d\n  d: e\n}\n", &["a"], &["b", "d"], "a: { # c\n}\n"),
        ("{\n  \"a\": 1\n}\n", &[], &["a"], "{}\n"),
    ] {
        let found = edited(text, path, |editor, node| {
            keys.iter().try_for_each(|key| editor.remove(node, key))
        });
        assert_eq!(found.as_deref(), Ok(expected), "{text:?} {path:?} {keys:?}");
    }
}

#[test]
fn entries_that_cannot_be_edited_are_refused() {
    let insert = |text, path: &[&str], at| {
        edited(text, path, |editor, node| editor.insert(node, at, "k", &"v".into())).err()
    };
    for (text, path, at, expected) in [
        ("a: b\n", &["a"][..], At::Last, EditError::NotAMapping),
        ("a: [b]\n", &["a"], At::Last, EditError::NotAMapping),
        ("k: b\n", &[], At::Last, EditError::KeyExists),
        ("a: &x {k: b}\nc: {<<: *x}\n", &["c"], At::Last, EditError::KeyExists),
        ("a: b\n", &[], At::After("c"), EditError::KeyMissing),
        ("a: &x {b: c}\nd: *x\n", &["d"], At::Last, EditError::Copied),
        ("a: &x {b: c}\nd: *x\n", &["a"], At::Last, EditError::Shared),
        ("a: &x {b: c}\n<<: *x\n", &[], At::After("b"), EditError::Copied),
        ("a: &x {b: c}\nd: {<<: *x}\n", &["d"], At::Last, EditError::MergeInBraces),
        ("a: [b: c]\n", &["a", "0"], At::Last, EditError::Entry),
        ("a: !!null\nb: c\n", &["a"], At::Last, EditError::Entry),
        ("a: &x\nb: c\n", &["a"], At::Last, EditError::Entry),
    ] {
        assert_eq!(insert(text, path, at), Some(expected), "{text:?}");
    }
    let remove = |text, path: &[&str], key| {
        edited(text, path, |editor, node| editor.remove(node, key)).err()
    };
    for (text, path, key, expected) in [
        ("a: b\n", &["a"][..], "b", EditError::NotAMapping),
        ("a:\n", &["a"], "b", EditError::NotAMapping),
        ("a: b\n", &[], "b", EditError::KeyMissing),
        ("a: &x {b: c}\n<<: *x\n", &[], "b", EditError::Copied),
        ("a: &x {b: c}\nd: *x\n", &["d"], "b", EditError::Copied),
        ("a: &x {b: c}\nd: *x\n", &["a"], "b", EditError::Shared),
        ("a: [{b: &x c}]\nd: *x\n", &[], "a", EditError::Shared),
        ("a: {&x b: c}\nd: *x\n", &["a"], "b", EditError::Shared),
        ("? a\n: b\n", &[], "a", EditError::Entry),
        ("&x a: b\nc: d\n", &[], "a", EditError::Entry),
        ("a: {? b : c, d: e}\n", &["a"], "b", EditError::Entry),
        ("a: [b: c]\n", &["a", "0"], "b", EditError::Entry),
        ("a: &x {b: c}\nd: {<<: *x, e: f}\n", &["d"], "e", EditError::MergeInBraces),
        // The value of the merge key would come to light.
        ("a: &x {b: c}\n<<: *x\nb: d\n", &[], "b", EditError::NotTheSame),
        // The blank line would become part of the block.
        ("a: |+\n  b\nc: d\n\ne: f\n", &[], "c", EditError::NotTheSame),
    ] {
        assert_eq!(remove(text, path, key), Some(expected), "{text:?}");
    }
}

#[test]
fn a_mapping_with_a_key_twice_keeps_its_entries() {
    let input = kubeyaml::split(b"a: b\na: c\nd: e\n").unwrap();
    let document = input.documents().next().unwrap();
    let document = document.parse_with(DuplicateKeys::LastCounts).unwrap().unwrap();
    let mut editor = input.editor();
    let inserted = editor.insert(&document, At::Last, "k", &"v".into());
    assert_eq!(inserted, Err(EditError::DuplicateKeys));
    assert_eq!(editor.remove(&document, "d"), Err(EditError::DuplicateKeys));
    for (key, new) in [("a", "new"), ("d", "newer")] {
        editor.replace(document.as_mapping().unwrap().get(key).unwrap(), new).unwrap();
    }
    assert_eq!(*editor.finish().unwrap(), *b"a: b\na: new\nd: newer\n");
}

#[test]
fn many_edits_are_made_at_once() {
    let text = "# c\na:\n  b: c\n  d: e # d\nf: {g: h, i: j}\n---\nk: l\n";
    let found = edited(text, &[], |editor, root| {
        let get = |key| root.as_mapping().unwrap().get(key).unwrap();
        let (a, f) = (get("a"), get("f"));
        for key in ["b", "d"] {
            editor.remove(a, key)?;
        }
        for (at, key) in [(At::Last, "z"), (At::First, "x"), (At::After("b"), "y")] {
            editor.insert(a, at, key, &"new".into())?;
        }
        for (at, key) in [(At::Last, "z"), (At::Last, "y"), (At::First, "x")] {
            editor.insert(f, at, key, &"new".into())?;
        }
        editor.remove(f, "i")?;
        editor.replace(f.as_mapping().unwrap().get("g").unwrap(), "newer")?;
        editor.insert(root, At::After("a"), "m", &"new".into())?;
        editor.insert(root, At::After("f"), "n", &"new".into())
    });
    let expected = "# c\na:\n  x: new\n  \"y\": new\n  z: new\nm: new\n\
                    f: {x: new, g: newer, z: new, \"y\": new}\n\"n\": new\n---\nk: l\n";
    assert_eq!(found.as_deref(), Ok(expected));
}

#[test]
fn edits_inside_of_what_is_removed_are_refused() {
    let found = edited("a: {b: c}\nd: e\n", &[], |editor, root| {
        let a = root.as_mapping().unwrap().get("a").unwrap();
        editor.replace(a.as_mapping().unwrap().get("b").unwrap(), "new")?;
        editor.remove(root, "a")
    });
    assert_eq!(found, Err(EditError::Overlap));
    let found = edited("a: b\nd: e\n", &[], |editor, root| {
        editor.remove(root, "a")?;
        editor.remove(root, "a")
    });
    assert_eq!(found, Err(EditError::SamePlace));
    let found = edited("a: b\n", &[], |editor, root| {
        editor.insert(root, At::Last, "k", &"v".into())?;
        editor.insert(root, At::First, "k", &"v".into())
    });
    assert_eq!(found, Err(EditError::KeyExists));
}

#[test]
fn a_file_without_edits_stays_as_it_is() {
    for text in ["", "a: b", "---\r\n\u{feff}a: 'b'\n---\n"] {
        let input = kubeyaml::split(text.as_bytes()).unwrap();
        assert_eq!(*input.editor().finish().unwrap(), *text.as_bytes());
    }
}

#[test]
fn utf_16_stays_utf_16() {
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
    };
    let before = "\u{feff}# é 😀\r\na: old # 日本\r\nb: {c: d}\r\n---\r\ne: \"f\"";
    let after = "\u{feff}# é 😀\r\na: \"\\U0001F600é\" # 日本\r\nb: {}\r\nk: v\r\n---\r\ne: \"f\"";
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        // The first mark tells the encoding; another one is part of the text.
        for mark in ["", "\u{feff}"] {
            let [before, after] = [before, after].map(|text| text.replace('\u{feff}', mark));
            let input = kubeyaml::split(&utf16(&before, unit)).unwrap();
            let document = input.documents().next().unwrap().parse().unwrap().unwrap();
            let mapping = document.as_mapping().unwrap();
            let mut editor = input.editor();
            editor.replace(mapping.get("a").unwrap(), "😀é").unwrap();
            editor.remove(mapping.get("b").unwrap(), "c").unwrap();
            editor.insert(&document, At::Last, "k", &"v".into()).unwrap();
            assert_eq!(*editor.finish().unwrap(), utf16(&after, unit));
        }
    }
}

/// The file with words replaced in the string at the key `a`.
fn with_words(file: &str, words: &[(&str, &str)]) -> Result<String, EditError> {
    let input = kubeyaml::split(file.as_bytes()).unwrap();
    let root = input.documents().next().unwrap().parse().unwrap().unwrap();
    let node = root.as_mapping().unwrap().get("a").unwrap();
    let mut editor = input.editor();
    let words = words.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned()));
    editor.replace_words(node, words)?;
    editor.finish().map(|file| str::from_utf8(&file).unwrap().to_owned())
}

#[test]
fn words_are_replaced_wherever_they_stand_in_a_string() {
    let words = [("old==", "new/1="), ("abc", "abcd")];
    for (file, expected) in [
        (
            "a: |-\n  x: old==  # y\n\n  z: 'abc'\n# old==\n",
            "a: |-\n  x: new/1=  # y\n\n  z: 'abcd'\n# old==\n",
        ),
        ("a: >\r\n  old==\r\n  abc\r\nb: c\r\n", "a: >\r\n  new/1=\r\n  abcd\r\nb: c\r\n"),
        ("a: x:old==,abc,abc,oldabc\n", "a: x:new/1=,abcd,abcd,oldabc\n"),
        ("{\"a\": \"x=old== abc\"}", "{\"a\": \"x=new/1= abcd\"}"),
        // Escapes before, in and after a word.
        ("{\"a\": \"\\nold== \\tabc\\/\\\\abc\"}", "{\"a\": \"\\nnew/1= \\tabc\\/\\\\abcd\"}"),
        ("{\"a\": \"\\u006fld\\u003D= ab\\u0063\"}", "{\"a\": \"new/1= abcd\"}"),
        (
            "a: \"\\x6fl\\\n  d==\\\r\n\t .abc\\\n  \" # abc\n",
            "a: \"new/1=\\\r\n\t .abcd\\\n  \" # abc\n",
        ),
        ("a: 'old==\\abc'\n", "a: 'new/1=\\abcd'\n"),
    ] {
        assert_eq!(with_words(file, &words).as_deref(), Ok(expected), "{file}");
    }
}

#[test]
fn words_are_replaced_at_the_places_that_are_named() {
    let file = "a: |\n  # old\n  x: old\n  y: old # old\n";
    let input = kubeyaml::split(file.as_bytes()).unwrap();
    let root = input.documents().next().unwrap().parse().unwrap().unwrap();
    let node = root.as_mapping().unwrap().get("a").unwrap();
    let edited = |places: &[usize]| {
        let mut editor = input.editor();
        let places = places.iter().copied().collect();
        editor.replace_words_at(node, [("old".to_owned(), places, "new".to_owned())])?;
        editor.finish().map(|file| str::from_utf8(&file).unwrap().to_owned())
    };
    let expected = "a: |\n  # old\n  x: new\n  y: new # old\n";
    assert_eq!(edited(&[1, 2]).as_deref(), Ok(expected));
    assert_eq!(edited(&[4]), Err(EditError::WordMissing));
    assert_eq!(edited(&[]), Err(EditError::WordMissing));
}

#[test]
fn words_that_do_not_stand_there_as_they_are_read_are_refused() {
    for (file, words, error) in [
        ("a: old", [("older", "new")], EditError::WordMissing),
        ("a: older", [("old", "new")], EditError::WordMissing),
        ("{\"a\": \"b\\/c\"}", [("c", "new")], EditError::WordMissing),
        ("a: \"\\x62b b\"", [("62b", "new")], EditError::WordMissing),
        ("a: old=x", [("old=", "new")], EditError::WordMissing),
        ("a: old= old=x", [("old=", "new")], EditError::WordMissing),
        ("a: old===", [("old==", "new")], EditError::WordMissing),
        ("a: \"old=\\\n  x\"", [("old=", "new")], EditError::WordMissing),
        ("a: old", [("old", "two words")], EditError::WordMissing),
        ("a: old", [("old", "")], EditError::WordMissing),
        ("a: 1", [("1", "2")], EditError::NotAString),
        ("a: !!binary aGk=", [("hi", "ho")], EditError::Binary),
        ("a: &x old\nb: *x", [("old", "new")], EditError::Shared),
        // Alone, the new word would be a number.
        ("a: old", [("old", "17")], EditError::NotTheSame),
    ] {
        assert_eq!(with_words(file, &words), Err(error), "{file}");
    }
}

#[test]
fn a_word_in_a_comment_is_replaced_and_no_value() {
    let file = "a: x # by abc=\n---\nb: abc= # d\n";
    let input = kubeyaml::split(file.as_bytes()).unwrap();
    let edited = |at: usize, word: &str| {
        let mut editor = input.editor();
        editor.replace_in_comment(at..at + 4, word.to_owned())?;
        editor.finish().map(|file| str::from_utf8(&file).unwrap().to_owned())
    };
    assert_eq!(edited(10, "defgh").unwrap(), file.replacen("abc=", "defgh", 1));
    assert_eq!(edited(10, "a b"), Err(EditError::Unfit));
    assert_eq!(edited(22, "def"), Err(EditError::NotTheSame));
    assert_eq!(edited(10_000, "def"), Err(EditError::Overlap));
}

#[test]
fn documents_are_replaced_and_the_rest_keeps_its_bytes() {
    let cases = [
        ("a: 1\n---\n# x\nb: 2\n--- # y\nc: 3\n", 2, "a: 1\n---\nnew: 1\n--- # y\nc: 3\n"),
        ("a: 1\n---\nb: 2", 2, "a: 1\n---\nnew: 1"),
        ("---\na: 1\n---\nb: 2\n", 1, "---\nnew: 1\n---\nb: 2\n"),
        ("a: 1\r\n---\r\nb: 2\r\n", 1, "new: 1\r\n---\r\nb: 2\r\n"),
        ("\u{feff}a: 1\n", 1, "\u{feff}new: 1\n"),
    ];
    for (before, number, after) in cases {
        let input = kubeyaml::split(before.as_bytes()).unwrap();
        let file = input.replace_documents(&[(number, "new: 1\n".into())].into()).unwrap();
        assert_eq!(String::from_utf8_lossy(&file), after, "{before:?}");
    }
    let input = kubeyaml::split(b"a: 1\n---\nb: 2\n").unwrap();
    for (number, new) in [(0, "c: 3\n"), (3, "c: 3\n"), (1, "c: 3\n---\nd: 4\n")] {
        let replaced = input.replace_documents(&[(number, new.into())].into());
        assert_eq!(replaced.map(drop), Err(EditError::NotTheSame), "{number}");
    }
    let utf_16: Vec<u8> =
        "\u{feff}a: 1\n---\nb: \u{e9}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = kubeyaml::split(&utf_16).unwrap().replace_documents(&[(1, "c: 3\n".into())].into());
    let expected: Vec<u8> =
        "\u{feff}c: 3\n---\nb: \u{e9}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(file.unwrap().to_vec(), expected);
}
