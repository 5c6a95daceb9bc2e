//! Opening, diagnosing and rendering as pieces: what a service, re-encryption and unsealing are made of.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use sealkit_core::{EncryptionLabel, KeyRing, SealedValue, TrialLimit};
use sealkit_manifest::annotations::{self, Hints};
use sealkit_manifest::{
    Cause, Ciphertext, Item, Metadata, OpenError, ParseLimits, RenderContext, RenderError,
    RenderLimits, SealedSecret, SealedSecretParts, SecretTemplate, TemplateError,
    TemplateErrorKind, Templates, attempt, diagnose, open,
};

use support::{certificate, context, fingerprint, random, ring};

#[path = "support/support.rs"]
mod support;

/// A SealedSecret `shop/database` that is put together from values and templates.
#[derive(Default)]
struct Sealed {
    values: BTreeMap<String, Ciphertext>,
    templates: BTreeMap<String, Option<String>>,
    hints: Hints,
}

impl Sealed {
    fn value(mut self, item: &str, key: &str, value: &str) -> Self {
        let label = EncryptionLabel::strict("shop", "database").unwrap();
        let sealed = certificate(key).sealing_key().seal(value.as_bytes(), &label, &mut random());
        self.values.insert(item.to_owned(), sealed.unwrap().into());
        self
    }

    fn text(mut self, item: &str, text: &str) -> Self {
        self.values.insert(item.to_owned(), Ciphertext::read(text));
        self
    }

    fn template(mut self, item: &str, text: &str) -> Self {
        self.templates.insert(item.to_owned(), Some(text.to_owned()));
        self
    }

    fn hints(self, hints: Hints) -> Self {
        Self { hints, ..self }
    }

    fn build(self) -> SealedSecret {
        self.named("database")
    }

    fn named(self, name: &str) -> SealedSecret {
        let mut metadata = Metadata::default();
        (metadata.namespace, metadata.name) = ("shop".to_owned(), name.to_owned());
        self.hints.write(&mut metadata.annotations);
        let template = SecretTemplate { data: self.templates, ..SecretTemplate::default() };
        let encrypted_data = Some(self.values);
        let parts = SealedSecretParts { metadata, encrypted_data, template, ..Default::default() };
        SealedSecret::from_parts(parts).unwrap()
    }
}

fn parse(sealed: &SealedSecret) -> Result<Templates, TemplateError> {
    Templates::parse(sealed, &ParseLimits::default())
}

fn named(item: &str) -> Item {
    Item::Named(item.to_owned())
}

fn failed(sealed: &SealedSecret, keys: &KeyRing) -> OpenError {
    match open(sealed, keys, TrialLimit::PerObject) {
        Ok(_) => panic!("it opens"),
        Err(error) => error,
    }
}

#[test]
fn opening_gives_each_value_with_the_key_that_opened_it() {
    let sealed = Sealed::default().value("a", "rsa-2048", "1").value("b", "rsa-4096", "2").build();
    let opened = open(&sealed, &ring(&["rsa-4096", "rsa-2048"]), TrialLimit::PerObject).unwrap();
    let keys: Vec<_> = opened.keys().map(|(item, key)| (item.clone(), key)).collect();
    assert_eq!(
        keys,
        [(named("a"), fingerprint("rsa-2048")), (named("b"), fingerprint("rsa-4096"))]
    );
    let values = opened.iter().map(|(_, unsealed)| unsealed.plaintext.expose());
    assert!(values.eq([b"1".as_slice(), b"2"]));
}

#[test]
fn a_failure_tells_which_value_and_nothing_else() {
    let keys = ring(&["rsa-2048"]);
    let expected = OpenError::NotOpened { item: named("a") };
    // Another name, another key, and a damaged value: the same.
    let renamed = Sealed::default().value("a", "rsa-2048", "1").named("other");
    let other_key = Sealed::default().value("a", "rsa-4096", "1").build();
    let whole = Sealed::default().value("a", "rsa-2048", "1").build();
    let mut bytes = whole.value(&named("a")).unwrap().sealed_value().unwrap().to_bytes();
    *bytes.last_mut().unwrap() ^= 1;
    let damaged = SealedValue::from_bytes(&bytes).unwrap().to_string();
    let damaged = Sealed::default().text("a", &damaged).build();
    for sealed in [&renamed, &other_key, &damaged] {
        assert_eq!(failed(sealed, &keys), expected);
    }
    assert_eq!(expected.reason(), "NotOpened");
    // The cause is to be had by those who hold the keys.
    let cause = |sealed: &SealedSecret| diagnose(sealed, &named("a"), keys.diagnosing());
    assert!(matches!(cause(&renamed), Cause::NoKeyFits { tried: 1, .. }));
    assert_eq!(cause(&other_key), Cause::OtherKeySize { sealed: 4096, given: vec![2048] });
    assert_eq!(cause(&damaged), Cause::Damaged { key: fingerprint("rsa-2048") });
}

#[test]
fn what_is_no_sealed_value_is_told_without_a_key() {
    let sealed = Sealed::default().text("a", "AgA=").build();
    let error = failed(&sealed, &ring(&["rsa-2048"]));
    assert!(matches!(&error, OpenError::Malformed { item, .. } if *item == named("a")));
    assert_eq!(error.to_string(), "spec.encryptedData.a: is not a sealed value: it is cut short");
}

#[test]
fn templates_are_parsed_once_and_rendered_as_often_as_wanted() {
    let sealed = Sealed::default()
        .value("password", "rsa-2048", "hunter2")
        .template("url", "db://{{ .password }}")
        .build();
    let (keys, templates) = (ring(&["rsa-2048"]), parse(&sealed).unwrap());
    for _ in 0..2 {
        let opened = open(&sealed, &keys, TrialLimit::PerObject).unwrap();
        let secret = opened.into_secret(&sealed, &templates, &mut context()).unwrap();
        assert!(secret.data.get("url").unwrap().expose() == b"db://hunter2");
        assert!(secret.data.get("password").unwrap().expose() == b"hunter2");
    }
}

#[test]
fn opening_and_diagnosing_never_look_at_templates() {
    let sealed = Sealed::default()
        .value("password", "rsa-2048", "hunter2")
        .template("broken", "{{")
        .template("failing", "{{ fail .password }}")
        .build();
    let keys = ring(&["rsa-2048"]);
    let opened = open(&sealed, &keys, TrialLimit::PerObject);
    assert!(opened.is_ok());
    let error = parse(&sealed).unwrap_err();
    assert_eq!((error.item(), error.reason()), ("broken", "TemplateSyntax"));
    assert!(matches!(error.kind(), TemplateErrorKind::Parse(_)));
}

#[test]
fn a_template_that_fails_keeps_its_error() {
    let sealed = Sealed::default()
        .value("password", "rsa-2048", "hunter2")
        .template("failing", "{{ fail .password }}")
        .build();
    let templates = parse(&sealed).unwrap();
    let opened = open(&sealed, &ring(&["rsa-2048"]), TrialLimit::PerObject).unwrap();
    let error = opened.into_secret(&sealed, &templates, &mut context());
    let Err(RenderError::Template(error)) = error else { panic!("it renders") };
    assert_eq!((error.item(), error.reason()), ("failing", "TemplateFailed"));
    assert_eq!(error.to_string(), "the template cannot be rendered: it fails");
    let detail = "template: failing:1:3: executing \"failing\" at <fail .password>: error calling fail: [redacted]";
    assert_eq!(error.detail().as_deref(), Some(detail));
}

#[test]
fn all_templates_of_an_object_share_the_limits_of_its_context() {
    let mut sealed = Sealed::default().value("password", "rsa-2048", "hunter2");
    for item in ["a", "b", "c"] {
        sealed = sealed.template(item, "{{ repeat 400 \"x\" }}");
    }
    let sealed = sealed.build();
    let (keys, templates) = (ring(&["rsa-2048"]), parse(&sealed).unwrap());
    let rendered = |output_bytes| {
        let mut limits = RenderLimits::default();
        limits.output_bytes = output_bytes;
        let mut context = RenderContext::new(0, 0, random(), limits);
        let opened = open(&sealed, &keys, TrialLimit::PerObject).unwrap();
        opened.into_secret(&sealed, &templates, &mut context).map(|secret| secret.data.len())
    };
    assert_eq!(rendered(1200).ok(), Some(4));
    let Err(RenderError::Template(error)) = rendered(1199) else { panic!("it renders") };
    assert_eq!((error.item(), error.reason()), ("c", "TemplateLimit"));
}

#[test]
fn a_hint_that_names_each_key_reads_back() {
    let keys = BTreeMap::from([
        ("a".to_owned(), fingerprint("rsa-2048")),
        ("b".to_owned(), fingerprint("rsa-4096")),
    ]);
    let hints = Hints::sealed_with_each(keys).for_object("shop", "database");
    let sealed = Sealed::default()
        .value("a", "rsa-2048", "1")
        .value("b", "rsa-4096", "2")
        .hints(hints.clone())
        .build();
    assert_eq!(sealed.hints(), hints);
    assert_eq!(sealed.hints().sealed_with("b"), Some(fingerprint("rsa-4096")));
    let annotation = sealed.metadata().annotations.get(annotations::SEALED_WITH).unwrap();
    assert!(annotation.starts_with("{\"a\":\"SHA256:"), "{annotation}");
    assert!(open(&sealed, &ring(&["rsa-4096", "rsa-2048"]), TrialLimit::PerObject).is_ok());
}

#[test]
fn an_attempt_goes_on_behind_a_failure() {
    let keys = ring(&["rsa-2048", "rsa-4096"]);
    let good = Sealed::default().value("a", "rsa-2048", "1").value("b", "rsa-2048", "2").build();
    let whole = attempt(&good, &keys, TrialLimit::PerObject);
    assert!(whole.outcome.is_ok_and(|opened| opened.iter().count() == 2));
    assert_eq!(whole.operations, 2);

    let mut bytes = good.value(&named("a")).unwrap().sealed_value().unwrap().to_bytes();
    *bytes.last_mut().unwrap() ^= 1;
    let damaged = SealedValue::from_bytes(&bytes).unwrap().to_string();
    for (first, last) in [("a", "b"), ("b", "a")] {
        let sealed = Sealed::default().value(last, "rsa-2048", "1").text(first, &damaged);
        let failed = attempt(&sealed.build(), &keys, TrialLimit::PerObject);
        assert_eq!(failed.outcome.err(), Some(OpenError::NotOpened { item: named(first) }));
        assert_eq!(failed.operations, 3, "both keys for one value, one for the other");
    }
    let unnamed = Sealed::default().value("a", "rsa-2048", "1").named("");
    let failed = attempt(&unnamed, &keys, TrialLimit::PerObject);
    assert!(matches!(failed.outcome, Err(OpenError::Label(_))));
}
