//! The control plane's programs and how they are started.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};

use crate::{Folder, Program, fixture};

/// Where etcd keeps its data, in the cluster's folder.
pub(super) const ETCD_DATA: &str = "etcd";

/// Where the API server puts its certificate, in the cluster's folder: followed by the authority's.
pub(super) const CERTIFICATE: &str = "certificates/apiserver.crt";

/// The file of tokens, in the cluster's folder.
pub(super) const TOKENS: &str = "tokens.csv";

/// Nothing is reached by these addresses: there is no kube-proxy.
const SERVICE_ADDRESSES: &str = "10.96.0.0/16";

/// The ports of a cluster.
pub(super) struct Ports {
    pub(super) etcd: u16,
    pub(super) etcd_peer: u16,
    pub(super) api_server: u16,
}

/// The value of a variable that `scripts/e2e` sets.
///
/// # Panics
///
/// If it is not set.
pub(super) fn variable(name: &str) -> OsString {
    std::env::var_os(name).unwrap_or_else(|| {
        panic!("{name} is not set: tests that need a cluster are run by scripts/e2e")
    })
}

pub(super) fn etcd(folder: &Folder, ports: &Ports) -> Program {
    let client = format!("http://{}:{}", Ipv4Addr::LOCALHOST, ports.etcd);
    let peer = format!("http://{}:{}", Ipv4Addr::LOCALHOST, ports.etcd_peer);
    Program::new(variable("SEALKIT_E2E_ETCD"))
        .arg("--name=test")
        .arg(format!("--data-dir={}", folder.join(ETCD_DATA).display()))
        .arg(format!("--listen-client-urls={client}"))
        .arg(format!("--advertise-client-urls={client}"))
        .arg(format!("--listen-peer-urls={peer}"))
        .arg(format!("--initial-advertise-peer-urls={peer}"))
        .arg(format!("--initial-cluster=test={peer}"))
        // The data need not outlive the machine.
        .arg("--unsafe-no-fsync")
        .arg("--log-level=warn")
}

pub(super) fn api_server(folder: &Folder, address: IpAddr, ports: &Ports) -> Program {
    // Signs the tokens of service accounts that are asked for by TokenRequest.
    let key = fixture("keys/rsa-2048.key");
    let certificates = folder.join(CERTIFICATE);
    let certificates = certificates.parent().expect("the certificate is in a folder");
    Program::new(variable("SEALKIT_E2E_KUBE_APISERVER"))
        .arg(format!("--etcd-servers=http://{}:{}", Ipv4Addr::LOCALHOST, ports.etcd))
        .arg(format!("--bind-address={address}"))
        .arg(format!("--advertise-address={address}"))
        .arg(format!("--secure-port={}", ports.api_server))
        // It makes a certificate that is good for its address.
        .arg(format!("--cert-dir={}", certificates.display()))
        .arg(format!("--service-cluster-ip-range={SERVICE_ADDRESSES}"))
        .arg("--service-account-issuer=https://kubernetes.default.svc")
        .arg(format!("--service-account-key-file={}", key.display()))
        .arg(format!("--service-account-signing-key-file={}", key.display()))
        .arg("--authorization-mode=RBAC")
        .arg(format!("--token-auth-file={}", folder.join(TOKENS).display()))
        // It would refuse Pods whose service account has not been made yet.
        .arg("--disable-admission-plugins=ServiceAccount")
        .arg("--endpoint-reconciler-type=none")
}

pub(super) fn controller_manager(kubeconfig: &std::path::Path) -> Program {
    Program::new(variable("SEALKIT_E2E_KUBE_CONTROLLER_MANAGER"))
        .arg(format!("--kubeconfig={}", kubeconfig.display()))
        .arg("--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller")
        .arg("--leader-elect=false")
        .arg("--secure-port=0")
}
