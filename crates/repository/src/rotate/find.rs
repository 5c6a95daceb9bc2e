//! Where sealed values stand in a file.
//!
//! Every string of every document is looked at once, and then the text between them: what looks like a sealed value is
//! either part of an [`Object`], to be rotated, or a [`Finding`].

mod embedded;
mod item;
mod object;
mod stray;

use std::collections::HashSet;
use std::ops::Range;

use kubeyaml::{Mapping, Node, Value as Content};

use super::context::Labels;
use super::outcome::{Finding, LeftCause, NotedCause, Outcome, Warning};
use super::reading::{Places, Reading, Unreadable};
use super::words;

pub(super) use object::{Object, Place, Shape, Value};

/// What was found in a file.
#[derive(Default)]
pub(super) struct Found<'n> {
    pub(super) objects: Vec<Object<'n>>,
    /// What is not rotated whatever keys there are.
    pub(super) findings: Vec<Finding>,
    pub(super) warnings: Vec<Warning>,
}

/// A step from a node to one in it.
#[derive(Clone, Copy)]
enum Step<'n> {
    Key(&'n str),
    Item(usize),
}

/// What the nodes around a node say about it.
#[derive(Clone, Copy, Default)]
struct Around<'n> {
    /// It is part of a SealedSecret.
    in_sealed_secret: bool,
    /// It is part of an object that is made for several clusters.
    for_several_clusters: bool,
    /// The namespace where an enclosing object puts what it makes.
    destination: Option<&'n str>,
    /// `namespace` and `name` beside it, or beside what it is in.
    namespace: Option<&'n str>,
    name: Option<&'n str>,
}

struct Walk<'n> {
    text: &'n str,
    /// The number of the document, counted from 1.
    index: usize,
    /// The text stands in another file.
    is_embedded: bool,
    rule_at: &'n RuleAt<'n>,
    path: Vec<Step<'n>>,
    /// How many texts with anchors were looked into.
    anchored: usize,
    found: Found<'n>,
    /// Where values begin that are part of an object, or of a finding, already.
    met: HashSet<usize>,
    /// Where strings stand, in the order of the walk.
    strings: Vec<Range<usize>>,
}

/// Finds the sealed values of a file.
///
/// `rule_at` is what a rule says about the value at these keys.
pub(super) fn find<'n>(reading: &'n Reading, rule_at: &'n RuleAt<'n>) -> Found<'n> {
    let start = Start { document: None, path: Vec::new(), around: Around::default(), rule_at };
    find_from(reading, &start)
}

/// What a rule says about the value at these keys.
type RuleAt<'a> = dyn Fn(&[&str]) -> Option<Labels> + Sync + 'a;

/// Where a search begins: for a text in a file, the document there, the keys that lead to it, and what is around it.
struct Start<'n> {
    document: Option<usize>,
    path: Vec<Step<'n>>,
    around: Around<'n>,
    rule_at: &'n RuleAt<'n>,
}

fn find_from<'n>(reading: &'n Reading, start: &Start<'n>) -> Found<'n> {
    let mut found = Found::default();
    let mut strings = Vec::new();
    let mut anchored = 0;
    for document in reading.documents() {
        let Ok(Some(root)) = &document.content else { continue };
        let mut walk = Walk {
            text: reading.text(),
            index: start.document.unwrap_or(document.index),
            is_embedded: start.document.is_some(),
            rule_at: start.rule_at,
            anchored,
            path: start.path.clone(),
            found,
            met: HashSet::new(),
            strings,
        };
        walk.visit(root, start.around);
        (found, strings, anchored) = (walk.found, walk.strings, walk.anchored);
    }
    strings.sort_by_key(|span| span.start);
    let stray = stray::between(reading, &strings).into_iter().chain(stray::refused(reading));
    found.findings.extend(
        stray.map(|found| Finding { document: start.document.or(found.document), ..found }),
    );
    found
}

/// What looks like a sealed value in a file that cannot be read.
pub(super) fn in_unreadable(unreadable: &Unreadable) -> Vec<Finding> {
    stray::in_unreadable(unreadable)
}

impl<'n> Walk<'n> {
    fn visit(&mut self, node: &'n Node, around: Around<'n>) {
        // What came through an alias stands elsewhere.
        if node.is_copied() {
            return;
        }
        match node.value() {
            Content::String(text) => self.string(node, text.expose(), around),
            Content::Sequence(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(number));
                    self.visit(item, around);
                    self.path.pop();
                }
            }
            Content::Mapping(mapping) => {
                let around = self.mapping(node, mapping, around);
                for (key, value) in mapping.iter() {
                    self.path.push(Step::Key(key.text()));
                    self.visit(value, around);
                    self.path.pop();
                }
            }
            Content::Null | Content::Bool(_) | Content::Number(_) => {}
        }
    }

    /// Takes note of the object that a mapping is, and gives what is around that which is in it.
    fn mapping(&mut self, node: &'n Node, mapping: &'n Mapping, around: Around<'n>) -> Around<'n> {
        let around = around.within(mapping);
        if object::is_sealed_secret(mapping) {
            self.sealed_secret(node, mapping, around);
            return Around { in_sealed_secret: true, ..around };
        }
        if !around.in_sealed_secret {
            self.encrypted_data(node, mapping, around);
        }
        around
    }

    /// A string that is no value of an object.
    fn string(&mut self, node: &'n Node, text: &'n str, around: Around<'n>) {
        self.strings.push(node.span());
        if self.met.contains(&node.span().start) {
            return;
        }
        if around.in_sealed_secret {
            words::find(text).for_each(|_| self.note(node, Outcome::Noted(NotedCause::NoItem)));
        } else if is_file(text.trim()) {
            self.embedded(node, text, around);
        } else {
            self.line(node, text, around);
        }
    }

    /// A text of one line: a value, perhaps with something before or after it; or words.
    fn line(&mut self, node: &'n Node, text: &'n str, around: Around<'n>) {
        let has_words = text.trim().contains([' ', '\t']);
        for word in words::find(text).filter_map(|at| text.get(at)) {
            if word == text.trim() {
                self.lone(Place::Whole(node), around);
            } else if has_words {
                self.note(node, Outcome::Noted(NotedCause::Text));
            } else {
                self.lone(Place::Word(node, word.to_owned()), around);
            }
        }
    }

    fn note(&mut self, node: &Node, outcome: Outcome) {
        let finding = self.finding(node, outcome);
        self.found.findings.push(finding);
    }

    fn finding(&self, node: &Node, outcome: Outcome) -> Finding {
        Finding {
            document: Some(self.index),
            position: node.position(),
            item: self.item(),
            bound: None,
            key: None,
            hint: None,
            outcome,
        }
    }

    /// The keys that lead to the present node, with dots between; the last of them, where they are long.
    fn item(&self) -> String {
        let mut keys = Vec::new();
        let mut len = 0;
        for step in self.path.iter().rev() {
            let key = step.key();
            len += key.len() + 1;
            if len > MAX_ITEM {
                keys.push("…".to_owned());
                break;
            }
            keys.push(key);
        }
        keys.reverse();
        keys.join(".")
    }

    /// What a rule says about the present node.
    fn said_by_rule(&self) -> Option<Labels> {
        let keys: Vec<String> = self.path.iter().map(Step::key).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        (self.rule_at)(&keys)
    }

    /// The key that leads to the present node, unless it is an item of a list.
    fn last_key(&self) -> Option<&'n str> {
        match self.path.last()? {
            Step::Key(key) => Some(key),
            Step::Item(_) => None,
        }
    }
}

impl Step<'_> {
    /// The number of an item in a list is its key.
    fn key(&self) -> String {
        match self {
            Step::Key(key) => shortened(key),
            Step::Item(number) => number.to_string(),
        }
    }
}

impl<'n> Around<'n> {
    /// What is around that which is in this mapping.
    fn within(self, mapping: &'n Mapping) -> Self {
        let text = |field| mapping.get(field).and_then(Node::as_str);
        let destination = mapping.get("destination").and_then(Node::as_mapping);
        let destination = destination.and_then(|to| to.get("namespace")).and_then(Node::as_str);
        // Of a patch: which object it changes.
        let target = mapping.get("target").and_then(Node::as_mapping);
        let target = target.and_then(|target| target.get("name")).and_then(Node::as_str);
        Self {
            in_sealed_secret: self.in_sealed_secret,
            for_several_clusters: self.for_several_clusters
                || text("kind") == Some("ApplicationSet"),
            destination: destination.or(text("targetNamespace")).or(self.destination),
            namespace: text("namespace").or(self.namespace),
            name: text("name").or(target).or(self.name),
        }
    }
}

/// Whether a text has several lines, or is JSON: it may be a file of its own.
fn is_file(text: &str) -> bool {
    text.contains('\n') || text.starts_with(['{', '['])
}

/// The most bytes of the keys in a finding: there may be many findings far inside.
const MAX_ITEM: usize = 1024;

/// The most characters of a name that a finding holds.
const MAX_NAME: usize = 253;

/// A name from a document as a finding holds it: a long one is cut.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}
