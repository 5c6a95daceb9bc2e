//! The watch of Secrets: of their metadata, and never of their data.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::PartialObjectMeta;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client};

use super::{Sink, is_refused};
use crate::fresh_stream::fresh_stream;
use crate::index::{Change, SecretMetadata};
use crate::object::ObjectKey;
use crate::queue::Priority;
use crate::restores::Restores;
use crate::trouble::Trouble;

/// How long after the end of a Secret that was somebody else's another one is made: whoever took it away may put another
/// one there.
const TOMBSTONE: Duration = Duration::from_secs(1);

/// Watches the Secrets of one namespace, or of all, without an end. The first list is read when that of the SealedSecrets is
/// there: then it is known which of them count.
pub async fn watch_secrets(
    client: Client,
    namespace: Option<String>,
    selector: Option<String>,
    sink: Sink,
    restores: Restores,
) {
    let config = Config { label_selector: selector, ..Config::default() };
    let scope = namespace.clone();
    let mut events = pin!(fresh_stream(
        move || {
            let api: Api<PartialObjectMeta<Secret>> = match scope.as_deref() {
                Some(namespace) => Api::namespaced(client.clone(), namespace),
                None => Api::all(client.clone()),
            };
            watcher(api, config.clone()).default_backoff().boxed()
        },
        restores
    ));
    let mut intake = Intake {
        sink,
        namespace,
        listed: HashSet::new(),
        is_first: true,
        trouble: Trouble::default(),
    };
    while let Some(event) = events.next().await {
        intake.take(event);
    }
}

struct Intake {
    sink: Sink,
    namespace: Option<String>,
    /// What the list that is being read has, as far as it counts.
    listed: HashSet<ObjectKey>,
    is_first: bool,
    trouble: Trouble,
}

impl Intake {
    fn take(&mut self, event: watcher::Result<Event<PartialObjectMeta<Secret>>>) {
        match event {
            // Said before it is asked for the list.
            Ok(Event::Init) => return self.listed.clear(),
            Ok(Event::InitApply(object)) => self.put(object.metadata, true),
            Ok(Event::InitDone) => self.listed(),
            Ok(Event::Apply(object)) => self.put(object.metadata, false),
            Ok(Event::Delete(object)) => self.delete(&object.metadata),
            Err(error) => return self.failed(&error),
        }
        self.trouble.ends();
    }

    fn failed(&mut self, error: &watcher::Error) {
        if self.trouble.begins() {
            let namespace = self.namespace.as_deref().unwrap_or("all");
            tracing::warn!(namespace, %error, "Secrets cannot be watched at the moment");
        }
        if self.namespace.is_some() && is_refused(error) {
            self.waits_no_more();
        }
    }

    /// Nobody has to wait for the first list any more.
    fn waits_no_more(&mut self) {
        if std::mem::take(&mut self.is_first) {
            self.sink.listed.one();
        }
    }

    fn put(&mut self, metadata: ObjectMeta, is_listed: bool) {
        let Some((key, change)) = self.sink.index.put_secret(metadata, is_listed) else { return };
        if change == Change::Touched && !(is_listed && self.is_first) {
            self.sink.queue.push(key.clone(), Priority::Look);
        }
        if is_listed {
            self.listed.insert(key);
        }
    }

    fn listed(&mut self) {
        for key in self.sink.index.keep_secrets(self.namespace.as_deref(), &self.listed) {
            self.sink.queue.push(key, Priority::Urgent);
        }
        self.listed = HashSet::new();
        self.waits_no_more();
    }

    fn delete(&mut self, metadata: &ObjectMeta) {
        let Some(key) = ObjectKey::of(metadata) else { return };
        let Some(secret) = self.sink.index.remove_secret(&key) else { return };
        match is_made_again_at_once(&secret) {
            true => self.sink.queue.push(key, Priority::Urgent),
            false => self.sink.queue.push_after(key, TOMBSTONE),
        }
    }
}

fn is_made_again_at_once(secret: &SecretMetadata) -> bool {
    secret.sealed_secret_owner().is_some() || secret.is_managed()
}
