//! The cluster that kubectl would talk to: the only part of the program that does.

mod certificate;
mod connection;
mod controller;
mod failure;
mod kept;
mod live;
mod login;
mod object;
mod pace;
mod re_encrypt;
mod service;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ureq::http::{Response, request};
use ureq::{AsSendBody, Body};
use zeroize::Zeroizing;

use crate::args::not_empty;
use crate::clock::Deadline;
use crate::error::Error;
use crate::input::CERTIFICATE_LIMIT;
use crate::kubeconfig::{Overrides, Target, Wanted};
use crate::ui::Ui;

use connection::Connection;
use failure::Failure;
use pace::Told;

pub(crate) use certificate::{Fetched, FromClusterArgs, OfContext, certificate, of_all_contexts};
pub(crate) use live::LiveSecrets;
pub(crate) use re_encrypt::{ReEncryptError, ReEncrypter};
pub(crate) use verify::Verifier;

/// Where the controller is, unless it is said.
pub(crate) const NAMESPACE: &str = "kube-system";
/// What the controller's Service is called, unless it is said.
pub(crate) const NAME: &str = "sealed-secrets-controller";
/// How long the whole of it may take where nobody says it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// An answer about the controller's Service, or a list of candidates.
const ANSWER_LIMIT: u64 = 4 << 20;

/// How many requests a controller has to answer at once, at most.
pub(crate) const MOST_AT_ONCE: usize = 8;

/// Which cluster, and the controller in it.
#[derive(Args, Clone)]
pub(crate) struct ClusterArgs {
    /// The kubeconfig [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", env = "SEALED_SECRETS_KUBECONFIG", hide_env_values = true)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_CONTEXT", hide_env_values = true)]
    pub(crate) context: Option<String>,
    /// Namespace of the controller
    #[arg(
        long,
        value_name = "NAME",
        default_value = NAMESPACE,
        env = "SEALED_SECRETS_CONTROLLER_NAMESPACE",
        hide_env_values = true
    )]
    pub(crate) controller_namespace: String,
    /// Name of the controller's Service
    #[arg(
        long,
        value_name = "NAME",
        default_value = NAME,
        env = "SEALED_SECRETS_CONTROLLER_NAME",
        hide_env_values = true
    )]
    pub(crate) controller_name: String,
    /// How long the cluster may take, such as 10s or 2m [default: 30s]
    #[arg(
        long,
        value_name = "TIME",
        value_parser = duration,
        env = "SEALED_SECRETS_REQUEST_TIMEOUT",
        hide_env_values = true
    )]
    pub(crate) request_timeout: Option<Duration>,
    /// What else kubectl's flags can say; `seal` itself has none of them.
    #[arg(skip)]
    pub(crate) overrides: Box<Overrides>,
}

impl ClusterArgs {
    /// Whether anything says which cluster.
    pub(crate) fn is_there(&self) -> bool {
        self.wanted().is_said()
    }

    /// The cluster, and who asks.
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            kubeconfig: self.kubeconfig.as_deref().filter(|path| !path.as_os_str().is_empty()),
            context: not_empty(self.context.as_deref()),
            overrides: &self.overrides,
        }
    }
}

/// What a server has answered.
struct Answer {
    status: u16,
    /// Seconds to wait before asking again.
    retry_after: Option<u64>,
    /// What it says of the controller's quota.
    quota: Told,
    body: Zeroizing<Vec<u8>>,
}

/// A connection to an API server, with what a person's kubeconfig or a pod's account gives.
struct Access {
    connection: Connection,
    /// For people: the context of the kubeconfig, where there is one, and the API server.
    name: String,
    /// As messages name it.
    server: String,
    /// How long one thing may take.
    timeout: Duration,
    /// The controller has to be found by then, and its certificate fetched.
    until: Deadline,
}

impl Access {
    fn open(args: &ClusterArgs, ui: &mut Ui<'_>) -> Result<Self, Error> {
        let target = Target::find(&args.wanted())?.ok_or_else(failure::no_kubeconfig)?;
        Self::to(target, args, ui.stdin().is_terminal())
    }

    /// Logs in, where that takes a program: it may ask the person at the terminal, or nobody.
    fn to(mut target: Target, args: &ClusterArgs, may_ask: bool) -> Result<Self, Error> {
        let (name, server) = (target.name(), target.shown_server());
        let timeout = args.request_timeout.filter(|time| !time.is_zero()).unwrap_or(TIMEOUT);
        if let Some(program) = target.login.program.take() {
            let login = login::run(&program, may_ask, timeout);
            target.login = login.map_err(|error| error.about(&server))?;
        }
        let connection = Connection::to(&target).map_err(|error| error.about(&server))?;
        Ok(Self { connection, name, server, timeout, until: Deadline::within(timeout) })
    }

    fn certificate(&self, args: &ClusterArgs) -> Result<Zeroizing<Vec<u8>>, Failure> {
        const ENDPOINT: &str = "v1/cert.pem";
        // What is refused may be a port of another name, or another Service: that is found out then.
        match self.get(&controller::usual(args)?.path(ENDPOINT), CERTIFICATE_LIMIT) {
            Err(Failure::Status(..)) => {}
            answered => return answered,
        }
        let controller = controller::find(self, args)?;
        self.get(&controller.path(ENDPOINT), CERTIFICATE_LIMIT).map_err(Failure::of_controller)
    }

    /// The body of a successful answer.
    fn get(&self, path: &str, limit: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let Answer { status, body, .. } = self.exchange(path, None, limit, &self.until)?;
        if (200..300).contains(&status) { Ok(body) } else { Err(Failure::Status(status, body)) }
    }

    /// A request with or without a body, and its answer, whatever that is.
    fn exchange(
        &self,
        path: &str,
        sent: Option<&[u8]>,
        limit: u64,
        until: &Deadline,
    ) -> Result<Answer, Failure> {
        let failed = |error: ureq::Error| match error {
            ureq::Error::Timeout(_) => Failure::Timeout(self.timeout),
            ureq::Error::BodyExceedsLimit(_) => Failure::Body,
            other => Failure::Client(Box::new(other)),
        };
        let request = self.connection.request(path);
        let mut answer = match sent {
            None => self.run(request.method("GET"), (), until),
            Some(sent) => self.run(request.method("POST"), sent, until),
        }?
        .map_err(failed)?;
        let number = |name| answer.headers().get(name)?.to_str().ok()?.trim().parse::<u32>().ok();
        let retry_after = number("Retry-After").map(u64::from);
        let quota = Told {
            limit: number("X-RateLimit-Limit"),
            remaining: number("X-RateLimit-Remaining"),
            reset: number("X-RateLimit-Reset"),
            ..Told::default()
        };
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(limit).read_to_vec().map(Zeroizing::new);
        let body = if (200..300).contains(&status) {
            body.map_err(failed)?
        } else {
            body.unwrap_or_default()
        };
        Ok(Answer { status, retry_after, quota, body })
    }

    fn run(
        &self,
        request: request::Builder,
        body: impl AsSendBody,
        until: &Deadline,
    ) -> Result<Result<Response<Body>, ureq::Error>, Failure> {
        let left = until.left().ok_or(Failure::Timeout(self.timeout))?;
        let request = request.body(body).map_err(|_| Failure::Name)?;
        Ok(self.connection.run(request, left))
    }
}

/// As kubectl reads it: a number of seconds, or numbers with units, as Go writes them (`1m30s`, `1.5h`, `500ms`).
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number of seconds, or numbers with h, m, s and ms".to_owned();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Duration::from_secs).map_err(|_| wrong());
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let is_number = |character: char| character.is_ascii_digit() || character == '.';
        let (number, behind) = rest.split_at(rest.find(|c| !is_number(c)).unwrap_or(rest.len()));
        let (unit, behind) = behind.split_at(behind.find(is_number).unwrap_or(behind.len()));
        let factor = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(wrong()),
        };
        seconds += number.parse::<f64>().map_err(|_| wrong())? * factor;
        rest = behind;
    }
    let is_empty = text.is_empty();
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|_| !is_empty);
    time.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_kubectl_does() {
        for (text, seconds) in [("0", 0), ("30", 30), ("5s", 5), ("2m", 120), ("1h", 3600)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        for text in ["", "s", "1d", "-1", "1s2", "1..5s", "99999999999999999999", "1e9h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
