//! Notices that the API server's data was restored from a backup.
//!
//! Versions only grow, but then: they start again from lower ones. A watch from before waits for versions to come, and says
//! nothing about all that happens until then.

use std::sync::Arc;
use std::time::Duration;

use kube::api::ListParams;
use kube::{Api, Client};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::index::Index;
use crate::object::SealedSecretObject;

/// From one look to the next.
const PERIOD: Duration = Duration::from_secs(2);

/// Tells of restores. Clones are told of the same ones.
#[derive(Clone)]
pub struct Restores(watch::Receiver<()>);

impl Restores {
    /// Where nobody looks for any.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::channel(()).1)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Looks for restores. Clones tell the same.
#[derive(Clone)]
pub struct Lookout {
    api: Api<SealedSecretObject>,
    told: watch::Sender<()>,
}

impl Lookout {
    /// One that looks at the SealedSecrets of a namespace, or of all.
    #[must_use]
    pub fn new(client: Client, namespace: Option<&str>) -> (Self, Restores) {
        let api = match namespace {
            Some(namespace) => Api::namespaced(client, namespace),
            None => Api::all(client),
        };
        let (told, restores) = watch::channel(());
        (Self { api, told }, Restores(restores))
    }

    /// Looks for ever, and compares with the versions of the SealedSecrets in `index`. Those of other objects may be counted
    /// by another server's data.
    pub async fn run(self, index: Arc<Index>) {
        let mut known = 0;
        loop {
            known = index.newest_version().max(known);
            // Where there is no answer, the watches fail as well, and say so.
            if let Some(version) = self.version().await {
                if version < known {
                    index.restart_versions(version);
                    tracing::warn!(
                        "the API server's versions have gone back: its data was restored, and everything is listed again"
                    );
                    self.told.send_replace(());
                }
                known = version;
            }
            sleep(PERIOD).await;
        }
    }

    /// The version of the moment: a list has it, however short it is, and it is no older than any object that was seen
    /// before it was asked for.
    async fn version(&self) -> Option<u64> {
        let list = self.api.list_metadata(&ListParams::default().limit(1)).await.ok()?;
        list.metadata.resource_version?.parse().ok()
    }
}
