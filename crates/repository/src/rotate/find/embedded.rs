//! Texts of several lines that are a file of their own: Helm values in an Argo CD `Application`, patches in a
//! kustomization. One level: a text in such a text is not looked into.

use kubeyaml::{Node, Position, Style};
use sealkit_manifest::annotations::Hints;

use super::{Around, Found, Start, Walk, find_from, item};
use crate::rotate::find::object::{KeyName, KeyPlace, Object, Place, Shape, Value};
use crate::rotate::outcome::{Finding, NotedCause, Outcome, Warning};
use crate::rotate::reading::Reading;
use crate::rotate::words::{self, Word};

/// The most texts of a file that may have anchors: what aliases repeat in all of them is no more than what they may repeat
/// in a file.
const MAX_ANCHORED: usize = 16;

/// From places in an embedded text to those in the file.
struct Shift {
    /// Where the text begins.
    start: Position,
    /// By how many columns its lines are indented; none where they are not lines of the file.
    indent: Option<usize>,
}

impl<'n> Walk<'n> {
    /// Looks into a text of several lines. What cannot be read is counted.
    pub(super) fn embedded(&mut self, node: &'n Node, text: &str, around: Around<'n>) {
        if !words::may_hold_sealed_values_inside(text) {
            return;
        }
        self.anchored += usize::from(text.contains('&'));
        let reading = match self.is_embedded || self.anchored > MAX_ANCHORED {
            true => None,
            false => Reading::of(text.as_bytes()).ok().filter(|reading| reading.failures() == 0),
        };
        match reading {
            Some(reading) => self.embedded_file(node, &reading, around),
            None => self.note_values(node, text, NotedCause::Text),
        }
    }

    fn embedded_file(&mut self, node: &'n Node, reading: &Reading, around: Around<'n>) {
        let start = Start {
            document: Some(self.index),
            path: self.path.clone(),
            around,
            rule_at: self.rule_at,
        };
        let Found { objects, findings, warnings } = find_from(reading, &start);
        let shift = Shift::of(node, self.text, reading.text());
        for object in objects {
            self.embedded_object(node, object, &shift);
        }
        self.found.findings.extend(findings.into_iter().map(|found| shift.finding(found)));
        self.found.warnings.extend(
            warnings
                .into_iter()
                .map(|warning| Warning { position: shift.position(warning.position), ..warning }),
        );
    }

    /// Makes the values of an object words of the text that they stand in.
    fn embedded_object(&mut self, node: &'n Node, object: Object<'_>, shift: &Shift) {
        let mut values = Vec::new();
        for value in object.values {
            let key_names = key_names(node, &value, &object.hints);
            let finding = shift.finding(value.finding);
            match item::obstacle(node) {
                Some(cause) => {
                    let outcome = Outcome::Left(cause);
                    self.found.findings.push(Finding { outcome, ..finding });
                }
                None => values.push(Value {
                    key_names,
                    place: Place::Word(node, word_of(&value.place)),
                    finding,
                    sealed: value.sealed,
                    name: value.name,
                    by_rule: value.by_rule,
                    beside: value.beside,
                }),
            }
        }
        let shape = match object.shape {
            // The hint is a word of the text, as its values are.
            Shape::SealedSecret { .. } => Shape::SealedSecret { metadata: None },
            Shape::EncryptedData => Shape::EncryptedData,
            Shape::Lone => Shape::Lone,
        };
        self.add(Object {
            document: object.document,
            position: shift.position(object.position),
            shape,
            own: object.own,
            guessed: object.guessed,
            destination: object.destination,
            for_several_clusters: object.for_several_clusters,
            hints: object.hints,
            values,
        });
    }
}

/// Where the text that a value stands in names the key that it is sealed for.
fn key_names<'n>(node: &'n Node, value: &Value<'_>, hints: &Hints) -> Vec<KeyName<'n>> {
    let beside = value.key_names.iter().map(|name| name.key);
    let keys = beside.chain(hints.sealed_with(&value.name));
    keys.map(|key| KeyName { key, place: KeyPlace::Word(node) }).collect()
}

/// What stands in the text for a value.
fn word_of(place: &Place<'_>) -> Word {
    match place {
        Place::Whole(node) => Word::whole(node.as_str().unwrap_or_default()),
        Place::Word(_, word) => word.clone(),
        Place::Text(_) => Word::whole(""),
    }
}

impl Shift {
    fn of(node: &Node, file: &str, text: &str) -> Self {
        let start = node.position();
        let lines = file.get(node.span()).unwrap_or_default();
        let written = lines.split_once('\n').map(|(_, lines)| first_indentation(lines));
        let indent = written.filter(|_| node.style() == Style::Literal);
        Self { start, indent: indent.map(|indent| indent.saturating_sub(first_indentation(text))) }
    }

    fn position(&self, inside: Position) -> Position {
        match self.indent {
            // The indicator of the block has a line of its own.
            Some(indent) => {
                Position { line: self.start.line + inside.line, column: inside.column + indent }
            }
            None => self.start,
        }
    }

    fn finding(&self, found: Finding) -> Finding {
        Finding { position: self.position(found.position), ..found }
    }
}

/// How many spaces the first line has that is not empty.
fn first_indentation(text: &str) -> usize {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.len() - line.trim_start_matches(' ').len()
}
