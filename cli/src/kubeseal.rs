//! The program under the name of `kubeseal`, the client of Sealed Secrets: its flags, mapped onto what the commands of `seal` do.
//!
//! `docs/kubeseal.md` lists what is done otherwise, and `e2e/tests/kubeseal` shows that there is nothing else.

mod flags;
mod through_controller;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::args::{
    CertificateArgs, FilenameArgs, FormatName, OutputArgs, ScopeArgs, ScopeName, not_empty,
};
use crate::cluster::{self, ClusterArgs};
use crate::command_line;
use crate::commands::{merge, raw, seal, unseal};
use crate::error::Error;
use crate::fetch;
use crate::guard::Guard;
use crate::in_file::ObjectArgs;
use crate::input::Source;
use crate::kubeconfig::{Impersonation, Overrides};
use crate::named;
use crate::output::{Audience, Destination};
use crate::ui::Ui;
use flags::{ConnectionFlags, Flags};

#[cfg(test)]
pub(crate) use flags::definition;

/// The names under which the program is kubeseal.
const KUBESEAL: &str = "kubeseal";
/// kubectl runs it for `kubectl seal`.
const PLUGIN: &str = "kubectl-seal";

/// Whether the program was called as kubeseal. As a plugin of kubectl it is `seal` all the same where one of its commands is
/// named: kubeseal has none.
pub(crate) fn is_meant(arguments: &[OsString]) -> bool {
    let called = arguments.first().map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
    match called {
        Some(KUBESEAL) => true,
        Some(PLUGIN) => !arguments.get(1).is_some_and(|word| is_command(word)),
        _ => false,
    }
}

fn is_command(word: &OsStr) -> bool {
    word.to_str().is_some_and(|word| {
        !word.starts_with('-') && command_line::names().iter().any(|name| name == word)
    })
}

/// Does what the flags ask for. A failure has exit code 1, whatever it is; a command line that cannot be read has 2.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui<'_>) -> Result<(), Error> {
    let flags = flags::parse(arguments)?;
    if !flags.words.is_empty() {
        ui.warning("words that belong to no flag count for nothing: -f names a file");
    }
    dispatch(flags, ui).map_err(Error::into_failure)
}

/// As with kubeseal, the first of several things that are asked for is done.
fn dispatch(flags: Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    if flags.version {
        return print(format!("kubeseal version: v{}\n", env!("CARGO_PKG_VERSION")), ui);
    }
    if flags.help {
        return print(flags::help(), ui);
    }
    if !flags.from_file.is_empty() && !flags.raw {
        return Err(Error::failed("--from-file is for --raw"));
    }
    if flags.recovery_unseal {
        return recovery_unseal(flags, ui);
    }
    if !flags.keys.is_empty() {
        ui.warning("--recovery-private-key is for --recovery-unseal, and counts for nothing here");
    }
    if flags.validate {
        through_controller::validate(&flags.source(), &flags.cluster()?, ui)
    } else if flags.re_encrypt || flags.rotate {
        re_encrypt(&flags, ui)
    } else if flags.fetch_cert {
        fetch_certificate(&flags, ui)
    } else if let Some(file) = given(flags.merge_into.as_ref()).cloned() {
        merge_into(file, flags, ui)
    } else if flags.raw {
        seal_value(flags, ui)
    } else {
        seal_secrets(flags, ui)
    }
}

fn print(text: String, ui: &mut Ui<'_>) -> Result<(), Error> {
    Destination::Stdout.write(&[text], Audience::AsBefore, ui)
}

/// A flag that is given as nothing counts as not given.
fn given(path: Option<&PathBuf>) -> Option<&PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty())
}

impl Flags {
    fn source(&self) -> Source {
        given(self.input.as_ref()).map_or(Source::Stdin, |path| Source::File(path.clone()))
    }

    fn files(&self) -> Vec<PathBuf> {
        given(self.input.as_ref()).into_iter().cloned().collect()
    }

    /// YAML where the file's name says so, else what the flag says, else JSON.
    fn format(&self) -> Result<FormatName, Error> {
        let extension = given(self.write.as_ref()).and_then(|path| path.extension());
        if extension.is_some_and(|extension| extension == "yaml" || extension == "yml") {
            return Ok(FormatName::Yaml);
        }
        match self.format.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
            "" | "json" => Ok(FormatName::Json),
            "yaml" => Ok(FormatName::Yaml),
            _ => Err(Error::failed("unsupported output format: it is one of json and yaml")),
        }
    }

    fn output(&self) -> Result<OutputArgs, Error> {
        let write = given(self.write.as_ref()).cloned();
        Ok(OutputArgs { format: Some(self.format()?), write })
    }

    /// No flag of kubeseal's says that a certificate may come by http: whoever names such a URL is warned.
    fn certificate(&self, ui: &mut Ui<'_>) -> CertificateArgs {
        let cert = self.cert.clone().filter(|cert| !cert.is_empty());
        if cert.as_ref().and_then(|cert| cert.to_str()).is_some_and(fetch::is_unproven) {
            ui.warning("by http, anybody on the way can send a certificate of their own");
        }
        CertificateArgs { cert, allow_http: true, pin: None, allow_expired: false }
    }

    fn cluster(&self) -> Result<ClusterArgs, Error> {
        let ConnectionFlags { kubeconfig, context, request_timeout, .. } = &self.connection;
        let wrong = |reason| Error::failed(format!("--request-timeout: {reason}"));
        let timeout = not_empty(request_timeout.as_deref()).map(cluster::duration).transpose();
        Ok(ClusterArgs {
            kubeconfig: given(kubeconfig.as_ref()).cloned(),
            context: context.clone(),
            controller_namespace: self.controller_namespace.clone(),
            controller_name: self.controller_name.clone(),
            request_timeout: timeout.map_err(wrong)?,
            overrides: Box::new(self.connection.overrides()?),
        })
    }

    /// The scope, where it is not the one that stands for what the annotations say.
    fn wide_scope(&self) -> Option<ScopeName> {
        self.scope.filter(|scope| !matches!(scope, ScopeName::Strict))
    }
}

impl ConnectionFlags {
    fn overrides(&self) -> Result<Overrides, Error> {
        let text = |value: &Option<String>| not_empty(value.as_deref()).map(str::to_owned);
        let secret = |value: &Option<String>| text(value).map(Zeroizing::new);
        let password = secret(&self.password).unwrap_or_default();
        let pair = (given(self.client_certificate.as_ref()), given(self.client_key.as_ref()));
        let client_certificate = match pair {
            (Some(chain), Some(key)) => Some((chain.clone(), key.clone())),
            (None, None) => None,
            _ => {
                return Err(Error::failed(
                    "--client-certificate and --client-key are given together",
                ));
            }
        };
        Ok(Overrides {
            cluster: text(&self.cluster),
            user: text(&self.user),
            server: text(&self.server),
            authority: given(self.certificate_authority.as_ref()).cloned(),
            insecure: self.insecure_skip_tls_verify,
            tls_server_name: text(&self.tls_server_name),
            proxy: text(&self.proxy_url),
            token: secret(&self.token),
            basic: text(&self.username).map(|name| (name, password)),
            client_certificate,
            impersonation: Impersonation {
                user: text(&self.as_user),
                uid: text(&self.as_uid),
                groups: self.as_group.clone(),
            },
        })
    }
}

fn seal_secrets(flags: Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    let mut output = flags.output()?;
    // Of kubeseal, a file that is read may be the one that is written.
    let in_place = output.write.is_some() && output.write.as_ref() == given(flags.input.as_ref());
    if in_place {
        output = OutputArgs { format: None, write: None };
    }
    let args = seal::SealArgs {
        files: flags.files(),
        certificate: flags.certificate(ui),
        cluster: flags.cluster()?.into(),
        scope: ScopeArgs { scope: flags.wide_scope() },
        output,
        environment: flags.environment,
        namespace: flags.namespace,
        name: flags.name,
        filename: FilenameArgs::default(),
        in_place,
        update: false,
        keys: Vec::new(),
        compare_live: false,
        allow_empty_data: flags.allow_empty_data,
        skip_other: false,
        allow_plaintext: false,
        allow_values_in_metadata: false,
        no_hints: true,
    };
    seal::run(&args, ui)
}

fn seal_value(flags: Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    let file = match flags.from_file.as_slice() {
        [] => None,
        [one] => Some(value_file(one)?),
        _ => return Err(Error::failed("--raw seals one value, of one --from-file")),
    };
    let args = raw::RawArgs {
        file,
        certificate: flags.certificate(ui),
        cluster: flags.cluster()?.into(),
        write: given(flags.write.as_ref()).cloned(),
        environment: flags.environment,
        scope: Some(flags.scope.unwrap_or(ScopeName::Strict)),
        namespace: flags.namespace,
        name: flags.name,
        filename: FilenameArgs::default(),
    };
    raw::run(&args, ui)
}

/// The path of `NAME=PATH`, or the whole.
fn value_file(argument: &Path) -> Result<PathBuf, Error> {
    let path = match argument.to_str().and_then(|text| text.split_once('=')) {
        Some((_, path)) => Path::new(path),
        None => argument,
    };
    if named::may_be_shown(path) {
        return Ok(path.to_owned());
    }
    Err(Error::failed("--from-file names no file")
        .hint("a value itself is given on standard input: --raw < FILE"))
}

fn merge_into(file: PathBuf, flags: Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    let args = merge::MergeArgs {
        file,
        secret: flags.files().into_iter().next(),
        certificate: flags.certificate(ui),
        cluster: flags.cluster()?.into(),
        environment: flags.environment,
        object: ObjectArgs { namespace: flags.namespace, name: None },
        of_kubeseal: true,
        allow_empty_data: flags.allow_empty_data,
    };
    merge::run(&args, ui)
}

fn recovery_unseal(flags: Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    if flags.keys.is_empty() {
        return Err(Error::failed("--recovery-unseal needs private keys")
            .hint("name their files: --recovery-private-key FILE"));
    }
    let args = unseal::UnsealArgs {
        files: flags.files(),
        output: flags.output()?,
        keys: flags.keys,
        item: None,
        namespace: None,
        skip_other: false,
    };
    unseal::run(&args, ui)
}

fn fetch_certificate(flags: &Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    let certificate = flags.certificate(ui);
    let choice = certificate.choose(&flags.environment, None, &flags.cluster()?.into())?;
    let destination = Destination::from_argument(given(flags.write.as_ref()).map(PathBuf::as_path));
    Guard::new().reads(choice.locals()).writes(&destination).check(ui)?;
    let pem = choice.text(ui)?;
    destination.write(&[pem], Audience::WorldReadable, ui)
}

/// In the file itself where it is the only one that is named, as with kubeseal.
fn re_encrypt(flags: &Flags, ui: &mut Ui<'_>) -> Result<(), Error> {
    let (input, cluster) = (given(flags.input.as_ref()), flags.cluster()?);
    let write = given(flags.write.as_ref());
    if let Some(file) = input.filter(|file| write.is_none_or(|write| write == *file)) {
        return through_controller::re_encrypt_in(file, &cluster, ui);
    }
    let output = flags.output()?;
    let destination = Destination::from_argument(output.write.as_deref());
    through_controller::re_encrypt(&flags.source(), &destination, output.format(), &cluster, ui)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_it_is_called_by_decides() {
        let is_meant =
            |words: &[&str]| is_meant(&words.iter().map(OsString::from).collect::<Vec<_>>());
        for words in [
            &["kubeseal"][..],
            &["/usr/bin/kubeseal", "rotate"],
            &["kubectl-seal"],
            &["kubectl-seal", "--fetch-cert"],
            &["kubectl-seal", "secret.yaml"],
        ] {
            assert!(is_meant(words), "{words:?}");
        }
        for words in [&["seal"][..], &["/opt/kubeseal/seal"], &["kubectl-seal", "rotate"], &[]] {
            assert!(!is_meant(words), "{words:?}");
        }
    }

    #[test]
    fn a_value_is_in_the_file_behind_the_equals_sign() {
        let path = |text: &str| value_file(Path::new(text)).ok();
        assert_eq!(path("./a.txt"), Some(PathBuf::from("./a.txt")));
        assert_eq!(path("password=./a.txt"), Some(PathBuf::from("./a.txt")));
        assert_eq!(path("password=S3cr3t!"), None);
    }
}
