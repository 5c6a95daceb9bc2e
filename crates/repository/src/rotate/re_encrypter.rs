//! Values that are opened and sealed again elsewhere, by whoever has the private keys.

use sealkit_core::SealedValue;
use sealkit_manifest::Binding;

use super::binding::Candidate;
use super::context::Context;
use super::find::{Object, Value};
use super::outcome::{Bound, LeftCause, Outcome};
use super::reencrypt::{self, Candidates, Resealed, ResealedValue};

/// Whoever has the private keys: the controller of a cluster. The plaintext stays there.
pub trait ReEncrypter: Sync {
    /// Seals values again for the key of the context's certificate, under what they are bound to: as many as are given, in
    /// their order.
    ///
    /// # Errors
    /// See [`NotReEncrypted`].
    fn re_encrypt(
        &self,
        binding: &Binding,
        values: &[&SealedValue],
    ) -> Result<Vec<SealedValue>, NotReEncrypted>;
}

/// Why values were not sealed again elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReEncrypted {
    /// Not all of them open for that binding.
    NotOpened,
    /// They are more than is taken.
    TooLarge,
    /// That failed whatever the values are, or is not tried any more.
    Failed,
}

/// Has the values of a file sealed again. What opened some values is the first that is tried for the next.
pub(super) struct Elsewhere<'c> {
    re_encrypter: &'c dyn ReEncrypter,
    context: &'c Context<'c>,
    known: Option<Candidate>,
    requests: usize,
    /// Requests of the file that opened nothing.
    in_vain: usize,
}

/// Values that follow each other and may be bound to the same.
struct Group {
    candidates: Vec<Candidate>,
    /// By their places in the object.
    places: Vec<usize>,
    /// About as long as they are as text.
    len: usize,
}

/// The most bindings that are tried for values: each is a request to somebody who has others to serve.
const MAX_TRIED: usize = 4;
/// The most requests of a file that open nothing.
const MAX_IN_VAIN: usize = 64;
/// The most bytes of the values of one request. The decryption service takes twice that.
const MAX_LEN: usize = 1 << 20;

impl Group {
    fn new(candidates: &[Candidate], place: usize, len: usize) -> Self {
        Self { candidates: candidates.to_vec(), places: vec![place], len }
    }

    /// Whether there is room for a value of this length that may be bound to these.
    fn takes(&self, candidates: &[Candidate], len: usize) -> bool {
        self.candidates == candidates && self.len.saturating_add(len) <= MAX_LEN
    }

    fn add(&mut self, place: usize, len: usize) {
        self.places.push(place);
        self.len = self.len.saturating_add(len);
    }
}

impl<'c> Elsewhere<'c> {
    pub(super) fn new(re_encrypter: &'c dyn ReEncrypter, context: &'c Context<'c>) -> Self {
        Self { re_encrypter, context, known: None, requests: 0, in_vain: 0 }
    }

    /// How many requests there have been; where nothing is sent, how many there would be if all values open at once.
    pub(super) fn requests(&self) -> usize {
        self.requests
    }

    /// Has the values of an object sealed again under what opens them.
    pub(super) fn reseal<'n>(&mut self, object: &'n Object<'n>) -> Resealed<'n> {
        let mut values: Vec<ResealedValue> =
            object.values.iter().map(|value| self.current(object, value)).collect();
        let mut candidates = Candidates::default();
        let mut group: Option<Group> = None;
        for (place, value) in object.values.iter().enumerate() {
            if self.is_current(object, value) {
                continue;
            }
            let candidates = candidates.of(object, value, self.context);
            let len = value.sealed.text_len();
            match &mut group {
                Some(group) if group.takes(candidates, len) => group.add(place, len),
                _ => {
                    let whole = group.replace(Group::new(candidates, place, len));
                    self.reseal_group(object, whole, &mut values);
                }
            }
        }
        self.reseal_group(object, group, &mut values);
        Resealed::new(object, values)
    }

    /// A value as it is taken to be before anybody is asked.
    fn current(&self, object: &Object<'_>, value: &Value<'_>) -> ResealedValue {
        let mut finding = value.finding.clone();
        finding.hint = value.hint(&object.hints);
        finding.outcome = Outcome::Current { is_proved: false };
        let key = finding.hint;
        ResealedValue { finding, new: None, key }
    }

    /// Whether a hint says that the value is sealed for the certificate's key already, and it is believed.
    fn is_current(&self, object: &Object<'_>, value: &Value<'_>) -> bool {
        let hint = value.hint(&object.hints);
        hint.is_some() && hint == self.context.target_fingerprint() && !self.context.options.all
    }

    /// Has the values of a group sealed again, where there is one.
    fn reseal_group(
        &mut self,
        object: &Object<'_>,
        group: Option<Group>,
        values: &mut [ResealedValue],
    ) {
        let Some(group) = group else { return };
        let of_group = group.places.iter().filter_map(|place| object.values.get(*place));
        let sealed: Vec<&SealedValue> = of_group.map(|value| &value.sealed).collect();
        let (outcome, bound, new) = if self.context.options.inspect {
            self.requests += 1;
            (Outcome::ToBeSent, reencrypt::likeliest(object, &group.candidates), Vec::new())
        } else {
            match self.ask(object, &group, &sealed) {
                Ok((candidate, new)) => (Outcome::Rotated, Some(Bound::from(candidate)), new),
                Err(cause) => {
                    let bound = reencrypt::likeliest(object, &group.candidates);
                    (Outcome::Left(cause), bound, Vec::new())
                }
            }
        };
        let mut new = new.into_iter();
        for place in &group.places {
            let Some(value) = values.get_mut(*place) else { continue };
            value.finding.outcome = outcome.clone();
            value.finding.bound.clone_from(&bound);
            value.new = new.next().map(|new| new.to_string());
            value.key = match value.new {
                Some(_) => self.context.target_fingerprint(),
                None => None,
            };
        }
    }

    /// The binding that opens all values, and the new ones.
    fn ask(
        &mut self,
        object: &Object<'_>,
        group: &Group,
        sealed: &[&SealedValue],
    ) -> Result<(Candidate, Vec<SealedValue>), LeftCause> {
        let mut tried = Vec::new();
        for candidate in self.in_order(object, &group.candidates) {
            if self.in_vain >= MAX_IN_VAIN {
                return Err(LeftCause::NotTried);
            }
            self.requests += 1;
            match self.re_encrypter.re_encrypt(&candidate.binding, sealed) {
                Ok(new) if new.len() == sealed.len() => {
                    self.known = Some(candidate.clone());
                    return Ok((candidate, new));
                }
                Err(NotReEncrypted::NotOpened) => {
                    self.in_vain += 1;
                    tried.push(candidate.binding);
                }
                Err(NotReEncrypted::TooLarge) => return Err(LeftCause::TooLargeForController),
                Ok(_) | Err(NotReEncrypted::Failed) => return Err(LeftCause::ControllerFailed),
            }
        }
        let unexplained = reencrypt::unexplained(object, &group.candidates);
        let is_alone = sealed.len() == 1;
        Err(unexplained.unwrap_or(LeftCause::ControllerCannotOpen { tried, is_alone }))
    }

    /// What is tried: first what opened the values before, then what has the scope that the object asks for.
    fn in_order(&self, object: &Object<'_>, candidates: &[Candidate]) -> Vec<Candidate> {
        let asked_for = object.annotated_scope();
        let mut candidates = candidates.to_vec();
        candidates.sort_by_key(|candidate| {
            let is_known = self.known.as_ref() == Some(candidate);
            let is_asked_for = Some(candidate.binding.scope) == asked_for;
            (!is_known, !is_asked_for)
        });
        candidates.truncate(MAX_TRIED);
        candidates
    }
}
