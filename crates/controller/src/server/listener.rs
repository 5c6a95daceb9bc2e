//! A port, and the connections to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::Layer as _;
use tracing::{debug, warn};

use super::connections::{Connection, Connections};
use super::timed_io::TimedIo;
use crate::shutdown::Shutdown;

/// The most connections at once.
const MOST_CONNECTIONS: usize = 1024;
/// Bytes of a request's header, and what is read of a body at once.
const BUFFER: usize = 64 * 1024;
/// How long requests may go on when the service ends.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// How long nothing is accepted when the system has no room for a connection.
const NO_ROOM: Duration = Duration::from_millis(50);

/// How long the other end may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To send the header of a request; also between requests.
    pub read: Option<Duration>,
    /// To read any part of an answer.
    pub write: Option<Duration>,
}

/// A port that is listened on.
pub struct Listener {
    socket: TcpListener,
    timeouts: Timeouts,
}

/// Listens on `host:port`, or on `:port` of all addresses, of IPv6 where there is such a thing.
///
/// # Errors
/// The address cannot be read or is in use.
pub async fn bind(address: &str, timeouts: Timeouts) -> io::Result<Listener> {
    let socket = match address.strip_prefix(':') {
        None => TcpListener::bind(address).await?,
        Some(port) => match TcpListener::bind(format!("[::]:{port}")).await {
            Ok(socket) => socket,
            Err(_) => TcpListener::bind(format!("0.0.0.0:{port}")).await?,
        },
    };
    Ok(Listener { socket, timeouts })
}

impl Listener {
    /// Where it listens.
    ///
    /// # Errors
    /// The system does not know.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Answers requests until the service ends; then those that are under way are still answered, for a while.
    pub async fn serve(self, router: Router, mut shutdown: Shutdown) {
        let connections = Connections::at_most(MOST_CONNECTIONS);
        let builder = builder(self.timeouts);
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                () = shutdown.requested() => break,
            };
            match accepted {
                Ok((stream, from)) => {
                    let Some(connection) = connections.open(peer(from)) else { continue };
                    let io = TimedIo::new(TokioIo::new(stream), self.timeouts.write);
                    let (builder, router) = (builder.clone(), router.clone());
                    tokio::spawn(converse(io, connection, builder, router, graceful.watcher()));
                }
                Err(error) => not_accepted(&error, &connections).await,
            }
        }
        drop(self.socket);
        timeout(LAST_REQUESTS, graceful.shutdown()).await.ok();
    }
}

fn builder(timeouts: Timeouts) -> Builder {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(timeouts.read).max_buf_size(BUFFER);
    builder
}

/// Answers the requests of one connection.
async fn converse(
    io: TimedIo<TokioIo<TcpStream>>,
    connection: Connection,
    builder: Builder,
    router: Router,
    watcher: Watcher,
) {
    let service = Extension(connection.caller().clone()).layer(router);
    let http = builder.serve_connection(io, TowerToHyperService::new(service));
    tokio::select! {
        done = watcher.watch(http) => if let Err(error) = done {
            // What the other end has done wrong.
            debug!(peer = %connection.caller().peer(), %error, "a connection ended early");
        },
        () = connection.evicted() => {
            debug!(peer = %connection.caller().peer(), "a connection gave way to another one");
        }
    }
}

/// A connection that is gone already is none of ours; otherwise there are too many files open.
async fn not_accepted(error: &io::Error, connections: &Connections) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    if [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted].contains(&error.kind())
    {
        return;
    }
    warn!(%error, "no connection could be accepted");
    connections.evict();
    sleep(NO_ROOM).await;
}

fn peer(address: SocketAddr) -> IpAddr {
    address.ip().to_canonical()
}
