//! Every vector of `fixtures/vectors`: a document, the rules, and what has to come of it. The README there has the form.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; the vectors are files"
)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use kubeyaml::{Mapping, Node};
use sealkit_core::{EncryptionLabel, KeyHint, KeyRing, Scope};
use sealkit_manifest::{Format, NamespaceRule, Others, Output, SealRules, Stream};
use sealkit_testkit::fixture;

use support::{Failed, certificate, fingerprint, private_key, random};

#[path = "support/support.rs"]
mod support;

#[test]
fn every_vector_of_sealing() {
    let vectors = Vector::all("seal");
    assert_eq!(vectors.len(), 122, "vectors");
    hold(&vectors, Vector::seal);
}

#[test]
fn every_vector_of_unsealing() {
    let vectors = Vector::all("unseal");
    assert_eq!(vectors.len(), 63, "vectors");
    hold(&vectors, Vector::unseal);
}

/// Goes through all of them, whichever fail.
fn hold(vectors: &[Vector], check: fn(&Vector)) {
    let fails = |vector: &&Vector| catch_unwind(AssertUnwindSafe(|| check(vector))).is_err();
    let failed = vectors.iter().filter(fails).map(|vector| vector.name.as_str());
    assert_eq!(failed.collect::<Vec<_>>(), [""; 0]);
}

/// One file: a header, and the input after it.
struct Vector {
    name: String,
    header: Node,
    input: String,
}

/// Text, and warnings; or why there is none.
type Outcome = Result<(String, Vec<String>), Failed>;

impl Vector {
    fn all(folder: &str) -> Vec<Self> {
        let folder = fixture("vectors").join(folder);
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let (header, input) = text.split_once("\n---\n").expect("a header, then the input");
        let header = kubeyaml::split(header.as_bytes()).unwrap();
        let header = header.documents().next().unwrap().parse().expect("YAML").expect("a header");
        let vector = Self { input: with_sealed_values(input), header, name };
        let fields = ["comment", "keys", "rules", "reason", "message", "warnings", "output"];
        let rules = [
            "namespace",
            "name",
            "scope",
            "allowEmptyData",
            "allowPlaintext",
            "allowValuesInMetadata",
            "hints",
            "context",
            "item",
            "others",
            "format",
        ];
        vector.knows(vector.header.as_mapping(), &fields);
        vector.knows(vector.rules(), &rules);
        vector
    }

    /// A field that is misspelt would say nothing.
    fn knows(&self, fields: Option<&Mapping>, known: &[&str]) {
        for (key, _) in fields.into_iter().flat_map(Mapping::iter) {
            assert!(known.contains(&key.text()), "{}: {}", self.name, key.text());
        }
    }

    fn seal(&self) {
        let looked_up = self.rule("context");
        let look_up = || match looked_up {
            Some("unreadable") => Err("the kubeconfig cannot be read".into()),
            found => Ok(found.map(str::to_owned)),
        };
        let namespace = match self.rule("namespace") {
            Some(namespace) => NamespaceRule::Given(namespace),
            None => NamespaceRule::LookedUp(&look_up),
        };
        let rules = SealRules::default()
            .scope(self.rule("scope").map(|scope| scope.parse().unwrap()))
            .namespace(namespace)
            .name(self.rule("name"))
            .allow_empty_data(self.rule("allowEmptyData").is_some())
            .allow_values_in_metadata(self.rule("allowValuesInMetadata").is_some())
            .hints(self.rule("hints").is_some());
        let keys = self.keys();
        let key = keys.first().unwrap();
        let sealed = support::seal_with(self.input.as_bytes(), key, &rules, &self.stream());
        self.check(sealed.map(|output| texts(&output)));
    }

    fn unseal(&self) {
        let keys = KeyRing::new(self.keys().iter().map(|key| private_key(key)).collect());
        let (input, stream) = (self.input.as_bytes(), self.stream());
        let namespace = self.rule("namespace");
        self.check(match self.rule("item") {
            None => {
                support::unseal_with(input, &keys, namespace, &stream).map(|output| texts(&output))
            }
            Some(item) => support::unseal_item_with(input, &keys, namespace, &stream, item)
                .map(|value| (String::from_utf8(value).unwrap(), Vec::new())),
        });
    }

    fn check(&self, outcome: Outcome) {
        let name = &self.name;
        let (output, message) = (self.text("output"), self.text("message"));
        assert!(output.is_some() != message.is_some(), "{name}: either output or message");
        match outcome {
            Ok((text, warnings)) => {
                compare(name, &output.unwrap_or_else(|| panic!("{name}: no error")), &text);
                assert_eq!(warnings, self.texts_of("warnings"), "{name}");
            }
            Err(Failed { reason, message: found, .. }) => {
                assert_eq!(Some(found), message, "{name}");
                assert_eq!(Some(reason), self.text("reason").as_deref(), "{name}");
            }
        }
    }

    fn rules(&self) -> Option<&Mapping> {
        self.header.as_mapping().unwrap().get("rules").and_then(Node::as_mapping)
    }

    fn rule(&self, name: &str) -> Option<&str> {
        self.rules().and_then(|rules| rules.get(name)?.as_str())
    }

    fn stream(&self) -> Stream<'static> {
        let others = match self.rule("others") {
            None => Others::Refuse,
            Some("pass") => Others::Pass,
            Some("skip") => Others::Skip,
            Some(other) => panic!("{}: others: {other}", self.name),
        };
        let format = match self.rule("format") {
            None => Format::Yaml,
            Some("json") => Format::Json,
            Some(other) => panic!("{}: format: {other}", self.name),
        };
        Stream::new(format).others(others).allow_plaintext(self.rule("allowPlaintext").is_some())
    }

    /// The first certificate seals, all private keys open.
    fn keys(&self) -> Vec<String> {
        let keys = self.texts_of("keys");
        if keys.is_empty() { vec!["rsa-2048".to_owned()] } else { keys }
    }

    fn text(&self, field: &str) -> Option<String> {
        let text = self.header.as_mapping().unwrap().get(field)?.as_str().unwrap();
        Some(with_fingerprints(text))
    }

    fn texts_of(&self, field: &str) -> Vec<String> {
        let list = self.header.as_mapping().unwrap().get(field).and_then(Node::as_sequence);
        let texts = list.unwrap_or_default().iter();
        texts.map(|text| with_fingerprints(text.as_str().unwrap())).collect()
    }
}

/// What came out, as text.
fn texts(output: &Output) -> (String, Vec<String>) {
    let warnings = output.warnings.iter().map(ToString::to_string).collect();
    (support::written(output), warnings)
}

/// Compares line by line; where `@sealed(…)` is expected, a ciphertext has to open to that value.
fn compare(name: &str, expected: &str, found: &str) {
    let mut found_lines = found.lines();
    for expected in expected.lines() {
        let found = found_lines.next().unwrap_or_else(|| panic!("{name}: {expected:?} is missing"));
        let Some((before, call, after)) = Call::find("@sealed(", expected) else {
            assert_eq!(found, expected, "{name}");
            continue;
        };
        let found = found.strip_prefix(before).and_then(|found| found.strip_suffix(after));
        let sealed = found.unwrap_or_else(|| panic!("{name}: {expected:?} is {found:?}"));
        let [key, label, value] = call.arguments();
        let keys = KeyRing::new(vec![private_key(key)]);
        let opened = keys.unseal(&sealed.parse().unwrap(), &label_of(label), KeyHint::NONE);
        let opened = opened.unwrap_or_else(|_| panic!("{name}: {expected:?} does not open"));
        assert!(opened.plaintext.expose() == value.as_bytes(), "{name}: {expected:?}");
    }
    assert_eq!(found_lines.next(), None, "{name}");
    assert_eq!(found.ends_with('\n'), expected.ends_with('\n'), "{name}: the last line");
}

/// `@name(arguments)` in a text.
struct Call<'a>(&'a str);

impl<'a> Call<'a> {
    /// The text before the first call, the call, and the text after it.
    fn find(start: &str, text: &'a str) -> Option<(&'a str, Self, &'a str)> {
        let (before, rest) = text.split_once(start)?;
        let (arguments, after) = rest.split_once(')').expect("a closing parenthesis");
        Some((before, Self(arguments), after))
    }

    fn arguments<const COUNT: usize>(&self) -> [&'a str; COUNT] {
        let arguments: Vec<&str> = self.0.splitn(COUNT, ',').map(str::trim).collect();
        arguments.try_into().unwrap_or_else(|_| panic!("{}: {COUNT} arguments", self.0))
    }
}

fn replace(start: &str, text: &str, with: impl Fn(&Call<'_>) -> String) -> String {
    let mut text = text.to_owned();
    while let Some((before, call, after)) = Call::find(start, &text) {
        text = [before, &with(&call), after].concat();
    }
    text
}

fn with_fingerprints(text: &str) -> String {
    replace("@fingerprint(", text, |call| {
        let [key] = call.arguments();
        fingerprint(key).to_string()
    })
}

fn with_sealed_values(text: &str) -> String {
    let seal = |call: &Call<'_>| {
        let [key, label, value] = call.arguments();
        let certificate = certificate(key);
        let sealed =
            certificate.sealing_key().seal(value.as_bytes(), &label_of(label), &mut random());
        sealed.unwrap().to_string()
    };
    let text = replace("@sealed(", &with_fingerprints(text), seal);
    // The last characters belong to the tag of the authenticated encryption.
    replace("@damaged(", &text, |call| {
        let sealed = seal(call);
        let at = sealed.len() - 8;
        let other = if sealed.as_bytes().get(at) == Some(&b'A') { "B" } else { "A" };
        [sealed.get(..at).unwrap(), other, sealed.get(at + 1..).unwrap()].concat()
    })
}

/// `namespace/name`, `namespace`, or nothing.
fn label_of(text: &str) -> EncryptionLabel {
    let (scope, namespace, name) = match text.split_once('/') {
        Some((namespace, name)) => (Scope::Strict, namespace, name),
        None if text.is_empty() => (Scope::ClusterWide, "", ""),
        None => (Scope::NamespaceWide, text, ""),
    };
    EncryptionLabel::for_scope(scope, namespace, name).unwrap()
}
