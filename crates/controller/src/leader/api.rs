//! The calls that an election is made of.

use std::fmt;
use std::future::Future;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::api::PostParams;
use kube::{Api, Client};

use crate::client::describe;

/// What an election needs of the API server. None of it may repeat a call by itself.
pub trait LeaseApi: Send + Sync {
    /// The Lease, if there is one.
    fn get(&self) -> impl Future<Output = Result<Option<Lease>, LeaseError>> + Send;

    /// Makes the Lease. One that is there already is a [`LeaseError::Conflict`].
    fn create(&self, spec: LeaseSpec) -> impl Future<Output = Result<(), LeaseError>> + Send;

    /// Writes the record of the Lease as it was read, or it is a [`LeaseError::Conflict`].
    fn replace(
        &self,
        lease: Lease,
        spec: LeaseSpec,
    ) -> impl Future<Output = Result<(), LeaseError>> + Send;
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseError {
    /// Somebody else was faster.
    Conflict,
    /// The service may not, or there are no Leases.
    Refused(String),
    /// Anything else; whether the call took effect is not known.
    Failed(String),
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("another replica was faster"),
            Self::Refused(why) | Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for LeaseError {}

impl From<kube::Error> for LeaseError {
    fn from(error: kube::Error) -> Self {
        let why = describe(&error);
        match error {
            kube::Error::Api(status) if status.code == 409 => Self::Conflict,
            kube::Error::Api(status) if matches!(status.code, 403 | 404) => Self::Refused(why),
            _ => Self::Failed(why),
        }
    }
}

/// A Lease of a cluster.
pub struct KubeLeases {
    api: Api<Lease>,
    name: String,
}

impl KubeLeases {
    /// The Lease of this name. The client must not repeat calls by itself.
    #[must_use]
    pub fn new(client: Client, namespace: &str, name: &str) -> Self {
        Self { api: Api::namespaced(client, namespace), name: name.to_owned() }
    }
}

impl LeaseApi for KubeLeases {
    async fn get(&self) -> Result<Option<Lease>, LeaseError> {
        Ok(self.api.get_opt(&self.name).await?)
    }

    async fn create(&self, spec: LeaseSpec) -> Result<(), LeaseError> {
        let mut lease = Lease { spec: Some(spec), ..Lease::default() };
        lease.metadata.name = Some(self.name.clone());
        self.api.create(&PostParams::default(), &lease).await?;
        Ok(())
    }

    async fn replace(&self, lease: Lease, spec: LeaseSpec) -> Result<(), LeaseError> {
        let lease = Lease { spec: Some(spec), ..lease };
        match self.api.replace(&self.name, &PostParams::default(), &lease).await {
            Ok(_) => Ok(()),
            // Deleted since it was read.
            Err(kube::Error::Api(status)) if status.code == 404 => Err(LeaseError::Conflict),
            Err(error) => Err(error.into()),
        }
    }
}
