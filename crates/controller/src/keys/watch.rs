//! Watches key Secrets and publishes all keys anew when one comes, changes, or goes.

mod publish;
#[cfg(test)]
mod tests;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use kube::runtime::watcher::{Error, Event};
use sealkit_core::KeyOrder;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use self::publish::Publisher;
use super::api::{KeySecretsApi, Selection};
use super::cluster_secret::WipedSecret;
use super::key_set::{KeyEntry, KeySet};
use super::store::{Change, KeyStore, Origin, read};
use crate::client::describe;
use crate::fresh_stream::fresh_stream;
use crate::restores::Restores;
use crate::trouble::Trouble;
use crate::workers::{Share, Workers};

/// From the first refusal of a watch to the next try; each further one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// From one list to the next where watching is forbidden for good.
const LIST_PERIOD: Duration = Duration::from_secs(60);
/// Changes that were read and are not in the ring yet.
const QUEUE: usize = 16;

/// The watch of key Secrets.
pub struct KeyWatch<A> {
    api: A,
    prefix: String,
    order: KeyOrder,
    workers: Workers,
    restores: Restores,
    publish: watch::Sender<Arc<KeySet>>,
}

type Changes = mpsc::Sender<(Origin, Change)>;

impl<A: KeySecretsApi> KeyWatch<A> {
    /// A watch of those that are in use: with the label, or with exactly `prefix` for a name. Until they have been listed,
    /// `publish` keeps what it has, which is to be [`KeySet::empty`].
    pub fn new(
        api: A,
        prefix: String,
        order: KeyOrder,
        workers: Workers,
        restores: Restores,
        publish: watch::Sender<Arc<KeySet>>,
    ) -> Self {
        Self { api, prefix, order, workers, restores, publish }
    }

    /// Watches for ever.
    pub async fn run(self) {
        let (changes, received) = mpsc::channel(QUEUE);
        let publisher = Publisher::new(KeyStore::new(self.order), &self.publish);
        tokio::join!(
            self.follow(Origin::Labelled, &changes),
            self.follow(Origin::Named, &changes),
            publisher.run(received),
        );
    }

    /// Watches; where that is forbidden, lists now and then: each try to watch begins with a list.
    async fn follow(&self, origin: Origin, changes: &Changes) {
        let mut refusals = Refusals::new(origin);
        loop {
            let start = Instant::now();
            self.watch_until_forbidden(origin, changes).await;
            if start.elapsed() > LIST_PERIOD {
                refusals.are_over();
            }
            sleep(refusals.one_more()).await;
        }
    }

    async fn watch_until_forbidden(&self, origin: Origin, changes: &Changes) {
        let connect = || self.api.watch(selection(origin));
        let mut events = pin!(fresh_stream(connect, self.restores.clone()));
        let mut trouble = Trouble::default();
        let mut all = Vec::new();
        while let Some(event) = events.next().await {
            let change = match event {
                Ok(event) => {
                    tell_end(&mut trouble);
                    self.change(event, &mut all).await
                }
                // An API server that has just started says so, too, until it knows its roles.
                Err(Error::WatchStartFailed(kube::Error::Api(status))) if status.code == 403 => {
                    return;
                }
                Err(error) => {
                    tell_begin(&mut trouble, &error);
                    None
                }
            };
            if let Some(change) = change {
                send(changes, origin, change).await;
            }
        }
    }

    /// What an event means. `all` collects a list, whose end is the change.
    async fn change(
        &self,
        event: Event<k8s_openapi::api::core::v1::Secret>,
        all: &mut Vec<(String, Option<KeyEntry>)>,
    ) -> Option<Change> {
        match event {
            Event::Init => all.clear(),
            Event::InitApply(secret) => all.extend(self.read(secret.into()).await),
            Event::InitDone => return Some(Change::All(std::mem::take(all))),
            Event::Apply(secret) => {
                let (name, entry) = self.read(secret.into()).await?;
                return Some(Change::Applied(name, entry));
            }
            Event::Delete(secret) => {
                return Some(Change::Removed(WipedSecret::from(secret).name().to_owned()));
            }
        }
        None
    }

    /// Reading checks the key, which takes a while. None if the reader failed, which it should not.
    async fn read(&self, secret: WipedSecret) -> Option<(String, Option<KeyEntry>)> {
        let prefix = self.prefix.clone();
        self.workers.run(Share::Reconcile, move || read(secret, &prefix)).await.ok()
    }
}

fn selection(origin: Origin) -> Selection {
    match origin {
        Origin::Labelled => Selection::Active,
        Origin::Named => Selection::Named,
    }
}

/// The receiver is there for as long as any sender.
async fn send(changes: &Changes, origin: Origin, change: Change) {
    drop(changes.send((origin, change)).await);
}

/// How often in a row watching was forbidden.
struct Refusals {
    origin: Origin,
    pause: Duration,
    is_said: bool,
}

impl Refusals {
    fn new(origin: Origin) -> Self {
        Self { origin, pause: FIRST_PAUSE, is_said: false }
    }

    /// How long to wait before the next try.
    fn one_more(&mut self) -> Duration {
        let pause = self.pause.min(LIST_PERIOD);
        self.pause = pause * 2;
        if pause == LIST_PERIOD && !std::mem::replace(&mut self.is_said, true) {
            self.say();
        }
        pause
    }

    /// Two watches are refused for the same reason: one says so.
    fn say(&self) {
        if self.origin == Origin::Labelled {
            warn!(
                "key Secrets may not be watched, and are listed once a minute: a new or retired key is noticed that much \
                 later; the verb watch on secrets in this namespace mends it"
            );
        }
    }

    fn are_over(&mut self) {
        *self = Self { is_said: self.is_said, ..Self::new(self.origin) };
    }
}

fn tell_end(trouble: &mut Trouble) {
    if trouble.ends() {
        info!("key Secrets can be read again");
    }
}

fn tell_begin(trouble: &mut Trouble, error: &Error) {
    if trouble.begins() {
        let error = describe_watch(error);
        warn!(
            "key Secrets cannot be read, which is tried again; the keys stay as they were: {error}"
        );
    }
}

fn describe_watch(error: &Error) -> String {
    match error {
        Error::InitialListFailed(error)
        | Error::WatchStartFailed(error)
        | Error::WatchFailed(error) => describe(error),
        Error::WatchError(status) => status.message.clone(),
        Error::NoResourceVersion => error.to_string(),
    }
}
