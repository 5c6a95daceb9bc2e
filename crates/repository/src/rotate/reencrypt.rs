//! The values of an object, opened and sealed again: one in the clear at a time.

use std::collections::BTreeSet;

use rand_core::CryptoRng;
use sealkit_core::{EncryptionLabel, Fingerprint, KeyHint, KeyRing, Plaintext, Scope, SealedValue};
use sealkit_manifest::Binding;

use super::binding::{self, Candidate, Said, Source};
use super::context::{Context, Labels, Overlay};
use super::find::{Object, Shape, Value};
use super::outcome::{Bound, Finding, LeftCause, Outcome, Warning, WarningKind};
use super::search::{Opened, Search, Unopened};

/// An object, and what became of each of its values, in their order.
pub(super) struct Resealed<'n> {
    pub(super) object: &'n Object<'n>,
    values: Vec<ResealedValue>,
}

/// What became of a value.
pub(super) struct ResealedValue {
    pub(super) finding: Finding,
    /// The text to put in its place, where it was sealed again.
    pub(super) new: Option<String>,
    /// The key that it is sealed for in the end, as far as that is known.
    pub(super) key: Option<Fingerprint>,
}

/// The most bindings that a finding names.
const MAX_TRIED: usize = 12;

/// Opens the values of an object, and seals them for the certificate's key under what opened them.
pub(super) fn reseal<'n>(
    object: &'n Object<'n>,
    search: &mut Search<'_>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> Resealed<'n> {
    search.begin_object();
    let mut candidates = Candidates::default();
    let mut values = Vec::with_capacity(object.values.len());
    for value in &object.values {
        let candidates = candidates.of(object, value, context);
        values.push(reseal_value(object, value, candidates, search, context, rng));
    }
    Resealed::new(object, values)
}

/// Leaves values where no ring opens all of them and nothing tells which one is of the certificate's cluster: what is
/// another cluster's must not be sealed for this one.
pub(super) fn leave_if_of_several_clusters(resealed: &mut [Resealed<'_>], context: &Context<'_>) {
    if context.home().is_some() || context.re_encrypter.is_some() {
        return;
    }
    let values = resealed.iter().flat_map(|resealed| &resealed.values);
    let keys: BTreeSet<Fingerprint> = values.filter_map(|value| value.finding.key).collect();
    let opens_all = |ring: &KeyRing| keys.iter().all(|key| ring.contains(key));
    if context.rings.iter().any(opens_all) {
        return;
    }
    let values = resealed.iter_mut().flat_map(|resealed| &mut resealed.values);
    let is_stale = |outcome: &Outcome| {
        matches!(outcome, Outcome::Rotated | Outcome::Stale { is_proved: true })
    };
    for value in values.filter(|value| is_stale(&value.finding.outcome)) {
        value.leave(LeftCause::UnknownCluster);
    }
}

/// Leaves an object of which one kustomization opens one value, and another one another: as a whole, it is of use in neither.
fn leave_if_for_several(values: &mut [ResealedValue]) {
    let opened = values.iter().filter(|value| value.finding.is_opened());
    let bound = opened.filter_map(|value| value.finding.bound.as_ref());
    let kustomized =
        bound.filter(|bound| matches!(bound.source, Source::Kustomization | Source::Destination));
    let kustomized: Vec<&Binding> = kustomized.map(|bound| &bound.binding).collect();
    let is_one = |part: fn(&Binding) -> &str| {
        let mut parts =
            kustomized.iter().map(|binding| part(binding)).filter(|part| !part.is_empty());
        let first = parts.next();
        parts.all(|part| Some(part) == first)
    };
    if !(is_one(|binding| &binding.namespace) && is_one(|binding| &binding.name)) {
        for value in values {
            value.leave(LeftCause::SeveralKustomizations);
        }
    }
}

fn reseal_value(
    object: &Object<'_>,
    value: &Value<'_>,
    candidates: &[Candidate],
    search: &mut Search<'_>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> ResealedValue {
    let hint = value.hint(&object.hints);
    let mut finding = value.finding.clone();
    finding.hint = hint;
    let opened = match search.open(&value.sealed, candidates, hint) {
        Ok(opened) => opened,
        Err(cause) => {
            finding.bound = likeliest(object, candidates);
            finding.outcome = match cause {
                Unopened::NotFound => unopened(object, candidates, hint, context),
                Unopened::OverLimit => Outcome::Left(LeftCause::NotTried),
            };
            let key = hint.filter(|_| !matches!(finding.outcome, Outcome::Left(_)));
            return ResealedValue { finding, new: None, key };
        }
    };
    finding.key = Some(opened.key);
    finding.bound = Some(Bound::from(opened.candidate.clone()));
    let target = context.target_fingerprint();
    let (outcome, new) = match may_be_sealed(opened.key, context) {
        Err(cause) => (Outcome::Left(cause), None),
        Ok(()) if Some(opened.key) == target && !context.options.all => {
            (Outcome::Current { is_proved: true }, None)
        }
        Ok(()) if context.options.inspect => (looked_at(context, true), None),
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
    finding.bound.as_ref().filter(|_| finding.is_opened()).map(|bound| bound.binding.scope)
}

/// What the values of an object may be bound to: mostly that is the same for all of them.
#[derive(Default)]
pub(super) struct Candidates {
    /// What a rule and a comment said about the value before.
    of: Option<(Option<Labels>, Option<Labels>)>,
    candidates: Vec<Candidate>,
}

impl Candidates {
    pub(super) fn of(
        &mut self,
        object: &Object<'_>,
        value: &Value<'_>,
        context: &Context<'_>,
    ) -> &[Candidate] {
        let said = (value.by_rule.clone(), value.beside.clone());
        if self.of.as_ref() != Some(&said) {
            self.candidates = candidates(object, value, context);
            self.of = Some(said);
        }
        &self.candidates
    }
}

/// What a value may be bound to, in the order of the sources.
fn candidates(object: &Object<'_>, value: &Value<'_>, context: &Context<'_>) -> Vec<Candidate> {
    let sealed_for = object.hints.sealed_for().map(|(namespace, name)| Labels {
        scope: object.own.scope,
        namespace: Some(namespace.to_owned()),
        name: Some(name.to_owned()),
    });
    let hints = value.beside.clone().into_iter().chain(sealed_for).collect();
    binding::candidates(hints, &sets(object, value, context))
}

/// Sets of what all sources but hints say about a value, the likeliest first.
fn sets(object: &Object<'_>, value: &Value<'_>, context: &Context<'_>) -> Vec<Vec<Said>> {
    let said = Sources { object, value, context };
    // Last of all, the file as it is.
    let overlays = || context.overlays.iter().map(Some).chain([None]);
    let mut sets: Vec<Vec<Said>> =
        overlays().map(|overlay| said.of(overlay, &object.guessed)).collect();
    // A kustomization's namespace takes the place of one that a document has, and a target's name that of a patch's.
    sets.extend(context.overlays.iter().map(|overlay| {
        let told = said.by_overlay(overlay);
        [told].into_iter().chain(said.of(Some(overlay), &object.guessed)).collect()
    }));
    if object.guessed != Labels::default() {
        sets.extend(overlays().map(|overlay| said.of(overlay, &Labels::default())));
    }
    sets
}

/// Who says something about a value.
struct Sources<'s> {
    object: &'s Object<'s>,
    value: &'s Value<'s>,
    context: &'s Context<'s>,
}

impl Sources<'_> {
    /// What all say but hints, in their order.
    fn of(&self, overlay: Option<&Overlay>, guessed: &Labels) -> Vec<Said> {
        let Self { object, value, context } = self;
        let kustomized = overlay.map(|overlay| self.by_overlay(overlay));
        let elsewhere = overlay.and_then(|overlay| overlay.destination.as_ref());
        let destination = object.destination.as_ref().or(elsewhere).cloned();
        let destination = Labels { namespace: destination, ..Labels::default() };
        let said = |labels: &Labels, source| Said { labels: labels.clone(), source };
        let own = [
            self.renamed(overlay, &object.own),
            said(&value.by_rule.clone().unwrap_or_default(), Source::Rule),
            said(&context.rule, Source::Rule),
            self.renamed(overlay, guessed),
        ];
        let others = [said(&destination, Source::Destination), said(&context.flags, Source::Flags)];
        own.into_iter().chain(kustomized).chain(others).collect()
    }

    /// What the document says, with the name as it comes into the cluster.
    fn renamed(&self, overlay: Option<&Overlay>, labels: &Labels) -> Said {
        let renamed = overlay.map(|overlay| overlay.renamed(labels.clone()));
        let is_renamed = renamed.as_ref().is_some_and(|renamed| renamed != labels);
        let source = if is_renamed { Source::Kustomization } else { Source::Document };
        Said { labels: renamed.unwrap_or_else(|| labels.clone()), source }
    }

    fn by_overlay(&self, overlay: &Overlay) -> Said {
        Said { labels: overlay.labels(), source: Source::Kustomization }
    }
}

/// What a value is bound to that was not opened, if anything tells: the first that is tried. Cluster-wide is tried anyway.
pub(super) fn likeliest(object: &Object<'_>, candidates: &[Candidate]) -> Option<Bound> {
    let is_said = |candidate: &&Candidate| {
        let scope = candidate.binding.scope;
        scope != Scope::ClusterWide || object.annotated_scope() == Some(scope)
    };
    candidates.iter().find(is_said).cloned().map(Bound::from)
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
            Some(_) => looked_at(context, false),
            None => Outcome::Left(LeftCause::NoHint),
        };
    }
    let tried: Vec<Binding> =
        candidates.iter().take(MAX_TRIED).map(|candidate| candidate.binding.clone()).collect();
    let may_be_rotated = !is_target_given && hint.is_none();
    let unexplained = unexplained(object, candidates);
    Outcome::Left(unexplained.unwrap_or(LeftCause::NotOpened { tried, may_be_rotated }))
}

/// Why a value was left of which nothing tells what it is bound to.
pub(super) fn unexplained(object: &Object<'_>, candidates: &[Candidate]) -> Option<LeftCause> {
    match (&object.shape, candidates) {
        (_, [_, _, ..]) => None,
        (Shape::Lone, _) => Some(LeftCause::Unexplained),
        _ => Some(LeftCause::NoNamespace),
    }
}

/// What becomes of a value that is only looked at, and not sealed for the certificate's key.
fn looked_at(context: &Context<'_>, is_proved: bool) -> Outcome {
    match context.target {
        Some(_) => Outcome::Stale { is_proved },
        None => Outcome::Sealed { is_proved },
    }
}

/// Whether what this key opens may be sealed for the certificate's: both have to be of one cluster.
fn may_be_sealed(key: Fingerprint, context: &Context<'_>) -> Result<(), LeftCause> {
    let Some(target) = context.target else { return Ok(()) };
    let fingerprint = target.key.fingerprint();
    let mut homes = context.rings.iter().filter(|ring| ring.contains(&fingerprint)).peekable();
    match homes.peek().is_some() {
        true if homes.any(|home| home.contains(&key)) => Ok(()),
        true => Err(LeftCause::OtherCluster),
        false if context.rings.len() == 1 || target.is_files_own => Ok(()),
        false => Err(LeftCause::UnknownCluster),
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

impl ResealedValue {
    fn leave(&mut self, cause: LeftCause) {
        self.finding.outcome = Outcome::Left(cause);
        self.new = None;
    }
}

impl<'n> Resealed<'n> {
    /// `values` are what became of those of the object, in their order.
    pub(super) fn new(object: &'n Object<'n>, mut values: Vec<ResealedValue>) -> Self {
        leave_if_for_several(&mut values);
        Self { object, values }
    }

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
