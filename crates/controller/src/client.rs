//! The connections to the API server.
//!
//! There are three, since they fail in different ways: calls on the Lease are worth nothing after a few seconds and are never
//! repeated by the client; watches last and are repeated for as long as it takes; all other calls have a limit of their own,
//! and only those are repeated that the server has turned away untouched.
//!
//! kube writes an answer that it cannot read to the log, whole, under the target `kube_client`: that must not be let
//! through, since the answer may be a Secret.

mod rate;
mod turned_away;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use kube::client::ClientBuilder;
use kube::{Client, Config};
use tower::buffer::BufferLayer;
use tower::retry::RetryLayer;

use self::rate::RateLayer;
pub use self::rate::RequestLimit;
use self::turned_away::RetryTurnedAway;

const CONNECT: Duration = Duration::from_secs(10);
const LEASE_CALL: Duration = Duration::from_secs(4);
const WORK_CALL: Duration = Duration::from_secs(30);
/// The server ends a watch before.
const WATCH_SILENCE: Duration = Duration::from_secs(310);
/// Calls that wait for a connection.
const QUEUE: usize = 1024;

/// Clients of the API server, one for each kind of call.
#[derive(Clone)]
pub struct Clients {
    /// Calls on the Lease: four seconds, no repetition.
    pub lease: Client,
    /// Lists and watches.
    pub watches: Client,
    /// Everything else, writes above all: 30 seconds, the limit of requests; repeated where the server says 429.
    pub work: Client,
}

/// Why there are no clients.
#[derive(Debug)]
pub enum ClientsError {
    /// This is no pod, or its service account has no certificate or token that can be read.
    InCluster(kube::config::InClusterError),
    /// What was read cannot be used.
    Client(kube::Error),
}

impl Clients {
    /// From a pod's environment and service account. To be called on a tokio runtime.
    ///
    /// # Errors
    /// There is no such environment or service account, or they cannot be used.
    pub fn in_cluster(limit: RequestLimit) -> Result<Self, ClientsError> {
        let config = Config::incluster().map_err(ClientsError::InCluster)?;
        Self::new(&config, limit).map_err(ClientsError::Client)
    }

    /// For any server. To be called on a tokio runtime.
    ///
    /// # Errors
    /// The certificates, tokens or addresses of `config` cannot be used.
    pub fn new(config: &Config, limit: RequestLimit) -> Result<Self, kube::Error> {
        let builder = |config| ClientBuilder::try_from(config);
        Ok(Self {
            lease: builder(within(config, LEASE_CALL, false))?.build(),
            watches: builder(within(config, WATCH_SILENCE, true))?.build(),
            work: builder(within(config, WORK_CALL, false))?
                .with_layer(&BufferLayer::new(QUEUE))
                .with_layer(&RetryLayer::new(RetryTurnedAway::default()))
                .with_layer(&RateLayer(limit))
                .build(),
        })
    }
}

/// The configuration with this time for an answer.
fn within(config: &Config, answer: Duration, default_retry: bool) -> Config {
    let mut config = config.clone();
    config.connect_timeout = Some(CONNECT.min(answer));
    config.read_timeout = Some(answer);
    // An idle connection does not use the time up.
    config.reset_reader_on_write = true;
    config.write_timeout = Some(answer);
    config.default_retry = default_retry;
    config
}

impl fmt::Display for ClientsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InCluster(error) => write!(f, "not in a pod of a cluster: {error}"),
            Self::Client(error) => {
                write!(f, "no connection to the API server can be made: {error}")
            }
        }
    }
}

impl Error for ClientsError {}

/// Why a call failed, in words for the log: never a part of an answer, which may have been a Secret.
pub(crate) fn describe(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) if !status.message.is_empty() => status.message.clone(),
        kube::Error::Api(status) => format!("the server answered {}", status.code),
        kube::Error::SerdeError(_) => "the server's answer cannot be read".to_owned(),
        kube::Error::Service(error) => with_causes(error.as_ref()),
        kube::Error::HyperError(error) => with_causes(error),
        other => other.to_string(),
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
