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
}

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
    /// candidates take: values that were made to keep a machine busy are not opened.
    pub(super) fn open(
        &mut self,
        value: &SealedValue,
        candidates: &[Candidate],
        hint: Option<Fingerprint>,
    ) -> Option<Opened> {
        let hint = hint.map_or(KeyHint::NONE, KeyHint::from);
        let known = self.known.clone().filter(|(_, known)| candidates.contains(known));
        if let Some((ring, candidate)) = &known
            && let Some(opened) = self.open_known(*ring, value, candidate, hint)
        {
            return Some(opened);
        }
        let most = 16 * self.keys * candidates.len() + 256;
        for ring in 0..self.trials.len() {
            for candidate in candidates {
                let is_tried =
                    known.as_ref().is_some_and(|known| *known == (ring, candidate.clone()));
                if is_tried || self.further >= most {
                    continue;
                }
                let opened = self.open_with(ring, value, candidate, hint);
                if opened.is_some() {
                    self.known = Some((ring, candidate.clone()));
                    return opened;
                }
            }
        }
        None
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
