//! Makes keys: the first one, and a new one when it is due or asked for. The leader's alone.

mod due;
mod make;
mod new_key;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use sealkit_core::{Fingerprint, UnixTime};
use sealkit_manifest::key_secret::KEY_PREFIX;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use self::due::{Due, Reason, Situation, due};
use self::make::Outcome;
use super::Keys;
use super::api::KeySecretsApi;
use super::key_set::KeySet;
use crate::clock::Clock;
use crate::leader::Leadership;
use crate::workers::Workers;

/// The longest time between two looks at the clock, which may have been set.
const LOOK: Duration = Duration::from_secs(600);
/// The first pause after a failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));

/// What keys are made, and when: the flags that speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalOptions {
    /// `--key-prefix`
    pub prefix: String,
    /// `--key-size`, in bits
    pub size: u32,
    /// `--key-ttl`: how long certificates are valid
    pub ttl: Duration,
    /// `--key-renew-period`; zero is never
    pub renew_period: Duration,
    /// `--key-cutoff-time`
    pub cutoff: Option<UnixTime>,
    /// `--my-cn`
    pub common_name: String,
    /// `--privatekey-labels`; the label of a key in use is not to be replaced
    pub labels: BTreeMap<String, String>,
    /// `--privatekey-annotations`
    pub annotations: BTreeMap<String, String>,
    /// Not `--no-key-generation`
    pub generate: bool,
}

impl Default for RenewalOptions {
    fn default() -> Self {
        const HOUR: u64 = 3600;
        Self {
            prefix: KEY_PREFIX.to_owned(),
            size: 4096,
            ttl: Duration::from_secs(87_600 * HOUR),
            renew_period: Duration::from_secs(720 * HOUR),
            cutoff: None,
            common_name: String::new(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            generate: true,
        }
    }
}

/// Where keys are made, and with what.
pub struct RenewalContext<A> {
    /// The calls on key Secrets.
    pub api: A,
    /// The own namespace.
    pub namespace: String,
    /// What tells this installation from all others ([`installation::uid`](crate::installation::uid)).
    pub installation: Option<String>,
    /// Whether this replica may write.
    pub leadership: Leadership,
    /// The keys in use.
    pub keys: Keys,
    /// Threads to make keys on.
    pub workers: Workers,
    /// The time of day.
    pub clock: Clock,
}

/// Makes keys.
pub struct Renewal<A> {
    context: RenewalContext<A>,
    options: RenewalOptions,
    asked: Arc<Notify>,
    /// What the names of keys have in common behind the prefix.
    infix: String,
    /// Keys that this process made because somebody asked.
    asked_for: BTreeSet<Fingerprint>,
    is_start: bool,
    made: Option<Instant>,
    without_key: Option<Instant>,
}

impl<A: KeySecretsApi> Renewal<A> {
    /// What makes keys when they are due, and when `asked` is notified, by SIGUSR1.
    pub fn new(context: RenewalContext<A>, options: RenewalOptions, asked: Arc<Notify>) -> Self {
        let infix = new_key::infix(context.installation.as_deref());
        Self {
            context,
            options,
            asked,
            infix,
            asked_for: BTreeSet::new(),
            is_start: true,
            made: None,
            without_key: None,
        }
    }

    /// Makes keys for ever, or until nobody watches them any more.
    pub async fn run(mut self) {
        let mut pause = PAUSES.0;
        while let Some(reason) = self.next_reason().await {
            match self.make(reason).await {
                Ok(outcome) => {
                    self.took_place(reason, outcome);
                    pause = PAUSES.0;
                }
                Err(error) => {
                    warn!("no sealing key could be made, which is tried again: {error}");
                    sleep(pause).await;
                    if reason == Reason::Asked {
                        self.asked.notify_one();
                    }
                    pause = (pause * 2).min(PAUSES.1);
                }
            }
        }
    }

    /// Waits until this replica leads, and a key is due or asked for. None when the keys are no longer watched.
    async fn next_reason(&mut self) -> Option<Reason> {
        loop {
            self.wait_to_lead().await;
            self.context.keys.wait_for(|keys| keys.is_loaded()).await.ok()?;
            let keys = Arc::clone(&self.context.keys.borrow_and_update());
            self.note_absence(&keys);
            let left = match due(&self.situation(&keys), &self.options) {
                Due::Now(reason) => return Some(reason),
                Due::In(left) => left.min(LOOK),
                Due::Never => LOOK,
            };
            self.is_start = false;
            tokio::select! {
                () = sleep(left) => {}
                changed = self.context.keys.changed() => changed.ok()?,
                () = self.context.leadership.wait_until(false) => {}
                () = self.asked.notified() => {
                    if self.options.generate {
                        return Some(Reason::Asked);
                    }
                    warn!("SIGUSR1 asks for a new sealing key, and --no-key-generation forbids it");
                }
            }
        }
    }

    async fn wait_to_lead(&mut self) {
        loop {
            tokio::select! {
                biased;
                () = self.context.leadership.wait_until(true) => return,
                () = self.asked.notified() => {
                    warn!("SIGUSR1 asks for a new sealing key, which only the replica that leads makes");
                }
            }
        }
    }

    fn note_absence(&mut self, keys: &KeySet) {
        if keys.served().is_some() {
            self.without_key = None;
        } else if self.without_key.is_none() {
            self.without_key = Some(Instant::now());
        }
    }

    /// The situation, if these are the keys.
    fn situation(&self, keys: &KeySet) -> Situation {
        let since = |instant: Option<Instant>| instant.map(|instant| instant.elapsed());
        let now = Situation {
            newest: None,
            newest_by_timer: None,
            now: self.context.clock.now(),
            since_made: since(self.made),
            without_key: since(self.without_key).unwrap_or_default(),
            is_start: self.is_start,
        };
        now.with_keys(keys, &self.asked_for)
    }

    fn took_place(&mut self, reason: Reason, outcome: Outcome) {
        match (reason, outcome) {
            (Reason::Asked, Outcome::Made(fingerprint)) => {
                self.asked_for.insert(fingerprint);
            }
            _ => {
                self.is_start = false;
                self.made = Some(Instant::now());
            }
        }
        if outcome == Outcome::NotNeeded {
            info!("no sealing key is made: another replica has made one");
        }
    }
}
