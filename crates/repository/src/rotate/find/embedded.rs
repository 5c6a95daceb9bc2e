//! Texts of several lines that are a file of their own: Helm values in an Argo CD `Application`, patches in a
//! kustomization. One level: a text in such a text is not looked into.

use std::collections::HashMap;

use kubeyaml::{EditError, Node, Position, Style};
use sealkit_core::Fingerprint;
use sealkit_manifest::annotations::{self, Hints};

use super::{Around, Found, Start, Walk, find_from, item};
use crate::rotate::find::object::{KeyName, KeyPlace, Object, Place, Shape, Value};
use crate::rotate::hints::digest;
use crate::rotate::outcome::{Finding, LeftCause, NotedCause, Outcome, Warning};
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
        let outer = Outer::of(node, reading.text());
        for object in objects {
            self.embedded_object(&outer, object, &shift);
        }
        self.found.findings.extend(findings.into_iter().map(|found| shift.finding(found)));
        self.found.warnings.extend(
            warnings
                .into_iter()
                .map(|warning| Warning { position: shift.position(warning.position), ..warning }),
        );
    }

    /// Makes the values of an object words of the text that they stand in.
    fn embedded_object(&mut self, outer: &Outer<'n, '_>, object: Object<'_>, shift: &Shift) {
        let mut values = Vec::new();
        let hint = hint_of(&object);
        for value in object.values {
            let key_names = outer.key_names(&value, &object.hints, hint);
            let finding = shift.finding(value.finding);
            let obstacle = item::obstacle(outer.node);
            match obstacle.map_or_else(|| outer.place_of(&value.place), Err) {
                Err(cause) => {
                    let outcome = Outcome::Left(cause);
                    self.found.findings.push(Finding { outcome, ..finding });
                }
                Ok(place) => values.push(Value {
                    key_names,
                    place,
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

/// The annotation of an object in an embedded text that names the keys of its values.
fn hint_of<'n>(object: &Object<'n>) -> Option<&'n Node> {
    let Shape::SealedSecret { metadata } = object.shape else { return None };
    let annotations = metadata?.as_mapping()?.get("annotations")?.as_mapping()?;
    annotations.get(annotations::SEALED_WITH)
}

/// An embedded text, and the string that it is in the file.
struct Outer<'n, 't> {
    node: &'n Node,
    text: &'t str,
    /// Where its words stand, by what they are.
    words: HashMap<&'t str, Vec<usize>>,
}

/// The length of a key's digest in base64, which is the shortest word that is replaced.
const MIN_WORD: usize = 43;

impl<'n, 't> Outer<'n, 't> {
    fn of(node: &'n Node, text: &'t str) -> Self {
        let mut words = words::places_of_runs(text, MIN_WORD);
        // What is hidden of a template may have the same words in it: then it is not known which is which.
        let meant = words::places_of_runs(node.as_str().unwrap_or_default(), MIN_WORD);
        words.retain(|word, places| meant.get(word).is_some_and(|all| all.len() == places.len()));
        Self { node, text, words }
    }

    /// What of the string is a value of the embedded text.
    fn place_of(&self, place: &Place<'_>) -> Result<Place<'n>, LeftCause> {
        let (inner, word) = match place {
            Place::Whole(inner) => (*inner, Word::whole(inner.as_str().unwrap_or_default())),
            Place::Word(inner, word) => (*inner, word.clone()),
            Place::Text(_) => return Err(LeftCause::NotEditable(EditError::OtherText)),
        };
        let numbers = self.numbers_in(inner, word.run());
        let number = numbers.get(word.number()).copied();
        let word = number.map(|number| word.numbered(number));
        let word = word.ok_or(LeftCause::NotEditable(EditError::WordMissing))?;
        Ok(Place::Word(self.node, word))
    }

    /// Where the text names the key that a value is sealed for.
    fn key_names(&self, value: &Value<'_>, hints: &Hints, hint: Option<&Node>) -> Vec<KeyName<'n>> {
        let beside = value.key_names.iter().filter_map(|name| match &name.place {
            KeyPlace::Comment(at) => Some((name.key, self.number_at(name.key, at.start))),
            KeyPlace::Words(..) => None,
        });
        let hinted = hints.sealed_with(&value.name).zip(hint);
        let hinted = hinted.map(|(key, hint)| (key, self.numbers_in(hint, &digest(key))));
        let names = beside.chain(hinted);
        names.map(|(key, at)| KeyName { key, place: KeyPlace::Words(self.node, at) }).collect()
    }

    /// The numbers of a word among the same ones of the text: those in a string of it. None where it is written in another
    /// way there.
    fn numbers_in(&self, inner: &Node, word: &str) -> Vec<usize> {
        let span = super::content_of(self.text, inner);
        let places = self.places(word).iter().enumerate();
        let numbers = places.filter(|(_, start)| span.contains(start)).map(|(number, _)| number);
        let numbers: Vec<usize> = numbers.collect();
        let meant = words::places_of_runs(inner.as_str().unwrap_or_default(), MIN_WORD);
        let is_all = meant.get(word).is_some_and(|meant| meant.len() == numbers.len());
        if is_all { numbers } else { Vec::new() }
    }

    /// The number of the digest of a key that begins at a byte of the text.
    fn number_at(&self, key: Fingerprint, start: usize) -> Vec<usize> {
        let places = self.places(&digest(key));
        places.iter().position(|place| *place == start).into_iter().collect()
    }

    fn places(&self, word: &str) -> &[usize] {
        self.words.get(word).map(Vec::as_slice).unwrap_or_default()
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
