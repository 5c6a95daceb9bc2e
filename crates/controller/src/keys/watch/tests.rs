//! What becomes of the keys when their Secrets change.

use sealkit_core::UnixTime;
use tokio::sync::watch::channel;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::clock::Clock;
use sealkit_manifest::key_secret::KEY_ACTIVE;

use crate::keys::testing::{Cluster, Fault, PREFIX, key_secret};
use crate::keys::{Keys, choice};
use crate::restores::Restores;

struct Watched {
    cluster: Cluster,
    keys: Keys,
    task: JoinHandle<()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn cluster() -> Cluster {
    Cluster::new(Clock::at(UnixTime(1_700_000_000)))
}

fn watch(cluster: &Cluster) -> Watched {
    let (publish, keys) = channel(Arc::new(KeySet::empty()));
    let watch = KeyWatch::new(
        cluster.clone(),
        PREFIX.to_owned(),
        KeyOrder::default(),
        Workers::with_threads(2),
        Restores::never(),
        publish,
    );
    Watched { cluster: cluster.clone(), keys, task: tokio::spawn(watch.run()) }
}

impl Watched {
    /// Waits until these Secrets' keys are in use, and no others.
    async fn has(&mut self, names: &[&str]) -> Duration {
        let start = Instant::now();
        let is_so = |keys: &Arc<KeySet>| {
            let mut sources: Vec<_> = keys.keys().iter().map(|key| key.source.as_str()).collect();
            sources.sort_unstable();
            keys.is_loaded() && sources == names
        };
        let reached = timeout(Duration::from_secs(600), self.keys.wait_for(is_so)).await;
        drop(reached.unwrap_or_else(|_| panic!("never {names:?}")));
        start.elapsed()
    }
}

fn demo(name: &str) -> k8s_openapi::api::core::v1::Secret {
    key_secret(name, "demo.key", "demo.crt", 1_000)
}

fn small(name: &str) -> k8s_openapi::api::core::v1::Secret {
    key_secret(name, "rsa-2048.key", "rsa-2048.crt", 2_000)
}

#[tokio::test(start_paused = true)]
async fn keys_come_and_go_with_their_secrets() {
    let mut watched = watch(&cluster());
    watched.has(&[]).await;
    assert!(watched.keys.borrow().served().is_none());
    watched.cluster.put(demo("a"));
    watched.has(&["a"]).await;
    assert!(watched.keys.borrow().served().is_some());
    watched.cluster.put(small("b"));
    watched.has(&["a", "b"]).await;
    watched.cluster.label("a", Some("compromised"));
    watched.has(&["b"]).await;
    watched.cluster.label("a", Some(KEY_ACTIVE));
    watched.has(&["a", "b"]).await;
    watched.cluster.label("a", None);
    watched.has(&["b"]).await;
    watched.cluster.remove("b");
    watched.has(&[]).await;
    assert!(watched.keys.borrow().is_loaded());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_replaced_is_used_at_once() {
    let mut watched = watch(&cluster());
    watched.cluster.put(demo("a"));
    watched.has(&["a"]).await;
    let before = watched.keys.borrow_and_update().ring().newest().unwrap().fingerprint();
    watched.cluster.put(small("a"));
    watched.keys.changed().await.unwrap();
    let keys = Arc::clone(&watched.keys.borrow());
    assert_eq!(keys.keys().len(), 1);
    assert_ne!(keys.ring().newest().unwrap().fingerprint(), before);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_before_there_were_labels_counts_by_its_name_until_a_label_retires_it() {
    let mut watched = watch(&cluster());
    watched.cluster.put(demo(PREFIX));
    watched.cluster.label(PREFIX, None);
    watched.has(&[PREFIX]).await;
    watched.cluster.label(PREFIX, Some(KEY_ACTIVE));
    sleep(Duration::from_secs(1)).await;
    watched.has(&[PREFIX]).await;
    watched.cluster.label(PREFIX, Some("compromised"));
    watched.has(&[]).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_a_fault_and_the_others_count() {
    let mut watched = watch(&cluster());
    watched.cluster.put(demo("a"));
    watched.cluster.put(key_secret("broken", "damaged.key", "demo.crt", 3_000));
    watched.cluster.put(key_secret("mixed", "rsa-2048.key", "demo.crt", 3_000));
    watched.has(&["a"]).await;
    let keys = Arc::clone(&watched.keys.borrow());
    let faults: Vec<_> = keys.faults().iter().map(|fault| fault.source.as_str()).collect();
    assert_eq!(faults, ["broken", "mixed"]);
    watched.cluster.put(small("broken"));
    watched.has(&["a", "broken"]).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_published_when_nothing_has_changed() {
    let mut watched = watch(&cluster());
    watched.cluster.put(demo("a"));
    watched.has(&["a"]).await;
    watched.keys.mark_unchanged();
    let mut secret = demo("a");
    secret.metadata.annotations = Some([("note".to_owned(), "x".to_owned())].into());
    watched.cluster.put(secret);
    // Watches are built anew, too.
    sleep(Duration::from_secs(3 * 3600)).await;
    assert!(!watched.keys.has_changed().unwrap());
}

#[tokio::test(start_paused = true)]
async fn where_watching_is_forbidden_it_is_listed_once_a_minute() {
    let cluster = cluster();
    cluster.set_fault(Fault::WatchForbidden);
    cluster.put(demo("a"));
    let mut watched = watch(&cluster);
    assert!(watched.has(&["a"]).await < Duration::from_secs(1));
    sleep(Duration::from_secs(300)).await;
    watched.cluster.put(small("b"));
    assert!(watched.has(&["a", "b"]).await <= LIST_PERIOD);
    watched.cluster.label("a", Some("compromised"));
    let noticed = watched.has(&["b"]).await;
    assert!(noticed > LIST_PERIOD / 2 && noticed <= LIST_PERIOD, "{noticed:?}");
    // Once it is allowed, it is watched again.
    cluster.set_fault(Fault::None);
    sleep(LIST_PERIOD).await;
    watched.cluster.put(small("c"));
    watched.cluster.remove("b");
    assert!(watched.has(&["c"]).await < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_moment_is_over_in_a_moment() {
    let cluster = cluster();
    cluster.set_fault(Fault::WatchForbidden);
    let mut watched = watch(&cluster);
    watched.has(&[]).await;
    sleep(Duration::from_secs(3)).await;
    cluster.set_fault(Fault::None);
    sleep(Duration::from_secs(5)).await;
    watched.cluster.put(demo("a"));
    assert!(watched.has(&["a"]).await < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn the_log_says_why_a_key_is_the_newest() {
    let reason = |watched: &Watched| choice::reason(&watched.keys.borrow());
    let mut watched = watch(&cluster());
    watched.has(&[]).await;
    assert_eq!(reason(&watched), None);
    watched.cluster.put(demo("a"));
    watched.has(&["a"]).await;
    assert_eq!(reason(&watched).as_deref(), Some("it is the only one"));
    watched.cluster.put(small("b"));
    watched.has(&["a", "b"]).await;
    let expected = "it is as new as b by its certificate, and its Secret was created earlier; b would be the newest by \
                    --key-order-priority=SecretCreationTimestamp";
    assert_eq!(reason(&watched).as_deref(), Some(expected));
}
