//! Which files of `fixtures` sealing warns about: those listed here, each with its reason, and no other one.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; the inputs are files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sealkit_core::Certificate;
use sealkit_manifest::{
    Documents, Format, LookUpError, NamespaceRule, Others, SealRules, Stream, seal,
};
use sealkit_testkit::{fixture, read_fixture};
use zeroize::Zeroizing;

#[path = "support/support.rs"]
mod support;

/// The files that are warned about, and what is warned of in each, in the order of the warnings.
const WARNED: [(&str, &[&str]); 14] = [
    // Secrets without values, which pass through.
    ("yaml/json-comments.yaml", &["EmptyPassedThrough"]),
    ("yaml/json-concat.yaml", &["EmptyPassedThrough", "EmptyPassedThrough"]),
    ("yaml/json-leading-ws.yaml", &["EmptyPassedThrough"]),
    ("yaml/json-tabs.yaml", &["EmptyPassedThrough"]),
    ("yaml/json-then-yaml.yaml", &["EmptyPassedThrough"]),
    ("yaml/json-trailing-comma.yaml", &["EmptyPassedThrough"]),
    ("yaml/json-yaml-sep.yaml", &["EmptyPassedThrough", "EmptyPassedThrough"]),
    ("yaml/value-empty-map.yaml", &["EmptyPassedThrough"]),
    // Names of items longer than 253 characters, or with others than letters, digits, - _ and .
    ("yaml/long-key-1024.yaml", &["ItemRefused"]),
    ("yaml/long-key-1100-explicit.yaml", &["ItemRefused"]),
    ("yaml/non-ascii.yaml", &["ItemRefused"]),
    // A field beside the Secret's own holds the anchor that is merged; a merge key in quotes is a name.
    ("yaml/merge-key-flow.yaml", &["UnknownField"]),
    ("yaml/merge-key-quoted.yaml", &["UnknownField", "ItemRefused"]),
    ("yaml/merge-key.yaml", &["UnknownField"]),
];

/// The vectors are no inputs as they stand, and tell their own warnings.
const NO_INPUTS: &str = "vectors";

/// All of these are sealed.
const USUAL: &str = "usual/";

#[test]
fn no_file_is_warned_about_without_reason() {
    let (mut warned, mut sealed) = (BTreeMap::new(), 0);
    for path in inputs() {
        let Some(reasons) = warnings(&path) else {
            assert!(!path.starts_with(USUAL), "{path} is not sealed");
            continue;
        };
        sealed += 1;
        if !reasons.is_empty() {
            warned.insert(path, reasons);
        }
    }
    let expected = WARNED.iter().map(|(path, reasons)| ((*path).to_owned(), reasons.to_vec()));
    assert_eq!(warned, expected.collect());
    assert!(sealed > 100, "only {sealed} files are sealed");
}

/// The paths in `fixtures` of what may be given to `seal`.
fn inputs() -> Vec<String> {
    let root = fixture(".");
    let (mut folders, mut inputs) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(&root).unwrap();
            if path.is_dir() {
                folders.extend((relative != Path::new(NO_INPUTS)).then_some(path));
            } else if path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml" || end == "json")
            {
                inputs.push(relative.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    inputs
}

/// What sealing a file warns about; none if it cannot be sealed.
fn warnings(path: &str) -> Option<Vec<&'static str>> {
    let certificate = Certificate::from_pem(&read_fixture("keys/demo.crt")).unwrap();
    let look_up = || Ok::<_, LookUpError>(Some("x".to_owned()));
    let rules = SealRules::default().namespace(NamespaceRule::LookedUp(&look_up));
    let stream = Stream::new(Format::Yaml).others(Others::Pass);
    let documents = Documents::split(vec![Zeroizing::new(read_fixture(path))]).ok()?;
    let key = certificate.sealing_key();
    let sealed = seal(&documents, key, &rules, &stream, &support::random()).ok()?;
    Some(sealed.warnings.iter().map(|warning| warning.kind.reason()).collect())
}
