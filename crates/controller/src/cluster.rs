//! Looking after the SealedSecrets of a cluster.

use std::sync::Arc;

use tokio::sync::watch;

use crate::args::Options;
use crate::clock::Clock;
use crate::keys::KeySet;
use crate::metrics::Metrics;
use crate::readiness::Readiness;
use crate::run::RunError;
use crate::shutdown::Shutdown;
use crate::workers::Workers;

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
    drop(parts);
    Err(RunError::NoCluster)
}
