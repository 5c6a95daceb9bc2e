//! A proxy before the API server that refuses requests, and loses answers.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It goes on to the API server, and the answer comes back.
    Pass,
    /// It goes nowhere: the answer is that somebody else was faster.
    Conflict,
    /// It goes on to the API server, and the connection breaks before the answer.
    LoseAnswer,
    /// It goes nowhere: the answer is that of a watch whose position the API server does not know any more.
    Expire,
}

/// Decides about a request by its method and path.
pub(super) type Decide = dyn Fn(&str, &str) -> Treatment + Send + Sync;

const CONFLICT: &str = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the object has been modified","reason":"Conflict","code":409}"#;

const EXPIRED: &str = r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}
"#;

struct Proxy {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    api_server: SocketAddr,
    decide: Box<Decide>,
}

/// Listens until the test's process ends. The API server's certificate is good for the proxy as well: its address is
/// the same, and only its port another.
pub(super) fn start(
    listener: TcpListener,
    api_server: SocketAddr,
    certificate: &Path,
    decide: Box<Decide>,
) {
    let proxy = Arc::new(Proxy {
        server: Arc::new(server(certificate)),
        client: Arc::new(client(certificate)),
        api_server,
        decide,
    });
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let proxy = Arc::clone(&proxy);
            // A connection that breaks is what the one at its other end is tested with.
            thread::spawn(move || proxy.serve(connection).ok());
        }
    });
}

fn certificates(file: &Path) -> Vec<CertificateDer<'static>> {
    let certificates = CertificateDer::pem_file_iter(file).expect("the certificate can be read");
    certificates.collect::<Result<_, _>>().expect("the certificate is PEM")
}

fn server(certificate: &Path) -> ServerConfig {
    let key = PrivateKeyDer::from_pem_file(certificate.with_extension("key"));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("the versions are known").with_no_client_auth();
    let key = key.expect("the key is PEM");
    config.with_single_cert(certificates(certificate), key).expect("the key is the certificate's")
}

fn client(certificate: &Path) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(certificate));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("the versions are known");
    config.with_root_certificates(roots).with_no_client_auth()
}

impl Proxy {
    /// One request; the answer says that the connection ends.
    fn serve(&self, connection: TcpStream) -> io::Result<()> {
        let session = ServerConnection::new(Arc::clone(&self.server)).map_err(io::Error::other)?;
        let mut caller = BufReader::new(StreamOwned::new(session, connection));
        let Some(request) = Request::read(&mut caller)? else { return Ok(()) };
        let caller = caller.get_mut();
        match (self.decide)(&request.method, &request.path) {
            Treatment::Pass => {
                let mut answer = self.ask(&request)?;
                copy(&mut answer, caller)?;
            }
            Treatment::Conflict => answer(caller, "409 Conflict", CONFLICT)?,
            Treatment::Expire => answer(caller, "200 OK", EXPIRED)?,
            Treatment::LoseAnswer => {
                copy(&mut self.ask(&request)?, &mut io::sink())?;
                return Ok(());
            }
        }
        caller.conn.send_close_notify();
        caller.flush()
    }

    fn ask(&self, request: &Request) -> io::Result<impl Read> {
        let name = ServerName::from(self.api_server.ip());
        let session =
            ClientConnection::new(Arc::clone(&self.client), name).map_err(io::Error::other)?;
        let mut server = StreamOwned::new(session, TcpStream::connect(self.api_server)?);
        server.write_all(request.head.as_bytes())?;
        server.write_all(&request.body)?;
        server.flush()?;
        Ok(server)
    }
}

/// An answer of the proxy's own.
fn answer(caller: &mut impl Write, status: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close");
    write!(caller, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    caller.flush()
}

/// Until the end, each part as soon as it is there: what is watched has no end.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                to.write_all(buffer.get(..length).unwrap_or_default())?;
                to.flush()?;
            }
            // The server ends without a word.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

struct Request {
    method: String,
    path: String,
    /// All lines, with the end of the connection announced.
    head: String,
    body: Vec<u8>,
}

impl Request {
    /// None if there is none.
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut first = String::new();
        if from.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let (mut head, mut length) = (first.clone(), 0);
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
                "transfer-encoding" => return Err(io::Error::other("a body of unknown length")),
                "connection" => continue,
                _ if line.trim().is_empty() => break,
                _ => {}
            }
            head += &line;
        }
        head += "Connection: close\r\n\r\n";
        let mut body = vec![0; length];
        from.read_exact(&mut body)?;
        let mut words = first.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        Ok(Some(Self { method, path, head, body }))
    }
}
