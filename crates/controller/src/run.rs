//! The service, put together.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::args::{Options, ServerOptions};
use crate::client::ClientsError;
use crate::clock::Clock;
use crate::cluster::{self, Parts};
use crate::keys::{self, KeySet, Keys};
use crate::metrics::Metrics;
use crate::process;
use crate::readiness::Readiness;
use crate::server::{self, Listener, Service, Timeouts};
use crate::shutdown::Shutdown;
use crate::telemetry;
use crate::workers::Workers;

/// Why the service ended.
#[derive(Debug)]
pub enum RunError {
    /// The system gives no threads, or passes no signals on.
    System(io::Error),
    /// An address cannot be listened on.
    Listen {
        /// Which one.
        address: String,
        /// Why.
        error: io::Error,
    },
    /// The folder of keys cannot be read.
    KeyFolder {
        /// Which one.
        directory: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no key in the folder of keys that can be used.
    NoKeys {
        /// Which one.
        directory: PathBuf,
    },
    /// There is no cluster to look after.
    Cluster(ClientsError),
}

/// Runs the service in a process of its own until a signal ends it, and logs what happens.
///
/// # Errors
/// Why it ended early; that is logged, too.
pub fn start(options: Options) -> Result<(), RunError> {
    process::prepare();
    telemetry::start(options.log);
    // An error means that the program has chosen another one already.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(RunError::System).and_then(|runtime| {
        runtime.block_on(async {
            run(options, Shutdown::on_signals().map_err(RunError::System)?).await
        })
    });
    ended.inspect_err(|error| error!("{error}"))
}

/// Runs the service until `shutdown`.
///
/// # Errors
/// Why it ended early.
pub async fn run(options: Options, shutdown: Shutdown) -> Result<(), RunError> {
    info!(version = env!("CARGO_PKG_VERSION"), "the service starts");
    for notice in &options.notices {
        warn!("{notice}");
    }
    let (publish, keys) = watch::channel(Arc::new(KeySet::empty()));
    let clock = Clock::system();
    let metrics = Metrics::new(clock.clone(), options.server.metrics_of_objects);
    let (workers, readiness) = (Workers::new(), Readiness::default());
    let service =
        Service::new(&options, keys.clone(), workers.clone(), metrics.clone(), readiness.clone());
    tokio::spawn(count_keys(keys, metrics.clone()));
    let mut listening = listen(&options.server, service, metrics.clone(), &shutdown).await?;
    let parts = Parts { options, clock, keys: publish, workers, metrics, readiness, shutdown };
    match parts.options.keys.directory.clone() {
        Some(directory) => serve_files(parts, directory).await?,
        None => cluster::look_after(parts).await?,
    }
    while listening.join_next().await.is_some() {}
    info!("the service has ended");
    Ok(())
}

/// Listens on both ports, and answers.
async fn listen(
    options: &ServerOptions,
    service: Service,
    metrics: Metrics,
    shutdown: &Shutdown,
) -> Result<JoinSet<()>, RunError> {
    let timeouts = Timeouts { read: options.read_timeout, write: options.write_timeout };
    let requests = bind(&options.listen, "requests", timeouts).await?;
    let scrapes = bind(&options.listen_metrics, "metrics", timeouts).await?;
    let mut listening = JoinSet::new();
    listening.spawn(requests.serve(server::endpoints(service), shutdown.clone()));
    listening.spawn(scrapes.serve(server::metrics_endpoint(metrics), shutdown.clone()));
    Ok(listening)
}

async fn bind(address: &str, what: &str, timeouts: Timeouts) -> Result<Listener, RunError> {
    let failed = |error| RunError::Listen { address: address.to_owned(), error };
    let listener = server::bind(address, timeouts).await.map_err(failed)?;
    info!(address = %listener.address().map_err(failed)?, "listening for {what}");
    Ok(listener)
}

/// Serves the keys of a folder. There is nothing else to look after.
async fn serve_files(mut parts: Parts, directory: PathBuf) -> Result<(), RunError> {
    let set = match keys::read_directory(&directory, parts.options.keys.order) {
        Ok(set) => set,
        Err(error) => return Err(RunError::KeyFolder { directory, error }),
    };
    for fault in set.faults() {
        warn!(source = fault.source, error = %fault.error, "a key is not used");
    }
    if set.ring().is_empty() {
        return Err(RunError::NoKeys { directory });
    }
    let (count, served) = (set.ring().len(), set.served().map(|served| served.source.clone()));
    parts.keys.send_replace(Arc::new(set));
    parts.readiness.keys_loaded();
    parts.readiness.stores_listed();
    info!(keys = count, served, "the keys are loaded");
    parts.shutdown.requested().await;
    Ok(())
}

/// Keeps the metrics of keys.
async fn count_keys(mut keys: Keys, metrics: Metrics) {
    while keys.changed().await.is_ok() {
        let keys = Arc::clone(&keys.borrow_and_update());
        metrics.set_keys(&keys);
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "the system refuses what the service needs: {error}"),
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            Self::KeyFolder { directory, error } => {
                write!(f, "cannot read keys from {}: {error}", directory.display())
            }
            Self::NoKeys { directory } => {
                write!(f, "there is no key in {} that can be used", directory.display())
            }
            Self::Cluster(error) => write!(f, "{error}; --keys-dir serves keys without a cluster"),
        }
    }
}

impl StdError for RunError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::System(error) | Self::Listen { error, .. } | Self::KeyFolder { error, .. } => {
                Some(error)
            }
            Self::Cluster(error) => error.source(),
            Self::NoKeys { .. } => None,
        }
    }
}
