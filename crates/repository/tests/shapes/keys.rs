//! The keys of the cases, by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sealkit_core::{KeyRing, PrivateKey};
use sealkit_testkit::read_fixture;

const NAMES: [&str; 9] =
    ["new", "old", "older", "current", "unknown", "dev-old", "dev-new", "prod-old", "prod-new"];

/// Keys of other sizes, which take long to make.
const FIXTURES: [(&str, &str); 3] = [
    ("rsa-3072", "keys/rsa-3072.key"),
    ("rsa-4096", "kubeseal/keys/rsa-4096.key"),
    ("rsa-8192", "keys/rsa-8192.key"),
];

/// RSA-2048, which is quick; made anew, since which keys they are must not matter.
static KEYS: LazyLock<BTreeMap<&str, PrivateKey>> = LazyLock::new(|| {
    let mut keys: BTreeMap<&str, PrivateKey> =
        NAMES.iter().map(|name| (*name, PrivateKey::generate(2048).unwrap())).collect();
    // The newest certificate's key is the one that is sealed for.
    keys.insert("current", keys["new"].clone());
    let fixture = |file| PrivateKey::from_pem(&read_fixture(file)).unwrap();
    keys.extend(FIXTURES.map(|(name, file)| (name, fixture(file))));
    keys
});

pub(crate) fn key(name: &str) -> &'static PrivateKey {
    &KEYS[name]
}

pub(crate) fn ring<'a>(names: impl IntoIterator<Item = &'a str>) -> KeyRing {
    KeyRing::new(names.into_iter().map(|name| key(name).clone()).collect())
}
