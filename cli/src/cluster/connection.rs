//! Connections to one API server: whom it has to prove to be, and who asks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kubeyaml::go_base64;
use ureq::config::Config;
use ureq::http::{Request, Response, Uri, request, uri};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, AsSendBody, Body, Proxy};
use zeroize::Zeroizing;

use super::MOST_AT_ONCE;
use crate::error::Error;
use crate::kubeconfig::{Impersonation, Login, Target};

/// Answers are small: a tenth of what the library takes by itself.
const BUFFER: usize = 16 << 10;

/// What speaks to this server and to no other: no redirects, and its own authority alone.
pub(super) struct Connection {
    agent: Agent,
    /// Scheme, host and port, and what stands before all paths.
    base: String,
    /// What each request says of who asks.
    headers: Vec<(&'static str, Zeroizing<String>)>,
}

impl Connection {
    pub(super) fn to(target: &Target) -> Result<Self, Error> {
        let base = target.server.trim_end_matches('/');
        let config = config(target)?;
        let headers = headers(&target.login, &target.impersonation);
        let unusable = || Error::failed("the server's URL, or its tls-server-name, cannot be used");
        let server: Uri = base.parse().map_err(|_| unusable())?;
        let base = match (&target.tls_server_name, &target.proxy) {
            (None, _) => base.to_owned(),
            (Some(name), None) => with_host(&server, name).ok_or_else(unusable)?,
            (Some(_), Some(_)) => {
                return Err(Error::failed("tls-server-name and a proxy do not work together")
                    .hint("give the certificate: --cert FILE or URL"));
            }
        };
        let resolver = At { called: host_of(&base), address: address(&server), server };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Ok(Self { agent, base: base.trim_end_matches('/').to_owned(), headers })
    }

    /// A request for a path that is not yet complete.
    pub(super) fn request(&self, path: &str) -> request::Builder {
        let request = Request::builder().uri(format!("{}{path}", self.base));
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| request.header(*name, value.as_str()))
    }

    /// Sends a request, and waits for its answer so long.
    pub(super) fn run(
        &self,
        request: Request<impl AsSendBody>,
        time: Duration,
    ) -> Result<Response<Body>, ureq::Error> {
        let request = self.agent.configure_request(request).timeout_global(Some(time)).build();
        self.agent.run(request)
    }
}

/// Finds the server, whatever name it has to prove to be. An address needs no search, which would take a thread for each
/// request.
#[derive(Debug)]
struct At {
    /// The host of the requests.
    called: Option<String>,
    /// The server's own URL.
    server: Uri,
    address: Option<SocketAddr>,
}

impl Resolver for At {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let others = DefaultResolver::default();
        match self.address {
            // A proxy.
            _ if uri.host() != self.called.as_deref() => others.resolve(uri, config, timeout),
            Some(address) => {
                let mut found = self.empty();
                found.push(address);
                Ok(found)
            }
            None => others.resolve(&self.server, config, timeout),
        }
    }
}

fn host_of(url: &str) -> Option<String> {
    url.parse::<Uri>().ok()?.host().map(str::to_owned)
}

/// The server's address, where its URL has one instead of a name.
fn address(server: &Uri) -> Option<SocketAddr> {
    let port = server.port_u16().or_else(|| match server.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    });
    let host = server.host()?.trim_start_matches('[').trim_end_matches(']');
    Some(SocketAddr::new(host.parse().ok()?, port?))
}

/// The URL with this host, and the port that was meant.
fn with_host(url: &Uri, host: &str) -> Option<String> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let parts = url.clone().into_parts();
    let mut other = uri::Parts::default();
    other.scheme = parts.scheme;
    other.authority = Some(format!("{host}{port}").parse().ok()?);
    other.path_and_query = parts.path_and_query;
    Uri::from_parts(other).ok().map(|url| url.to_string())
}

fn headers(login: &Login, impersonation: &Impersonation) -> Vec<(&'static str, Zeroizing<String>)> {
    let bearer = login.token.as_ref().map(|token| format!("Bearer {}", token.as_str()));
    let basic = || {
        login.basic.as_ref().map(|(name, password)| {
            let pair = Zeroizing::new(format!("{name}:{}", password.as_str()));
            format!("Basic {}", go_base64::encode(pair.as_bytes()))
        })
    };
    let authorization = bearer.or_else(basic).map(|value| ("Authorization", value));
    let user = impersonation.user.clone().map(|user| ("Impersonate-User", user));
    let uid = impersonation.uid.clone().map(|uid| ("Impersonate-Uid", uid));
    let groups = impersonation.groups.iter().map(|group| ("Impersonate-Group", group.clone()));
    let all = authorization.into_iter().chain(user).chain(uid).chain(groups);
    all.map(|(name, value)| (name, Zeroizing::new(value))).collect()
}

fn config(target: &Target) -> Result<Config, Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = match &target.authority {
        Some(pem) => RootCerts::new_with_certs(&certificates(pem)?),
        None => RootCerts::PlatformVerifier,
    };
    let tls = TlsConfig::builder()
        .root_certs(roots)
        .client_cert(client_certificate(target)?)
        .disable_verification(target.insecure)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .max_redirects(0)
        .http_status_as_error(false)
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER)
        .max_idle_connections_per_host(MOST_AT_ONCE);
    let config = match &target.proxy {
        Some(proxy) => {
            let wrong = |_| Error::failed("the proxy-url of the kubeconfig cannot be used");
            config.proxy(Some(Proxy::new(proxy).map_err(wrong)?))
        }
        None => config,
    };
    Ok(config.build())
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let wrong = || Error::failed("the certificate-authority of the kubeconfig is not PEM");
    let found = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(_) => Some(Err(wrong())),
    });
    let found = found.collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}

fn client_certificate(target: &Target) -> Result<Option<ClientCert>, Error> {
    let Some(certificate) = &target.login.certificate else { return Ok(None) };
    let wrong =
        || Error::failed("the client-certificate and client-key of the kubeconfig are not PEM");
    let chain = certificates(&certificate.chain).map_err(|_| wrong())?;
    let key = PrivateKey::from_pem(&certificate.key).map_err(|_| wrong())?;
    Ok(Some(ClientCert::new_with_certs(&chain, key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_no_search() {
        let found = |url: &str| address(&url.parse().unwrap()).map(|found| found.to_string());
        for (url, expected) in [
            ("https://10.0.0.1:6443", Some("10.0.0.1:6443")),
            ("https://10.0.0.1/clusters/a", Some("10.0.0.1:443")),
            ("http://[::1]", Some("[::1]:80")),
            ("https://example.com:6443", None),
        ] {
            assert_eq!(found(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn the_host_is_exchanged_and_all_else_stays() {
        let url: Uri = "https://10.0.0.1:6443/clusters/a".parse().unwrap();
        let other = with_host(&url, "kubernetes");
        assert_eq!(other.as_deref(), Some("https://kubernetes:6443/clusters/a"));
        assert_eq!(with_host(&url, "a b"), None);
    }
}
