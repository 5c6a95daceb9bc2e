//! What became of a SealedSecret, as it is reported.

use sealkit_api::Applied;
use sealkit_core::Diagnosing;
use sealkit_manifest::{OpenError, ReadErrors, RenderError, SealedSecret, diagnose};

/// What became of a SealedSecret.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Its Secret is what it says.
    Synced {
        /// What was applied, now or earlier.
        applied: Box<Applied>,
        /// Whether the Secret was written just now, and changed.
        has_changed: bool,
    },
    /// It is not.
    Failed(Failure),
}

/// Why a Secret is not what its SealedSecret says. The texts never hold a part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// For programs: one of the reasons in `docs/operations.md`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
    /// Where it failed.
    pub stage: Stage,
    /// When it may help to try again.
    pub retry: Retry,
}

/// Where it failed, which decides the event's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading, opening or rendering.
    Unseal,
    /// Writing the Secret.
    Update,
    /// The Secret is somebody else's.
    Unmanaged,
    /// A person has paused it.
    Paused,
}

/// When it may help to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// When the object, a key or the Secret changes.
    OnChange,
    /// By itself, after a while: longer each time.
    Later,
}

/// Reasons that are not named by what failed.
pub mod reason {
    /// The Secret is what the SealedSecret says.
    pub const UNSEALED: &str = "Unsealed";
    /// The document cannot be used.
    pub const UNREADABLE: &str = "Unreadable";
    /// The key that it was sealed with is not among the installation's.
    pub const KEY_MISSING: &str = "KeyMissing";
    /// `spec.data`, which is deprecated, is switched off.
    pub const DEPRECATED_DATA: &str = "DeprecatedData";
    /// What `spec.data` holds is no Secret.
    pub const NO_SECRET: &str = "NoSecret";
    /// There is a Secret of that name, and it is not this SealedSecret's.
    pub const NOT_MANAGED: &str = "NotManaged";
    /// The Secret is immutable.
    pub const IMMUTABLE: &str = "Immutable";
    /// The API server refuses the Secret.
    pub const INVALID: &str = "Invalid";
    /// The service may not write it.
    pub const FORBIDDEN: &str = "Forbidden";
    /// The API server does not answer, or cannot do it at the moment.
    pub const UNAVAILABLE: &str = "Unavailable";
    /// Something else writes the Secret again and again.
    pub const CONTENDED: &str = "Contended";
    /// A person holds writes back.
    pub const PAUSED: &str = "Paused";
}

impl Failure {
    fn unseal(reason: &'static str, message: String) -> Self {
        Self { reason, message, stage: Stage::Unseal, retry: Retry::OnChange }
    }

    /// The document cannot be used.
    #[must_use]
    pub fn unreadable(errors: &ReadErrors) -> Self {
        Self::unseal(reason::UNREADABLE, errors.to_string())
    }

    /// There is no spec at all, as an old definition of the resource allowed.
    #[must_use]
    pub fn no_spec() -> Self {
        Self::unseal(reason::UNREADABLE, "it has no spec".to_owned())
    }

    /// `spec.data` is switched off.
    #[must_use]
    pub fn deprecated_data() -> Self {
        let message =
            "spec.data is deprecated, and --accept-deprecated-v1-data is off: seal it again";
        Self::unseal(reason::DEPRECATED_DATA, message.to_owned())
    }

    /// A value does not open. Finding out why takes private-key operations.
    #[must_use]
    pub fn not_opened(error: &OpenError, sealed: &SealedSecret, keys: Diagnosing<'_>) -> Self {
        let OpenError::NotOpened { item } = error else {
            return Self::unseal(error.reason(), error.to_string());
        };
        let cause = diagnose(sealed, item, keys);
        let reason = match cause.reason() {
            "WrongKey" => reason::KEY_MISSING,
            other => other,
        };
        Self::unseal(reason, format!("no key could decrypt secret ({item}): {cause}"))
    }

    /// The keys that opened it are gone; its Secret stays.
    #[must_use]
    pub fn key_missing(fingerprint: &str) -> Self {
        let message = format!(
            "key {fingerprint}, which it was sealed with, is not in use any more: seal it again, or bring the key back"
        );
        Self::unseal(reason::KEY_MISSING, message)
    }

    /// A template cannot be used.
    #[must_use]
    pub fn render(error: &RenderError) -> Self {
        let reason = match error {
            RenderError::Template(error) => error.reason(),
            _ => reason::NO_SECRET,
        };
        Self::unseal(reason, error.to_string())
    }

    /// There is a Secret of that name already.
    #[must_use]
    pub fn not_managed(name: &str) -> Self {
        Self {
            reason: reason::NOT_MANAGED,
            message: format!("Resource {name:?} already exists and is not managed by SealedSecret"),
            stage: Stage::Unmanaged,
            retry: Retry::Later,
        }
    }

    /// A person has paused it.
    #[must_use]
    pub fn paused() -> Self {
        Self {
            reason: reason::PAUSED,
            message: format!("the Secret has the annotation {}", crate::index::PAUSED),
            stage: Stage::Paused,
            retry: Retry::OnChange,
        }
    }

    /// Something else writes the Secret again and again.
    #[must_use]
    pub fn contended() -> Self {
        let message = "something else changes the Secret again and again, and it is restored no more than five times a \
                       minute: managedFields of the Secret say who writes it";
        Self::update(reason::CONTENDED, message.to_owned(), Retry::Later)
    }

    /// The Secret could not be written.
    #[must_use]
    pub fn update(reason: &'static str, message: String, retry: Retry) -> Self {
        Self { reason, message, stage: Stage::Update, retry }
    }

    /// The text of the condition.
    #[must_use]
    pub fn condition_message(&self) -> String {
        match self.stage {
            Stage::Update | Stage::Unmanaged => format!("failed update: {}", self.message),
            Stage::Unseal | Stage::Paused => self.message.clone(),
        }
    }

    /// Whether nothing but a change of the object, of a key or of somebody else's Secret can help.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        self.retry == Retry::OnChange || self.stage == Stage::Unmanaged
    }
}
