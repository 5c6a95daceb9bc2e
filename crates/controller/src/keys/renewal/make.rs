//! Makes one key, and no second one, whatever becomes of answers.

use std::collections::BTreeMap;
use std::time::Duration;

use sealkit_core::{Fingerprint, UnixTime};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::Renewal;
use super::due::{Due, Reason, due};
use super::new_key::{self, NewKey};
use crate::keys::api::{KeyApiError, KeySecretsApi, Selection};
use crate::keys::key_set::KeySet;
use crate::keys::store;
use crate::workers::Share;

/// How long a call may take.
const CALL: Duration = Duration::from_secs(30);
/// How often a creation is tried with the same key.
const TRIES: u32 = 6;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is this new key.
    Made(Fingerprint),
    /// Somebody else has made one.
    NotNeeded,
}

/// The key Secrets that there are, by the server's own word and not by a watch.
struct Found {
    /// Retired ones, too.
    count: usize,
    active: KeySet,
}

impl<A: KeySecretsApi> Renewal<A> {
    pub(super) async fn make(&self, reason: Reason) -> Result<Outcome, String> {
        let found = self.find().await?;
        if !self.is_needed(reason, &found) {
            return Ok(Outcome::NotNeeded);
        }
        info!("a new sealing key is made: {reason}");
        let key = self.generate().await?;
        let outcome = self.create(&key, reason, found.count).await?;
        self.warn_if_not_served(&found.active);
        Ok(outcome)
    }

    fn is_needed(&self, reason: Reason, found: &Found) -> bool {
        let is_due = || due(&self.situation(&found.active), &self.options);
        reason == Reason::Asked || matches!(is_due(), Due::Now(_))
    }

    async fn generate(&self) -> Result<NewKey, String> {
        let options = self.options.clone();
        let now = self.context.clock.now();
        let work = move || new_key::generate(&options, now);
        let made = self.context.workers.run(Share::Reconcile, work).await;
        made.map_err(|_| "the threads that make keys have ended".to_owned())?
    }

    /// Stores the key. After an answer that leaves open what happened, the server is asked whether it has the key.
    async fn create(
        &self,
        key: &NewKey,
        reason: Reason,
        mut count: usize,
    ) -> Result<Outcome, String> {
        let fingerprint = key.key.fingerprint();
        let mut number = count;
        let mut error = KeyApiError::AlreadyExists;
        for attempt in 0..TRIES {
            if !self.context.leadership.may_write() {
                return Err("another replica leads now".to_owned());
            }
            error = match self.post(key, number).await {
                Ok(()) => return Ok(Outcome::Made(fingerprint)),
                Err(KeyApiError::Refused(why)) => return Err(why),
                Err(error) => error,
            };
            let Ok(found) = self.find().await else {
                sleep(pause(attempt)).await;
                continue;
            };
            if found.active.keys().iter().any(|key| key.fingerprint == fingerprint) {
                return Ok(Outcome::Made(fingerprint));
            }
            if !self.is_needed(reason, &found) {
                return Ok(Outcome::NotNeeded);
            }
            if error == KeyApiError::AlreadyExists {
                // Another replica's new key shows in the count; else an older Secret has the name.
                number = if found.count == count { number + 1 } else { found.count };
                count = found.count;
            } else {
                warn!(
                    "it is not known whether the new sealing key was stored, and it is not there: {error}"
                );
                sleep(pause(attempt)).await;
            }
        }
        Err(error.to_string())
    }

    async fn post(&self, key: &NewKey, number: usize) -> Result<(), KeyApiError> {
        let name = new_key::name(&self.options.prefix, &self.infix, number);
        let secret = new_key::secret(key, name, &self.context.namespace, &self.options);
        limited(self.context.api.create(&secret)).await?;
        info!(
            key = secret.name(),
            fingerprint = %key.key.fingerprint(),
            "a new sealing key is stored; it belongs into the backup of keys"
        );
        Ok(())
    }

    async fn find(&self) -> Result<Found, String> {
        let mut by_name = BTreeMap::new();
        for which in [Selection::Labelled, Selection::Named] {
            let list = limited(self.context.api.list(which)).await;
            for secret in list.map_err(|error| error.to_string())? {
                let prefix = self.options.prefix.clone();
                let read = move || store::read(secret, &prefix);
                let read = self.context.workers.run(Share::Reconcile, read).await;
                by_name.extend(read.ok());
            }
        }
        let order = self.context.keys.borrow().order();
        Ok(Found {
            count: by_name.len(),
            active: KeySet::of(by_name.into_values().flatten(), order),
        })
    }

    /// A certificate that is valid only from some time to come keeps the new one from being served.
    fn warn_if_not_served(&self, before: &KeySet) {
        let now: UnixTime = self.context.clock.now();
        let newest = before.served().filter(|served| served.ordering_time > Some(now));
        if let Some(newest) = newest {
            warn!(
                key = newest.source,
                "the time of this key lies in the future: it stays the newest, and the new one is not served until then"
            );
        }
    }
}

async fn limited<T>(call: impl Future<Output = Result<T, KeyApiError>>) -> Result<T, KeyApiError> {
    let late = || KeyApiError::Unclear(format!("no answer within {} seconds", CALL.as_secs()));
    timeout(CALL, call).await.unwrap_or_else(|_| Err(late()))
}

/// One second, two, four.
fn pause(attempt: u32) -> Duration {
    Duration::from_secs(1 << attempt.min(5))
}
