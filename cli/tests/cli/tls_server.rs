//! A server that gives one answer by https.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sealkit_testkit::{Answer, fixture};

/// Gives everybody the same answer, by a certificate that the authority of `fixtures/tls` signed for
/// 127.0.0.1. Gives the address that it listens on.
pub(crate) fn start(answer: &Answer) -> String {
    let answer = answer.to_bytes();
    let config = Arc::new(config());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that does not trust the server goes away.
            drop(give(&answer, stream.expect("a connection"), &config));
        }
    });
    address
}

fn config() -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(fixture("tls/server.crt"));
    let key = PrivateKeyDer::from_pem_file(fixture("tls/server.key"));
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.expect("a certificate")], key.expect("a key"))
        .expect("a pair")
}

fn give(answer: &[u8], stream: TcpStream, config: &Arc<ServerConfig>) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).expect("a configuration");
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut stream = reader.into_inner();
    stream.write_all(answer)?;
    stream.conn.send_close_notify();
    stream.flush()
}
