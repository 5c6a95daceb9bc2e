//! Values that belong to another SealedSecret of the same run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use sealkit_core::{EncryptionLabel, Scope};
use sealkit_manifest::{
    Cause, Documents, Format, Neighbour, Stream, UnsealErrorKind, UnsealErrors, UnsealRules, unseal,
};
use zeroize::Zeroizing;

use support::{KEY, certificate, random, ring};

#[path = "support/support.rs"]
mod support;

/// Values sealed for `shop/NAME`.
fn sealed(name: &str, value: &str) -> String {
    let label = EncryptionLabel::for_scope(Scope::Strict, "shop", name).unwrap();
    let certificate = certificate(KEY);
    certificate.sealing_key().seal(value.as_bytes(), &label, &mut random()).unwrap().to_string()
}

fn document(name: &str, value: &str) -> String {
    format!(
        "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: {name}, namespace: shop}}\n\
         spec:\n  encryptedData:\n    password: {value}\n"
    )
}

fn failed(inputs: &[String]) -> UnsealErrors {
    let texts = inputs.iter().map(|text| Zeroizing::new(text.clone().into_bytes())).collect();
    let documents = Documents::split(texts).unwrap();
    let (rules, stream) = (UnsealRules::new(&support::context), Stream::new(Format::Yaml));
    unseal(&documents, &ring(&[KEY]), &rules, &stream).map(drop).unwrap_err()
}

fn neighbour(errors: &UnsealErrors) -> Option<Neighbour> {
    match errors.first().kind() {
        UnsealErrorKind::NotOpened(Cause::SealedForAnother { neighbour, .. }) => neighbour.clone(),
        other => panic!("{other}"),
    }
}

#[test]
fn the_very_same_value_is_found_however_far_away() {
    let copied = sealed("web", "hunter2");
    let mut text = document("web", &copied);
    let other = sealed("other", "v");
    (0..30).for_each(|_| text.push_str(&document("other", &other)));
    text.push_str(&document("worker", &copied));
    let errors = failed(&[text]);
    assert_eq!((errors.count(), errors.first().document()), (1, Some(32)));
    let found = neighbour(&errors).unwrap();
    assert_eq!((found.input, found.document, found.item.as_deref()), (None, 1, Some("password")));
    assert!(errors.to_string().contains(
        "was sealed for shop/web (strict), as password of document 1 is, but the document is shop/worker (strict)"
    ));
}

#[test]
fn a_document_of_another_input_is_a_neighbour() {
    let web = document("web", &sealed("web", "admin"));
    let worker = document("worker", &sealed("web", "hunter2"));
    let errors = failed(&[web, worker]);
    assert_eq!(errors.first().input(), Some(1));
    let found = neighbour(&errors).unwrap();
    assert_eq!((found.input, found.document, &found.item), (Some(0), 1, &None));
    assert!(errors.to_string().contains("as document 1 of another input is"), "{errors}");
}

#[test]
fn only_the_nearest_documents_are_tried() {
    let names: Vec<String> = (0..50).map(|number| format!("n{number}")).collect();
    let valid = sealed("web", "v");
    let mut text = document("web", &valid);
    names.iter().for_each(|name| text.push_str(&document(name, "AgA=")));
    text.push_str(&document("worker", &sealed("web", "hunter2")));
    let errors = failed(&[text]);
    let last = errors.into_iter().last().unwrap();
    match last.kind() {
        UnsealErrorKind::NotOpened(Cause::NoKeyFits { bindings, .. }) => {
            assert!(bindings.len() <= 10, "{}", bindings.len());
        }
        other => panic!("{other}"),
    }
}
