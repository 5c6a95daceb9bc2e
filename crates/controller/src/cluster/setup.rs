//! The parts of the service in a cluster, made and put together.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::warn;

use super::{Parts, upkeep};
use crate::api::Api;
use crate::args::{Namespaces, Options, RequestRate};
use crate::client::{Clients, RequestLimit};
use crate::clock::Clock;
use crate::events::Events;
use crate::index::Index;
use crate::installation;
use crate::keys::{
    KeySet, KeyWatch, Keys, KubeKeySecrets, Renewal, RenewalContext, RenewalOptions,
};
use crate::leader::{Election, KubeLeases, Leadership};
use crate::metrics::Metrics;
use crate::plan::Settings;
use crate::queue::Queue;
use crate::reconcile::{Contention, Reconciler, Wishes};
use crate::restores::{Lookout, Restores};
use crate::run::RunError;
use crate::watches::{Listed, Sink, watch_sealed_secrets, watch_secrets};
use crate::workers::Workers;

/// All parts.
pub(super) struct Setup {
    pub(super) sink: Sink,
    pub(super) keys: Keys,
    pub(super) metrics: Metrics,
    pub(super) audit_interval: Option<Duration>,
    pub(super) leadership: Leadership,
    options: Options,
    clients: Clients,
    namespace: String,
    installation: Option<String>,
    election: Mutex<Option<Election<KubeLeases>>>,
    lookout: Lookout,
    restores: Restores,
    publish: watch::Sender<Arc<KeySet>>,
    workers: Workers,
    clock: Clock,
}

impl Setup {
    pub(super) async fn new(parts: Parts) -> Result<Self, RunError> {
        let Parts { options, clock, keys: publish, workers, metrics, .. } = parts;
        let clients = Clients::in_cluster(limit(options.client.rate)).map_err(RunError::Cluster)?;
        let namespace = installation::own_namespace();
        let installation = installation::uid(clients.work.clone(), &namespace).await;
        let (leadership, election) = candidacy(&options, &clients, &namespace, &clock);
        let watched = namespaces(&options, &namespace);
        let first = watched.first().and_then(Option::as_deref);
        let (lookout, restores) = Lookout::new(clients.watches.clone(), first);
        let lists = if options.reconcile.watch_secrets { 2 * watched.len() } else { watched.len() };
        let sink = Sink {
            index: Arc::new(Index::default()),
            queue: Arc::new(Queue::default()),
            observer: Arc::new(metrics.clone()),
            listed: Arc::new(Listed::new(lists)),
        };
        Ok(Self {
            sink,
            keys: publish.subscribe(),
            metrics,
            audit_interval: options.reconcile.audit_interval,
            options,
            clients,
            namespace,
            installation,
            leadership,
            election: Mutex::new(election),
            lookout,
            restores,
            publish,
            workers,
            clock,
        })
    }

    fn key_secrets(&self) -> KubeKeySecrets {
        let Clients { watches, work, .. } = self.clients.clone();
        KubeKeySecrets::new(watches, work, &self.namespace, &self.options.keys.prefix)
    }

    /// Looks for restores of the server's data.
    pub(super) fn look_out(&self, tasks: &mut JoinSet<()>) {
        tasks.spawn(self.lookout.clone().run(Arc::clone(&self.sink.index)));
        tasks.spawn(upkeep::distrust_after_restores(self.sink.clone(), self.restores.clone()));
    }

    /// Watches the key Secrets.
    pub(super) fn watch_keys(&self, tasks: &mut JoinSet<()>) {
        let keys = &self.options.keys;
        let watch = KeyWatch::new(
            self.key_secrets(),
            keys.prefix.clone(),
            keys.order,
            self.workers.clone(),
            self.restores.clone(),
            self.publish.clone(),
        );
        tasks.spawn(watch.run());
    }

    /// Makes keys when they are due.
    pub(super) fn make_keys(&self, tasks: &mut JoinSet<()>) {
        if self.options.reconcile.dry_run {
            return;
        }
        let context = RenewalContext {
            api: self.key_secrets(),
            namespace: self.namespace.clone(),
            installation: self.installation.clone(),
            leadership: self.leadership.clone(),
            keys: self.keys.clone(),
            workers: self.workers.clone(),
            clock: self.clock.clone(),
        };
        let asked = Arc::new(Notify::new());
        tasks.spawn(pass_signal_on(Arc::clone(&asked)));
        tasks.spawn(Renewal::new(context, renewal_options(&self.options), asked).run());
    }

    /// Watches SealedSecrets, and Secrets as soon as it is known which of them count.
    pub(super) fn watch_objects(&self, tasks: &mut JoinSet<()>) {
        let selector = Some(self.options.reconcile.label_selector.clone());
        let selector = selector.filter(|selector| !selector.is_empty());
        let namespaces = namespaces(&self.options, &self.namespace);
        let listed = Arc::new(Listed::new(namespaces.len()));
        for namespace in namespaces {
            let (client, sink) = (self.clients.watches.clone(), self.sink.clone());
            let selector = selector.clone();
            let sealed_secrets = watch_sealed_secrets(
                client.clone(),
                namespace.clone(),
                selector.clone(),
                sink.clone(),
                self.restores.clone(),
                Arc::clone(&listed),
            );
            tasks.spawn(sealed_secrets);
            if self.options.reconcile.watch_secrets {
                let (listed, restores) = (Arc::clone(&listed), self.restores.clone());
                tasks.spawn(async move {
                    listed.complete().await;
                    watch_secrets(client, namespace, selector, sink, restores).await;
                });
            }
        }
    }

    /// Waits until all keys and all objects are known: without a key, nothing opens.
    pub(super) async fn everything_is_known(&self) {
        self.sink.listed.complete().await;
        // An error means that nobody watches keys any more, which happens at the end alone.
        self.keys.clone().wait_for(|keys| keys.is_loaded()).await.map(drop).ok();
    }

    /// Takes part in the election, if there is one: until it is told to stop.
    pub(super) fn elect(&self) -> Option<(Arc<Notify>, JoinHandle<()>)> {
        let election = self.election.lock().ok()?.take()?;
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let election = tokio::spawn(election.run(async move { stopped.notified().await }));
        Some((stop, election))
    }

    /// What handles one SealedSecret after the other.
    pub(super) fn reconciler(&self) -> Reconciler {
        let reconcile = &self.options.reconcile;
        let api = Api::new(self.clients.work.clone());
        Reconciler {
            events: Events::start(api.clone(), self.clock.clone()),
            api,
            index: Arc::clone(&self.sink.index),
            queue: Arc::clone(&self.sink.queue),
            keys: self.keys.clone(),
            workers: self.workers.clone(),
            clock: self.clock.clone(),
            leadership: self.leadership.clone(),
            observer: Arc::clone(&self.sink.observer),
            wishes: Wishes {
                accepts_deprecated_data: reconcile.accept_deprecated_data,
                updates_status: reconcile.update_status,
                extra_conditions: reconcile.extra_conditions,
                skip_recreate: !reconcile.watch_secrets,
                deletes_secrets: reconcile.delete_secrets,
                dry_run: reconcile.dry_run,
                settings: Settings {
                    labels: reconcile.secret_labels.clone(),
                    annotations: reconcile.secret_annotations.clone(),
                },
            },
            drops_record: AtomicBool::new(false),
            contention: Contention::default(),
        }
    }
}

/// Whether this replica stands for election. Where nothing is written, no Lease is either.
fn candidacy(
    options: &Options,
    clients: &Clients,
    namespace: &str,
    clock: &Clock,
) -> (Leadership, Option<Election<KubeLeases>>) {
    if options.reconcile.dry_run || !options.reconcile.leader_elect {
        return (Leadership::unelected(), None);
    }
    // One Lease for each set of keys; the roles name it.
    let leases = KubeLeases::new(clients.lease.clone(), namespace, &options.keys.prefix);
    let identity = installation::process_identity();
    let (election, leadership) = Election::new(leases, identity, clock.clone());
    (leadership, Some(election))
}

/// The namespaces that are watched, each by itself; none stands for all of them at once.
fn namespaces(options: &Options, own: &str) -> Vec<Option<String>> {
    match &options.reconcile.namespaces {
        Namespaces::All => vec![None],
        Namespaces::Own { additional } => {
            let additional = additional.iter().filter(|namespace| *namespace != own).cloned();
            std::iter::once(own.to_owned()).chain(additional).map(Some).collect()
        }
    }
}

fn limit(rate: RequestRate) -> RequestLimit {
    match rate {
        RequestRate::Unset => RequestLimit::default(),
        RequestRate::Unlimited => RequestLimit::from_flags(-1.0, 0),
        RequestRate::Limited { per_second, burst } => {
            RequestLimit::from_flags(per_second.into(), burst.into())
        }
    }
}

fn renewal_options(options: &Options) -> RenewalOptions {
    let keys = &options.keys;
    RenewalOptions {
        prefix: keys.prefix.clone(),
        size: keys.bits,
        ttl: keys.ttl,
        renew_period: keys.renew_period.unwrap_or_default(),
        cutoff: keys.cutoff_time,
        common_name: keys.common_name.clone(),
        labels: keys.labels.clone(),
        annotations: keys.annotations.clone(),
        generate: keys.generate,
    }
}

/// SIGUSR1 asks for a new key.
async fn pass_signal_on(asked: Arc<Notify>) {
    match signal(SignalKind::user_defined1()) {
        Ok(mut signals) => {
            while signals.recv().await.is_some() {
                asked.notify_one();
            }
        }
        Err(error) => warn!(%error, "SIGUSR1 will not be heard"),
    }
}
