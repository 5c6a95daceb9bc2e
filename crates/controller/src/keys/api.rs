//! The calls on key Secrets.

use std::fmt;
use std::future::Future;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use k8s_openapi::api::core::v1::Secret as ApiSecret;
use kube::api::{ListParams, PostParams};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use kube::{Api, Client};
use sealkit_manifest::key_secret::{KEY_ACTIVE, KEY_LABEL};

use super::cluster_secret::WipedSecret;
use crate::client::describe;

/// Which key Secrets are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// With the label of a key in use.
    Active,
    /// With that label, whatever its value: retired ones, too.
    Labelled,
    /// The one whose name is exactly the prefix, whatever its labels.
    Named,
}

/// What watching and making keys needs of the API server. None of it may repeat a creation by itself.
pub trait KeySecretsApi: Send + Sync {
    /// The Secrets, in full.
    fn list(
        &self,
        which: Selection,
    ) -> impl Future<Output = Result<Vec<WipedSecret>, KeyApiError>> + Send;

    /// The Secrets and what becomes of them, with pauses after errors.
    fn watch(
        &self,
        which: Selection,
    ) -> BoxStream<'static, watcher::Result<watcher::Event<ApiSecret>>>;

    /// Makes a Secret.
    fn create(&self, secret: &WipedSecret) -> impl Future<Output = Result<(), KeyApiError>> + Send;
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyApiError {
    /// There is a Secret of that name.
    AlreadyExists,
    /// The server would not have it: nothing was done.
    Refused(String),
    /// Anything else; whether the call took effect is not known.
    Unclear(String),
}

impl fmt::Display for KeyApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExists => f.write_str("there is a Secret of that name"),
            Self::Refused(why) | Self::Unclear(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for KeyApiError {}

impl From<kube::Error> for KeyApiError {
    fn from(error: kube::Error) -> Self {
        let why = describe(&error);
        match error {
            kube::Error::Api(status) if status.code == 409 => Self::AlreadyExists,
            // 408 is the time that is over, on whichever side.
            kube::Error::Api(status) if status.code == 408 => Self::Unclear(why),
            kube::Error::Api(status) if (400..500).contains(&status.code) => Self::Refused(why),
            _ => Self::Unclear(why),
        }
    }
}

/// The key Secrets of a cluster.
#[derive(Clone)]
pub struct KubeKeySecrets {
    watches: Api<ApiSecret>,
    work: Api<ApiSecret>,
    prefix: String,
}

impl KubeKeySecrets {
    /// Those of this namespace whose names begin with `prefix`. The client for work must not repeat by itself what may have
    /// taken effect.
    #[must_use]
    pub fn new(watches: Client, work: Client, namespace: &str, prefix: &str) -> Self {
        Self {
            watches: Api::namespaced(watches, namespace),
            work: Api::namespaced(work, namespace),
            prefix: prefix.to_owned(),
        }
    }

    /// The label selector or the field selector.
    fn selector(&self, which: Selection) -> Result<String, String> {
        match which {
            Selection::Active => Ok(format!("{KEY_LABEL}={KEY_ACTIVE}")),
            Selection::Labelled => Ok(KEY_LABEL.to_owned()),
            Selection::Named => Err(format!("metadata.name={}", self.prefix)),
        }
    }
}

impl KeySecretsApi for KubeKeySecrets {
    async fn list(&self, which: Selection) -> Result<Vec<WipedSecret>, KeyApiError> {
        let params = match self.selector(which) {
            Ok(labels) => ListParams::default().labels(&labels),
            Err(fields) => ListParams::default().fields(&fields),
        };
        let list = self.work.list(&params).await?;
        Ok(list.items.into_iter().map(WipedSecret::from).collect())
    }

    fn watch(
        &self,
        which: Selection,
    ) -> BoxStream<'static, watcher::Result<watcher::Event<ApiSecret>>> {
        let config = match self.selector(which) {
            Ok(labels) => watcher::Config::default().labels(&labels),
            Err(fields) => watcher::Config::default().fields(&fields),
        };
        watcher(self.watches.clone(), config).default_backoff().boxed()
    }

    async fn create(&self, secret: &WipedSecret) -> Result<(), KeyApiError> {
        let params =
            PostParams { field_manager: Some("sealkit".to_owned()), ..PostParams::default() };
        let created = self.work.create(&params, secret).await?;
        drop(WipedSecret::from(created));
        Ok(())
    }
}
