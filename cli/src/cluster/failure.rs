//! What goes wrong with a cluster, in words, with the way out.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use kube::client::AuthError;
use kube::config::KubeconfigError;

use super::ClusterArgs;
use crate::error::Error;
use crate::text;

/// Why a certificate could not be fetched.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer in that time.
    Timeout(Duration),
    /// The request was not made, or not answered.
    Client(Box<kube::Error>),
    /// The server's refusal: code and body.
    Status(u16, Vec<u8>),
    /// The same, of what the proxy leads to.
    Controller(u16, Vec<u8>),
    /// The answer is too long, or breaks off.
    Body,
    /// The answer is not what it should be.
    Answer,
    /// A name has characters that no name has.
    Name,
    /// There is no Service of that name; these are labelled as controllers'.
    NoController(Vec<String>),
}

impl Failure {
    /// As a failure of the controller's Service.
    pub(super) fn of_controller(self) -> Self {
        match self {
            Self::Status(code, body) => Self::Controller(code, body),
            other => other,
        }
    }

    /// What is wrong with this server, and what to do.
    pub(super) fn describe(self, server: &str, args: &ClusterArgs) -> Error {
        let service = format!("{}/{}", args.controller_namespace, args.controller_name);
        match self {
            Self::Timeout(time) => {
                Error::failed(format!("no answer within {} seconds", time.as_secs()))
                    .hint("--request-timeout gives it longer; kubectl get --raw /readyz shows whether it answers at all")
                    .about(server)
            }
            Self::Client(error) => of_client(*error).about(server),
            Self::Status(401, _) => Error::failed("the server does not accept the login of the kubeconfig")
                .hint("log in again; kubectl auth whoami shows who you are")
                .about(server),
            Self::Status(403, body) => forbidden(&body).about(server),
            Self::Status(code, body) => refused(code, &body).about(server),
            Self::Controller(code, body) => of_controller(code, &body, &service).about(server),
            Self::Body => Error::failed("the answer is too long, or breaks off").about(server),
            Self::Answer => Error::failed("the server answers what no API server does").about(server),
            Self::Name => Error::usage(
                "--controller-namespace and --controller-name are names of Kubernetes: letters, digits, - and .",
            ),
            Self::NoController(found) => no_controller(&service, &found).about(server),
        }
    }
}

/// There is nothing that says which cluster.
pub(super) fn no_kubeconfig() -> Error {
    Error::failed("there is no kubeconfig, and this is no pod of a cluster").hint(
        "name it: --kubeconfig FILE, or KUBECONFIG; or give the certificate: --cert FILE or URL",
    )
}

/// A kubeconfig that cannot be used. What it holds is not told.
pub(super) fn kubeconfig(error: &KubeconfigError) -> Error {
    match error {
        KubeconfigError::LoadContext(context) => {
            Error::failed(format!("the kubeconfig has no context {}", text::one_line(context)))
                .hint("kubectl config get-contexts lists them")
        }
        KubeconfigError::CurrentContextNotSet => {
            Error::failed("the kubeconfig has no current context")
                .hint("choose one: --context NAME, or kubectl config use-context NAME")
        }
        KubeconfigError::ReadConfig(error, path) => {
            Error::failed(format!("the kubeconfig cannot be read: {error}")).about(path.display())
        }
        KubeconfigError::Parse(_) => Error::failed("the kubeconfig is not valid YAML"),
        other => Error::failed(format!("the kubeconfig cannot be used: {other}")),
    }
}

fn of_client(error: kube::Error) -> Error {
    match error {
        kube::Error::Auth(error) => of_login(&error),
        kube::Error::Service(error) => unreachable(error.as_ref()),
        kube::Error::HyperError(error) => unreachable(&error),
        other => Error::failed(format!("no connection can be made: {other}")),
    }
}

/// A plugin's command line and its output may hold a token, and are not shown.
fn of_login(error: &AuthError) -> Error {
    let failed = match error {
        AuthError::AuthExecStart(error) => {
            Error::failed("the login program of the kubeconfig cannot be started")
                .caused_by(std::io::Error::from(error.kind()))
        }
        AuthError::AuthExecRun { out, .. } => {
            Error::failed(format!("the login program of the kubeconfig has failed: {}", out.status))
        }
        _ => Error::failed("the login of the kubeconfig does not work"),
    };
    failed.hint("log in as you do for kubectl; kubectl get --raw /readyz shows whether that works")
}

fn unreachable(error: &(dyn StdError + 'static)) -> Error {
    let causes = Causes::of(error);
    // A login that fails comes through here, too.
    if let Some(login) = causes.0.iter().find_map(|cause| cause.downcast_ref::<AuthError>()) {
        return of_login(login);
    }
    let certificate = causes.to_string().contains("certificate");
    let failed = match certificate {
        true => Error::failed("the server cannot prove that it is the one of the kubeconfig")
            .hint("the kubeconfig may have an old certificate-authority; nothing is sent to another server"),
        false => Error::failed("the server cannot be reached")
            .hint("is the VPN up? kubectl get --raw /readyz shows whether it answers"),
    };
    failed.caused_by(causes.to_string())
}

/// An error and what lies behind it.
struct Causes<'e>(Vec<&'e (dyn StdError + 'static)>);

impl<'e> Causes<'e> {
    fn of(error: &'e (dyn StdError + 'static)) -> Self {
        let mut causes = vec![error];
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause);
            next = cause.source();
        }
        Self(causes)
    }
}

/// The last one says most.
impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.last() {
            Some(last) => f.write_str(&text::one_line(&last.to_string())),
            None => Ok(()),
        }
    }
}

fn forbidden(body: &[u8]) -> Error {
    let failed = Error::failed("the server does not allow it");
    let failed = match message(body) {
        Some(message) => failed.caused_by(message),
        None => failed,
    };
    failed.hint(
        "the role sealed-secrets-service-proxier allows it; on GKE, rights of system:authenticated do not count, and it has to \
         be bound to a group of your own",
    )
}

fn refused(code: u16, body: &[u8]) -> Error {
    let failed = Error::failed(format!("the server answers {code}"));
    match message(body) {
        Some(message) => failed.caused_by(message),
        None => failed,
    }
}

fn of_controller(code: u16, body: &[u8], service: &str) -> Error {
    let nobody = || {
        Error::failed(format!("no Pod answers for the Service {service}"))
            .hint("kubectl get pods -n NAMESPACE shows whether the controller runs")
    };
    match code {
        403 => forbidden(body),
        503 => nobody(),
        // The API server knows of no Pod at all; what a controller says itself is no Status.
        404 if message(body).is_some() => nobody(),
        500 => Error::failed(format!("the controller {service} has no certificate"))
            .hint("its log says why: it may be making its first key"),
        _ => refused(code, body).about(format!("the controller {service}")),
    }
}

fn no_controller(service: &str, found: &[String]) -> Error {
    let failed = Error::failed(format!("there is no Service {service}"));
    let names = "say where it is: --controller-namespace NAME --controller-name NAME";
    match found {
        [] => failed.hint(names),
        found => failed.hint(format!("{names}; there are {}", found.join(", "))),
    }
}

/// The text of a Status object.
fn message(body: &[u8]) -> Option<String> {
    let input = kubeyaml::split(body).ok()?;
    let status = input.documents().next()?.parse().ok()??;
    let message = status.as_mapping()?.get("message")?.as_str()?;
    Some(text::one_line(message))
}
