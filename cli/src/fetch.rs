//! A certificate from a URL.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use zeroize::Zeroizing;

use crate::error::Error;

/// For the whole exchange.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The body of a successful answer, up to `limit` bytes.
pub(crate) fn get(url: &str, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    let shown = without_password(url);
    let mut answer = agent().get(url).call().map_err(|error| failed(&shown, error))?;
    answer
        .body_mut()
        .with_config()
        .limit(limit)
        .read_to_vec()
        .map(Zeroizing::new)
        .map_err(|error| failed(&shown, error))
}

/// The path of `file:///path`, or of `file://localhost/path`.
pub(crate) fn file_url_path(url: &str) -> Result<PathBuf, Error> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(Error::usage(format!("{url}: a file URL has the form file:///path")));
    }
    match percent_decode_str(path).decode_utf8() {
        Ok(path) => Ok(PathBuf::from(path.as_ref())),
        Err(_) => Err(Error::usage(format!("{url}: is not a file URL"))),
    }
}

/// The URL less what may be a password or a token: user, query and fragment.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = match rest.find('/') {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Trusts what the system trusts, so that a company's own authority works.
fn agent() -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    Agent::config_builder().tls_config(tls).timeout_global(Some(TIMEOUT)).build().into()
}

fn failed(url: &str, error: ureq::Error) -> Error {
    let cannot_be_fetched = format!("{url}: cannot be fetched");
    match error {
        ureq::Error::StatusCode(code) => Error::failed(format!("{url}: the server answers {code}")),
        ureq::Error::BodyExceedsLimit(_) => {
            Error::failed(format!("{url}: the answer is too large"))
        }
        ureq::Error::Io(error) => Error::failed(cannot_be_fetched).caused_by(error),
        error => Error::failed(cannot_be_fetched).caused_by(error),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{file_url_path, without_password};

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        assert_eq!(without_password("https://u:p@h:1/a@b"), "https://h:1/a@b");
        assert_eq!(without_password("http://u@h?token=x"), "http://h");
        assert_eq!(without_password("https://h/a"), "https://h/a");
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
