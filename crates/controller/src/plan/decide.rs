//! The first step: what metadata alone tells.

use std::collections::BTreeMap;

use sealkit_api::{Applied, AppliedMode};
use sealkit_core::Fingerprint;
use sealkit_manifest::annotations;

use super::outcome::{Failure, Outcome};
use crate::index::{Sealed, SecretMetadata};
use crate::keys::KeySet;
use crate::record::{self, Standing};

/// What is known about a SealedSecret.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The SealedSecret.
    pub sealed: &'a Sealed,
    /// What was applied last: what this process remembers, else what the status says.
    pub applied: Option<&'a Applied>,
    /// Its Secret.
    pub secret: SecretState<'a>,
    /// The keys of the moment.
    pub keys: &'a KeySet,
    /// What is wanted.
    pub options: Options,
}

/// What is known of a Secret.
#[derive(Clone, Copy, Debug)]
pub enum SecretState<'a> {
    /// None that is known of. A POST will tell if there is one all the same.
    Absent,
    /// There is one.
    Present(&'a SecretMetadata),
}

/// What decides beside the objects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Look into what is in sync, too: an audit.
    pub open_all: bool,
    /// Secrets that were deleted are not made again (`--skip-recreate`).
    pub skip_recreate: bool,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Nothing at all, and nothing to report: it is going away, or not ours to make again.
    LeaveAlone,
    /// Nothing to write; this is what became of it.
    Report(Outcome),
    /// Open it and write its Secret.
    Write(Target),
}

/// How the Secret is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// There is none: it is made.
    Create,
    /// It is ours: all of its data is replaced.
    Replace {
        /// It becomes ours by this very write: labels, annotations and owners are replaced, too.
        takes_over: bool,
    },
    /// It is somebody else's, who wants items put into it.
    Merge {
        /// It becomes ours as well.
        takes_over: bool,
    },
}

impl Target {
    /// What the record says about it.
    #[must_use]
    pub fn mode(self) -> AppliedMode {
        match self {
            Self::Create | Self::Replace { .. } | Self::Merge { takes_over: true } => {
                AppliedMode::Full
            }
            Self::Merge { takes_over: false } => AppliedMode::Patch,
        }
    }
}

/// Decides what to do about a SealedSecret, from metadata alone.
#[must_use]
pub fn decide(situation: Situation<'_>) -> Decision {
    let Situation { sealed, secret, options, .. } = situation;
    if sealed.is_deleting {
        return Decision::LeaveAlone;
    }
    let applied = situation.applied.filter(|applied| sealed.is_source_of(applied));
    match secret {
        SecretState::Absent => decide_without_secret(applied, options),
        SecretState::Present(secret) => decide_with_secret(situation, applied, secret),
    }
}

fn decide_without_secret(applied: Option<&Applied>, options: Options) -> Decision {
    match applied {
        // It was somebody else's, who took it away.
        Some(applied) if applied.mode == AppliedMode::Patch => Decision::LeaveAlone,
        Some(_) if options.skip_recreate => Decision::LeaveAlone,
        _ => Decision::Write(Target::Create),
    }
}

fn decide_with_secret(
    situation: Situation<'_>,
    applied: Option<&Applied>,
    secret: &SecretMetadata,
) -> Decision {
    let Situation { sealed, keys, options, .. } = situation;
    if secret.is_deleting {
        // Its end will be seen, and another made then.
        return Decision::LeaveAlone;
    }
    if secret.is_paused() {
        return Decision::Report(Outcome::Failed(Failure::paused()));
    }
    if let Some(applied) = applied
        && is_in_sync(sealed, applied, secret)
    {
        if let Some(missing) = missing_key(applied, keys) {
            return Decision::Report(Outcome::Failed(Failure::key_missing(missing)));
        }
        if !options.open_all {
            let applied = Box::new(applied.clone());
            return Decision::Report(Outcome::Synced { applied, has_changed: false });
        }
    }
    match target(sealed, secret) {
        Some(target) => Decision::Write(target),
        None => Decision::Report(Outcome::Failed(Failure::not_managed(&sealed.key.name))),
    }
}

/// Whether the Secret is what was applied, and still has what the template says beside the data.
fn is_in_sync(sealed: &Sealed, applied: &Applied, secret: &SecretMetadata) -> bool {
    match record::standing(applied, secret) {
        Standing::Same => true,
        Standing::Different => false,
        Standing::OnlyMetadata => {
            has_all(&secret.labels, &sealed.template.labels)
                && has_all(&secret.annotations, &sealed.template.annotations)
                && has_its_owner(sealed, applied, secret)
        }
    }
}

fn has_all(texts: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(name, value)| texts.get(name) == Some(value))
}

fn has_its_owner(sealed: &Sealed, applied: &Applied, secret: &SecretMetadata) -> bool {
    let wants_none = applied.mode == AppliedMode::Patch || sets_no_owner(sealed);
    wants_none || secret.sealed_secret_owner().is_some_and(|owner| owner.uid == sealed.uid)
}

/// Whether its Secret outlives it.
fn sets_no_owner(sealed: &Sealed) -> bool {
    annotations::is_set(&sealed.template.annotations, annotations::SKIP_SET_OWNER_REFERENCES)
}

/// A key that the values were sealed with and that is not in use any more.
fn missing_key<'a>(applied: &'a Applied, keys: &KeySet) -> Option<&'a str> {
    applied.keys.iter().find(|key| {
        let key: Option<Fingerprint> = key.parse().ok();
        key.is_some_and(|key| !keys.ring().contains(&key))
    })
}

/// How a Secret that is there may be written; none where it is somebody else's.
fn target(sealed: &Sealed, secret: &SecretMetadata) -> Option<Target> {
    // A SealedSecret that was deleted and made again is the same to whoever reads its Secret.
    let is_owned = secret
        .sealed_secret_owner()
        .is_some_and(|owner| owner.uid == sealed.uid || owner.name == sealed.key.name);
    if secret.is_patched() {
        return Some(Target::Merge { takes_over: is_owned || secret.is_managed() });
    }
    if is_owned {
        return Some(Target::Replace { takes_over: false });
    }
    secret.is_managed().then_some(Target::Replace { takes_over: true })
}
