//! What is done beside handling objects: new keys are taken in, figures are counted, everything is looked at again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::keys::Keys;
use crate::leader::Leadership;
use crate::metrics::Metrics;
use crate::queue::Priority;
use crate::readiness::Readiness;
use crate::restores::Restores;
use crate::watches::Sink;

/// From one count of objects to the next.
const COUNT: Duration = Duration::from_secs(15);

/// Puts those SealedSecrets into the queue that a change of keys concerns.
pub(super) async fn follow_keys(sink: Sink, mut keys: Keys, readiness: Readiness) {
    loop {
        let current = Arc::clone(&keys.borrow_and_update());
        if current.is_loaded() {
            readiness.keys_loaded();
            for key in sink.index.concerned_by(&current) {
                sink.queue.push(key, Priority::Urgent);
            }
        }
        if keys.changed().await.is_err() {
            return;
        }
    }
}

/// Counts how many SealedSecrets each key opens, and how many are paused.
pub(super) async fn count_objects(sink: Sink, metrics: Metrics) {
    loop {
        tokio::time::sleep(COUNT).await;
        let counts = sink.index.opened_by().into_iter();
        let counts = counts.filter_map(|(key, count)| Some((key.parse().ok()?, count)));
        metrics.set_objects_by_key(counts.collect::<BTreeMap<_, _>>());
        metrics.set_paused(sink.index.paused());
    }
}

/// What is remembered of objects may be about ones that never were.
pub(super) async fn distrust_after_restores(sink: Sink, mut restores: Restores) {
    loop {
        restores.next().await;
        sink.index.distrust_memory();
    }
}

/// Tells the metrics whether this replica may write.
pub(super) async fn tell_leadership(mut leadership: Leadership, metrics: Metrics) {
    loop {
        leadership.wait_until(true).await;
        metrics.set_leader(true);
        leadership.wait_until(false).await;
        metrics.set_leader(false);
    }
}

/// Has everything opened again, spread over the interval.
pub(super) async fn audit(sink: Sink, interval: Duration) {
    loop {
        let keys = sink.index.keys();
        let share = u32::try_from(keys.len().max(1)).unwrap_or(u32::MAX);
        let pause = interval / share;
        if keys.is_empty() {
            tokio::time::sleep(interval).await;
        }
        for key in keys {
            tokio::time::sleep(pause).await;
            sink.index.ask_for_audit(&key);
            sink.queue.push(key, Priority::Look);
        }
    }
}
