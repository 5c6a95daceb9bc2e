//! Replacing strings in place: the pairs of `fixtures/yaml/rotate`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the pairs are files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::{DuplicateKeys, Edit, Input, Node, SpliceError, Value};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/yaml/rotate")
}

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

fn expected_after(name: &str, after: &str) {
    let expected =
        fs::read_to_string(folder().join(format!("{name}.expected-after.yaml"))).unwrap();
    assert!(after == expected, "{name}:\n{after}\ninstead of\n{expected}");
}

#[test]
fn numbered_replacements_change_nothing_else() {
    for name in ["all-crlf", "eof1", "eof3", "eof4", "flow"] {
        let text = fs::read(folder().join(format!("{name}.yaml"))).unwrap();
        let log = fs::read_to_string(folder().join(format!("{name}.expected-log.txt"))).unwrap();
        let input = kubeyaml::split(&text).unwrap();
        let (mut edits, mut refused) = (Vec::new(), BTreeSet::new());
        for (key, node) in items(&input) {
            let new = format!("AgNEW{}xyz==", edits.len());
            let edit = match Edit::new(&node, new) {
                Err(SpliceError::Binary) => Err(r#"tagged Some("tag:yaml.org,2002:binary")"#),
                Err(SpliceError::Copied) => Err("not a scalar"),
                Ok(edit) if base64(&node).is_some() => Ok(edit),
                Ok(_) | Err(_) => Err("not base64"),
            };
            match edit {
                Ok(edit) => edits.push(edit),
                Err(reason) => drop(refused.insert(format!("warn: {key}: {reason}"))),
            }
        }
        refused.insert(format!("verify ok, {} edits", edits.len()));
        assert_eq!(refused, log.lines().map(str::to_owned).collect(), "{name}");
        expected_after(name, &kubeyaml::splice(input.text(), edits).unwrap());
    }
}

#[test]
fn generated_files_change_only_where_they_should() {
    let mut count = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.to_str().unwrap().strip_suffix(".old-new.txt") else { continue };
        let pairs = fs::read_to_string(&path).unwrap();
        let pairs: BTreeMap<_, _> =
            pairs.lines().map(|line| line.split_once(' ').unwrap()).collect();
        let input = kubeyaml::split(&fs::read(format!("{name}.yaml")).unwrap()).unwrap();
        let edits: Vec<_> = items(&input)
            .iter()
            .filter_map(|(_, node)| Some((node, *pairs.get(base64(node)?.as_str())?)))
            .map(|(node, new)| Edit::new(node, new).unwrap())
            .collect();
        assert_eq!(edits.len(), pairs.len(), "{name}");
        let name = Path::new(name).file_name().unwrap().to_str().unwrap();
        expected_after(name, &kubeyaml::splice(input.text(), edits).unwrap());
        count += 1;
    }
    assert!(count >= 20, "only {count} pairs were found");
}

/// The document with the value of `a` replaced.
fn replaced(text: &str, new: &str) -> Result<String, SpliceError> {
    let input = kubeyaml::split(text.as_bytes()).unwrap();
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    let node = document.as_mapping().unwrap().get("a").unwrap();
    let after = kubeyaml::splice(input.text(), vec![Edit::new(node, new)?])?.to_string();
    let input = kubeyaml::split(after.as_bytes()).unwrap();
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    let node = document.as_mapping().unwrap().get("a").unwrap();
    assert_eq!(node.as_str().unwrap().trim_end_matches('\n'), new, "{after}");
    Ok(after)
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
        let new_value = new.trim_end_matches('\n');
        if new_value == new {
            assert_eq!(replaced(text, new).unwrap(), expected);
        } else {
            let input = kubeyaml::split(text.as_bytes()).unwrap();
            let document = input.documents().next().unwrap().parse().unwrap().unwrap();
            let node = document.as_mapping().unwrap().get("a").unwrap();
            let after =
                kubeyaml::splice(input.text(), vec![Edit::new(node, new).unwrap()]).unwrap();
            assert_eq!(*after, expected);
        }
    }
}

#[test]
fn what_cannot_be_replaced_is_refused() {
    for (text, new, expected) in [
        ("a: 1", "new", SpliceError::NotAString),
        ("a:", "new", SpliceError::NotAString),
        ("a: [b]", "new", SpliceError::NotAString),
        ("a: !!str\n", "new", SpliceError::NotAString),
        ("a: !!binary aGk=", "new", SpliceError::Binary),
        ("b: &x old\na: *x", "new", SpliceError::Copied),
        ("b: &x {a: old}\n<<: *x", "new", SpliceError::Copied),
        ("a: |\n  old", "new\nline", SpliceError::Unfit),
        ("a: |\n  old", " new", SpliceError::Unfit),
        ("a: |\n  old", "", SpliceError::Unfit),
        ("a: >\n  old", "a\tb", SpliceError::Unfit),
        ("a: |+\n\n", "new", SpliceError::Unfit),
    ] {
        assert_eq!(replaced(text, new), Err(expected), "{text:?}");
    }
}

#[test]
fn edits_of_another_text_or_of_one_string_twice_are_refused() {
    let input = kubeyaml::split(b"abcdef: \xC3\xA9\xC3\xA9\n").unwrap();
    let document = input.documents().next().unwrap().parse().unwrap().unwrap();
    let (_, node) = document.as_mapping().unwrap().iter().next().unwrap();
    assert!(matches!(node.value(), Value::String(_)));
    let edit = Edit::new(node, "new").unwrap();
    for text in ["a: b\n", "abcdefg: éé"] {
        assert_eq!(kubeyaml::splice(text, vec![edit.clone()]).err(), Some(SpliceError::Place));
    }
    let twice = kubeyaml::splice(input.text(), vec![edit.clone(), edit]);
    assert_eq!(twice.err(), Some(SpliceError::Place));
}
