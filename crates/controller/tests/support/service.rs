//! A service on ports of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use sealkit_controller::args::{self, Options};
use sealkit_controller::keys::{KeySet, KeySource};
use sealkit_controller::metrics::Metrics;
use sealkit_controller::server::{self, Service, Timeouts};
use sealkit_controller::{Clock, Readiness, Shutdown, Trigger, Workers};
use sealkit_core::{KeyOrder, UnixTime};
use sealkit_manifest::Secret;
use sealkit_testkit::read_fixture;
use tokio::sync::watch;

/// A service that runs until it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: SocketAddr,
    trigger: Option<Trigger>,
    thread: Option<JoinHandle<()>>,
}

/// What flags say.
fn options(flags: &[&str]) -> Options {
    args::parse(flags.iter().map(Into::into), |_| None).unwrap()
}

/// The keys of `fixtures/gitops-keys`; `production-new` is served.
pub(crate) fn key_set() -> KeySet {
    let names = ["test-old", "test-new", "production-old", "production-new"];
    let secrets = names.into_iter().zip(1..).map(|(name, created)| {
        let mut secret = Secret::default();
        for (item, extension) in [("tls.key", "key"), ("tls.crt", "crt")] {
            let pem = read_fixture(&format!("gitops-keys/{name}.{extension}"));
            secret.data.insert(item.to_owned(), pem.into());
        }
        secret.created = Some(UnixTime(created));
        (name.to_owned(), secret)
    });
    let secrets: Vec<(KeySource, Secret)> = secrets.collect();
    let secrets = secrets.iter().map(|(name, secret)| (name, secret));
    KeySet::read(secrets, KeyOrder::SecretCreationTimestamp)
}

impl Running {
    /// Ready, with the keys of the fixtures.
    pub(crate) fn start(flags: &[&str]) -> Self {
        let readiness = Readiness::default();
        readiness.keys_loaded();
        readiness.stores_listed();
        Self::with(flags, key_set(), readiness)
    }

    /// As [`Running::start`], for many requests.
    pub(crate) fn unlimited() -> Self {
        Self::start(&["--rate-limit=1000000", "--rate-limit-burst=1000000"])
    }

    pub(crate) fn with(flags: &[&str], keys: KeySet, readiness: Readiness) -> Self {
        let options = options(flags);
        let (shutdown, (sender, addresses)) = (Shutdown::by_hand(), mpsc::channel());
        let (trigger, shutdown) = shutdown;
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = { runtime }.enable_all().worker_threads(2).build().unwrap();
            runtime.block_on(serve(options, keys, readiness, shutdown, sender));
        });
        let (address, metrics) = addresses.recv().unwrap();
        Self { address, metrics, trigger: Some(trigger), thread: Some(thread) }
    }

    /// Ends it, and waits until all requests are answered.
    pub(crate) fn stop(&mut self) {
        if let Some(trigger) = self.trigger.take() {
            trigger.pull();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

async fn serve(
    options: Options,
    keys: KeySet,
    readiness: Readiness,
    shutdown: Shutdown,
    addresses: mpsc::Sender<(SocketAddr, SocketAddr)>,
) {
    let server = &options.server;
    let timeouts = Timeouts { read: server.read_timeout, write: server.write_timeout };
    let requests = server::bind("127.0.0.1:0", timeouts).await.unwrap();
    let scrapes = server::bind("127.0.0.1:0", timeouts).await.unwrap();
    addresses.send((requests.address().unwrap(), scrapes.address().unwrap())).unwrap();
    let metrics = Metrics::new(Clock::system(), server.metrics_of_objects);
    metrics.set_keys(&keys);
    let (_publish, keys) = watch::channel(Arc::new(keys));
    let service = Service::new(&options, keys, Workers::new(), metrics.clone(), readiness);
    tokio::join!(
        requests.serve(server::endpoints(service), shutdown.clone()),
        scrapes.serve(server::metrics_endpoint(metrics), shutdown),
    );
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
