//! Objects that hold sealed values: a SealedSecret, a mapping `encryptedData` of a values file, a lone value.

use std::ops::Range;

use kubeyaml::{Mapping, Node, Position};
use sealkit_core::{Fingerprint, Scope, SealedValue};
use sealkit_manifest::annotations::{self, Annotations, Hints};

use super::{Around, Step, Walk, item};
use crate::rotate::binding;
use crate::rotate::comment;
use crate::rotate::context::Labels;
use crate::rotate::outcome::{Finding, NotedCause, Outcome, Warning, WarningKind};
use crate::rotate::words::Word;

/// The group of the SealedSecret's `apiVersion`.
const GROUP: &str = "bitnami.com/";

/// The annotations that say something about values.
const ANNOTATIONS: [&str; 4] = [
    annotations::CLUSTER_WIDE,
    annotations::NAMESPACE_WIDE,
    annotations::SEALED_FOR,
    annotations::SEALED_WITH,
];

/// Values that belong together: the search for their key is one.
pub(in crate::rotate) struct Object<'n> {
    pub(in crate::rotate) document: usize,
    pub(in crate::rotate) position: Position,
    pub(in crate::rotate) shape: Shape<'n>,
    /// What it says about itself.
    pub(in crate::rotate) own: Labels,
    /// What follows from where it stands, where nothing says it.
    pub(in crate::rotate) guessed: Labels,
    /// The namespace where an enclosing object puts it.
    pub(in crate::rotate) destination: Option<String>,
    pub(in crate::rotate) for_several_clusters: bool,
    pub(in crate::rotate) hints: Hints,
    pub(in crate::rotate) values: Vec<Value<'n>>,
}

/// What holds the values.
pub(in crate::rotate) enum Shape<'n> {
    /// A SealedSecret; its `metadata`, where a hint can be put.
    SealedSecret { metadata: Option<&'n Node> },
    /// A mapping `encryptedData` in a values file.
    EncryptedData,
    /// Nothing: a value alone.
    Lone,
}

/// A sealed value that can be replaced where it stands.
pub(in crate::rotate) struct Value<'n> {
    pub(in crate::rotate) place: Place<'n>,
    pub(in crate::rotate) sealed: SealedValue,
    /// The name by which the hint knows it.
    pub(in crate::rotate) name: String,
    /// What a rule says about the keys that lead to it.
    pub(in crate::rotate) by_rule: Option<Labels>,
    /// What the comment on its line says.
    pub(in crate::rotate) beside: Option<Labels>,
    /// Where the key is named that it is sealed for, besides the hint of its SealedSecret.
    pub(in crate::rotate) key_names: Vec<KeyName<'n>>,
    /// What a report says about it, with the outcome still open.
    pub(in crate::rotate) finding: Finding,
}

/// A key's fingerprint in a file.
pub(in crate::rotate) struct KeyName<'n> {
    pub(in crate::rotate) key: Fingerprint,
    pub(in crate::rotate) place: KeyPlace<'n>,
}

/// Where the digest of a fingerprint stands.
pub(in crate::rotate) enum KeyPlace<'n> {
    /// It is these bytes of a comment.
    Comment(Range<usize>),
    /// It is these of the same words of a string, counted from 0.
    Words(&'n Node, Vec<usize>),
}

/// Where a value stands.
pub(in crate::rotate) enum Place<'n> {
    /// It is all of a string.
    Whole(&'n Node),
    /// It is a word of a string.
    Word(&'n Node, Word),
    /// It is these bytes of a file of another kind.
    Text(Range<usize>),
}

/// Whether a mapping is a SealedSecret, or a part of one as a patch is: by its kind, or by where its values are.
pub(super) fn is_sealed_secret(mapping: &Mapping) -> bool {
    let text = |field| mapping.get(field).and_then(Node::as_str);
    let is_named = text("kind") == Some("SealedSecret")
        && text("apiVersion").is_some_and(|version| version.starts_with(GROUP));
    // An item of a `SealedSecretList` may have neither kind nor apiVersion.
    let is_object = mapping.get("metadata").is_some() || text("kind").is_some();
    is_named || (is_object && spec(mapping).is_some_and(has_encrypted_data))
}

fn spec(mapping: &Mapping) -> Option<&Mapping> {
    mapping.get("spec").and_then(Node::as_mapping)
}

fn has_encrypted_data(mapping: &Mapping) -> bool {
    mapping.get("encryptedData").and_then(Node::as_mapping).is_some()
}

impl<'n> Walk<'n> {
    pub(super) fn sealed_secret(
        &mut self,
        node: &'n Node,
        mapping: &'n Mapping,
        around: Around<'n>,
    ) {
        let metadata = mapping.get("metadata");
        let fields = metadata.and_then(Node::as_mapping);
        let text = |field| fields.and_then(|fields| fields.get(field)).and_then(Node::as_str);
        let annotations = annotations_of(fields);
        let mut object = Object {
            document: self.index,
            position: node.position(),
            shape: Shape::SealedSecret { metadata },
            own: Labels {
                scope: Some(annotations::scope(&annotations)),
                namespace: text("namespace").map(str::to_owned),
                name: text("name").map(str::to_owned),
            },
            guessed: Labels { namespace: around.namespace.map(str::to_owned), ..Labels::default() },
            destination: around.destination.map(str::to_owned),
            for_several_clusters: around.for_several_clusters,
            hints: Hints::read(&annotations),
            values: Vec::new(),
        };
        let is_empty = self.values_of_spec(mapping, &mut object);
        if is_empty {
            self.note(node, Outcome::Noted(NotedCause::NoValues));
        }
        self.add(object);
    }

    /// Adds the values of a SealedSecret to `object`, and says whether there is nothing in the place of any.
    fn values_of_spec(&mut self, mapping: &'n Mapping, object: &mut Object<'n>) -> bool {
        let Some(spec) = spec(mapping) else { return true };
        let items = spec.get("encryptedData").and_then(Node::as_mapping);
        self.path.push(Step::Key("spec"));
        self.path.push(Step::Key("encryptedData"));
        for (key, value) in items.into_iter().flat_map(Mapping::iter) {
            self.path.push(Step::Key(key.text()));
            let is_variable = item::is_variable(key.text(), value);
            if !is_variable {
                self.add_item(value, key.text(), object);
            }
            if !is_variable && !binding::is_variable(key.text()) && !is_item_name(key.text()) {
                let kind =
                    WarningKind::ItemRefused { item: super::shortened(key.text()).into_owned() };
                self.warn(key.position(), kind);
            }
            self.path.pop();
        }
        self.path.pop();
        let whole = spec.get("data").filter(|node| node.as_str().is_some());
        if let Some(whole) = whole {
            self.path.push(Step::Key("data"));
            self.add_item(whole, "", object);
            self.path.pop();
        }
        self.path.pop();
        whole.is_none() && items.is_none_or(Mapping::is_empty)
    }

    /// The mapping `encryptedData` of a values file. The key above it is the name.
    pub(super) fn encrypted_data(
        &mut self,
        node: &'n Node,
        mapping: &'n Mapping,
        around: Around<'n>,
    ) {
        let Some(items) = mapping.get("encryptedData").and_then(Node::as_mapping) else { return };
        let text = |field| mapping.get(field).and_then(Node::as_str).map(str::to_owned);
        let mut object = Object {
            document: self.index,
            position: node.position(),
            shape: Shape::EncryptedData,
            own: Labels { scope: None, namespace: text("namespace"), name: text("name") },
            guessed: Labels {
                scope: None,
                namespace: around.namespace.map(str::to_owned),
                name: self.last_key().map(str::to_owned),
            },
            destination: around.destination.map(str::to_owned),
            for_several_clusters: around.for_several_clusters,
            hints: Hints::default(),
            values: Vec::new(),
        };
        self.path.push(Step::Key("encryptedData"));
        for (key, value) in items.iter() {
            self.path.push(Step::Key(key.text()));
            self.add_item_if_sealed(value, key.text(), &mut object);
            self.path.pop();
        }
        self.path.pop();
        self.add(object);
    }

    /// A string that is a sealed value and part of nothing known.
    pub(super) fn lone(&mut self, place: Place<'n>, around: Around<'n>) {
        let (Place::Whole(node) | Place::Word(node, _)) = place else { return };
        let mut object = Object {
            document: self.index,
            position: node.position(),
            shape: Shape::Lone,
            own: Labels::default(),
            guessed: Labels {
                scope: None,
                namespace: around.namespace.map(str::to_owned),
                name: around.name.map(str::to_owned),
            },
            destination: around.destination.map(str::to_owned),
            for_several_clusters: around.for_several_clusters,
            hints: Hints::default(),
            values: Vec::new(),
        };
        self.value(place, "", &mut object);
        self.add(object);
    }

    /// Adds what stands in the place of an item of a SealedSecret.
    fn add_item(&mut self, node: &'n Node, name: &str, object: &mut Object<'n>) {
        for place in item::places(node) {
            if let Place::Word(_, word) = &place
                && item::is_obstructed(node, word)
            {
                let kind = WarningKind::NotAlone { item: super::shortened(name).into_owned() };
                self.warn(node.position(), kind);
            }
            self.value(place, name, object);
        }
    }

    /// Adds an item of a values file. Where it is no sealed value, a template fills it, or a schema describes it.
    fn add_item_if_sealed(&mut self, node: &'n Node, name: &str, object: &mut Object<'n>) {
        for place in item::places(node) {
            let is_whole = matches!(place, Place::Whole(_));
            if !is_whole || !matches!(item::read(node), Err(Outcome::Noted(_))) {
                self.value(place, name, object);
            }
        }
    }

    /// Adds a value to the object, or what stands in its place to the findings.
    fn value(&mut self, place: Place<'n>, name: &str, object: &mut Object<'n>) {
        let (node, read) = match &place {
            Place::Whole(node) => (*node, item::read(node)),
            Place::Word(node, word) => (*node, item::read_word(node, word)),
            Place::Text(_) => return,
        };
        if !node.is_copied() {
            self.met.insert(node.span().start);
        }
        let beside = comment::beside(self.text, node);
        let key = beside.as_ref().and_then(|beside| beside.key.clone());
        let key_name = key.map(|(key, at)| KeyName { key, place: KeyPlace::Comment(at) });
        match read {
            Ok(sealed) => object.values.push(Value {
                place,
                sealed,
                name: name.to_owned(),
                by_rule: self.said_by_rule(),
                beside: beside.map(|beside| beside.labels),
                key_names: key_name.into_iter().collect(),
                // What becomes of it is known when it is opened.
                finding: self.finding(node.position(), Outcome::Current { is_proved: false }),
            }),
            Err(outcome) => self.note(node, outcome),
        }
    }

    pub(super) fn add(&mut self, object: Object<'n>) {
        if !object.values.is_empty() {
            self.found.objects.push(object);
        }
    }

    fn warn(&mut self, position: Position, kind: WarningKind) {
        self.found.warnings.push(Warning { document: self.index, position, kind });
    }
}

/// The annotations that say something about values, where they are texts.
fn annotations_of(metadata: Option<&Mapping>) -> Annotations {
    let all = metadata.and_then(|metadata| metadata.get("annotations")).and_then(Node::as_mapping);
    let text = |name: &&str| Some(((*name).to_owned(), all?.get(name)?.as_str()?.to_owned()));
    ANNOTATIONS.iter().filter_map(text).collect()
}

/// A key of a Secret's data (Kubernetes API, `IsConfigMapKey`).
fn is_item_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(allowed)
        && name != "."
        && !name.starts_with("..")
}

impl Value<'_> {
    /// The key that it is sealed for, as its SealedSecret says, or what else names one.
    pub(in crate::rotate) fn hint(&self, of_object: &Hints) -> Option<Fingerprint> {
        let named = || self.key_names.first().map(|name| name.key);
        of_object.sealed_with(&self.name).or_else(named)
    }
}

impl Object<'_> {
    /// The scope that the annotations of a SealedSecret ask for.
    pub(in crate::rotate) fn annotated_scope(&self) -> Option<Scope> {
        self.own.scope
    }
}
