//! Groups of flags that several commands share, and how flags are read.

mod tree;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use kubeyaml::Format;
use sealkit_core::{Fingerprint, Scope};
use sealkit_repository::config::Binding;

pub(crate) use tree::TreeArgs;

/// Which arguments are given by the environment: a rule of `.seal.yaml` wins over those, and gives way to the command
/// line's.
///
/// The first field of the arguments that it is about: what is read before it is not there any more.
#[derive(Default)]
pub(crate) struct FromEnvironment(Vec<String>);

impl FromEnvironment {
    /// Whether the argument is given by the environment.
    pub(crate) fn gives(&self, id: &str) -> bool {
        self.0.iter().any(|given| given == id)
    }

    /// What the arguments `scope`, `namespace` and `name` say, completed by what the rule says.
    pub(crate) fn binding(&self, given: Binding, rule: Option<&Binding>) -> Binding {
        let Some(rule) = rule.cloned() else { return given };
        Binding {
            scope: self.choose("scope", given.scope, rule.scope),
            namespace: self.choose("namespace", given.namespace, rule.namespace),
            name: self.choose("name", given.name, rule.name),
        }
    }

    fn choose<T>(&self, id: &str, given: Option<T>, rule: Option<T>) -> Option<T> {
        if self.gives(id) { rule.or(given) } else { given.or(rule) }
    }
}

impl FromArgMatches for FromEnvironment {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let ids = matches.ids().map(clap::Id::as_str);
        let given = ids.filter(|id| matches.value_source(id) == Some(ValueSource::EnvVariable));
        Ok(Self(given.map(str::to_owned).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// It has no arguments of its own.
impl Args for FromEnvironment {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

/// Whose rule counts.
#[derive(Args, Default)]
pub(crate) struct FilenameArgs {
    /// The file whose rule in .seal.yaml counts [default: that of -w, else the input]
    #[arg(long, value_name = "FILE")]
    pub(crate) filename: Option<PathBuf>,
}

/// How a report is printed.
#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum ReportForm {
    /// For people
    #[default]
    Text,
    /// One object, for programs
    Json,
}

/// Where the certificate comes from.
#[derive(Args)]
pub(crate) struct CertificateArgs {
    /// The cluster's certificate: a PEM file, or an http, https or file URL
    #[arg(long, value_name = "FILE|URL", env = "SEALED_SECRETS_CERT", hide_env_values = true)]
    pub(crate) cert: Option<OsString>,
    /// Fetch the certificate by http from another machine, which cannot prove that it is the right one
    #[arg(long)]
    pub(crate) allow_http: bool,
    /// Seal only for the key with this fingerprint, as seal cert show prints it
    #[arg(
        long,
        value_name = "FINGERPRINT",
        env = "SEALED_SECRETS_PIN",
        hide_env_values = true,
        value_parser = fingerprint
    )]
    pub(crate) pin: Option<Fingerprint>,
    /// Seal even if the certificate has expired
    #[arg(long)]
    pub(crate) allow_expired: bool,
}

/// What a sealed value is bound to.
#[derive(Args)]
pub(crate) struct ScopeArgs {
    /// What the sealed values are bound to [default: what the Secret's annotations ask for, else strict]
    #[arg(long, value_enum, env = "SEALED_SECRETS_SCOPE", hide_env_values = true)]
    pub(crate) scope: Option<ScopeName>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ScopeName {
    /// Namespace and name
    Strict,
    /// The namespace; the name may change
    NamespaceWide,
    /// The cluster; name and namespace may change
    ClusterWide,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Strict => Self::Strict,
            ScopeName::NamespaceWide => Self::NamespaceWide,
            ScopeName::ClusterWide => Self::ClusterWide,
        }
    }
}

/// How documents are written, and where to.
#[derive(Args)]
pub(crate) struct OutputArgs {
    /// Output format [default: yaml, or json for a -w FILE that ends in .json]
    // -o is kubeseal's; commands that report have -o/--output, for which it is short.
    #[arg(
        long,
        short_alias = 'o',
        value_enum,
        env = "SEALED_SECRETS_FORMAT",
        hide_env_values = true
    )]
    pub(crate) format: Option<FormatName>,
    /// Write to this file, in one step, instead of standard output
    #[arg(short = 'w', long = "write", value_name = "FILE")]
    pub(crate) write: Option<PathBuf>,
}

impl OutputArgs {
    /// The format asked for, or the one that the file's name asks for.
    pub(crate) fn format(&self) -> Format {
        let by_name = || match self.write.as_ref().and_then(|path| path.extension()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => FormatName::Json,
            _ => FormatName::Yaml,
        };
        match self.format.unwrap_or_else(by_name) {
            FormatName::Yaml => Format::Yaml,
            FormatName::Json => Format::Json,
        }
    }
}

/// A format's name.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum FormatName {
    Yaml,
    Json,
}

/// A flag that is given, but empty, counts as not given: `--namespace "$NAMESPACE"` where there is none.
pub(crate) fn not_empty(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

/// A boolean in an environment variable, as Go reads it.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("has to be true or false".to_owned()),
    }
}

/// A fingerprint in the form that is printed.
pub(crate) fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    text.parse().map_err(|_| "a fingerprint is SHA256: and 43 characters of base64".to_owned())
}
