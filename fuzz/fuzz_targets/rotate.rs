//! Files of any bytes, with sealed values put into them, are rotated: nothing but values and the names of keys changes, and
//! the new file is current.
//!
//! The first byte tells how. `SEALED_1` to `SEALED_5` stand for values, `FINGERPRINT_OLD` for the key of some of them.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sealkit_core::{EncryptionLabel, KeyRing, PrivateKey, Scope};
use sealkit_repository::rotate::{
    Content, Context, FileOutcome, Labels, Outcome, Target, Verdict, rotate,
};

static OLD: LazyLock<PrivateKey> =
    LazyLock::new(|| key(include_bytes!("../../fixtures/keys/rsa-2048.key")));
static OTHER: LazyLock<PrivateKey> =
    LazyLock::new(|| key(include_bytes!("../../fixtures/kubeseal/keys/rsa-2048.key")));
static NEW: LazyLock<PrivateKey> =
    LazyLock::new(|| key(include_bytes!("../../fixtures/keys/demo.key")));

/// The rings of two clusters; the new key is the first one's.
static RINGS: LazyLock<[KeyRing; 2]> = LazyLock::new(|| {
    [KeyRing::new(vec![OLD.clone(), NEW.clone()]), KeyRing::new(vec![OTHER.clone()])]
});

/// What stands in a file, and what is put in its place.
static PLACEHOLDERS: LazyLock<[(&str, String); 6]> = LazyLock::new(|| {
    let sealed = |key: &PrivateKey, scope| {
        let label = EncryptionLabel::for_scope(scope, "shop", "orders").expect("it is a label");
        let value = key.sealing_key().seal(b"hunter2", &label, &mut rand::rng());
        value.expect("it is short").to_string()
    };
    [
        ("SEALED_1", sealed(&OLD, Scope::Strict)),
        ("SEALED_2", sealed(&OLD, Scope::NamespaceWide)),
        ("SEALED_3", sealed(&OLD, Scope::ClusterWide)),
        ("SEALED_4", sealed(&NEW, Scope::Strict)),
        ("SEALED_5", sealed(&OTHER, Scope::Strict)),
        ("FINGERPRINT_OLD", OLD.fingerprint().to_string()),
    ]
});

/// The hint that names the key of an object's values.
const SEALED_WITH: &[u8] = b"sealed-with";

fuzz_target!(|input: &[u8]| {
    let Some((how, file)) = input.split_first() else { return };
    let file = filled(file);
    let mut context = Context::new(&*RINGS, Some(Target::new(NEW.sealing_key())));
    context.flags =
        Labels { scope: None, namespace: Some("shop".to_owned()), name: Some("orders".to_owned()) };
    context.options.verify = true;
    context.options.add_hints = how & 1 != 0;
    context.options.all = how & 2 != 0;
    if how & 4 != 0 {
        context.content = Content::Text { is_rotated: true };
    }
    let outcome = rotate(&file, &context, &mut rand::rng());
    let Some(new) = &outcome.file else { return };
    // A hint that names no key, or several, becomes another text.
    let has_hint = file.windows(SEALED_WITH.len()).any(|window| window == SEALED_WITH);
    if !context.options.add_hints && !has_hint {
        assert!(around_words(&file) == around_words(new), "something else is changed");
    }
    context.options.all = false;
    is_current(&outcome, new, &context);
});

fn key(pem: &[u8]) -> PrivateKey {
    PrivateKey::from_pem(pem).expect("the fixture is a private key")
}

fn filled(file: &[u8]) -> Vec<u8> {
    let mut filled = file.to_vec();
    for (name, text) in PLACEHOLDERS.iter() {
        filled = replaced(&filled, name.as_bytes(), text.as_bytes());
    }
    filled
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// A file less what new values and fingerprints may take the place of: base64, in lines or with escapes.
fn around_words(file: &[u8]) -> Vec<u8> {
    let is_kept = |byte: &&u8| {
        !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace() && !b"+/=\\\0".contains(byte)
    };
    file.iter().filter(is_kept).copied().collect()
}

/// With the new key alone, all that was rotated is current, and nothing more is left than before.
fn is_current(before: &FileOutcome, new: &[u8], context: &Context<'_>) {
    let rings = [KeyRing::new(vec![NEW.clone()])];
    let context = Context { rings: &rings, ..context.clone() };
    let after = rotate(new, &context, &mut rand::rng());
    assert!(after.file.is_none() || context.options.add_hints, "something is changed again");
    let count = |outcome: &FileOutcome, is: fn(&Outcome) -> bool| {
        outcome.findings.iter().filter(|found| is(&found.outcome)).count()
    };
    let is_left = |outcome: &Outcome| matches!(outcome, Outcome::Left(_));
    let is_proved = |outcome: &Outcome| matches!(outcome, Outcome::Current { is_proved: true });
    let is_sealed =
        |outcome: &Outcome| matches!(outcome, Outcome::Rotated | Outcome::Current { .. });
    assert_eq!(count(&after, is_left), count(before, is_left));
    assert_eq!(count(&after, is_proved), count(before, is_sealed));
    assert_eq!(after.verdict() == Verdict::Left, before.verdict() == Verdict::Left);
}
