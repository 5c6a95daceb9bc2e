//! A client of the API server without types: paths and JSON.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Longer than any request but a watch should take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// One user's access to an API server. Clones are cheap, and a client survives restarts of the server.
#[derive(Clone)]
pub struct Api {
    agent: Agent,
    url: String,
    token: String,
}

/// What the API server, or what it is a proxy for, answered.
#[derive(Debug)]
pub struct Reply {
    request: String,
    /// The HTTP status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer came: nobody listens, or the connection broke, or time ran out.
#[derive(Debug)]
pub struct Unreachable(String);

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

impl Api {
    /// A client for a server that shows a certificate of the authority `ca_pem`.
    ///
    /// # Panics
    ///
    /// If the authority's file is not PEM.
    #[must_use]
    pub fn new(url: &str, ca_pem: &[u8], token: &str) -> Self {
        // A connection that is kept would be a dead one after the server's restart.
        Self::keeping(0, url, ca_pem, token)
    }

    /// The same, but up to so many connections are kept for further requests. They do not survive a restart of the server.
    ///
    /// # Panics
    ///
    /// As [`Self::new`].
    #[must_use]
    pub fn keeping(connections: usize, url: &str, ca_pem: &[u8], token: &str) -> Self {
        let roots: Vec<Certificate<'static>> = parse_pem(ca_pem)
            .map(|item| item.expect("the authority's certificate is PEM"))
            .filter_map(|item| match item {
                PemItem::Certificate(certificate) => Some(certificate),
                _ => None,
            })
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIME_LIMIT));
        Self { agent: config.build().into(), url: url.to_owned(), token: token.to_owned() }
    }

    /// The same access with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Reads a path, such as `/api/v1/namespaces`.
    ///
    /// # Panics
    ///
    /// As all methods but [`Self::request`]: if no answer comes.
    #[must_use]
    pub fn get(&self, path: &str) -> Reply {
        self.answered("GET", path, None)
    }

    /// Creates an object.
    pub fn post(&self, path: &str, object: &Value) -> Reply {
        self.answered("POST", path, Some(("application/json", object.to_string().into_bytes())))
    }

    /// Creates an object from YAML, one document.
    pub fn post_yaml(&self, path: &str, document: Vec<u8>) -> Reply {
        self.answered("POST", path, Some(("application/yaml", document)))
    }

    /// Replaces an object.
    pub fn put(&self, path: &str, object: &Value) -> Reply {
        self.answered("PUT", path, Some(("application/json", object.to_string().into_bytes())))
    }

    /// Changes an object by a JSON merge patch.
    pub fn patch(&self, path: &str, patch: &Value) -> Reply {
        let body = patch.to_string().into_bytes();
        self.answered("PATCH", path, Some(("application/merge-patch+json", body)))
    }

    /// Deletes an object.
    pub fn delete(&self, path: &str) -> Reply {
        self.answered("DELETE", path, None)
    }

    /// Any request, with the body's type and bytes.
    ///
    /// # Errors
    ///
    /// If no answer comes.
    ///
    /// # Panics
    ///
    /// If method or path cannot stand in a request.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Reply, Unreachable> {
        let request = format!("{method} {}{path}", self.url);
        let unreachable = |error| Unreachable(format!("{request}: {error}"));
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        if let Some((kind, _)) = &body {
            builder = builder.header("Content-Type", *kind);
        }
        let response = match body {
            Some((_, body)) => {
                self.agent.run(builder.body(body).expect("a request is well-formed"))
            }
            None => self.agent.run(builder.body(()).expect("a request is well-formed")),
        };
        let mut response = response.map_err(unreachable)?;
        let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec();
        Ok(Reply { status: response.status().as_u16(), body: body.map_err(unreachable)?, request })
    }

    /// An answer that has no end, such as a watch's, to be read line by line.
    ///
    /// # Errors
    ///
    /// If no answer comes.
    ///
    /// # Panics
    ///
    /// If the path cannot stand in a request.
    pub fn stream(&self, path: &str) -> Result<impl BufRead + Send + use<>, Unreachable> {
        let request = Request::builder()
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token))
            .body(())
            .expect("a request is well-formed");
        let request = self.agent.configure_request(request).timeout_global(None).build();
        let response = self.agent.run(request);
        let response = response.map_err(|error| Unreachable(format!("GET {path}: {error}")))?;
        Ok(BufReader::new(response.into_body().into_reader()))
    }

    fn answered(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Reply {
        self.request(method, path, body).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Reply {
    /// Holds it to a status of success, and gives the object.
    ///
    /// # Panics
    ///
    /// If the status is another, or the body is not JSON.
    pub fn success(self) -> Value {
        assert!((200..300).contains(&self.status), "{self}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{self}: {error}"))
    }

    /// Holds it to a status.
    ///
    /// # Panics
    ///
    /// If it is another.
    pub fn refused(self, status: u16) -> Self {
        assert!(self.status == status, "instead of {status}: {self}");
        self
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the answer is text")
    }
}

/// Request, status and body, for messages.
impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(formatter, "{}: {}: {body}", self.request, self.status)
    }
}
