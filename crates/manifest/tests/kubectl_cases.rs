//! Secrets through both directions, held to what kubectl reads from the same files.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up has failed; the cases are files"
)]

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubeyaml::Format;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, KeyRing};
use sealkit_manifest::{
    Documents, NamespaceRule, Others, RenderContext, RenderLimits, SealErrors, SealRules, Stream,
    UnsealRules,
};
use sealkit_testkit::{fixture, read_fixture};
use serde_json::Value;
use zeroize::Zeroizing;

/// Files that kubectl reads and we refuse on purpose; `fixtures/yaml/deliberate-differences.md` and
/// `docs/differences.md` say why.
const REFUSED: [(&str, &str); 15] = [
    ("comment-only-file", "there is no document in the input"),
    ("deep-seq-9000", "nested too deeply"),
    ("dup-key", "twice"),
    ("dup-key-int-hex", "twice"),
    ("dup-key-json", "twice"),
    ("dup-key-quoted", "twice"),
    ("dup-key-top", "twice"),
    ("empty-file", "there is no document in the input"),
    ("flow-first-then-block", "text after the end of the document"),
    ("invalid-utf8", "UTF-8"),
    ("json-bignum", "a number that JSON cannot hold"),
    ("json-lone-surrogate", "surrogate"),
    ("key-y-on-no", "twice"),
    ("multi-dots-no-sep", "text after the end of the document"),
    ("only-sep", "there is no document in the input"),
];

#[test]
fn every_case_comes_out_as_kubectl_reads_it_or_is_refused() {
    let mut compared = 0;
    for name in cases() {
        let typed = read_text(&format!("yaml/{name}.expected.typed"));
        let sealed = seal(&format!("yaml/{name}.yaml"));
        let refused = REFUSED.iter().find(|(refused, _)| *refused == name);
        match (sealed, refused) {
            (Err(error), Some((_, reason))) => {
                assert!(error.to_string().contains(reason), "{name}: {error}");
            }
            (Ok(_), Some(_)) => panic!("{name} is no longer refused"),
            (Err(error), None) => assert!(typed.starts_with("error"), "{name}: {error}"),
            (Ok(sealed), None) => {
                assert!(!typed.starts_with("error"), "{name}: kubectl refuses it: {typed}");
                compared += compare(&name, sealed);
            }
        }
    }
    assert_eq!(compared, 101, "Secrets compared");
}

/// Names of all cases that kubectl decoded as a known kind.
fn cases() -> Vec<String> {
    let files = fs::read_dir(fixture("yaml")).unwrap().map(|entry| entry.unwrap().file_name());
    let names =
        files.filter_map(|file| file.to_str()?.strip_suffix(".expected.typed").map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| !name.starts_with("sealed-")).collect();
    names.sort();
    names
}

fn read_text(path: &str) -> String {
    String::from_utf8(read_fixture(path)).unwrap()
}

fn seal(path: &str) -> Result<String, SealErrors> {
    let certificate = Certificate::from_pem(&read_fixture("keys/rsa-2048.crt")).unwrap();
    let rules = SealRules::default().namespace(NamespaceRule::Given("x")).allow_empty_data(true);
    let stream = Stream::new(Format::Yaml).others(Others::Pass);
    let documents = Documents::split(vec![Zeroizing::new(read_fixture(path))])?;
    let key = certificate.sealing_key();
    let sealed = sealkit_manifest::seal(&documents, key, &rules, &stream, &UnwrapErr(SysRng))?;
    Ok(sealed.chunks.iter().map(|chunk| chunk.as_str()).collect())
}

/// Opens what was sealed, and compares it with what kubectl printed; how many Secrets that was.
fn compare(name: &str, sealed: String) -> usize {
    let expected = format!("yaml/{name}.expected.json");
    if !fixture("yaml").join(format!("{name}.expected.json")).exists() {
        return 0;
    }
    let expected: Vec<Value> = serde_json::from_slice(&read_fixture(&expected)).unwrap();
    let expected: Vec<_> =
        expected.iter().filter(|document| document["kind"] == "Secret").collect();

    let keys = KeyRing::from_pem(&read_fixture("keys/rsa-2048.key")).unwrap();
    let context = &|| RenderContext::new(0, 0, UnwrapErr(SysRng), RenderLimits::default());
    let rules = UnsealRules::new(context).namespace(Some("x"));
    let stream = Stream::new(Format::Json).others(Others::Pass);
    let documents = Documents::split(vec![Zeroizing::new(sealed.into_bytes())]).unwrap();
    let opened = sealkit_manifest::unseal(&documents, &keys, &rules, &stream).unwrap();
    let opened: Vec<Value> =
        opened.chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    let opened: Vec<_> = opened.iter().filter(|document| document["kind"] == "Secret").collect();

    assert_eq!(opened.len(), expected.len(), "{name}");
    for (opened, expected) in opened.iter().zip(&expected) {
        assert_eq!(values(opened), values(expected), "{name}");
        assert_eq!(opened["metadata"]["name"], expected["metadata"]["name"], "{name}");
    }
    expected.len()
}

/// `data` and `stringData` together, decoded.
fn values(secret: &Value) -> BTreeMap<String, Vec<u8>> {
    let items = |field: &str| secret[field].as_object().cloned().unwrap_or_default().into_iter();
    let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let decode = |text: String| STANDARD.decode(text.replace('\n', "")).unwrap();
    let data = items("data").map(|(item, value)| (item, decode(text(value))));
    let string_data = items("stringData").map(|(item, value)| (item, text(value).into_bytes()));
    data.chain(string_data).collect()
}
