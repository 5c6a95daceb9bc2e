//! Prints the definition of the SealedSecret resource, made from its types: `scripts/generate` keeps it in `deploy/`.

#![expect(clippy::print_stdout, reason = "what is printed is a file")]

use kubeyaml::Tree;
use schemars::generate::SchemaSettings;
use sealkit_api::{GROUP, KIND, PLURAL, SealedSecret, VERSION};
use serde_json::{Map, Value, json};

const HEAD: &str =
    "# The SealedSecret resource. Made by scripts/generate from the types in crates/api.\n";

fn main() {
    print!("{HEAD}{}", *kubeyaml::to_yaml(&tree(&definition())));
}

fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{PLURAL}.{GROUP}"),
            // Neither Helm nor Argo CD takes the definition away, and every SealedSecret of the cluster with it.
            "annotations": {
                "argocd.argoproj.io/sync-options": "Prune=false",
                "helm.sh/resource-policy": "keep",
            },
        },
        "spec": {
            "group": GROUP,
            "names": {
                "kind": KIND,
                "listKind": format!("{KIND}List"),
                "plural": PLURAL,
                "singular": "sealedsecret",
            },
            "scope": "Namespaced",
            "versions": [{
                "name": VERSION,
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "additionalPrinterColumns": [
                    column("Status", "string", ".status.conditions[0].message"),
                    column("Synced", "string", ".status.conditions[0].status"),
                    column("Age", "date", ".metadata.creationTimestamp"),
                ],
                "schema": {"openAPIV3Schema": schema()},
            }],
        },
    })
}

fn column(name: &str, kind: &str, path: &str) -> Value {
    json!({"name": name, "type": kind, "jsonPath": path})
}

/// The schema in the part of OpenAPI that the API server takes.
fn schema() -> Value {
    let settings = SchemaSettings::openapi3().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema = settings.into_generator().into_root_schema_for::<SealedSecret>();
    let mut schema = schema.to_value();
    walk(&mut schema, &structural);
    // The API server allows no word about metadata beside its type.
    if let Some(Value::Object(metadata)) = schema.pointer_mut("/properties/metadata") {
        metadata.remove("description");
    }
    // Whoever writes a status leaves out what it has not: null is nothing that has to be kept.
    if let Some(status) = schema.pointer_mut("/properties/status") {
        walk(status, &|schema| drop(schema.remove("nullable")));
    }
    schema
}

/// Calls `change` for a schema and all schemas in it.
fn walk(schema: &mut Value, change: &dyn Fn(&mut Map<String, Value>)) {
    let Some(schema) = schema.as_object_mut() else { return };
    change(schema);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(|property| walk(property, change));
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(inner) {
            walk(inner, change);
        }
    }
}

fn structural(schema: &mut Map<String, Value>) {
    // A default would be written into every object, and titles are the names of our types.
    schema.remove("default");
    schema.remove("title");
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = paragraphs(text);
    }
}

/// Lines of a comment that belong together, in one.
fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(|lines| lines.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

fn tree(value: &Value) -> Tree {
    match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(*value),
        // Bounds of integers.
        Value::Number(value) => Tree::from(value.as_i64().unwrap_or(i64::MAX)),
        Value::String(value) => Tree::from(value.as_str()),
        Value::Array(items) => Tree::Sequence(items.iter().map(tree).collect()),
        Value::Object(entries) => {
            Tree::mapping(entries.iter().map(|(key, value)| (key.as_str(), tree(value))))
        }
    }
}
