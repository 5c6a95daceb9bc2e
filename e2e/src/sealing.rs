//! Sealing inside the test's process, where a kubeseal for each object would take too long.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_core::{Certificate, EncryptionLabel, SealingKey};
use serde_json::{Map, Value, json};

/// Seals for one certificate.
pub struct Sealer(SealingKey);

impl Sealer {
    /// For a certificate in PEM.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn new(certificate: &str) -> Self {
        let certificate = Certificate::from_pem(certificate.as_bytes());
        Self(certificate.expect("it is a certificate").sealing_key().clone())
    }

    /// A SealedSecret with these values, in the strict scope.
    ///
    /// # Panics
    ///
    /// If the name cannot be one.
    #[must_use]
    pub fn seal(&self, namespace: &str, name: &str, items: &[(&str, &str)]) -> Value {
        let label = EncryptionLabel::strict(namespace, name).expect("a name");
        sealed_secret(namespace, name, &json!({"encryptedData": self.values(&label, items)}))
    }

    /// A SealedSecret with these values, which open in every namespace and under every name, and without the annotation
    /// that says so.
    #[must_use]
    pub fn seal_cluster_wide(&self, namespace: &str, name: &str, items: &[(&str, &str)]) -> Value {
        let values = self.values(&EncryptionLabel::cluster_wide(), items);
        sealed_secret(namespace, name, &json!({"encryptedData": values}))
    }

    /// A SealedSecret of the deprecated form: the whole Secret is one value.
    ///
    /// # Panics
    ///
    /// If the name cannot be one.
    #[must_use]
    pub fn seal_whole(&self, namespace: &str, name: &str, secret: &Value) -> Value {
        let label = EncryptionLabel::strict(namespace, name).expect("a name");
        let data = self.value(&label, &secret.to_string());
        sealed_secret(namespace, name, &json!({"encryptedData": {}, "data": data}))
    }

    fn values(&self, label: &EncryptionLabel, items: &[(&str, &str)]) -> Map<String, Value> {
        let sealed = |value| json!(self.value(label, value));
        items.iter().map(|(item, value)| ((*item).to_owned(), sealed(value))).collect()
    }

    fn value(&self, label: &EncryptionLabel, value: &str) -> String {
        let sealed = self.0.seal(value.as_bytes(), label, &mut UnwrapErr(SysRng));
        STANDARD.encode(sealed.expect("a short value can be sealed").to_bytes())
    }

    /// The same, with the annotations that tell for which key, namespace and name it is sealed, as `seal` writes them.
    ///
    /// # Panics
    ///
    /// If the name cannot be one.
    #[must_use]
    pub fn seal_with_hints(&self, namespace: &str, name: &str, items: &[(&str, &str)]) -> Value {
        let hints = json!({
            "sealkit.dev/sealed-with": self.0.fingerprint().to_string(),
            "sealkit.dev/sealed-for": format!("{namespace}/{name}"),
        });
        let mut sealed = self.seal(namespace, name, items);
        if let Some(metadata) = sealed.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("annotations".to_owned(), hints);
        }
        sealed
    }
}

fn sealed_secret(namespace: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"namespace": namespace, "name": name},
        "spec": spec,
    })
}
