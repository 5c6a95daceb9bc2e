//! Where sealed values stand in a file.
//!
//! Every string of every document is looked at once, and then the text between them: what looks like a sealed value is
//! either part of an [`Object`], to be rotated, or a [`Finding`].

mod embedded;
mod item;
mod object;
mod stray;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use kubeyaml::{Key, Mapping, Node, Position, Style, Value as Content};

use super::context::Labels;
use super::outcome::{Finding, LeftCause, NotedCause, Outcome, Warning};
use super::reading::{Places, Reading, Unreadable};
use super::words;

pub(super) use object::{KeyPlace, Object, Place, Shape, Value};

/// What was found in a file.
#[derive(Default)]
pub(super) struct Found<'n> {
    pub(super) objects: Vec<Object<'n>>,
    /// What is not rotated whatever keys there are.
    pub(super) findings: Vec<Finding>,
    pub(super) warnings: Vec<Warning>,
}

/// A step from a node to one in it.
#[derive(Clone)]
enum Step<'n> {
    Key(&'n str),
    /// The number of an item in a list, which is its key.
    Item(String),
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
    let between = stray::between(reading, &strings);
    let stray = between.into_iter().chain(stray::unread(reading, !found.objects.is_empty()));
    let document =
        |found: Finding| Finding { document: start.document.or(found.document), ..found };
    found.findings.extend(stray.map(document));
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
                    self.path.push(Step::Item(number.to_string()));
                    self.visit(item, around);
                    self.path.pop();
                }
            }
            Content::Mapping(mapping) => {
                let around = self.mapping(node, mapping, around);
                for (key, value) in mapping.iter() {
                    self.path.push(Step::Key(key.text()));
                    self.key(key);
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

    /// A key, which is never a value.
    fn key(&mut self, key: &Key) {
        if !key.is_copied() {
            self.strings.push(key.span());
            let count = words::find_also_cut(key.text().as_bytes()).count();
            self.note_each(count, key.position(), NotedCause::Comment);
        }
    }

    /// A string that is no value of an object.
    fn string(&mut self, node: &'n Node, text: &'n str, around: Around<'n>) {
        self.strings.push(content_of(self.text, node));
        if self.met.contains(&node.span().start) {
            return;
        }
        if around.in_sealed_secret {
            self.note_values(node, text, NotedCause::NoItem);
        } else if item::is_cut_into_lines(text) {
            self.lone(Place::Whole(node), around);
        } else if is_file(text.trim()) {
            self.embedded(node, text, around);
        } else {
            self.line(node, text, around);
        }
    }

    /// A text of one line: a value, perhaps with something before or after it; or words.
    fn line(&mut self, node: &'n Node, text: &'n str, around: Around<'n>) {
        if text.trim().contains([' ', '\t']) {
            return self.note_values(node, text, NotedCause::Text);
        }
        for place in item::places_of_words(node, text) {
            self.lone(place, around);
        }
    }

    /// Takes note of all that looks like a sealed value in a text.
    fn note_values(&mut self, node: &Node, text: &str, cause: NotedCause) {
        let count = match item::is_cut_into_lines(text) {
            true => 1,
            false => words::find_also_cut(text.as_bytes()).count(),
        };
        self.note_each(count, node.position(), cause);
    }

    fn note_each(&mut self, count: usize, position: Position, cause: NotedCause) {
        for _ in 0..count {
            let finding = self.finding(position, Outcome::Noted(cause));
            self.found.findings.push(finding);
        }
    }

    fn note(&mut self, node: &Node, outcome: Outcome) {
        let finding = self.finding(node.position(), outcome);
        self.found.findings.push(finding);
    }

    fn finding(&self, position: Position, outcome: Outcome) -> Finding {
        Finding {
            document: Some(self.index),
            position,
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
            let key = shortened(step.key());
            len += key.len() + 1;
            if len > MAX_ITEM {
                keys.push(Cow::Borrowed("…"));
                break;
            }
            keys.push(key);
        }
        keys.reverse();
        keys.join(".")
    }

    /// What a rule says about the present node.
    fn said_by_rule(&self) -> Option<Labels> {
        let keys: Vec<&str> = self.path.iter().map(Step::key).collect();
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
    fn key(&self) -> &str {
        match self {
            Step::Key(key) => key,
            Step::Item(number) => number,
        }
    }
}

impl<'n> Around<'n> {
    /// What is around that which is in this mapping.
    fn within(self, mapping: &'n Mapping) -> Self {
        let text = |field| short_text(mapping, field);
        let inside = |field, inner| short_text(mapping.get(field)?.as_mapping()?, inner);
        let destination = inside("destination", "namespace");
        // Of a patch: which object it changes.
        let target = |field| inside("target", field);
        Self {
            in_sealed_secret: self.in_sealed_secret,
            for_several_clusters: self.for_several_clusters
                || text("kind") == Some("ApplicationSet"),
            destination: destination.or(text("targetNamespace")).or(self.destination),
            namespace: text("namespace").or(target("namespace")).or(self.namespace),
            name: text("name").or(target("name")).or(self.name),
        }
    }
}

/// A text that may be a name: what is longer would be copied for each value beside it.
fn short_text<'n>(mapping: &'n Mapping, field: &str) -> Option<&'n str> {
    mapping.get(field)?.as_str().filter(|text| text.len() <= MAX_NAME)
}

/// Where the text of a string stands, without the line of a block's indicator.
fn content_of(text: &str, node: &Node) -> Range<usize> {
    let span = node.span();
    let head = match node.style() {
        Style::Literal | Style::Folded => {
            let written = text.get(span.clone()).unwrap_or_default();
            written.find(['\n', '\r']).unwrap_or(written.len())
        }
        _ => 0,
    };
    span.start + head..span.end
}

/// Whether a text has several lines, or is JSON: it may be a file of its own.
fn is_file(text: &str) -> bool {
    text.contains('\n') || text.starts_with(['{', '['])
}

/// The most bytes of the keys in a finding: there may be many findings far inside.
const MAX_ITEM: usize = 1024;

/// The most characters of a name, and of one that a finding holds.
const MAX_NAME: usize = 253;

/// A name from a document as a finding holds it: a long one is cut.
fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}
