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
            None => Err(Error::usage("no certificate is given").hint(
                "name the cluster's certificate: --cert FILE or URL, or SEALED_SECRETS_CERT",
            )),
        }
    }

    /// A certificate that may be sealed with now.
    pub(crate) fn load(
        &self,
        source: &CertificateSource,
        ui: &mut Ui<'_>,
    ) -> Result<Certificate, Error> {
        let certificate = source.load(ui)?;
        check_validity(&certificate, clock::now(), self.allow_expired, ui)
            .map_err(|error| error.about(source))?;
        Ok(certificate)
    }
}

fn check_validity(
    certificate: &Certificate,
    now: UnixTime,
    allow_expired: bool,
    ui: &mut Ui<'_>,
) -> Result<(), Error> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    match certificate.validity_at(now) {
        Validity::Expired if allow_expired => {
            ui.warning(format!("the certificate expired on {not_after}"));
            Ok(())
        }
        Validity::Expired => {
            Err(Error::failed(format!("the certificate expired on {not_after}; it is {now} now"))
                .hint(
                    "fetch the cluster's newest certificate; --allow-expired seals with this one",
                ))
        }
        Validity::NotYetValid => {
            ui.warning(format!("the certificate is valid only from {not_before} on"));
            Ok(())
        }
        Validity::Valid { remaining_seconds } if remaining_seconds < WARN_BELOW_SECONDS => {
            let days = remaining_seconds / DAY;
            ui.warning(format!("the certificate expires in {days} days, on {not_after}"));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn unusable(error: &CertificateError) -> Error {
    Error::failed(error).hint(hints::CERTIFICATE)
}
