//! A certificate from a URL.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::hints;

/// For the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What may be fetched. Whoever answers gets every value that is then sealed, so it has to be the one who was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    /// What comes by https, all the way, or from this machine.
    Proven,
    /// What comes by http as well: whoever is on the way may have answered.
    Anybody,
}

impl Trust {
    /// By the flag `--allow-http`.
    pub(crate) fn given(allow_http: bool) -> Self {
        if allow_http { Self::Anybody } else { Self::Proven }
    }
}

/// Whether nothing proves that the one who is asked by this URL is the one who answers.
pub(crate) fn is_unproven(url: &str) -> bool {
    let is_http = url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    is_http && Route::of(url, Trust::Proven).is_err()
}

/// The body of a successful answer, up to `limit` bytes.
pub(crate) fn get(url: &str, trust: Trust, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    let shown = without_password(url);
    let route = Route::of(url, trust).map_err(|error| error.about(&shown))?;
    let mut answer = route.agent().get(url).call().map_err(|error| failed(&shown, error))?;
    if answer.status().is_redirection() {
        return Err(Error::failed(format!("{shown}: the server redirects, which is not followed"))
            .hint(hints::REDIRECT));
    }
    answer
        .body_mut()
        .with_config()
        .limit(limit)
        .read_to_vec()
        .map(Zeroizing::new)
        .map_err(|error| failed(&shown, error))
}

/// How a request travels, and those that it is redirected to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Route {
    /// By https and nothing else.
    Secure,
    /// By http to this machine: not through a proxy, and not on to somewhere else.
    Local,
    Any,
}

impl Route {
    fn of(url: &str, trust: Trust) -> Result<Self, Error> {
        let url: Uri = url.parse().map_err(|_| Error::usage("is not a URL"))?;
        if url.scheme_str() == Some("https") {
            Ok(Self::Secure)
        } else if trust == Trust::Anybody {
            Ok(Self::Any)
        } else if url.host().is_some_and(is_this_machine) {
            Ok(Self::Local)
        } else {
            Err(Error::usage("by http, anybody on the way can send a certificate of their own")
                .hint(hints::HTTP))
        }
    }

    /// Trusts what the system trusts, so that a company's own authority works.
    fn agent(self) -> Agent {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder().tls_config(tls).timeout_global(Some(TIMEOUT));
        match self {
            Self::Secure => config.https_only(true),
            Self::Local => config.proxy(None).max_redirects(0),
            Self::Any => config,
        }
        .build()
        .into()
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The path of `file:///path`, or of `file://localhost/path`.
pub(crate) fn file_url_path(url: &str) -> Result<PathBuf, Error> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(Error::usage(format!(
            "{}: a file URL has the form file:///path",
            without_password(url)
        )));
    }
    match percent_decode_str(path).decode_utf8() {
        Ok(path) => Ok(PathBuf::from(path.as_ref())),
        Err(_) => Err(Error::usage(format!("{}: is not a file URL", without_password(url)))),
    }
}

/// The URL less what may be a password or a token: user, query and fragment. Where a password may go on behind the
/// host, because a `/`, `?` or `#` in it is not escaped, only the scheme is left.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let may_go_on = tail.rsplit_once('@').is_some_and(|(before, _)| {
        authority.contains(['@', ':']) || !tail.starts_with('/') || before.contains(':')
    });
    if may_go_on {
        return format!("{scheme}://…");
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

fn failed(url: &str, error: ureq::Error) -> Error {
    let cannot_be_fetched = format!("{url}: cannot be fetched");
    match error {
        ureq::Error::StatusCode(code) => Error::failed(format!("{url}: the server answers {code}")),
        ureq::Error::BodyExceedsLimit(_) => {
            Error::failed(format!("{url}: the answer is too large"))
        }
        // What these say has the whole URL in it.
        ureq::Error::RequireHttpsOnly(_) => {
            Error::failed(format!("{url}: the server redirects to http, which is not followed"))
        }
        ureq::Error::BadUri(_) => Error::failed(cannot_be_fetched),
        ureq::Error::Io(error) => Error::failed(cannot_be_fetched).caused_by(error),
        error => Error::failed(cannot_be_fetched).caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Route, Trust, file_url_path, is_unproven, without_password};

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        assert_eq!(without_password("https://u:p@h:1/a"), "https://h:1/a");
        assert_eq!(without_password("https://h/a@b"), "https://h/a@b");
        assert_eq!(without_password("http://u@h?token=x"), "http://h");
        assert_eq!(without_password("https://h/a?mail=a@b"), "https://h/a");
        for unescaped in [
            "http://user:s3c/ret@h/",
            "http://user:s3c?ret@h/",
            "http://user:s3c#ret@h/",
            "http://user:12/ret@h:1/a",
            "http://user/x:s3cret@h/",
            "http://user:s@c/ret@h/",
            "https://u:p@h:1/a@b",
            "http://s3c?ret@h/",
        ] {
            let scheme = unescaped.split_once("://").map_or("", |(scheme, _)| scheme);
            assert_eq!(without_password(unescaped), format!("{scheme}://…"), "{unescaped}");
        }
        assert_eq!(without_password("https://h/a"), "https://h/a");
    }

    #[test]
    fn http_is_for_this_machine_or_has_to_be_allowed() {
        let route = |url: &str, trust| Route::of(url, trust).ok();
        for trust in [Trust::Proven, Trust::Anybody] {
            assert_eq!(route("https://example.com/", trust), Some(Route::Secure));
            assert_eq!(route("HTTPS://localhost/", trust), Some(Route::Secure));
            assert_eq!(route("http://a b/", trust), None);
        }
        let local = ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "[::1]", "u:p@localhost"];
        for host in local {
            let url = format!("http://{host}:8080/cert.pem");
            assert_eq!(route(&url, Trust::Proven), Some(Route::Local), "{host}");
            assert_eq!(route(&url, Trust::Anybody), Some(Route::Any), "{host}");
        }
        assert!(is_unproven("HTTP://example.com/") && !is_unproven("http://127.0.0.1/"));
        assert!(!is_unproven("https://example.com/") && !is_unproven("http"));
        let others = ["example.com", "localhost.example.com", "localhost@h", "0.0.0.0", "[::2]"];
        for host in others {
            let url = format!("http://{host}:8080/cert.pem");
            assert_eq!(route(&url, Trust::Proven), None, "{host}");
            assert_eq!(route(&url, Trust::Anybody), Some(Route::Any), "{host}");
        }
    }

    #[test]
    fn a_file_url_gives_its_path() {
        let path = |url| file_url_path(url).map_err(|error| error.message().to_owned());
        assert_eq!(path("file:///a/b%20c").as_deref(), Ok(Path::new("/a/b c")));
        assert_eq!(path("file://localhost/a").as_deref(), Ok(Path::new("/a")));
        assert!(path("file://elsewhere/a").is_err());
        assert!(path("file:///%ff").is_err());
    }
}
