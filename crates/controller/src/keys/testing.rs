//! Key Secrets in memory, whose calls fail as a test wants it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::stream::{self, BoxStream, StreamExt as _};
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret as ApiSecret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use kube::runtime::watcher::{self, Event};
use sealkit_manifest::key_secret::{KEY_ACTIVE, KEY_LABEL};
use sealkit_testkit::read_fixture;
use tokio::sync::watch;

use super::api::{KeyApiError, KeySecretsApi, Selection};
use super::cluster_secret::WipedSecret;
use crate::clock::Clock;

pub(super) const PREFIX: &str = "sealed-secrets-key";

/// How calls fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fault {
    #[default]
    None,
    /// The next creations take effect, so many of them, and nobody hears of it.
    AnswersLost(u32),
    /// The next creations arrive only after the answer, an error.
    Late(u32),
    /// The next creations fail and do nothing.
    Away(u32),
    /// No creation is allowed.
    Refused,
    /// Nothing may be watched.
    WatchForbidden,
}

/// The key Secrets of a cluster.
#[derive(Clone)]
pub(super) struct Cluster {
    secrets: Arc<watch::Sender<BTreeMap<String, ApiSecret>>>,
    fault: Arc<Mutex<Fault>>,
    late: Arc<Mutex<Vec<ApiSecret>>>,
    /// By which creation times are given.
    pub(super) clock: Clock,
}

impl Cluster {
    pub(super) fn new(clock: Clock) -> Self {
        let secrets = Arc::new(watch::channel(BTreeMap::new()).0);
        Self { secrets, fault: Arc::default(), late: Arc::default(), clock }
    }

    pub(super) fn set_fault(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    pub(super) fn put(&self, secret: ApiSecret) {
        let name = secret.metadata.name.clone().unwrap();
        self.secrets.send_modify(|secrets| drop(secrets.insert(name, secret)));
    }

    pub(super) fn remove(&self, name: &str) {
        self.secrets.send_modify(|secrets| drop(secrets.remove(name)));
    }

    /// Sets or removes the label of keys.
    pub(super) fn label(&self, name: &str, value: Option<&str>) {
        self.secrets.send_modify(|secrets| {
            let labels = secrets.get_mut(name).unwrap().metadata.labels.get_or_insert_default();
            labels.remove(KEY_LABEL);
            labels.extend(value.map(|value| (KEY_LABEL.to_owned(), value.to_owned())));
        });
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.secrets.borrow().keys().cloned().collect()
    }

    pub(super) fn get(&self, name: &str) -> ApiSecret {
        self.secrets.borrow()[name].clone()
    }

    fn select(secrets: &BTreeMap<String, ApiSecret>, which: Selection) -> Vec<ApiSecret> {
        let is_meant = |secret: &&ApiSecret| {
            let label = secret.metadata.labels.as_ref().and_then(|labels| labels.get(KEY_LABEL));
            match which {
                Selection::Active => label.is_some_and(|value| value == KEY_ACTIVE),
                Selection::Labelled => label.is_some(),
                Selection::Named => secret.metadata.name.as_deref() == Some(PREFIX),
            }
        };
        secrets.values().filter(is_meant).cloned().collect()
    }

    fn store(&self, mut secret: ApiSecret) -> Result<(), KeyApiError> {
        let name = secret.metadata.name.clone().unwrap();
        if self.secrets.borrow().contains_key(&name) {
            return Err(KeyApiError::AlreadyExists);
        }
        secret.metadata.creation_timestamp = Some(time(self.clock.now().0));
        self.put(secret);
        Ok(())
    }

    /// The fault of this creation.
    fn next_fault(&self) -> Fault {
        let mut fault = self.fault.lock().unwrap();
        let now = *fault;
        *fault = match now {
            Fault::AnswersLost(2..) | Fault::Late(2..) | Fault::Away(2..) => match now {
                Fault::AnswersLost(left) => Fault::AnswersLost(left - 1),
                Fault::Late(left) => Fault::Late(left - 1),
                Fault::Away(left) => Fault::Away(left - 1),
                other => other,
            },
            Fault::Refused | Fault::WatchForbidden => now,
            _ => Fault::None,
        };
        now
    }
}

impl KeySecretsApi for Cluster {
    async fn list(&self, which: Selection) -> Result<Vec<WipedSecret>, KeyApiError> {
        let secrets = Self::select(&self.secrets.borrow(), which);
        Ok(secrets.into_iter().map(WipedSecret::from).collect())
    }

    /// Each change is a list of its own.
    fn watch(&self, which: Selection) -> BoxStream<'static, watcher::Result<Event<ApiSecret>>> {
        let mut changes = self.secrets.subscribe();
        changes.mark_changed();
        let forbidden = *self.fault.lock().unwrap() == Fault::WatchForbidden;
        let lists = stream::unfold((changes, 0), move |(mut changes, count)| async move {
            if forbidden && count > 0 {
                let status = kube::core::Status { code: 403, ..kube::core::Status::default() };
                let error = watcher::Error::WatchStartFailed(kube::Error::Api(status.boxed()));
                return Some((vec![Err(error)], (changes, count + 1)));
            }
            changes.changed().await.ok()?;
            let secrets = Self::select(&changes.borrow_and_update(), which);
            let mut events = vec![Ok(Event::Init)];
            events.extend(secrets.into_iter().map(|secret| Ok(Event::InitApply(secret))));
            events.push(Ok(Event::InitDone));
            Some((events, (changes, count + 1)))
        });
        lists.flat_map(stream::iter).boxed()
    }

    async fn create(&self, secret: &WipedSecret) -> Result<(), KeyApiError> {
        // What was on its way arrives first.
        for late in std::mem::take(&mut *self.late.lock().unwrap()) {
            drop(self.store(late));
        }
        let unclear = || Err(KeyApiError::Unclear("timeout".to_owned()));
        match self.next_fault() {
            Fault::AnswersLost(_) => {
                self.store((**secret).clone()).ok();
                unclear()
            }
            Fault::Late(_) => {
                self.late.lock().unwrap().push((**secret).clone());
                unclear()
            }
            Fault::Away(_) => unclear(),
            Fault::Refused => Err(KeyApiError::Refused("secrets is forbidden".to_owned())),
            Fault::None | Fault::WatchForbidden => self.store((**secret).clone()),
        }
    }
}

fn time(seconds: i64) -> Time {
    Time(Timestamp::from_second(seconds).unwrap())
}

/// A key Secret of a key in `fixtures/keys`, and of a certificate there.
pub(super) fn key_secret(name: &str, key: &str, certificate: &str, created: i64) -> ApiSecret {
    let bytes = |file: &str| ByteString(read_fixture(&format!("keys/{file}")));
    let mut secret = ApiSecret::default();
    secret.metadata.name = Some(name.to_owned());
    secret.metadata.creation_timestamp = Some(time(created));
    let label = [(KEY_LABEL.to_owned(), KEY_ACTIVE.to_owned())];
    secret.metadata.labels = Some(label.into());
    secret.data = Some(BTreeMap::from([
        ("tls.key".to_owned(), bytes(key)),
        ("tls.crt".to_owned(), bytes(certificate)),
    ]));
    secret
}
