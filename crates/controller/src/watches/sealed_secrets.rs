//! The watch of SealedSecrets.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Client};

use super::{Listed, Sink, is_refused};
use crate::fresh_stream::fresh_stream;
use crate::index::Change;
use crate::object::{ObjectKey, SealedSecretObject};
use crate::queue::Priority;
use crate::restores::Restores;
use crate::trouble::Trouble;

/// Watches the SealedSecrets of one namespace, or of all, without an end. `listed_first` is told of the first list.
pub async fn watch_sealed_secrets(
    client: Client,
    namespace: Option<String>,
    selector: Option<String>,
    sink: Sink,
    restores: Restores,
    listed_first: Arc<Listed>,
) {
    let config = Config { label_selector: selector, ..Config::default() };
    let scope = namespace.clone();
    let mut events = pin!(fresh_stream(
        move || {
            let api: Api<SealedSecretObject> = match scope.as_deref() {
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
        listed_first: Some(listed_first),
        trouble: Trouble::default(),
    };
    while let Some(event) = events.next().await {
        intake.take(event);
    }
}

struct Intake {
    sink: Sink,
    namespace: Option<String>,
    /// What the list that is being read has.
    listed: HashSet<ObjectKey>,
    /// Who waits for the first list.
    listed_first: Option<Arc<Listed>>,
    trouble: Trouble,
}

impl Intake {
    fn take(&mut self, event: watcher::Result<Event<SealedSecretObject>>) {
        match event {
            // Said before it is asked for the list.
            Ok(Event::Init) => return self.listed.clear(),
            Ok(Event::InitApply(object)) => self.put(object, true),
            Ok(Event::InitDone) => self.listed(),
            Ok(Event::Apply(object)) => self.put(object, false),
            Ok(Event::Delete(object)) => self.delete(&object),
            Err(error) => return self.failed(&error),
        }
        self.trouble.ends();
    }

    fn failed(&mut self, error: &watcher::Error) {
        if self.trouble.begins() {
            let namespace = self.namespace.as_deref().unwrap_or("all");
            tracing::warn!(namespace, %error, "SealedSecrets cannot be watched at the moment");
        }
        if self.namespace.is_some() && is_refused(error) {
            self.waits_no_more();
        }
    }

    /// Nobody has to wait for the first list any more.
    fn waits_no_more(&mut self) {
        if let Some(first) = self.listed_first.take() {
            first.one();
            self.sink.listed.one();
        }
    }

    fn put(&mut self, object: SealedSecretObject, is_listed: bool) {
        let Some((sealed, change)) = self.sink.index.put_sealed(object, is_listed) else {
            tracing::warn!("a SealedSecret without name or namespace is passed over");
            return;
        };
        if is_listed {
            self.listed.insert(sealed.key.clone());
        }
        if sealed.is_deleting {
            self.sink.gone(&sealed.key);
            return;
        }
        self.sink.observer.seen(&sealed);
        // The first list waits for that of the Secrets.
        if is_listed && self.listed_first.is_some() {
            return;
        }
        match change {
            Change::New => self.sink.queue.push(sealed.key.clone(), Priority::Urgent),
            Change::Touched => self.sink.queue.push(sealed.key.clone(), Priority::Look),
            Change::None => {}
        }
    }

    fn listed(&mut self) {
        for key in self.sink.index.keep_sealed(self.namespace.as_deref(), &self.listed) {
            self.sink.gone(&key);
        }
        self.listed = HashSet::new();
        self.waits_no_more();
    }

    fn delete(&mut self, object: &SealedSecretObject) {
        if let Some(key) = ObjectKey::of(&object.metadata) {
            self.sink.index.remove_sealed(&key);
            self.sink.gone(&key);
        }
    }
}
