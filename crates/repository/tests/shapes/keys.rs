//! The keys of the cases, by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sealkit_core::{KeyRing, PrivateKey};

const NAMES: [&str; 9] =
    ["new", "old", "older", "current", "unknown", "dev-old", "dev-new", "prod-old", "prod-new"];

/// RSA-2048, which is quick; made anew, since which keys they are must not matter.
static KEYS: LazyLock<BTreeMap<&str, PrivateKey>> = LazyLock::new(|| {
    let mut keys: BTreeMap<&str, PrivateKey> =
        NAMES.iter().map(|name| (*name, PrivateKey::generate(2048).unwrap())).collect();
    // The newest certificate's key is the one that is sealed for.
    keys.insert("current", keys["new"].clone());
    keys
});

pub(crate) fn key(name: &str) -> &'static PrivateKey {
    &KEYS[name]
}

pub(crate) fn ring<'a>(names: impl IntoIterator<Item = &'a str>) -> KeyRing {
    KeyRing::new(names.into_iter().map(|name| key(name).clone()).collect())
}
