//! A Kubernetes control plane of a test's own: etcd, kube-apiserver and kube-controller-manager, the real ones.
//!
//! There is no kubelet, so no container runs: the service under test is a process of the test. It is made to find
//! what it would find in a Pod by [`Cluster::in_pod`], and to be found through the API server's service proxy by
//! [`Cluster::publish`].
//!
//! `scripts/e2e` builds the programs, says where they are, and enters a network of the run's own, with an address that
//! is not loopback: the API server refuses to be a proxy for loopback.

mod api;
mod in_pod;
mod ports;
mod programs;
mod proxy;
mod published;
mod users;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use api::{Api, Reply, Unreachable};
pub use proxy::Treatment;
pub use users::{ADMIN, DEVELOPER, USERS, token_of};

use self::programs::{CERTIFICATE, ETCD_DATA, Ports, TOKENS};
use crate::{Daemon, Folder, Program, eventually};

/// How long the API server may take to be ready, on a busy machine.
const TIME_TO_START: Duration = Duration::from_secs(120);

/// A running control plane. All of it ends when this value is dropped, also by a panic, and when the test's process
/// ends in any way.
///
/// Tests that harm nobody can share one, each with a namespace of its own; whatever stops a part of it takes
/// `&mut self`, so a test that does needs a cluster to itself.
pub struct Cluster {
    // In the order in which they are to end.
    controller_manager: Option<Daemon>,
    api_server: Option<Daemon>,
    etcd: Option<Daemon>,
    ports: Ports,
    address: IpAddr,
    folder: Folder,
}

/// A copy of all that was in a cluster's etcd.
pub struct Snapshot(Folder);

impl Cluster {
    /// Starts one that has only what every cluster has.
    ///
    /// # Panics
    ///
    /// Outside `scripts/e2e`, or if it is not ready after two minutes.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with custom resource definitions, each a YAML file of one document. Garbage collection knows their
    /// objects from the start: it takes half a minute to learn of later ones.
    ///
    /// # Panics
    ///
    /// As [`Self::start`], or if the API server does not take a definition.
    #[must_use]
    pub fn start_with(definitions: &[PathBuf]) -> Self {
        let address = address();
        let mut cluster = Self {
            controller_manager: None,
            api_server: None,
            etcd: None,
            ports: Ports {
                etcd: ports::free_port(address),
                etcd_peer: ports::free_port(address),
                api_server: ports::free_port(address),
            },
            address,
            folder: Folder::new(),
        };
        cluster.folder.write(TOKENS, users::token_file());
        cluster.start_etcd();
        cluster.start_api_server();
        cluster.write_access_files();
        definitions.iter().for_each(|definition| cluster.define(definition));
        cluster.start_controller_manager();
        cluster
    }

    /// The API server's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}:{}", self.address, self.ports.api_server)
    }

    /// The address of this machine in the run's network, for servers that the API server is to reach.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The file with the authority of the API server's certificate, in PEM.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// The contents of [`Self::ca_file`].
    #[must_use]
    pub fn ca_pem(&self) -> Vec<u8> {
        self.folder.read(CERTIFICATE)
    }

    /// The kubeconfig of one of [`USERS`].
    ///
    /// # Panics
    ///
    /// If it is none of them.
    #[must_use]
    pub fn kubeconfig_file(&self, user: &str) -> PathBuf {
        self.access_file(user, "kubeconfig")
    }

    /// The API server, asked by [`ADMIN`].
    #[must_use]
    pub fn api(&self) -> Api {
        self.api_as(ADMIN)
    }

    /// The API server, asked by one of [`USERS`].
    ///
    /// # Panics
    ///
    /// If it is none of them.
    #[must_use]
    pub fn api_as(&self, user: &str) -> Api {
        Api::new(&self.url(), &self.ca_pem(), &token_of(user))
    }

    /// The API server, asked by [`ADMIN`] over connections that are kept, so many at most.
    #[must_use]
    pub fn api_keeping(&self, connections: usize) -> Api {
        Api::keeping(connections, &self.url(), &self.ca_pem(), &token_of(ADMIN))
    }

    /// A program as it would run in a Pod of a service account, `namespace/name`, one of [`USERS`]: with the
    /// environment and the files that the in-cluster configuration is read from.
    ///
    /// # Panics
    ///
    /// If it is none of them.
    #[must_use]
    pub fn in_pod(&self, program: Program, account: &str) -> Program {
        let files = self.access_file(account, "serviceaccount");
        in_pod::in_pod(program, &self.address.to_string(), self.ports.api_server, &files)
    }

    /// Makes a Service of what listens on a port of [`Self::address`], so that the API server's service proxy reaches
    /// it. The Service's port has the same number, and the name `http`. The namespace must exist.
    ///
    /// # Panics
    ///
    /// If the API server does not take it.
    pub fn publish(&self, namespace: &str, name: &str, port: u16) {
        published::publish(&self.api(), namespace, name, self.address, port);
    }

    /// A port on [`Self::address`] that nobody else gets from this process, for a server under test.
    #[must_use]
    pub fn free_port(&self) -> u16 {
        ports::free_port(self.address)
    }

    /// Starts a proxy before the API server, which asks `decide` about every request, by its method and path, and returns
    /// its port on [`Self::address`]. Whoever trusts the API server trusts it.
    ///
    /// # Panics
    ///
    /// If it cannot listen.
    #[must_use]
    pub fn proxy(&self, decide: impl Fn(&str, &str) -> Treatment + Send + Sync + 'static) -> u16 {
        let port = self.free_port();
        let listener = TcpListener::bind((self.address, port)).expect("the port is free");
        let api_server = SocketAddr::new(self.address, self.ports.api_server);
        proxy::start(listener, api_server, &self.folder.join(CERTIFICATE), Box::new(decide));
        port
    }

    /// A file in the cluster's folder, such as one for a log. It goes with the cluster.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Kills the API server: connections break, and nobody listens any more.
    ///
    /// # Panics
    ///
    /// If it cannot be killed.
    pub fn kill_api_server(&mut self) {
        self.api_server = None;
    }

    /// Starts the API server again, on the same port and with the same certificate, and waits until it is ready.
    ///
    /// # Panics
    ///
    /// If it is not ready after two minutes.
    pub fn start_api_server(&mut self) {
        let program = programs::api_server(&self.folder, self.address, &self.ports);
        let mut api_server = Daemon::start(&program, &self.folder.join("kube-apiserver.log"));
        api_server.wait_until("a ready API server", TIME_TO_START, || self.ready());
        self.api_server = Some(api_server);
    }

    /// Kills etcd: the API server still listens, and can neither read nor write.
    ///
    /// # Panics
    ///
    /// If it cannot be killed.
    pub fn stop_etcd(&mut self) {
        self.etcd = None;
    }

    /// Starts etcd again with the data it had, and waits until it listens. It takes a moment longer until all of the
    /// API server has found it.
    ///
    /// # Panics
    ///
    /// If it does not listen after two minutes.
    pub fn start_etcd(&mut self) {
        let program = programs::etcd(&self.folder, &self.ports);
        let mut etcd = Daemon::start(&program, &self.folder.join("etcd.log"));
        etcd.wait_until("a listening etcd", TIME_TO_START, || {
            let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.etcd));
            connection.map(drop).map_err(|error| error.to_string())
        });
        self.etcd = Some(etcd);
    }

    /// Waits until the API server is ready.
    ///
    /// # Panics
    ///
    /// If it is not after two minutes.
    pub fn wait_until_ready(&self) {
        eventually("a ready API server", TIME_TO_START, || self.ready());
    }

    /// Runs something while the controller manager stands still: nothing is collected, and no namespace goes.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn without_controller_manager<T>(&mut self, run: impl FnOnce(&Self) -> T) -> T {
        let manager = |cluster: &Self, change: fn(&Daemon)| {
            change(cluster.controller_manager.as_ref().expect("the controller manager runs"));
        };
        manager(self, Daemon::pause);
        let done = run(self);
        manager(self, Daemon::resume);
        done
    }

    /// Copies what is in etcd, which stands still meanwhile.
    ///
    /// # Panics
    ///
    /// If etcd has been stopped, or its data cannot be copied.
    #[must_use]
    pub fn snapshot_etcd(&mut self) -> Snapshot {
        let snapshot = Snapshot(Folder::new());
        let etcd = self.etcd.as_ref().expect("etcd runs");
        etcd.pause();
        copy(&self.folder.join(ETCD_DATA), &snapshot.0.join(ETCD_DATA));
        etcd.resume();
        snapshot
    }

    /// Brings the cluster back to what it was: as from a backup, all of the control plane starts again, and resource
    /// versions are old ones once more.
    ///
    /// # Panics
    ///
    /// If it cannot be copied, or the API server is not ready after two minutes.
    pub fn restore_etcd(&mut self, snapshot: &Snapshot) {
        self.stop_controller_manager();
        self.kill_api_server();
        self.stop_etcd();
        let data = self.folder.join(ETCD_DATA);
        fs::remove_dir_all(&data).expect("etcd's data can be removed");
        copy(&snapshot.0.join(ETCD_DATA), &data);
        self.start_etcd();
        self.start_api_server();
        self.start_controller_manager();
    }

    /// Ends the garbage collection, the filling of namespaces, and all else that kube-controller-manager does.
    pub fn stop_controller_manager(&mut self) {
        self.controller_manager = None;
    }

    fn start_controller_manager(&mut self) {
        let program = programs::controller_manager(&self.kubeconfig_file(ADMIN));
        let log = self.folder.join("kube-controller-manager.log");
        self.controller_manager = Some(Daemon::start(&program, &log));
    }

    /// Whether the API server says that it is, and has made the namespaces that every cluster has, which it does
    /// in its own time.
    fn ready(&self) -> Result<(), String> {
        // When it listens, its certificate is written as a whole.
        let listening = TcpStream::connect((self.address, self.ports.api_server));
        listening.map_err(|error| error.to_string())?;
        let ca = fs::read(self.ca_file()).map_err(|error| error.to_string())?;
        let api = Api::new(&self.url(), &ca, &token_of(ADMIN));
        let namespaces =
            ["default", "kube-system"].map(|name| format!("/api/v1/namespaces/{name}"));
        ["/readyz"].into_iter().chain(namespaces.iter().map(String::as_str)).try_for_each(|path| {
            let reply = api.request("GET", path, None).map_err(|error| error.to_string())?;
            if reply.status == 200 { Ok(()) } else { Err(reply.to_string()) }
        })
    }

    /// Writes the kubeconfig of every user, and the files that a Pod of a service account has.
    fn write_access_files(&self) {
        let (url, ca_file) = (self.url(), self.ca_file().display().to_string());
        for user in USERS {
            let files = Path::new("users").join(user);
            self.folder.write(files.join("kubeconfig"), users::kubeconfig(user, &url, &ca_file));
            if let Some((namespace, _)) = user.split_once('/') {
                let files = files.join("serviceaccount");
                self.folder.write(files.join("token"), token_of(user));
                self.folder.write(files.join("ca.crt"), self.ca_pem());
                self.folder.write(files.join("namespace"), namespace);
            }
        }
    }

    fn access_file(&self, user: &str, name: &str) -> PathBuf {
        let file = self.folder.join("users").join(user).join(name);
        assert!(file.exists(), "{user} has no {name}: see sealkit_testkit::cluster::USERS");
        file
    }

    /// Adds a custom resource definition, and waits until its objects can be stored.
    fn define(&self, definition: &Path) {
        let document = fs::read(definition)
            .unwrap_or_else(|error| panic!("{}: {error}", definition.display()));
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let defined = self.api().post_yaml(path, document).success();
        let name = defined.pointer("/metadata/name").and_then(serde_json::Value::as_str);
        let name = name.expect("an object has a name");
        eventually(&format!("the definition of {name}"), TIME_TO_START, || {
            let now = self.api().get(&format!("{path}/{name}")).success();
            if is_established(&now) { Ok(()) } else { Err(now.to_string()) }
        });
    }
}

fn is_established(definition: &serde_json::Value) -> bool {
    let conditions = definition.pointer("/status/conditions").and_then(serde_json::Value::as_array);
    conditions.into_iter().flatten().any(|condition| {
        condition.get("type").is_some_and(|kind| kind == "Established")
            && condition.get("status").is_some_and(|status| status == "True")
    })
}

/// The address of this machine in the run's network.
fn address() -> IpAddr {
    let address = programs::variable("SEALKIT_E2E_ADDRESS");
    let address = address.to_string_lossy();
    address.parse().unwrap_or_else(|error| panic!("SEALKIT_E2E_ADDRESS: {address}: {error}"))
}

fn copy(from: &Path, to: &Path) {
    Program::new("cp").arg("-a").arg(from).arg(to).run().success();
}
