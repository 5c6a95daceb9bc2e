//! The endpoints of our service in a cluster: who sends slowly, nonsense or too much harms nobody, and nobody gets to see a
//! secret.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test there and then"
)]

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng as _;
use sealkit_e2e::canary::Canary;
use sealkit_e2e::http::{Answer, ask, head, open};
use sealkit_e2e::namespace;
use sealkit_e2e::objects::apply;
use sealkit_e2e::sealing::Sealer;
use sealkit_e2e::service::{Service, cluster_for_the_service};
use sealkit_testkit::cluster::Cluster;
use serde_json::{Value, json};

const MIB: usize = 1 << 20;
const SENDERS: usize = 64;
/// How long they send.
const ATTACK: Duration = Duration::from_secs(8);
/// What a probe of the kubelet waits for.
const PROBE: Duration = Duration::from_secs(1);
/// The limit of the container's memory in `deploy/`, in MiB: beyond it, the service would have been killed.
const MEMORY: u64 = 256;

fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(cluster_for_the_service)
}

/// What one of the senders does again and again. Returns the answer, if there is one.
type Attack = fn(SocketAddr, &Bodies, &AtomicBool) -> io::Result<Answer>;

const ATTACKS: [Attack; 9] = [
    |address, _, is_over| slowly(address, &head("POST", "/v1/verify", MIB), is_over),
    |address, _, is_over| slowly(address, "POST /v1/rotate HTTP/1.1\r\n", is_over),
    |address, _, _| garbage(address),
    |address, bodies, _| ask(address, "POST", "/v1/verify", &bodies.nested),
    |address, bodies, _| ask(address, "POST", "/v1/verify", &bodies.many_nodes),
    |address, bodies, _| ask(address, "POST", "/v1/rotate", &bodies.many_items),
    |address, bodies, _| ask(address, "POST", "/v1/verify", &bodies.foreign),
    |address, bodies, _| ask(address, "POST", "/v1/rotate", &bodies.foreign),
    |address, bodies, _| ask(address, "POST", "/v1/verify", &bodies.too_long),
];

/// What is sent.
struct Bodies {
    /// 2 MiB of YAML that is all beginnings.
    nested: Vec<u8>,
    /// 2 MiB of YAML that takes as much memory as any does.
    many_nodes: Vec<u8>,
    /// A SealedSecret of nearly 2 MiB of items that are no ciphertexts.
    many_items: Vec<u8>,
    /// A SealedSecret whose values are sealed for another one: for each, the private key has to be used.
    foreign: Vec<u8>,
    /// A byte more than may be.
    too_long: Vec<u8>,
}

impl Bodies {
    fn new(sealer: &Sealer) -> Self {
        let other = sealer.seal("shop", "other", &[("a", "1")]);
        let ciphertext = &other["spec"]["encryptedData"]["a"];
        Self {
            nested: vec![b'['; 2 * MIB],
            many_nodes: format!("[{}0]", "0,".repeat(MIB - 2)).into_bytes(),
            many_items: of_items(&json!("QQ=="), 2 * MIB - 1000),
            foreign: of_items(ciphertext, 64 << 10),
            too_long: vec![b' '; 2 * MIB + 1],
        }
    }
}

/// A SealedSecret with items of this value, as many as there is room for.
fn of_items(value: &Value, room: usize) -> Vec<u8> {
    let size = value.to_string().len() + r#""0000000":,"#.len();
    let items: serde_json::Map<_, _> =
        (0..room / size).map(|number| (format!("{number:07}"), value.clone())).collect();
    let metadata = json!({"namespace": "shop", "name": "database"});
    let spec = json!({"encryptedData": items});
    let sealed = json!({"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": metadata, "spec": spec});
    sealed.to_string().into_bytes()
}

/// A byte now and then, until it is over.
fn slowly(address: SocketAddr, beginning: &str, is_over: &AtomicBool) -> io::Result<Answer> {
    let mut stream = open(address)?;
    stream.write_all(beginning.as_bytes())?;
    while !is_over.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(100));
        stream.write_all(b"a")?;
    }
    Err(io::Error::other("there was none"))
}

fn garbage(address: SocketAddr) -> io::Result<Answer> {
    let mut bytes = vec![0; 100_000];
    rand::rng().fill_bytes(&mut bytes);
    let mut stream = open(address)?;
    stream.write_all(&bytes)?;
    stream.read_to_end(&mut bytes)?;
    Err(io::Error::other("whatever it was"))
}

/// All that was answered to one sender, by code.
fn send_until(
    is_over: &AtomicBool,
    attack: Attack,
    address: SocketAddr,
    bodies: &Bodies,
) -> BTreeMap<u16, usize> {
    let mut codes = BTreeMap::new();
    while !is_over.load(Ordering::SeqCst) {
        // A connection that is closed on somebody who sends is an answer, too.
        let Ok(answer) = attack(address, bodies, is_over) else { continue };
        if [429, 503].contains(&answer.code) {
            let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!(seconds > 0, "{answer:?}");
        }
        *codes.entry(answer.code).or_default() += 1;
    }
    codes
}

#[test]
fn others_are_answered_while_64_connections_send_slowly_nonsense_or_much() {
    let cluster = cluster();
    let arguments = ["--key-size=2048", "--rate-limit=50", "--rate-limit-burst=50"];
    let service = Service::ready(cluster, &arguments);
    let bodies = Bodies::new(&Sealer::new(&service.certificate(cluster)));
    let address = service.address(cluster);
    let (is_over, start) = (AtomicBool::new(false), Instant::now());
    let (codes, slowest) = thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|number| {
                let attack = ATTACKS[number % ATTACKS.len()];
                let (is_over, bodies) = (&is_over, &bodies);
                scope.spawn(move || send_until(is_over, attack, address, bodies))
            })
            .collect();
        let mut slowest = Duration::ZERO;
        while start.elapsed() < ATTACK {
            let asked = Instant::now();
            assert_eq!(ask(address, "GET", "/healthz", b"").unwrap().code, 200);
            slowest = slowest.max(asked.elapsed());
            let certificate = ask(address, "GET", "/v1/cert.pem", b"").unwrap();
            assert!(certificate.body.starts_with("-----BEGIN CERTIFICATE"), "{certificate:?}");
            let metrics = ask(service.metrics_address(cluster), "GET", "/metrics", b"").unwrap();
            assert!(metrics.body.contains("http_requests_total"), "{metrics:?}");
        }
        is_over.store(true, Ordering::SeqCst);
        let mut codes = BTreeMap::new();
        for sender in senders {
            for (code, count) in sender.join().unwrap() {
                *codes.entry(code).or_insert(0) += count;
            }
        }
        (codes, slowest)
    });
    let memory = service.peak_memory();
    println!("{codes:?}, {slowest:?} for health, {memory} MiB");
    assert!(slowest < PROBE, "{slowest:?}");
    assert!(memory < MEMORY, "{memory} MiB");
    for code in [413, 429, 500] {
        assert!(codes.contains_key(&code), "{codes:?}");
    }
    assert!(codes.keys().all(|code| [400, 409, 413, 429, 500, 503].contains(code)), "{codes:?}");
}

#[test]
fn limits_are_told_and_end() {
    let cluster = cluster();
    let service = Service::ready(cluster, &["--key-size=2048"]);
    let address = service.address(cluster);
    let sealer = Sealer::new(&service.certificate(cluster));
    let good = sealer.seal("shop", "database", &[("a", "1")]).to_string().into_bytes();
    let too_long = ask(address, "POST", "/v1/verify", &vec![b' '; 2 * MIB + 1]).unwrap();
    assert_eq!((too_long.code, too_long.body.as_str()), (413, "body too large\n"));
    for path in ["/v1/verify", "/v1/rotate"] {
        let refused = (0..10)
            .map(|_| ask(address, "POST", path, &good).unwrap())
            .find(|answer| answer.code != 200)
            .unwrap();
        assert_eq!((refused.code, refused.body.as_str()), (429, "limit exceeded\n"));
        let seconds = refused.header("retry-after").unwrap().parse().unwrap();
        thread::sleep(Duration::from_secs(seconds));
        assert_eq!(ask(address, "POST", path, &good).unwrap().code, 200, "after {seconds} s");
    }
}

#[test]
fn no_endpoint_shows_a_secret() {
    let cluster = cluster();
    let core = namespace(cluster, "shown");
    let arguments = ["--key-size=2048", "--rate-limit=100", "--rate-limit-burst=100"];
    let service = Service::ready(cluster, &arguments);
    let sealer = Sealer::new(&service.certificate(cluster));
    let canary = Canary::new();
    let mut sealed = sealer.seal("shown", "database", &[("a", &canary.secret())]);
    sealed["spec"]["template"] = json!({"data": {"made": "{{ .a }}"}});
    apply(cluster, &sealed).wait_until_synced(cluster);
    let secret = cluster.api().get(&format!("{core}/secrets/database")).success();
    assert_eq!(canary.found_in(&secret.to_string()), Some("in base64"));

    let body = sealed.to_string().into_bytes();
    let paths = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/cert.pem",
        "/v1/verify",
        "/v1/rotate",
        "/v1/",
        "/v1/unseal",
        "/v1/keys",
        "/v1/rotate?format=secret",
        "/v1/verify/..",
        "/debug/pprof/heap",
    ];
    let addresses = [service.address(cluster), service.metrics_address(cluster)];
    for address in addresses {
        for path in paths {
            for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
                let answer = ask(address, method, path, &body).unwrap();
                let all = format!("{}\n{}", answer.head, answer.body);
                assert_eq!(canary.found_in(&all), None, "{method} {path}: {all}");
            }
        }
    }
    let rotated = ask(addresses[0], "POST", "/v1/rotate", &body).unwrap();
    assert!(rotated.body.contains("encryptedData"), "{rotated:?}");
}
