//! Every case of `fixtures/yaml`: what kubectl reads, or a refusal that is named here.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::{EncodingFault, Node, Number, Value, YamlError, YamlErrorKind};
use sealkit_testkit::fixture;
use serde_json::{Map, Value as Json, json};

/// How many cases there are.
const CASES: usize = 146;

/// Cases that kubectl reads and we refuse, with the deliberate difference
/// (`fixtures/yaml/deliberate-differences.md`) each of them uses.
const DIFFERENCES: &[(&str, YamlErrorKind)] = &[
    ("binary-tag-nonutf8", YamlErrorKind::BinaryNotText),
    ("deep-seq-9000", YamlErrorKind::TooDeep),
    ("dup-key", YamlErrorKind::DuplicateKey(None)),
    ("dup-key-flow", YamlErrorKind::DuplicateKey(None)),
    ("dup-key-int-hex", YamlErrorKind::DuplicateKey(None)),
    ("dup-key-json", YamlErrorKind::DuplicateKey(None)),
    ("dup-key-quoted", YamlErrorKind::DuplicateKey(None)),
    ("dup-key-top", YamlErrorKind::DuplicateKey(None)),
    ("flow-first-then-block", YamlErrorKind::TextAfterDocument),
    ("invalid-utf8", YamlErrorKind::Encoding(EncodingFault::NotUtf8(0))),
    ("json-lone-surrogate", YamlErrorKind::LoneSurrogate),
    ("key-y-on-no", YamlErrorKind::DuplicateKey(None)),
    ("multi-dots-no-sep", YamlErrorKind::TextAfterDocument),
];

#[test]
fn every_case_is_read_as_kubectl_reads_it() {
    let mut count = 0;
    for path in cases() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let expected = Expected::of(&path);
        let found = read(&fs::read(&path).unwrap());
        let difference = DIFFERENCES.iter().find(|(case, _)| *case == name);
        match (found, expected, difference) {
            (Ok(found), Expected::Documents(documents), None) => {
                assert_eq!(Json::Array(found), documents, "{name}");
            }
            (Ok(found), Expected::Accepted, None) => assert_eq!(found.len(), 1, "{name}"),
            (Err(_), Expected::Error, None) => {}
            (Err(error), Expected::Documents(_) | Expected::Accepted, Some((_, kind))) => {
                let same = std::mem::discriminant(&error.kind) == std::mem::discriminant(kind);
                assert!(same, "{name}: {error}");
            }
            (Ok(_), Expected::Error, _) => panic!("{name}: kubectl refuses it, and we do not"),
            (Err(error), _, _) => panic!("{name}: {error}"),
            (Ok(_), _, Some(_)) => panic!("{name}: is no difference any more"),
        }
        count += 1;
    }
    assert_eq!(count, CASES);
}

enum Expected {
    Documents(Json),
    /// Accepted; the JSON is left out for its size.
    Accepted,
    /// An error, perhaps after some documents.
    Error,
}

impl Expected {
    fn of(case: &Path) -> Self {
        if case.with_extension("expected.err").exists() {
            Self::Error
        } else if case.with_extension("expected.note").exists() {
            Self::Accepted
        } else {
            let text = fs::read(case.with_extension("expected.json")).unwrap();
            Self::Documents(by_value(serde_json::from_slice(&text).unwrap()))
        }
    }
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<_> = fs::read_dir(fixture("yaml"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| !path.to_str().unwrap().ends_with(".expected.yaml"))
        .filter(|path| !path.to_str().unwrap().ends_with(".go.yaml"))
        .collect();
    cases.sort();
    cases
}

fn read(file: &[u8]) -> Result<Vec<Json>, YamlError> {
    let input = kubeyaml::split(file)?;
    let mut found = Vec::new();
    for document in input.documents() {
        let Some(node) = document.parse()? else { continue };
        match to_json(&node) {
            // kubectl prints what is in a list.
            Json::Object(mut list) if list.get("kind") == Some(&json!("List")) => {
                let Some(Json::Array(items)) = list.remove("items") else { panic!("no items") };
                found.extend(items);
            }
            document => found.push(document),
        }
    }
    Ok(found)
}

fn to_json(node: &Node) -> Json {
    match node.value() {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Number(Number::Integer(integer)) => by_value(json!(integer)),
        Value::Number(Number::Float(float)) => by_value(json!(float)),
        Value::String(text) => json!(text.expose()),
        Value::Sequence(items) => items.iter().map(to_json).collect(),
        Value::Mapping(mapping) => mapping
            .iter()
            .map(|(key, node)| (key.text().to_owned(), to_json(node)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// Integers as integers, however they are written.
fn by_value(json: Json) -> Json {
    match json {
        Json::Number(number) if number.as_i64().is_none() => {
            let float = number.as_f64().unwrap();
            let text = float.to_string();
            text.parse::<i64>().map_or_else(|_| json!(float), |integer| json!(integer))
        }
        Json::Array(items) => items.into_iter().map(by_value).collect(),
        Json::Object(entries) => {
            Json::Object(entries.into_iter().map(|(key, value)| (key, by_value(value))).collect())
        }
        other => other,
    }
}
