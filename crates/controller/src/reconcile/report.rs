//! Telling what became of a SealedSecret: its status, an event, metrics and the log.

use std::sync::atomic::Ordering;

use sealkit_api::{ConditionType, SealedSecretStatus};
use serde_json::json;

use super::{Next, Reconciler};
use crate::api::ApiError;
use crate::events::Event;
use crate::index::{Entry, Sealed};
use crate::plan::{Failure, Outcome, Retry};
use crate::status::{self, Content};

impl Reconciler {
    /// Reports an outcome, once.
    pub(super) async fn report(&self, entry: &Entry, outcome: Outcome) -> Next {
        let sealed = &*entry.sealed;
        self.observer.condition(sealed, matches!(outcome, Outcome::Synced { .. }));
        // If it has gone meanwhile, that was told before.
        if self.index.get(&sealed.key).is_none() {
            self.observer.gone(&sealed.key);
        }
        if self.wishes.dry_run {
            return self.would_report(sealed, &outcome);
        }
        let content = Content {
            extra: self.wishes.extra_conditions,
            record: !self.drops_record.load(Ordering::Relaxed),
        };
        let is_news = tells_news(sealed, &outcome);
        let status = status::next(sealed, &outcome, content, self.clock.now());
        // Of a Secret that was written, nothing tells later that it was.
        let is_written = matches!(outcome, Outcome::Synced { .. });
        if is_news && is_written {
            self.tell(sealed, &outcome);
        }
        if let Some(status) = status.filter(|_| self.wishes.updates_status)
            && let Some(next) = self.write_status(sealed, status).await
        {
            return next;
        }
        if is_news && !is_written {
            self.tell(sealed, &outcome);
        }
        match outcome {
            Outcome::Failed(Failure { retry: Retry::Later, .. }) => Next::Later,
            _ => Next::Wait,
        }
    }

    fn tell(&self, sealed: &Sealed, outcome: &Outcome) {
        match outcome {
            Outcome::Synced { .. } => self.events.send(Event::unsealed(sealed)),
            Outcome::Failed(failure) => {
                self.observer.failed(failure.stage, &sealed.key.namespace);
                tracing::warn!(object = %sealed.key, reason = failure.reason, "{}", failure.message);
                if let Some(event) = Event::failed(sealed, failure) {
                    self.events.send(event);
                }
            }
        }
    }

    /// Returns what is to be done if it could not be written.
    async fn write_status(&self, sealed: &Sealed, status: SealedSecretStatus) -> Option<Next> {
        let body = json!({
            "apiVersion": format!("{}/{}", sealkit_api::GROUP, sealkit_api::VERSION),
            "kind": sealkit_api::KIND,
            "metadata": {
                "name": sealed.key.name,
                "namespace": sealed.key.namespace,
                "uid": sealed.uid,
                "resourceVersion": sealed.resource_version,
            },
            "status": status,
        });
        match self.api.replace_status(&sealed.key, body.to_string().into_bytes()).await {
            Ok(object) => {
                let version = object.metadata.resource_version.clone().unwrap_or_default();
                let kept = object.status.and_then(|status| serde_json::from_str(status.get()).ok());
                self.check_record(&status, kept.as_ref());
                self.index.set_status(sealed, kept.unwrap_or(status), version);
                None
            }
            Err(ApiError::NotFound | ApiError::Terminating) => Some(Next::Wait),
            Err(ApiError::Conflict) => Some(self.fetch(&sealed.key).await),
            Err(error) => {
                self.observer.status_not_written(&sealed.key.namespace);
                tracing::warn!(object = %sealed.key, %error, "its status cannot be written");
                Some(Next::Later)
            }
        }
    }

    /// Whether the server has kept the record: upstream's definition of the resource drops it.
    fn check_record(&self, written: &SealedSecretStatus, kept: Option<&SealedSecretStatus>) {
        let is_dropped =
            written.applied.is_some() && kept.is_some_and(|kept| kept.applied.is_none());
        if is_dropped && !self.drops_record.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the installed CustomResourceDefinition drops status.applied: every restart opens all values again. \
                 Apply Sealkit's definition to end that"
            );
        }
    }
}

/// Whether people should hear of it: a Secret that was written, or a failure that the status does not tell yet.
fn tells_news(sealed: &Sealed, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Synced { has_changed, .. } => *has_changed,
        Outcome::Failed(failure) => {
            let synced = sealed.status.condition(ConditionType::Synced);
            let is_told =
                synced.is_some_and(|synced| synced.message == failure.condition_message());
            !is_told || sealed.status.observed_generation != Some(sealed.generation)
        }
    }
}
