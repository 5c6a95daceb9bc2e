//! The certificate to seal with: where it comes from, and whether it may still be used.

use std::path::PathBuf;

use sealkit_core::{Certificate, CertificateError, UnixTime, Validity};

use crate::args::CertificateArgs;
use crate::clock;
use crate::error::Error;
use crate::fetch;
use crate::hints;
use crate::input::{CERTIFICATE_LIMIT, Source, ascii_from_utf16};
use crate::ui::Ui;

/// Below this, sealing warns that the certificate will expire.
const WARN_BELOW_SECONDS: i64 = 30 * DAY;
const DAY: i64 = 24 * 60 * 60;

/// Where a certificate is read from.
pub(crate) enum CertificateSource {
    Local(Source),
    Url(String),
}

impl CertificateSource {
    /// `http://…` and `https://…` are fetched; all else is a file, also as `file://…`.
    pub(crate) fn from_argument(argument: &str) -> Result<Self, Error> {
        let scheme = argument.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => Ok(Self::Url(argument.to_owned())),
            Some("file") => {
                let path = fetch::file_url_path(argument)?;
                Ok(Self::Local(Source::File(path)))
            }
            Some(other) if other.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Err(Error::usage(format!("--cert: {other} is none of http, https and file")))
            }
            _ => Ok(Self::Local(Source::from_argument(&PathBuf::from(argument)))),
        }
    }

    /// The input that is read for it, to be compared with others.
    pub(crate) fn local(&self) -> Option<&Source> {
        match self {
            Self::Local(source) => Some(source),
            Self::Url(_) => None,
        }
    }

    /// Reads or fetches, and parses.
    pub(crate) fn load(&self, ui: &mut Ui<'_>) -> Result<Certificate, Error> {
        // Wiped: a private key may have been named by mistake.
        let pem = match self {
            Self::Local(source) => source.read(CERTIFICATE_LIMIT, ui)?,
            Self::Url(url) => fetch::get(url, CERTIFICATE_LIMIT)?,
        };
        Certificate::from_pem(&ascii_from_utf16(pem)).map_err(|error| unusable(&error).about(self))
    }
}

impl std::fmt::Display for CertificateSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(source) => source.fmt(f),
            Self::Url(url) => f.write_str(&fetch::without_password(url)),
        }
    }
}

impl CertificateArgs {
    /// Where the certificate comes from.
    pub(crate) fn source(&self) -> Result<CertificateSource, Error> {
        match &self.cert {
            Some(argument) => CertificateSource::from_argument(argument),
            None => Err(Error::usage("no certificate is given").hint(hints::NO_CERTIFICATE)),
        }
    }

    /// A certificate that may be sealed with now.
    pub(crate) fn load(
        &self,
        source: &CertificateSource,
        ui: &mut Ui<'_>,
    ) -> Result<Certificate, Error> {
        let certificate = source.load(ui)?;
        let notice = validity_notice(&certificate, clock::now(), self.allow_expired);
        if let Some(notice) = notice.map_err(|error| error.about(source))? {
            ui.warning(notice);
        }
        Ok(certificate)
    }
}

/// What has to be said about the certificate's dates before it is sealed with; an error where it may not be.
fn validity_notice(
    certificate: &Certificate,
    now: UnixTime,
    allow_expired: bool,
) -> Result<Option<String>, Error> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    match certificate.validity_at(now) {
        Validity::Expired if allow_expired => {
            Ok(Some(format!("the certificate expired on {not_after}")))
        }
        Validity::Expired => {
            Err(Error::failed(format!("the certificate expired on {not_after}; it is {now} now"))
                .hint(hints::EXPIRED_CERTIFICATE))
        }
        Validity::NotYetValid => {
            Ok(Some(format!("the certificate is valid only from {not_before} on")))
        }
        Validity::Valid { remaining_seconds } if remaining_seconds < WARN_BELOW_SECONDS => {
            let days = remaining_seconds / DAY;
            Ok(Some(format!("the certificate expires in {days} days, on {not_after}")))
        }
        Validity::Valid { .. } => Ok(None),
    }
}

fn unusable(error: &CertificateError) -> Error {
    Error::failed(error).hint(hints::CERTIFICATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_judged_as_of_a_time() {
        let certificate = Certificate::from_pem(&sealkit_testkit::read_fixture("keys/demo.crt"));
        let certificate = certificate.expect("the fixture is a certificate");
        let (from, to) = (certificate.not_before().0, certificate.not_after().0);
        let notice = |now, allow_expired| {
            validity_notice(&certificate, UnixTime(now), allow_expired)
                .map_err(|error| error.message().to_owned())
        };
        let says = |text: &str| Ok(Some(text.to_owned()));
        let early = "the certificate is valid only from 2020-01-01T00:00:00Z on";
        assert_eq!(notice(from - 1, false), says(early));
        assert_eq!(notice(from, false), Ok(None));
        assert_eq!(notice(to - WARN_BELOW_SECONDS, false), Ok(None));
        let soon = "the certificate expires in 29 days, on 2120-01-01T00:00:00Z";
        assert_eq!(notice(to + 1 - WARN_BELOW_SECONDS, false), says(soon));
        let expired = "the certificate expired on 2120-01-01T00:00:00Z";
        assert_eq!(notice(to + 1, true), says(expired));
        let refused = format!("{expired}; it is 2120-01-01T00:00:01Z now");
        assert_eq!(notice(to + 1, false), Err(refused));
    }
}
