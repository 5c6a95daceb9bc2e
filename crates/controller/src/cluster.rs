//! Looking after the SealedSecrets of a cluster.

mod setup;
mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::info;

use crate::args::Options;
use crate::clock::Clock;
use crate::keys::KeySet;
use crate::metrics::Metrics;
use crate::readiness::Readiness;
use crate::reconcile::Reconciler;
use crate::run::RunError;
use crate::shutdown::Shutdown;
use crate::workers::Workers;

use setup::Setup;

/// How many SealedSecrets are handled at a time: as many connections to the API server are open.
const RECONCILERS: usize = 16;
/// How long work in hand may take when the service ends.
const LAST_WORK: Duration = Duration::from_secs(5);
/// How long giving up the Lease may take.
const HANDOVER: Duration = Duration::from_secs(5);

/// What looking after a cluster works with.
pub struct Parts {
    /// What the service is asked to do.
    pub options: Options,
    /// The time of day.
    pub clock: Clock,
    /// Where the keys go: to the endpoints, the metrics and whoever else reads them.
    pub keys: watch::Sender<Arc<KeySet>>,
    /// Threads for private-key operations.
    pub workers: Workers,
    /// What is counted.
    pub metrics: Metrics,
    /// To be told when keys are loaded and objects listed.
    pub readiness: Readiness,
    /// When to end.
    pub shutdown: Shutdown,
}

/// Looks after a cluster until the service ends.
pub(crate) async fn look_after(parts: Parts) -> Result<(), RunError> {
    let mut shutdown = parts.shutdown.clone();
    let readiness = parts.readiness.clone();
    let setup = Setup::new(parts).await?;
    // What runs for ever ends with this set.
    let mut background = JoinSet::new();
    setup.look_out(&mut background);
    setup.watch_keys(&mut background);
    setup.make_keys(&mut background);
    setup.watch_objects(&mut background);
    let election = setup.elect();
    background.spawn(upkeep::follow_keys(
        setup.sink.clone(),
        setup.keys.clone(),
        readiness.clone(),
    ));
    background.spawn(upkeep::tell_leadership(setup.leadership.clone(), setup.metrics.clone()));
    background.spawn(upkeep::count_objects(setup.sink.clone(), setup.metrics.clone()));
    let mut working = JoinSet::new();
    tokio::select! {
        () = shutdown.requested() => {}
        () = setup.everything_is_known() => {
            readiness.stores_listed();
            setup.sink.look_at_all();
            info!(sealed_secrets = setup.sink.index.len(), "all objects are listed");
            let reconciler = Arc::new(setup.reconciler());
            for _ in 0..RECONCILERS {
                working.spawn(Reconciler::run(Arc::clone(&reconciler), shutdown.clone()));
            }
            if let Some(interval) = setup.audit_interval {
                background.spawn(upkeep::audit(setup.sink.clone(), interval));
            }
            shutdown.requested().await;
        }
    }
    let finished = async { while working.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_WORK, finished).await.is_err() {
        working.abort_all();
    }
    if let Some((stop, election)) = election {
        // Nothing is written any more: another replica may begin.
        stop.notify_one();
        drop(tokio::time::timeout(HANDOVER, election).await);
    }
    Ok(())
}
