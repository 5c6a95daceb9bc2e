//! The values of an object, opened and sealed again: one in the clear at a time.

use rand_core::CryptoRng;
use sealkit_core::{
    EncryptionLabel, Fingerprint, KeyHint, Plaintext, Scope, SealedValue, TrialLimit, Trials,
    Unsealed,
};
use sealkit_manifest::Binding;

use super::binding::{self, Candidate, Said, Source};
use super::context::{Context, Labels, Overlay};
use super::find::{Object, Shape, Value};
use super::outcome::{Bound, Finding, LeftCause, Outcome, Warning, WarningKind};

/// An object, and what became of each of its values, in their order.
pub(super) struct Resealed<'n> {
    pub(super) object: &'n Object<'n>,
    values: Vec<ResealedValue>,
    /// How many private-key operations that took.
    pub(super) operations: usize,
}

/// What became of a value.
pub(super) struct ResealedValue {
    pub(super) finding: Finding,
    /// The text to put in its place, where it was sealed again.
    pub(super) new: Option<String>,
    /// The key that it is sealed for in the end, as far as that is known.
    pub(super) key: Option<Fingerprint>,
}

/// A value that was opened.
struct Opened {
    plaintext: Plaintext,
    key: Fingerprint,
    candidate: Candidate,
}

/// The search for what opens the values of an object. What opened one value is the first that is tried for the next.
struct Search<'c> {
    /// One for each ring, that of the certificate's cluster first.
    trials: Vec<Trials<'c>>,
    /// The place of the ring and the binding that opened the value before.
    known: Option<(usize, Candidate)>,
}

/// Opens the values of an object, and seals them for the certificate's key under what opened them.
pub(super) fn reseal<'n>(
    object: &'n Object<'n>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> Resealed<'n> {
    let mut search = Search::new(context);
    let values = object.values.iter();
    let mut values: Vec<ResealedValue> =
        values.map(|value| reseal_value(object, value, &mut search, context, rng)).collect();
    leave_if_for_several(&mut values);
    let operations = search.trials.iter().map(Trials::operations).sum();
    Resealed { object, values, operations }
}

/// Leaves an object of which one kustomization opens one value, and another one another: as a whole, it is of use in neither.
fn leave_if_for_several(values: &mut [ResealedValue]) {
    let opened = values.iter().filter(|value| value.finding.key.is_some());
    let bound = opened.filter_map(|value| value.finding.bound.as_ref());
    let mut kustomized = bound.filter(|bound| bound.source == Source::Kustomization);
    let first = kustomized.next().map(|bound| bound.binding.namespace.clone());
    if kustomized.any(|bound| Some(&bound.binding.namespace) != first.as_ref()) {
        for value in values {
            value.finding.outcome = Outcome::Left(LeftCause::SeveralKustomizations);
            value.new = None;
        }
    }
}

fn reseal_value(
    object: &Object<'_>,
    value: &Value<'_>,
    search: &mut Search<'_>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> ResealedValue {
    let candidates = candidates(object, value, context);
    let hint = object.hints.sealed_with(&value.name);
    let mut finding = value.finding.clone();
    finding.hint = hint;
    let Some(opened) = search.open(&value.sealed, &candidates, hint) else {
        finding.bound = likeliest(object, &candidates);
        finding.outcome = unopened(object, &candidates, hint, context);
        let key = hint.filter(|_| !matches!(finding.outcome, Outcome::Left(_)));
        return ResealedValue { finding, new: None, key };
    };
    finding.key = Some(opened.key);
    let Candidate { binding, source } = &opened.candidate;
    finding.bound = Some(Bound { binding: binding.clone(), source: *source });
    let target = context.target_fingerprint();
    let (outcome, new) = match may_be_sealed(opened.key, context) {
        Err(cause) => (Outcome::Left(cause), None),
        Ok(()) if Some(opened.key) == target && !context.options.all => {
            (Outcome::Current { is_proved: true }, None)
        }
        Ok(()) if context.options.inspect => (Outcome::Stale { is_proved: true }, None),
        Ok(()) => match seal(&opened, context, rng) {
            Some(new) => (Outcome::Rotated, Some(new)),
            None => (Outcome::Left(LeftCause::NotSealed), None),
        },
    };
    let key = if new.is_some() { target } else { Some(opened.key) };
    finding.outcome = outcome;
    ResealedValue { finding, new, key }
}

/// The scope that a value was opened under.
fn opened_scope(finding: &Finding) -> Option<Scope> {
    finding.key?;
    finding.bound.as_ref().map(|bound| bound.binding.scope)
}

/// What a value may be bound to, in the order of the sources.
fn candidates(object: &Object<'_>, value: &Value<'_>, context: &Context<'_>) -> Vec<Candidate> {
    let sealed_for = object.hints.sealed_for().map(|(namespace, name)| Labels {
        scope: object.own.scope,
        namespace: Some(namespace.to_owned()),
        name: Some(name.to_owned()),
    });
    let hints = value.beside.clone().into_iter().chain(sealed_for).collect();
    // Last of all, the file as it is.
    let overlays = context.overlays.iter().map(Some).chain([None]);
    let sets: Vec<Vec<Said>> =
        overlays.map(|overlay| said(object, value, overlay, context)).collect();
    binding::candidates(hints, sets.iter().map(Vec::as_slice))
}

/// What all sources but hints say about a value, in their order.
fn said(
    object: &Object<'_>,
    value: &Value<'_>,
    overlay: Option<&Overlay>,
    context: &Context<'_>,
) -> Vec<Said> {
    let renamed = |labels: &Labels| match overlay {
        Some(overlay) => overlay.renamed(labels.clone()),
        None => labels.clone(),
    };
    let namespace = overlay.and_then(|overlay| overlay.namespace.clone());
    let kustomized = Labels { namespace, ..Labels::default() };
    let destination = Labels { namespace: object.destination.clone(), ..Labels::default() };
    let said = |labels, source| Said { labels, source };
    vec![
        said(renamed(&object.own), Source::Document),
        said(value.by_rule.clone().unwrap_or_default(), Source::Rule),
        said(context.rule.clone(), Source::Rule),
        said(renamed(&object.guessed), Source::Document),
        said(kustomized, Source::Kustomization),
        said(destination, Source::Destination),
        said(context.flags.clone(), Source::Flags),
    ]
}

/// What a value is bound to that was not opened, if anything tells: the first that is tried. Cluster-wide is tried anyway.
fn likeliest(object: &Object<'_>, candidates: &[Candidate]) -> Option<Bound> {
    let is_said = |candidate: &&Candidate| {
        let scope = candidate.binding.scope;
        scope != Scope::ClusterWide || object.annotated_scope() == Some(scope)
    };
    let Candidate { binding, source } = candidates.iter().find(is_said)?;
    Some(Bound { binding: binding.clone(), source: *source })
}

/// What becomes of a value that no key opens.
fn unopened(
    object: &Object<'_>,
    candidates: &[Candidate],
    hint: Option<Fingerprint>,
    context: &Context<'_>,
) -> Outcome {
    let is_target_given = context.home().is_some();
    let target = context.target_fingerprint();
    if hint.is_some() && hint == target && !is_target_given {
        return Outcome::Current { is_proved: false };
    }
    if context.rings.is_empty() {
        return match hint {
            Some(_) => Outcome::Stale { is_proved: false },
            None => Outcome::Left(LeftCause::NoHint),
        };
    }
    let tried: Vec<Binding> =
        candidates.iter().map(|candidate| candidate.binding.clone()).collect();
    let is_explained = tried.len() > 1;
    Outcome::Left(match (&object.shape, is_explained) {
        (Shape::Lone, false) => LeftCause::Unexplained,
        (_, false) => LeftCause::NoNamespace,
        _ => LeftCause::NotOpened { tried, may_be_rotated: !is_target_given },
    })
}

/// Whether what this key opens may be sealed for the certificate's: both have to be of one cluster.
fn may_be_sealed(key: Fingerprint, context: &Context<'_>) -> Result<(), LeftCause> {
    match context.home().and_then(|home| context.rings.get(home)) {
        Some(home) if home.contains(&key) => Ok(()),
        Some(_) => Err(LeftCause::OtherCluster),
        None if context.rings.len() == 1 => Ok(()),
        None if context.target.is_none_or(|target| target.is_files_own) => Ok(()),
        None => Err(LeftCause::UnknownCluster),
    }
}

/// The value sealed for the certificate's key, as text; none where that fails, or what it gives is not what it should be.
fn seal(opened: &Opened, context: &Context<'_>, rng: &mut impl CryptoRng) -> Option<String> {
    let label = opened.candidate.binding.label()?;
    let key = context.target?.key;
    let new = key.seal(opened.plaintext.expose(), &label, rng).ok()?.to_string();
    let read: SealedValue = new.parse().ok()?;
    let bits = usize::try_from(key.bits()).ok()?.next_multiple_of(8);
    let is_right = read.key_bits() == bits
        && (!context.options.verify || opens_to(&read, &label, &opened.plaintext, context));
    is_right.then_some(new)
}

/// Whether a new value opens to what was sealed; true where the certificate's private key is not there to tell.
fn opens_to(
    new: &SealedValue,
    label: &EncryptionLabel,
    plaintext: &Plaintext,
    context: &Context<'_>,
) -> bool {
    let Some(home) = context.home().and_then(|home| context.rings.get(home)) else { return true };
    let hint = context.target_fingerprint().map_or(KeyHint::NONE, KeyHint::from);
    let opened = home.unseal(new, label, hint);
    opened.is_ok_and(|opened| opened.plaintext.expose() == plaintext.expose())
}

impl<'c> Search<'c> {
    fn new(context: &Context<'c>) -> Self {
        let home = context.home();
        let (first, others): (Vec<_>, Vec<_>) =
            context.rings.iter().enumerate().partition(|(place, _)| Some(*place) == home);
        let rings = first.into_iter().chain(others);
        let trials = rings.map(|(_, ring)| ring.trials(TrialLimit::PerObject)).collect();
        Self { trials, known: None }
    }

    fn open(
        &mut self,
        value: &SealedValue,
        candidates: &[Candidate],
        hint: Option<Fingerprint>,
    ) -> Option<Opened> {
        let hint = hint.map_or(KeyHint::NONE, KeyHint::from);
        let known = self.known.clone().filter(|(_, known)| candidates.contains(known));
        if let Some((ring, candidate)) = &known
            && let Some(unsealed) = self.try_ring(*ring, value, candidate, hint)
        {
            return Some(Opened::new(unsealed, candidate.clone()));
        }
        for ring in 0..self.trials.len() {
            for candidate in candidates {
                if known.as_ref().is_some_and(|(at, tried)| *at == ring && tried == candidate) {
                    continue;
                }
                if let Some(unsealed) = self.try_ring(ring, value, candidate, hint) {
                    self.known = Some((ring, candidate.clone()));
                    return Some(Opened::new(unsealed, candidate.clone()));
                }
            }
        }
        None
    }

    fn try_ring(
        &mut self,
        ring: usize,
        value: &SealedValue,
        candidate: &Candidate,
        hint: KeyHint,
    ) -> Option<Unsealed> {
        let label = candidate.binding.label()?;
        self.trials.get_mut(ring)?.unseal(value, &label, hint).ok()
    }
}

impl Opened {
    fn new(unsealed: Unsealed, candidate: Candidate) -> Self {
        Self { plaintext: unsealed.plaintext, key: unsealed.fingerprint, candidate }
    }
}

impl<'n> Resealed<'n> {
    /// Each value, and what became of it.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'n Value<'n>, &ResealedValue)> {
        self.object.values.iter().zip(&self.values)
    }

    /// What a person should know about the object, now that its values are opened.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let Object { document, position, .. } = *self.object;
        let warning = |position, kind| Warning { document, position, kind };
        let mut warnings = Vec::new();
        if self.object.for_several_clusters {
            warnings.push(warning(position, WarningKind::SeveralClusters));
        }
        for (value, resealed) in self.values() {
            let bound = opened_scope(&resealed.finding);
            if let (Some(bound), Some(annotated)) = (bound, self.object.annotated_scope())
                && bound != annotated
            {
                let item = value.name.clone();
                warnings
                    .push(warning(value.finding.position, WarningKind::ScopeDisagrees { item }));
            }
        }
        warnings
    }
}
