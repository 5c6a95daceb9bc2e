//! What a program has to do that fetches a certificate from a cluster: a TLS connection to the API server and two requests on it.
//!
//! `bare_tls HOST PORT CA PATH PATH`, with a bearer token in `TOKEN`: the file of the authority is PEM. Prints the body of the last answer.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("HOST PORT CA PATH PATH");
    let (host, port, authority) = (next(), next(), next());
    let token = std::env::var("TOKEN").expect("a token");
    let mut connection = connect(&host, &port, &authority);
    let first = request(&next(), &host, &token, "keep-alive");
    connection.write_all(first.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    while !is_whole(&answer) {
        let mut chunk = [0; 8192];
        let read = connection.read(&mut chunk).expect("an answer");
        answer.extend_from_slice(chunk.get(..read).expect("what was read"));
    }
    let last = request(&next(), &host, &token, "close");
    connection.write_all(last.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    // A server that closes without saying goodbye has still answered.
    drop(connection.read_to_end(&mut answer));
    let (head, body) = split(&answer).expect("an answer");
    assert!(head.starts_with(b"HTTP/1.1 200"), "the server refuses");
    std::io::stdout().write_all(body).expect("it can be written");
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

fn request(path: &str, host: &str, token: &str, connection: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: {connection}\r\n\r\n"
    )
}

fn split(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((answer.get(..end)?, answer.get(end + 4..)?))
}

/// Whether all of the body is there that the head announces.
fn is_whole(answer: &[u8]) -> bool {
    let Some((head, body)) = split(answer) else { return false };
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length.and_then(|length| length.trim().parse::<usize>().ok()) {
        Some(length) => body.len() >= length,
        None => body.ends_with(b"0\r\n\r\n"),
    }
}
