//! Runs a command beside a test cluster with our service, for `scripts/cluster`: `cluster [--without-service] COMMAND…`.

#![expect(clippy::expect_used, reason = "there is nothing to do but to say what is wrong")]

use std::process::{Command, ExitCode};

use sealkit_e2e::service::{NAME, Service, cluster_for_the_service};
use sealkit_testkit::cluster::{ADMIN, Cluster};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let is_bare = arguments.next_if(|argument| argument == "--without-service").is_some();
    let program = arguments.next().expect("a command is to be run");
    let cluster = cluster_for_the_service();
    let service = (!is_bare).then(|| serve(&cluster));
    let status = Command::new(program)
        .args(arguments)
        .env("KUBECONFIG", cluster.kubeconfig_file(ADMIN))
        .status()
        .expect("the command can be run");
    drop(service);
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Our service, where the CLIs look for it when they are not told otherwise.
fn serve(cluster: &Cluster) -> Service {
    let service = Service::ready(cluster, &[]);
    cluster.publish("kube-system", NAME, service.port);
    service
}
