//! Documents: taken apart, put together, made comparable.

use serde_json::{Map, Value, json};

use crate::Scope;

/// The documents of a concatenation of JSON objects.
///
/// # Panics
///
/// If it is not JSON.
#[must_use]
pub fn json(text: &[u8]) -> Vec<Value> {
    serde_json::Deserializer::from_slice(text)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("the output is JSON")
}

/// The documents of YAML as both programs write it: each begins with `---`.
///
/// # Panics
///
/// If the text is not UTF-8 or begins otherwise.
#[must_use]
pub fn yaml(text: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(text).expect("YAML is text");
    let rest = text.strip_prefix("---\n").expect("a document begins with ---");
    rest.split("\n---\n").map(|document| format!("{document}\n")).collect()
}

/// The documents of what either program wrote, one text each.
#[must_use]
pub fn split(text: &[u8], format: &str) -> Vec<Vec<u8>> {
    match format {
        "json" => json(text).iter().map(|document| document.to_string().into_bytes()).collect(),
        _ => yaml(text).into_iter().map(String::into_bytes).collect(),
    }
}

/// A SealedSecret around one ciphertext in base64, item `value`, named as the tests' scopes bind
/// it.
#[must_use]
pub fn around(ciphertext: &[u8], scope: Scope) -> Vec<u8> {
    let annotations: Map<String, Value> =
        scope.annotation.map(|name| (name.to_owned(), json!("true"))).into_iter().collect();
    let ciphertext = String::from_utf8_lossy(ciphertext);
    let document = json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "database", "namespace": "shop", "annotations": annotations},
        "spec": {"encryptedData": {"value": ciphertext}},
    });
    document.to_string().into_bytes()
}

/// A Secret without annotations, with that of its scope: `seal unseal` keeps it for the next sealing, kubeseal does not.
#[must_use]
pub fn with_scope(mut secret: Value, scope: Scope) -> Value {
    if let (Some(name), Some(Value::Object(metadata))) =
        (scope.annotation, secret.get_mut("metadata"))
    {
        metadata.insert("annotations".to_owned(), json!({name: "true"}));
    }
    secret
}

/// A Secret without what the two programs may write in different ways: kubeseal adds an owner
/// reference to an object that exists in no cluster yet and writes an empty value as null; empty
/// fields mean the same as none.
///
/// # Panics
///
/// If it is not a Secret.
#[must_use]
pub fn normalized(mut secret: Value) -> Value {
    assert_eq!(secret.pointer("/apiVersion"), Some(&json!("v1")), "a Secret's version");
    assert_eq!(secret.pointer("/kind"), Some(&json!("Secret")), "a Secret's kind");
    if let Some(metadata) = secret.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        metadata.remove("ownerReferences");
        metadata.retain(|_, value| !is_empty(value));
    }
    if let Some(data) = secret.pointer_mut("/data").and_then(Value::as_object_mut) {
        data.values_mut().filter(|value| value.is_null()).for_each(|value| *value = json!(""));
    }
    if let Some(fields) = secret.as_object_mut() {
        fields.retain(|_, value| !is_empty(value));
    }
    secret
}

/// A SealedSecret without its ciphertexts, our hints, and empty fields: what both programs must
/// write alike.
#[must_use]
pub fn skeleton(mut sealed: Value) -> Value {
    for metadata in ["/metadata", "/spec/template/metadata"] {
        let Some(metadata) = sealed.pointer_mut(metadata).and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.retain(|name, _| !name.starts_with("sealkit.dev/"));
        }
        metadata.retain(|_, value| !is_empty(value));
    }
    if let Some(items) = sealed.pointer_mut("/spec/encryptedData").and_then(Value::as_object_mut) {
        items.values_mut().for_each(|ciphertext| *ciphertext = Value::Null);
    }
    sealed
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
