//! Every vector of `fixtures/vectors`: a document, the rules, and what has to come of it. The README there has the form.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking; the vectors are files"
)]

use std::fs;
use std::path::PathBuf;

use kubeyaml::{Mapping, Node};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, EncryptionLabel, KeyHint, KeyRing, PrivateKey, Scope};
use sealkit_manifest::{
    Documents, Format, NamespaceRule, Others, Output, RenderContext, RenderLimits, SealRules,
    Stream, UnsealRules, Warning,
};
use sealkit_testkit::{fixture, read_fixture};
use zeroize::Zeroizing;

#[test]
fn every_vector_of_sealing() {
    let vectors = Vector::all("seal");
    assert_eq!(vectors.len(), 33, "vectors");
    vectors.iter().for_each(Vector::seal);
}

#[test]
fn every_vector_of_unsealing() {
    let vectors = Vector::all("unseal");
    assert_eq!(vectors.len(), 36, "vectors");
    vectors.iter().for_each(Vector::unseal);
}

/// One file: a header, and the input after it.
struct Vector {
    name: String,
    header: Node,
    input: String,
}

/// What came of a vector's input.
enum Outcome {
    Text(String, Vec<Warning>),
    Failed { reason: &'static str, message: String },
}

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
        let known = ["comment", "keys", "rules", "reason", "message", "warnings", "output"];
        for (key, _) in header.as_mapping().unwrap().iter() {
            assert!(known.contains(&key.text()), "{name}: {}", key.text());
        }
        Self { input: with_sealed_values(input), header, name }
    }

    fn seal(&self) {
        let rules = self.rules();
        let rule = |name: &str| rules.and_then(|rules| rules.get(name)).and_then(Node::as_str);
        let looked_up = rule("context");
        let look_up = || match looked_up {
            Some("unreadable") => Err("the kubeconfig cannot be read".into()),
            found => Ok(found.map(str::to_owned)),
        };
        let namespace = match rule("namespace") {
            Some(namespace) => NamespaceRule::Given(namespace),
            None => NamespaceRule::LookedUp(&look_up),
        };
        let seal_rules = SealRules::default()
            .scope(rule("scope").map(|scope| scope.parse().unwrap()))
            .namespace(namespace)
            .name(rule("name"))
            .allow_empty_data(rule("allowEmptyData").is_some())
            .hints(rule("hints").is_some());
        let certificate = certificate(self.keys().first().unwrap());
        let sealed = Documents::split(self.texts()).map_err(Into::into).and_then(|documents| {
            let key = certificate.sealing_key();
            sealkit_manifest::seal(&documents, key, &seal_rules, &self.stream(), &random())
        });
        self.check(match sealed {
            Ok(output) => Outcome::of(output),
            Err(error) => {
                Outcome::Failed { reason: error.kind().reason(), message: error.to_string() }
            }
        });
    }

    fn unseal(&self) {
        let rules = self.rules();
        let rule = |name: &str| rules.and_then(|rules| rules.get(name)).and_then(Node::as_str);
        let context = || RenderContext::new(1_700_000_000, 0, random(), RenderLimits::default());
        let unseal_rules = UnsealRules::new(&context).namespace(rule("namespace"));
        let keys = KeyRing::new(self.keys().iter().map(|key| private_key(key)).collect());
        let stream = self.stream();
        let opened = Documents::split(self.texts()).map_err(Into::into).and_then(|documents| {
            match rule("item") {
                None => sealkit_manifest::unseal(&documents, &keys, &unseal_rules, &stream)
                    .map(Outcome::of),
                Some(item) => {
                    let rules = &unseal_rules;
                    sealkit_manifest::unseal_item(&documents, &keys, rules, &stream, item).map(
                        |value| {
                            let text = String::from_utf8_lossy(value.expose()).into_owned();
                            Outcome::Text(text, Vec::new())
                        },
                    )
                }
            }
        });
        self.check(opened.unwrap_or_else(|error| Outcome::Failed {
            reason: error.kind().reason(),
            message: error.to_string(),
        }));
    }

    fn check(&self, outcome: Outcome) {
        let name = &self.name;
        match outcome {
            Outcome::Text(text, warnings) => {
                let expected = self.text("output").unwrap_or_else(|| panic!("{name}: no error"));
                compare(name, &expected, &text);
                let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
                assert_eq!(warnings, self.texts_of("warnings"), "{name}");
            }
            Outcome::Failed { reason, message } => {
                assert_eq!(Some(message), self.text("message"), "{name}");
                assert_eq!(Some(reason), self.text("reason").as_deref(), "{name}");
            }
        }
    }

    fn rules(&self) -> Option<&Mapping> {
        self.header.as_mapping().unwrap().get("rules").and_then(Node::as_mapping)
    }

    fn stream(&self) -> Stream<'static> {
        let rule = |name: &str| self.rules().and_then(|rules| rules.get(name)?.as_str());
        let others = match rule("others") {
            None => Others::Refuse,
            Some("pass") => Others::Pass,
            Some("skip") => Others::Skip,
            Some(other) => panic!("{}: others: {other}", self.name),
        };
        let format = if rule("format") == Some("json") { Format::Json } else { Format::Yaml };
        Stream::new(format).others(others)
    }

    fn texts(&self) -> Vec<Zeroizing<Vec<u8>>> {
        vec![Zeroizing::new(self.input.clone().into_bytes())]
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

impl Outcome {
    fn of(output: Output) -> Self {
        let text = output.chunks.iter().map(|chunk| chunk.as_str()).collect();
        Self::Text(text, output.warnings)
    }
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
        private_key(key).fingerprint().to_string()
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

fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&read_fixture(&format!("kubeseal/keys/{name}.crt"))).unwrap()
}

fn private_key(name: &str) -> PrivateKey {
    PrivateKey::from_pem(&read_fixture(&format!("kubeseal/keys/{name}.key"))).unwrap()
}

fn random() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
