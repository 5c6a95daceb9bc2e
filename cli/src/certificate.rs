//! The certificate to seal with: where it comes from, and whether it may still be used.

mod forms;
pub(crate) mod pins;

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::fmt::Display;
use std::path::Path;

use sealkit_core::{Certificate, UnixTime, Validity};
use zeroize::Zeroizing;

use crate::args::{CertificateArgs, FromEnvironment};
use crate::clock;
use crate::cluster::{self, Fetched, FromClusterArgs};
use crate::error::Error;
use crate::fetch::{self, Trust};
use crate::hints;
use crate::input::{CERTIFICATE_LIMIT, Source, Variable, ascii_from_utf16};
use crate::named;
use crate::rules::FoundRule;
use crate::ui::Ui;

/// Below this, sealing warns that the certificate will expire.
const WARN_BELOW_SECONDS: i64 = 30 * DAY;
const DAY: i64 = 24 * 60 * 60;

/// The variable that names the certificate, or holds it.
const VARIABLE: &str = "SEALED_SECRETS_CERT";

/// Where a certificate is read from.
pub(crate) enum CertificateSource {
    Local(Source),
    Url(String, Trust),
    /// The content of an environment variable.
    Variable(Variable),
    /// The controller of a cluster.
    Cluster(Box<FromClusterArgs>),
}

/// A certificate that was read.
pub(crate) struct Loaded {
    certificate: Certificate,
    /// What it was read from. Wiped: a private key may have been named by mistake.
    text: Zeroizing<Vec<u8>>,
    /// The cluster that has given it: context and server.
    from: Option<String>,
}

impl CertificateSource {
    /// `http://…` and `https://…` are fetched; all else is a file, also as `file://…`. What cannot be a file's name is
    /// the content of the variable: PEM that came as an argument was refused before.
    pub(crate) fn from_argument(argument: &OsStr, trust: Trust) -> Result<Self, Error> {
        let file = || Self::Local(Source::from_argument(Path::new(argument)));
        // What is no text is no URL.
        let Some(text) = argument.to_str() else { return Ok(file()) };
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https") => Ok(Self::Url(text.to_owned(), trust)),
            Some("file") => Ok(Self::Local(Source::File(fetch::file_url_path(text)?))),
            Some(scheme) if is_scheme(scheme) => {
                Err(Error::usage(format!("--cert: {scheme} is none of http, https and file")))
            }
            Some(_) => Err(Error::usage("--cert: the URL is none of http, https and file")),
            None if named::is_content(argument) => Ok(Self::Variable(Variable(VARIABLE))),
            None => Ok(file()),
        }
    }

    /// The input that is read for it.
    fn local(&self) -> Option<&Source> {
        match self {
            Self::Local(source) => Some(source),
            Self::Url(..) | Self::Variable(_) | Self::Cluster(_) => None,
        }
    }

    /// Reads or fetches, and parses.
    pub(crate) fn load(&self, ui: &mut Ui<'_>) -> Result<Certificate, Error> {
        self.load_from(ui).map(|loaded| loaded.certificate)
    }

    fn load_from(&self, ui: &mut Ui<'_>) -> Result<Loaded, Error> {
        let text = match self {
            Self::Local(source) => source.read(CERTIFICATE_LIMIT, ui)?,
            Self::Url(url, trust) => fetch::get(url, *trust, CERTIFICATE_LIMIT)?,
            Self::Variable(variable) => variable.read(),
            Self::Cluster(args) => {
                let Fetched { certificate, text, from, .. } = cluster::certificate(args, ui)?;
                return Ok(Loaded { certificate, text, from: Some(from) });
            }
        };
        let certificate = read(text.clone()).map_err(|error| error.about(self))?;
        Ok(Loaded { certificate, text, from: None })
    }
}

impl Display for CertificateSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(source) => source.fmt(f),
            Self::Url(url, _) => f.write_str(&fetch::without_password(url)),
            Self::Variable(variable) => variable.fmt(f),
            Self::Cluster(_) => f.write_str("the cluster"),
        }
    }
}

/// A certificate in any of its forms.
pub(crate) fn read(text: Zeroizing<Vec<u8>>) -> Result<Certificate, Error> {
    forms::read(&ascii_from_utf16(text))
}

/// The certificate that is chosen, and what is said about it elsewhere.
pub(crate) struct CertificateChoice<'a> {
    source: CertificateSource,
    /// The rule that has chosen it.
    rule: Option<&'a FoundRule>,
    /// The rule of what is sealed, which may demand a key whoever has chosen the certificate.
    demanding: Option<&'a FoundRule>,
    /// What the environment names, which must have the same key.
    variable: Option<CertificateSource>,
    /// The cluster that has given it, once it has.
    from: OnceCell<String>,
}

impl<'a> CertificateChoice<'a> {
    fn of(source: CertificateSource) -> Self {
        Self { source, rule: None, demanding: None, variable: None, from: OnceCell::new() }
    }

    fn of_rule(
        rule: Option<&'a FoundRule>,
        file: Source,
        variable: Option<CertificateSource>,
    ) -> Self {
        Self { rule, variable, ..Self::of(CertificateSource::Local(file)) }
    }

    /// The inputs that are read for it, to be compared with others.
    pub(crate) fn locals(&self) -> impl Iterator<Item = &Source> {
        self.source
            .local()
            .into_iter()
            .chain(self.variable.as_ref().and_then(CertificateSource::local))
    }

    /// The text of the certificate as it was given, which nothing else than a certificate may be.
    pub(crate) fn text(&self, ui: &mut Ui<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.source.load_from(ui).map(|loaded| loaded.text)
    }

    /// Says whose key was sealed for, where a server or a rule has chosen it.
    pub(crate) fn note_key(&self, certificate: &Certificate, ui: &mut Ui<'_>) {
        let key = certificate.fingerprint();
        if let Some(from) = self.from.get() {
            ui.note(format!("sealed for key {key}, from {from}"));
        } else if self.rule.is_some() || matches!(self.source, CertificateSource::Url(..)) {
            ui.note(format!("sealed for key {key}"));
        }
    }

    /// Refuses a key that the rule has no pin for.
    fn check_pins(&self, certificate: &Certificate) -> Result<(), Error> {
        let Some(found) = self.demanding else { return Ok(()) };
        pins::check(certificate.fingerprint(), found.rule().pins(), found)
    }

    /// Refuses a rule and a variable that name different keys: one of them is wrong.
    fn check_variable(&self, certificate: &Certificate, ui: &mut Ui<'_>) -> Result<(), Error> {
        let (Some(rule), Some(variable)) = (self.rule, &self.variable) else { return Ok(()) };
        let (of_rule, of_variable) = (certificate.fingerprint(), variable.load(ui)?.fingerprint());
        if of_rule == of_variable {
            return Ok(());
        }
        Err(Error::failed(format!(
            "{rule} is for key {of_rule}, and {VARIABLE} for key {of_variable}"
        ))
        .hint(hints::DIFFERENT_KEYS))
    }
}

impl CertificateArgs {
    /// Where the certificate comes from: the flag, else the rule, else the variable, else the cluster.
    pub(crate) fn choose<'a>(
        &self,
        environment: &FromEnvironment,
        rule: Option<&'a FoundRule>,
        cluster: &FromClusterArgs,
    ) -> Result<CertificateChoice<'a>, Error> {
        let choice = self.choose_source(environment, rule, cluster)?;
        Ok(CertificateChoice { demanding: rule, ..choice })
    }

    fn choose_source<'a>(
        &self,
        environment: &FromEnvironment,
        rule: Option<&'a FoundRule>,
        cluster: &FromClusterArgs,
    ) -> Result<CertificateChoice<'a>, Error> {
        let trust = Trust::given(self.allow_http);
        let given = || {
            let argument = self.cert.as_deref();
            let source = argument.map(|argument| CertificateSource::from_argument(argument, trust));
            match source.transpose()? {
                Some(CertificateSource::Url(..)) if cluster.offline => {
                    Err(Error::usage("--offline asks nobody, and the certificate is at a URL")
                        .hint(hints::OFFLINE))
                }
                source => Ok(source),
            }
        };
        let is_flag = self.cert.is_some() && !environment.gives("cert");
        if let Some(found) = rule.filter(|_| !is_flag)
            && let Some(file) = found.certificate()?
        {
            return Ok(CertificateChoice::of_rule(rule, file, given()?));
        }
        match given()? {
            Some(source) => Ok(CertificateChoice::of(source)),
            None if cluster.cluster.is_there() => {
                Ok(CertificateChoice::of(CertificateSource::Cluster(Box::new(cluster.clone()))))
            }
            None => Err(Error::usage("no certificate is given").hint(hints::NO_CERTIFICATE)),
        }
    }

    /// A certificate that may be sealed with now.
    pub(crate) fn load(
        &self,
        choice: &CertificateChoice<'_>,
        ui: &mut Ui<'_>,
    ) -> Result<Certificate, Error> {
        let source = &choice.source;
        let Loaded { certificate, from, .. } = source.load_from(ui)?;
        if let Some(from) = from {
            choice.from.set(from).ok();
        }
        choice.check_variable(&certificate, ui)?;
        choice.check_pins(&certificate).map_err(|error| error.about(source))?;
        self.accept(&certificate, source, ui)?;
        Ok(certificate)
    }

    /// Refuses a certificate that is not the one that is demanded, or that may not be sealed with now.
    pub(crate) fn accept(
        &self,
        certificate: &Certificate,
        from: impl Display,
        ui: &mut Ui<'_>,
    ) -> Result<(), Error> {
        self.check_pin(certificate).map_err(|error| error.about(&from))?;
        let notice = validity_notice(certificate, clock::now(), self.allow_expired);
        if let Some(notice) = notice.map_err(|error| error.about(&from))? {
            ui.warning(notice);
        }
        Ok(())
    }

    /// A certificate of a rule that may be sealed with now.
    pub(crate) fn load_file(&self, path: &Path, ui: &mut Ui<'_>) -> Result<Certificate, Error> {
        let source = CertificateSource::Local(Source::File(path.to_owned()));
        self.load(&CertificateChoice::of(source), ui)
    }

    /// The certificate of the flag or of the variable, if one is given.
    pub(crate) fn load_given(&self, ui: &mut Ui<'_>) -> Result<Option<Certificate>, Error> {
        let Some(argument) = self.cert.as_deref() else { return Ok(None) };
        let source = CertificateSource::from_argument(argument, Trust::given(self.allow_http))?;
        self.load(&CertificateChoice::of(source), ui).map(Some)
    }

    fn check_pin(&self, certificate: &Certificate) -> Result<(), Error> {
        pins::check(certificate.fingerprint(), self.pin.as_slice(), "--pin")
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

/// A word that a person may have meant as a URL's scheme, such as `ftp`.
fn is_scheme(word: &str) -> bool {
    const MAX_CHARACTERS: usize = 8;
    word.len() <= MAX_CHARACTERS && word.bytes().all(|byte| byte.is_ascii_lowercase())
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
