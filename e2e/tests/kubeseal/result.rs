//! What a run leaves behind, made comparable: ciphertexts are opened, and of texts for people only counts that they are there.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealkit_core::{EncryptionLabel, KeyHint, KeyRing, Scope, SealedValue};
use sealkit_e2e::documents::{normalized, skeleton};
use serde_json::{Map, Value, json};

/// Opens what is sealed, and says for which key it was.
pub(crate) struct Opener {
    /// The name of a key, and the key.
    pub(crate) rings: Vec<(&'static str, KeyRing)>,
}

/// The contents of a folder.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn files(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let entries = entries.map(|entry| entry.expect("an entry"));
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| {
            let name = name_of(&entry.file_name().into_string().expect("a name"));
            (name, std::fs::read(entry.path()).expect("a file can be read"))
        })
        .collect()
}

/// What the Go library for whole files leaves behind has a number in its name.
fn name_of(name: &str) -> String {
    let number = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let is_left = name.starts_with('.') && name.len() >= number.len() + 6;
    if is_left { "left behind".to_owned() } else { name.to_owned() }
}

impl Opener {
    /// What has changed in a folder.
    pub(crate) fn changes(&self, before: &Files, after: &Files, opens: Option<&str>) -> Value {
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        let gone = gone.map(|name| (name.clone(), json!("gone")));
        let new = after.iter().filter(|(name, text)| before.get(*name) != Some(text));
        let new = new.map(|(name, text)| (name.clone(), self.comparable(text, opens)));
        Value::Object(gone.chain(new).collect())
    }

    /// A text: documents, a certificate, a ciphertext, or what it says.
    pub(crate) fn comparable(&self, text: &[u8], opens: Option<&str>) -> Value {
        if text.is_empty() {
            return json!([]);
        }
        if let Some(scope) = opens {
            return self.value(text, scope);
        }
        let said = String::from_utf8_lossy(text);
        if let Some((notice, rest)) = said.split_once('\n').filter(|_| said.starts_with("Flag --"))
        {
            let mut all = self.comparable(rest.as_bytes(), opens);
            all["notice"] = json!(notice);
            return all;
        }
        if said.starts_with("-----BEGIN CERTIFICATE") {
            return json!({ "certificate": said });
        }
        if said.starts_with("kubeseal version: v") {
            return json!("a version");
        }
        let format = if said.trim_start().starts_with('{') { "json" } else { "yaml" };
        match documents(text) {
            Some(all) => {
                let all: Vec<Value> = all.into_iter().map(|object| self.object(object)).collect();
                json!({ "format": format, "documents": all })
            }
            None => json!({ "text": said }),
        }
    }

    fn value(&self, text: &[u8], scope: &str) -> Value {
        let scope = match scope {
            "strict" => Scope::Strict,
            "namespace-wide" => Scope::NamespaceWide,
            _ => Scope::ClusterWide,
        };
        let label = EncryptionLabel::for_scope(scope, "shop", "database").expect("a label");
        let text = std::str::from_utf8(text).expect("base64 is text");
        match self.open(text, &label) {
            Some((key, plain)) => json!({ "value": STANDARD.encode(plain), "key": key }),
            None => json!({ "unopened": text }),
        }
    }

    fn object(&self, object: Value) -> Value {
        match object["kind"].as_str() {
            Some("SealedSecret") => self.opened(object),
            Some("Secret") => normalized(object),
            _ => object,
        }
    }

    /// A SealedSecret with its values in the clear, and the key that each was sealed for.
    fn opened(&self, object: Value) -> Value {
        let metadata = &object["metadata"];
        let is = |name: &str| {
            metadata["annotations"][format!("sealedsecrets.bitnami.com/{name}")] == "true"
        };
        let scope = match () {
            () if is("cluster-wide") => Scope::ClusterWide,
            () if is("namespace-wide") => Scope::NamespaceWide,
            () => Scope::Strict,
        };
        let text = |name: &str| metadata[name].as_str().unwrap_or_default();
        let label = EncryptionLabel::for_scope(scope, text("namespace"), text("name"));
        let items = object["spec"]["encryptedData"].as_object().cloned().unwrap_or_default();
        let opened = items.iter().map(|(item, value)| {
            let value = value.as_str().unwrap_or_default();
            let opened = label.as_ref().ok().and_then(|label| self.open(value, label));
            let opened = opened.map(|(key, plain)| json!([key, STANDARD.encode(plain)]));
            (item.clone(), opened.unwrap_or(Value::Null))
        });
        let opened: Map<String, Value> = opened.collect();
        let mut all = without_empty(skeleton(object));
        all["spec"]["encryptedData"] = Value::Object(opened);
        all
    }

    fn open(&self, text: &str, label: &EncryptionLabel) -> Option<(&'static str, Vec<u8>)> {
        let sealed: SealedValue = text.parse().ok()?;
        self.rings.iter().find_map(|(name, ring)| {
            let opened = ring.unseal(&sealed, label, KeyHint::NONE).ok()?;
            Some((*name, opened.plaintext.expose().to_vec()))
        })
    }
}

/// An object without empty fields, which mean the same as none.
fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, without_empty(value)));
            Value::Object(fields.filter(|(_, value)| !is_empty(value)).collect())
        }
        other => other,
    }
}

/// The objects of a text, if all of its documents are objects.
fn documents(text: &[u8]) -> Option<Vec<Value>> {
    let input = kubeyaml::split(text).ok()?;
    let mut found = Vec::new();
    for document in input.documents() {
        let Some(node) = document.parse().ok()? else { continue };
        node.as_mapping()?;
        let tree = kubeyaml::Tree::from(&node);
        found.push(serde_json::from_str(&kubeyaml::to_json_line(&tree)).ok()?);
    }
    (!found.is_empty()).then_some(found)
}
