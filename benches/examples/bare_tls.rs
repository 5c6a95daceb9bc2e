//! What a program has to do that fetches a certificate from a cluster: a TLS connection to the API server and a
//! request on it.
//!
//! `bare_tls HOST PORT CA PATH`, with a bearer token in `TOKEN`: the file of the authority is PEM. Prints the body of the answer.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("HOST PORT CA PATH");
    let (host, port, authority, path) = (next(), next(), next(), next());
    let token = std::env::var("TOKEN").expect("a token");
    let mut connection = connect(&host, &port, &authority);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    // A server that closes without saying goodbye has still answered.
    drop(connection.read_to_end(&mut answer));
    assert!(answer.starts_with(b"HTTP/1.1 200"), "the server refuses");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
    std::io::stdout().write_all(answer.get(end + 4..).expect("a body")).expect("it can be written");
}

fn connect(host: &str, port: &str, authority: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority).expect("a file") {
        roots.add(certificate.expect("PEM")).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let stream = TcpStream::connect(format!("{host}:{port}")).expect("a server");
    stream.set_nodelay(true).expect("no delay");
    StreamOwned::new(client, stream)
}
