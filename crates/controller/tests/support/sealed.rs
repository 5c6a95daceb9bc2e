//! SealedSecrets that are made for a test.

use std::collections::BTreeMap;

use sealkit_core::{Certificate, EncryptionLabel, KeyRing};
use sealkit_manifest::{
    Ciphertext, SealedSecret, SealedSecretParts, SecretTemplate, annotations::Hints,
};
use sealkit_testkit::read_fixture;

/// A value that must never be seen outside.
pub(crate) const CANARY: &str = "canary-hunter2-7f3a91";

/// A certificate of `fixtures/gitops-keys`.
pub(crate) fn certificate(name: &str) -> Certificate {
    Certificate::from_pem(&read_fixture(&format!("gitops-keys/{name}.crt"))).unwrap()
}

/// A key of `fixtures/gitops-keys`.
pub(crate) fn ring(name: &str) -> KeyRing {
    KeyRing::from_pem(&read_fixture(&format!("gitops-keys/{name}.key"))).unwrap()
}

/// A SealedSecret `shop/database`, with a template.
pub(crate) struct Sealed {
    parts: SealedSecretParts,
}

impl Sealed {
    pub(crate) fn new() -> Self {
        let mut parts = SealedSecretParts::default();
        (parts.metadata.namespace, parts.metadata.name) = ("shop".into(), "database".into());
        parts.encrypted_data = Some(BTreeMap::new());
        parts.template = SecretTemplate::default();
        Self { parts }
    }

    /// The canary, sealed for the certificate of a name under the label of a namespace and name.
    pub(crate) fn canary(key: &str, namespace: &str, name: &str) -> Ciphertext {
        let label = EncryptionLabel::strict(namespace, name).unwrap();
        let key = certificate(key);
        key.sealing_key().seal(CANARY.as_bytes(), &label, &mut rand::rng()).unwrap().into()
    }

    pub(crate) fn value(mut self, item: &str, value: Ciphertext) -> Self {
        self.parts.encrypted_data.get_or_insert_default().insert(item.into(), value);
        self
    }

    pub(crate) fn whole(mut self, value: Ciphertext) -> Self {
        self.parts.deprecated_data = Some(value);
        self
    }

    pub(crate) fn template(mut self, item: &str, text: &str) -> Self {
        self.parts.template.data.insert(item.into(), Some(text.into()));
        self
    }

    pub(crate) fn hint(mut self, key: &str) -> Self {
        let hints = Hints::sealed_with_one(certificate(key).fingerprint());
        hints.write(&mut self.parts.metadata.annotations);
        self
    }

    pub(crate) fn name(mut self, name: &str) -> Self {
        self.parts.metadata.name = name.into();
        self
    }

    pub(crate) fn build(self) -> SealedSecret {
        SealedSecret::from_parts(self.parts).unwrap()
    }

    pub(crate) fn json(self) -> String {
        kubeyaml::to_json(&self.build().to_tree()).to_string()
    }

    pub(crate) fn yaml(self) -> String {
        kubeyaml::to_yaml(&self.build().to_tree()).to_string()
    }
}
