//! A web server on this machine, with one answer for everybody or one for each request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What the server says to every request.
#[derive(Clone)]
pub struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// `200 OK` and a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new("200 OK", body)
    }

    /// A status line such as `404 Not Found`, and a body.
    pub fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: status.to_owned(), headers: Vec::new(), body: body.into() }
    }

    /// Adds a header, such as `Location`.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What goes over the wire.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!(
            "HTTP/1.1 {}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.status,
            self.body.len()
        );
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// What somebody asks.
pub struct Request {
    /// Such as `POST /v1/verify HTTP/1.1`.
    pub first_line: String,
    /// As long as its `Content-Length` says.
    pub body: Vec<u8>,
}

/// What a server says to a request.
type Answering = Box<dyn Fn(&Request) -> Answer + Send>;

/// A server on a free port; it stops when this value is dropped.
pub struct WebServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl WebServer {
    /// Starts one on 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    #[must_use]
    pub fn start(answer: &Answer) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), answer)
    }

    /// Starts one on another address of this machine.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    #[must_use]
    pub fn start_at(address: IpAddr, answer: &Answer) -> Self {
        let answer = answer.clone();
        Self::start_answering(address, move |_| answer.clone())
    }

    /// Starts one that thinks about each request.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    #[must_use]
    pub fn start_answering(
        address: IpAddr,
        answer: impl Fn(&Request) -> Answer + Send + 'static,
    ) -> Self {
        let answer: Answering = Box::new(answer);
        let listener = TcpListener::bind((address, 0)).expect("a port can be had");
        let address = listener.local_addr().expect("a bound socket has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (requests, stopped) = (requests.clone(), stopped.clone());
            move || serve(&listener, &answer, &requests, &stopped)
        });
        Self { address, requests, stopped, thread: Some(thread) }
    }

    /// The URL of a path on it, such as `server.url("/v1/cert.pem")`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The first lines of the requests so far, such as `GET /v1/cert.pem HTTP/1.1`.
    ///
    /// # Panics
    ///
    /// If the server's thread panicked.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("the server's thread lives").clone()
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread, which waits for a client.
        TcpStream::connect(self.address).ok();
        self.thread.take().map(JoinHandle::join);
    }
}

fn serve(
    listener: &TcpListener,
    answer: &Answering,
    requests: &Mutex<Vec<String>>,
    stopped: &AtomicBool,
) {
    for client in listener.incoming().flatten() {
        if stopped.load(Ordering::SeqCst) {
            return;
        }
        let Some(request) = read_request(&client) else {
            continue;
        };
        let bytes = answer(&request).to_bytes();
        requests.lock().expect("nothing panics while it holds the list").push(request.first_line);
        // A client may have had enough and hung up.
        (&client).write_all(&bytes).ok();
    }
}

fn read_request(client: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(client);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let first_line = lines.next()?;
    let head = lines.take_while(|line| !line.is_empty());
    let length = head.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("Content-Length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.last().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request { first_line, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn gives_its_answer_to_everybody() {
        let server = WebServer::start(
            &Answer::new("418 I'm a teapot", "short and stout").header("X-Pot", "tea"),
        );
        let expected = "HTTP/1.1 418 I'm a teapot\r\nX-Pot: tea\r\nContent-Length: 15\r\n\
                        Connection: close\r\n\r\nshort and stout";
        assert_eq!(get(server.address, "/one"), expected);
        assert_eq!(get(server.address, "/two"), expected);
        assert_eq!(server.requests(), ["GET /one HTTP/1.1", "GET /two HTTP/1.1"]);
        assert!(server.url("/x").starts_with("http://127.0.0.1:"));
    }

    #[test]
    fn is_gone_when_dropped() {
        let server = WebServer::start(&Answer::ok(""));
        let address = server.address;
        drop(server);
        assert!(TcpStream::connect(address).is_err());
    }
}
