//! Keys, manifests, and what comes of them.

use std::sync::LazyLock;

use sealkit_core::{EncryptionLabel, KeyHint, KeyRing, PrivateKey, Scope};
use sealkit_repository::rotate::{Context, FileOutcome, Target, rotate};

pub(crate) static OLD: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(2048).unwrap());
pub(crate) static NEW: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(3072).unwrap());
pub(crate) static OTHER: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate(2048).unwrap());

/// A value sealed for `shop/orders`.
pub(crate) fn sealed(key: &PrivateKey) -> String {
    sealed_for(key, Scope::Strict, "shop", "orders")
}

pub(crate) fn sealed_for(key: &PrivateKey, scope: Scope, namespace: &str, name: &str) -> String {
    let label = EncryptionLabel::for_scope(scope, namespace, name).unwrap();
    key.sealing_key().seal(b"hunter2", &label, &mut rand::rng()).unwrap().to_string()
}

pub(crate) fn ring(keys: &[&PrivateKey]) -> KeyRing {
    KeyRing::new(keys.iter().map(|key| (*key).clone()).collect())
}

/// A SealedSecret `shop/orders` with these lines in `metadata` and in `spec.encryptedData`.
pub(crate) fn manifest(metadata: &str, items: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: orders\n  namespace: shop\n{metadata}\
         spec:\n  encryptedData:\n{items}"
    )
}

pub(crate) fn with_rings(
    file: &str,
    rings: &[KeyRing],
    change: impl FnOnce(&mut Context<'_>),
) -> FileOutcome {
    let mut context = Context::new(rings, Some(Target::new(NEW.sealing_key())));
    context.options.verify = true;
    change(&mut context);
    rotate(file.as_bytes(), &context, &mut rand::rng())
}

/// With the old key alone.
pub(crate) fn rotated(file: &str) -> FileOutcome {
    with_rings(file, &[ring(&[&OLD])], |_| {})
}

pub(crate) fn reasons(outcome: &FileOutcome) -> Vec<&'static str> {
    outcome.findings.iter().map(|found| found.outcome.reason()).collect()
}

pub(crate) fn text(outcome: &FileOutcome) -> String {
    String::from_utf8(outcome.file.as_ref().unwrap().to_vec()).unwrap()
}

/// The text with each long base64 word replaced by what it opens to with the new key for `shop/orders`, or by `?`.
pub(crate) fn opened(text: &str) -> String {
    let label = EncryptionLabel::strict("shop", "orders").unwrap();
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let word = |word: &str| {
        let opened = ring(&[&NEW]).unseal(&word.parse().ok()?, &label, KeyHint::NONE).ok()?;
        Some(String::from_utf8(opened.plaintext.expose().to_vec()).unwrap())
    };
    let parts = text.split_inclusive(|c| !is_word(c)).map(|part| {
        let end = part.find(|c| !is_word(c)).unwrap_or(part.len());
        match end > 300 {
            true => format!("{}{}", word(&part[..end]).unwrap_or("?".to_owned()), &part[end..]),
            false => part.to_owned(),
        }
    });
    parts.collect()
}
