//! The entries of `cases.json`, with their variants put in place.

use serde_json::{Map, Value};

use sealkit_repository::rotate::Labels;
use sealkit_testkit::read_fixture;

/// One entry, or a variant of it, with its labels given in one of the two ways.
pub(crate) struct Case {
    /// The shape, the variant's name, and `flags` where labels are given by flags and could be given by a rule.
    pub(crate) name: String,
    pub(crate) entry: Map<String, Value>,
    pub(crate) labels: GivenBy,
}

/// How labels are given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GivenBy {
    Nobody,
    Rule,
    Flags,
}

/// What stands for a ciphertext.
pub(crate) struct Placeholder {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) object: String,
    pub(crate) scope: String,
    pub(crate) key: String,
    pub(crate) to: String,
    pub(crate) value: String,
    pub(crate) outcome: String,
    pub(crate) line_len: Option<usize>,
}

pub(crate) fn cases() -> Vec<Case> {
    let json: Value = serde_json::from_slice(&read_fixture("rotate-shapes/cases.json")).unwrap();
    json["cases"].as_array().unwrap().iter().flat_map(of_entry).collect()
}

fn of_entry(entry: &Value) -> Vec<Case> {
    let shape = entry["shape"].as_str().unwrap();
    let mut all = vec![(shape.to_owned(), entry.as_object().unwrap().clone())];
    for variant in entry["variants"].as_array().into_iter().flatten() {
        let name = format!("{shape}: {}", variant["name"].as_str().unwrap());
        all.push((name, merged(entry, variant)));
    }
    all.into_iter().flat_map(|(name, entry)| ways(&name, &entry)).collect()
}

/// The fields of a variant in the place of the entry's; placeholders one by one.
fn merged(entry: &Value, variant: &Value) -> Map<String, Value> {
    let mut all = entry.as_object().unwrap().clone();
    for (field, value) in variant.as_object().unwrap() {
        if field == "placeholders" {
            let placeholders = all["placeholders"].as_object_mut().unwrap();
            for (name, fields) in value.as_object().unwrap() {
                let placeholder = placeholders[name].as_object_mut().unwrap();
                placeholder.extend(fields.as_object().unwrap().clone());
            }
        } else {
            all.insert(field.clone(), value.clone());
        }
    }
    all
}

fn ways(name: &str, entry: &Map<String, Value>) -> Vec<Case> {
    let has = |field: &str| entry.get(field).is_some_and(|value| !value.is_null());
    let case = |name: &str, labels| Case { name: name.to_owned(), entry: entry.clone(), labels };
    let mut cases = Vec::new();
    if has("rules") {
        cases.push(case(name, GivenBy::Rule));
    }
    if has("binding_by_flags") {
        cases.push(case(&format!("{name}, by flags"), GivenBy::Flags));
    }
    if cases.is_empty() {
        cases.push(case(name, GivenBy::Nobody));
    }
    cases
}

impl Case {
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.entry.get(field)?.as_str()
    }

    /// Names of keys, ring by ring.
    pub(crate) fn rings(&self) -> Vec<Vec<&str>> {
        let Some(rings) = self.entry.get("rings") else { return vec![vec!["old"]] };
        rings.as_array().unwrap().iter().map(key_names).collect()
    }

    pub(crate) fn extra(&self) -> Vec<&str> {
        self.entry["extra"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
    }

    /// What the flags say.
    pub(crate) fn flags(&self) -> Labels {
        let said = self.entry.get("binding_by_flags").filter(|_| self.labels == GivenBy::Flags);
        let text = |field: &str| Some(said?.get(field)?.as_str()?.to_owned());
        Labels {
            scope: text("scope").map(|scope| scope.parse().unwrap()),
            namespace: text("namespace"),
            name: text("name"),
        }
    }

    pub(crate) fn placeholders(&self) -> Vec<Placeholder> {
        let all = self.entry["placeholders"].as_object().unwrap();
        all.iter().map(|(name, fields)| placeholder(name, fields)).collect()
    }
}

fn key_names(ring: &Value) -> Vec<&str> {
    ring.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

fn placeholder(name: &str, fields: &Value) -> Placeholder {
    let text = |field: &str| fields[field].as_str().unwrap().to_owned();
    Placeholder {
        name: name.to_owned(),
        namespace: text("namespace"),
        object: text("name"),
        scope: text("scope"),
        key: text("key"),
        to: fields["to"].as_str().unwrap_or("new").to_owned(),
        value: text("value"),
        outcome: text("outcome"),
        line_len: fields["lines"].as_u64().map(|lines| usize::try_from(lines).unwrap()),
    }
}
