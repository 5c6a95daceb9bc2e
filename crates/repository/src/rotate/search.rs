//! The search for what opens a value: rings, keys and bindings.

use sealkit_core::{
    Fingerprint, KeyHint, KeyRing, Plaintext, SealedValue, TrialLimit, Trials, Unsealed,
};

use super::binding::Candidate;
use super::context::Context;

/// A value that was opened.
pub(super) struct Opened {
    pub(super) plaintext: Plaintext,
    pub(super) key: Fingerprint,
    pub(super) candidate: Candidate,
}

/// Why a value was not opened.
pub(super) enum Unopened {
    /// Nothing opens it.
    NotFound,
    /// Not all was tried: that would have taken more operations than an object, or the file, may take.
    OverLimit,
}

/// The search for what opens the values of a file. What opened one value is the first that is tried for the next.
pub(super) struct Search<'c> {
    /// One for each ring, that of the certificate's cluster first.
    trials: Vec<Trials<'c>>,
    /// How many keys there are in all rings.
    keys: usize,
    /// The place of the ring and the binding that opened the value before.
    known: Option<(usize, Candidate)>,
    /// Operations for the present object beyond the first one of each value.
    further: usize,
    /// Operations for values of the file that nothing opened.
    in_vain: usize,
}

/// How many operations a file may take for values that nothing opens, besides sixteen searches through all keys: a hundred
/// such values, with a dozen keys and three bindings.
const MAX_IN_VAIN: usize = 4096;

impl<'c> Search<'c> {
    pub(super) fn new(context: &Context<'c>) -> Self {
        let home = context.home();
        let (first, others): (Vec<_>, Vec<_>) =
            context.rings.iter().enumerate().partition(|(place, _)| Some(*place) == home);
        let rings = first.into_iter().chain(others);
        Self {
            trials: rings.map(|(_, ring)| ring.trials(TrialLimit::Unlimited)).collect(),
            keys: context.rings.iter().map(KeyRing::len).sum(),
            known: None,
            further: 0,
            in_vain: 0,
        }
    }

    /// How many private-key operations there have been.
    pub(super) fn operations(&self) -> usize {
        self.trials.iter().map(Trials::operations).sum()
    }

    /// The values that follow are of another object.
    pub(super) fn begin_object(&mut self) {
        self.further = 0;
    }

    /// Opens a value. Those of an object may take an operation each, and what sixteen searches through all keys for all
    /// candidates take; and what opens nothing has a limit for the whole file: values that were made to keep a machine busy
    /// are not tried.
    pub(super) fn open(
        &mut self,
        value: &SealedValue,
        candidates: &[Candidate],
        hint: Option<Fingerprint>,
    ) -> Result<Opened, Unopened> {
        let before = self.operations();
        let hint = hint.map_or(KeyHint::NONE, KeyHint::from);
        let opened = self.search(value, candidates, hint, before);
        if opened.is_err() {
            self.in_vain += self.operations() - before;
        }
        opened
    }

    /// `before` is how many operations there were before this value.
    fn search(
        &mut self,
        value: &SealedValue,
        candidates: &[Candidate],
        hint: KeyHint,
        before: usize,
    ) -> Result<Opened, Unopened> {
        let known = self.known.clone().filter(|(_, known)| candidates.contains(known));
        if let Some((ring, candidate)) = &known
            && self.may_fail(before)
            && let Some(opened) = self.open_known(*ring, value, candidate, hint)
        {
            return Ok(opened);
        }
        let most = 16 * self.keys * candidates.len() + 256;
        for ring in 0..self.trials.len() {
            for candidate in candidates {
                if known.as_ref().is_some_and(|known| *known == (ring, candidate.clone())) {
                    continue;
                }
                if self.further >= most || !self.may_fail(before) {
                    return Err(Unopened::OverLimit);
                }
                if let Some(opened) = self.open_with(ring, value, candidate, hint) {
                    self.known = Some((ring, candidate.clone()));
                    return Ok(opened);
                }
            }
        }
        Err(Unopened::NotFound)
    }

    /// Whether a ring may be tried in vain once more, for a value before which there were so many operations.
    fn may_fail(&self, before: usize) -> bool {
        let spent = self.in_vain + self.operations() - before;
        spent + self.keys <= MAX_IN_VAIN + 16 * self.keys
    }

    /// With what opened the value before: of the operations, the first one counts for nothing.
    fn open_known(
        &mut self,
        ring: usize,
        value: &SealedValue,
        candidate: &Candidate,
        hint: KeyHint,
    ) -> Option<Opened> {
        let before = self.further;
        let opened = self.open_with(ring, value, candidate, hint);
        self.further = self.further.saturating_sub(1).max(before);
        opened
    }

    fn open_with(
        &mut self,
        ring: usize,
        value: &SealedValue,
        candidate: &Candidate,
        hint: KeyHint,
    ) -> Option<Opened> {
        let label = candidate.binding.label()?;
        let trials = self.trials.get_mut(ring)?;
        let before = trials.operations();
        let unsealed = trials.unseal(value, &label, hint);
        self.further += trials.operations() - before;
        unsealed.ok().map(|unsealed| Opened::new(unsealed, candidate.clone()))
    }
}

impl Opened {
    fn new(unsealed: Unsealed, candidate: Candidate) -> Self {
        Self { plaintext: unsealed.plaintext, key: unsealed.fingerprint, candidate }
    }
}
