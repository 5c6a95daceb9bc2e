//! Publishes the keys of the store, and says what is new.

use std::sync::Arc;

use sealkit_core::Fingerprint;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use crate::keys::choice;
use crate::keys::key_set::{KeyFault, KeySet};
use crate::keys::store::{Change, KeyStore, Origin};

pub(super) struct Publisher<'a> {
    store: KeyStore,
    publish: &'a watch::Sender<Arc<KeySet>>,
}

impl<'a> Publisher<'a> {
    pub(super) fn new(store: KeyStore, publish: &'a watch::Sender<Arc<KeySet>>) -> Self {
        Self { store, publish }
    }

    pub(super) async fn run(mut self, mut changes: mpsc::Receiver<(Origin, Change)>) {
        while let Some((origin, change)) = changes.recv().await {
            self.store.change(origin, change);
            if let Some(keys) = self.store.key_set() {
                self.publish(keys);
            }
        }
    }

    fn publish(&self, keys: KeySet) {
        let before = Arc::clone(&self.publish.borrow());
        if before.is_same(&keys) {
            return;
        }
        report(&before, &keys);
        self.publish.send_replace(Arc::new(keys));
    }
}

fn report(before: &KeySet, now: &KeySet) {
    for key in now.keys().iter().filter(|key| !has(before, key.fingerprint)) {
        info!(key = %key.source, fingerprint = %key.fingerprint, "a sealing key is in use");
    }
    for key in before.keys().iter().filter(|key| !has(now, key.fingerprint)) {
        info!(key = %key.source, fingerprint = %key.fingerprint, "a sealing key is no longer in use");
    }
    for KeyFault { source, error } in
        now.faults().iter().filter(|fault| !before.faults().contains(fault))
    {
        warn!(key = %source, "a key Secret is not used, or its certificate is not: {error}");
    }
    let fingerprint = |set: &KeySet| set.served().map(|served| served.certificate.fingerprint());
    match now.served() {
        Some(served) if fingerprint(before) != fingerprint(now) => info!(
            key = %served.source,
            fingerprint = %served.certificate.fingerprint(),
            "this key is the newest, and its certificate is served: {}",
            choice::reason(now).unwrap_or_default()
        ),
        None if !before.is_loaded() || before.served().is_some() => {
            warn!(
                "there is no sealing key with a certificate: none is served, and nothing new can be sealed"
            );
        }
        _ => {}
    }
}

fn has(set: &KeySet, fingerprint: Fingerprint) -> bool {
    set.keys().iter().any(|key| key.fingerprint == fingerprint)
}
