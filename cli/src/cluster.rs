//! The cluster that kubectl would talk to: the only part of the program that does.

mod controller;
mod failure;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::args::not_empty;
use crate::error::Error;
use crate::fetch;
use crate::input::CERTIFICATE_LIMIT;
use crate::text;

use failure::Failure;

/// How long the whole of it may take where nobody says it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// An answer about the controller's Service, or a list of candidates.
const ANSWER_LIMIT: usize = 4 << 20;

/// Which cluster, and the controller in it.
#[derive(Args, Clone)]
pub(crate) struct ClusterArgs {
    /// The kubeconfig [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", env = "SEALED_SECRETS_KUBECONFIG", hide_env_values = true)]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_CONTEXT", hide_env_values = true)]
    context: Option<String>,
    /// Namespace of the controller
    #[arg(
        long,
        value_name = "NAME",
        default_value = "kube-system",
        env = "SEALED_SECRETS_CONTROLLER_NAMESPACE",
        hide_env_values = true
    )]
    controller_namespace: String,
    /// Name of the controller's Service
    #[arg(
        long,
        value_name = "NAME",
        default_value = "sealed-secrets-controller",
        env = "SEALED_SECRETS_CONTROLLER_NAME",
        hide_env_values = true
    )]
    controller_name: String,
    /// How long the cluster may take, such as 10s or 2m [default: 30s]
    #[arg(
        long,
        value_name = "TIME",
        value_parser = duration,
        env = "SEALED_SECRETS_REQUEST_TIMEOUT",
        hide_env_values = true
    )]
    request_timeout: Option<Duration>,
}

/// A certificate as a cluster gave it.
pub(crate) struct Fetched {
    /// What the controller answered: PEM, if it is what it should be.
    pub(crate) pem: Zeroizing<Vec<u8>>,
    /// For people: the context of the kubeconfig, where there is one, and the API server.
    pub(crate) from: String,
}

impl ClusterArgs {
    /// Whether anything says which cluster.
    pub(crate) fn is_there(&self) -> bool {
        self.kubeconfig.is_some()
            || not_empty(self.context.as_deref()).is_some()
            || has_kubeconfig()
            || std::env::var_os("KUBERNETES_SERVICE_HOST").is_some()
    }
}

/// Fetches the certificate that the controller of a cluster serves.
pub(crate) fn certificate(args: &ClusterArgs) -> Result<Fetched, Error> {
    let runtime = runtime()?;
    let timeout = args.request_timeout.filter(|time| !time.is_zero()).unwrap_or(TIMEOUT);
    runtime.block_on(async {
        let access = Access::open(args).await?;
        let pem = tokio::time::timeout(timeout, access.certificate(args)).await;
        let pem = pem.unwrap_or(Err(Failure::Timeout(timeout)));
        let pem = pem.map_err(|failure| failure.describe(&access.server, args))?;
        let Access { context, server, .. } = access;
        let from =
            context.map_or_else(|| server.clone(), |context| format!("{context} ({server})"));
        Ok(Fetched { pem: Zeroizing::new(pem), from: text::one_line(&from) })
    })
}

fn runtime() -> Result<Runtime, Error> {
    // There may be one already: then it is the same.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::failed("the network cannot be used").caused_by(error))
}

/// A connection to an API server, with what a person's kubeconfig or a pod's account gives.
struct Access {
    client: Client,
    context: Option<String>,
    server: String,
}

impl Access {
    async fn open(args: &ClusterArgs) -> Result<Self, Error> {
        let (mut config, context) = configuration(args).await?;
        // The whole of it has a limit of its own.
        config.default_retry = false;
        let server = fetch::without_password(&config.cluster_url.to_string());
        let client = Client::try_from(config)
            .map_err(|error| Failure::Client(Box::new(error)).describe(&server, args))?;
        Ok(Self { client, context, server })
    }

    async fn certificate(&self, args: &ClusterArgs) -> Result<Vec<u8>, Failure> {
        let controller = controller::find(self, args).await?;
        let limit = usize::try_from(CERTIFICATE_LIMIT).unwrap_or(usize::MAX);
        self.get(&controller.path("v1/cert.pem"), limit).await.map_err(Failure::of_controller)
    }

    /// The body of a successful answer.
    async fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>, Failure> {
        let request = http::Request::get(path).body(Body::empty());
        let request = request.map_err(|_| Failure::Name)?;
        let answer =
            self.client.send(request).await.map_err(|error| Failure::Client(Box::new(error)))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), limit).collect().await;
        match (status.is_success(), body) {
            (true, Ok(body)) => Ok(body.to_bytes().to_vec()),
            (true, Err(_)) => Err(Failure::Body),
            (false, body) => {
                let body = body.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
                Err(Failure::Status(status.as_u16(), body))
            }
        }
    }
}

/// That of the kubeconfig, else of the pod that this runs in.
async fn configuration(args: &ClusterArgs) -> Result<(Config, Option<String>), Error> {
    let kubeconfig = match &args.kubeconfig {
        Some(path) => Some(Kubeconfig::read_from(path)),
        None => has_kubeconfig().then(Kubeconfig::read),
    };
    let Some(kubeconfig) = kubeconfig else {
        let config = Config::incluster().map_err(|_| failure::no_kubeconfig())?;
        return Ok((config, None));
    };
    let kubeconfig = kubeconfig.map_err(|error| failure::kubeconfig(&error))?;
    let context = not_empty(args.context.as_deref()).map(str::to_owned);
    let name = context.clone().or_else(|| kubeconfig.current_context.clone());
    let options = KubeConfigOptions { context, ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    Ok((config.map_err(|error| failure::kubeconfig(&error))?, name))
}

/// Whether there is a kubeconfig where kubectl looks for it.
fn has_kubeconfig() -> bool {
    let listed = std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty());
    let paths: Vec<PathBuf> = match listed {
        Some(list) => std::env::split_paths(&list).collect(),
        None => std::env::var_os("HOME")
            .map(|home| Path::new(&home).join(".kube/config"))
            .into_iter()
            .collect(),
    };
    paths.iter().any(|path| path.metadata().is_ok_and(|found| found.is_file() && found.len() > 0))
}

/// As kubectl reads it: a number of seconds, or with a unit.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let seconds = number.parse::<u64>().ok().zip(factor);
    let seconds = seconds.and_then(|(number, factor)| number.checked_mul(factor));
    seconds.map(Duration::from_secs).ok_or_else(|| "a time is a number with s, m or h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_kubectl_does() {
        for (text, seconds) in [("0", 0), ("30", 30), ("5s", 5), ("2m", 120), ("1h", 3600)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "1d", "-1", "1.5s", "99999999999999999999", "18446744073709551615h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
