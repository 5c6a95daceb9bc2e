//! What goes wrong with a cluster, in words, with the way out.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{ClusterArgs, object};
use crate::error::Error;
use crate::text;

/// Why a certificate could not be fetched.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer in that time.
    Timeout(Duration),
    /// The request was not made, or not answered.
    Client(Box<ureq::Error>),
    /// The server's refusal: code and body.
    Status(u16, Zeroizing<Vec<u8>>),
    /// The same, of what the proxy leads to.
    Controller(u16, Zeroizing<Vec<u8>>),
    /// The controller cannot say whether a value opens.
    Verify(u16, Zeroizing<Vec<u8>>),
    /// The controller does not seal again what it can open.
    Rotate(u16, Zeroizing<Vec<u8>>),
    /// What the controller has sealed again is not what it should be.
    Sealed(Wrong),
    /// What the controller serves is no certificate.
    Certificate(Error),
    /// A Secret cannot be read.
    Secret(u16, Zeroizing<Vec<u8>>),
    /// The controller has more to do than it takes.
    Busy,
    /// The answer is too long, or breaks off.
    Body,
    /// The answer is not what it should be.
    Answer,
    /// A name has characters that no name has.
    Name,
    /// There is no Service of that name; these are labelled as controllers'.
    NoController(Vec<String>),
}

/// What is wrong with an answer in which values are sealed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no SealedSecret.
    NoSealedSecret,
    /// It has more items, fewer, or others than were sent.
    Items,
    /// A value is no envelope, or one of another key size than that of the key that is served.
    KeySize,
    /// A value is as it was sent.
    Unchanged,
    /// A value has another length than the one that was sent.
    Length,
    /// The controller itself does not open it.
    NotVerified,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSealedSecret => "its answer is no SealedSecret",
            Self::Items => "its answer has not the items that were sent",
            Self::KeySize => {
                "a value of its answer is not sealed for a key of the size that it serves"
            }
            Self::Unchanged => "a value of its answer is the one that was sent",
            Self::Length => "a value of its answer has another length than the one that was sent",
            Self::NotVerified => "it does not open what it has sealed",
        })
    }
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
            Self::Client(error) => of_client(&error).about(server),
            Self::Status(401, _) => Error::failed("the server does not accept the login of the kubeconfig")
                .hint("log in again; kubectl auth whoami shows who you are")
                .about(server),
            Self::Status(403, body) => forbidden(&body).about(server),
            Self::Status(code, body) => refused(code, &body).about(server),
            Self::Controller(code, body) => of_controller(code, &body, &service).about(server),
            Self::Verify(500, _) => {
                Error::failed(format!("the controller {service} takes it for no SealedSecret"))
                    .about(server)
            }
            Self::Rotate(500, _) => {
                Error::failed(format!("the controller {service} opens values, and does not seal them again"))
                    .hint("its log may say why")
                    .about(server)
            }
            Self::Sealed(wrong) => Error::failed(format!("the controller {service} seals wrongly: {wrong}"))
                .hint("find out who answers there; nothing of its answer is written")
                .about(server),
            Self::Certificate(error) => error.about(server),
            Self::Verify(code, body) | Self::Rotate(code, body) => of_controller(code, &body, &service).about(server),
            Self::Secret(403, body) => secret_forbidden(&body).about(server),
            Self::Secret(code, body) => refused(code, &body).about(server),
            Self::Busy => Error::failed(format!("the controller {service} has too much to do"))
                .hint("try again later; --request-timeout waits longer")
                .about(server),
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

fn of_client(error: &ureq::Error) -> Error {
    let said = error.to_string();
    let failed = match said.contains("certificate") {
        true => Error::failed("the server cannot prove that it is the one of the kubeconfig")
            .hint("the kubeconfig may have an old certificate-authority; nothing is sent to another server"),
        false => Error::failed("the server cannot be reached")
            .hint("is the VPN up? kubectl get --raw /readyz shows whether it answers"),
    };
    let said = said.strip_prefix("io: ").unwrap_or(&said);
    failed.caused_by(text::one_line(said))
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

fn secret_forbidden(body: &[u8]) -> Error {
    let failed = Error::failed("the server does not allow it to be read");
    let failed = match message(body) {
        Some(message) => failed.caused_by(message),
        None => failed,
    };
    failed.hint("--compare-live needs the right to get Secrets and SealedSecrets; --key compares without a cluster")
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
pub(super) fn message(body: &[u8]) -> Option<String> {
    let status = object::read(body)?;
    Some(text::one_line(object::text(&status, &["message"])?))
}
