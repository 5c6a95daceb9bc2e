//! The command line: the program's commands, and the groups of flags that several of them share.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use kubeyaml::Format;
use sealkit_core::Scope;

use crate::commands::{cert, completions, keygen, man, raw, seal, unseal};
use crate::error::Error;

/// Keep Kubernetes Secrets in Git.
///
/// Reads Secrets and writes SealedSecrets, which only the cluster that owns the sealing key can
/// open. Without a command it seals: from the files named, or from standard input.
#[derive(Parser)]
#[command(
    name = "seal",
    version,
    args_conflicts_with_subcommands = true,
    after_long_help = LONG_EXAMPLES,
    after_help = "See --help for examples and exit codes."
)]
struct Sealing {
    #[command(flatten)]
    args: seal::SealArgs,
}

const LONG_EXAMPLES: &str = "\
Examples:
  seal --cert cluster.pem < secret.yaml > sealed.yaml
  seal --cert https://example.com/cert.pem secret.yaml -w sealed.yaml
  kubectl create secret generic db --dry-run=client --from-file=password -o yaml | seal --cert cluster.pem
  seal unseal sealed.yaml --key backup.yaml
  printf %s \"$PASSWORD\" | seal raw --cert cluster.pem --namespace shop --name db

Exit codes:
  0  done
  1  the operation failed; nothing was written
  2  the command line makes no sense
  3  a check found something";

/// What the program can do; sealing needs no command's name.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(skip)]
    Seal(seal::SealArgs),
    Unseal(unseal::UnsealArgs),
    Raw(raw::RawArgs),
    Keygen(keygen::KeygenArgs),
    Cert(cert::CertArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Parses the command line and the environment. Help and version come back as an error that prints
/// them.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Command, Error> {
    let matches = command().try_get_matches_from(args)?;
    Ok(match matches.subcommand() {
        Some(_) => Command::from_arg_matches(&matches)?,
        None => Command::Seal(Sealing::from_arg_matches(&matches)?.args),
    })
}

/// The command line's definition, as help, completions and man pages show it.
pub(crate) fn command() -> clap::Command {
    // What is unsealed goes elsewhere: the variable is for sealing alone.
    let write = |arg: clap::Arg| arg.env("SEALED_SECRETS_SEALED_SECRET_FILE").hide_env_values(true);
    let sealing = Sealing::command().mut_arg("write", write);
    ignore_empty_variables(sealing).subcommands([
        named::<unseal::UnsealArgs>("unseal", "Open SealedSecrets with the cluster's private keys"),
        named::<raw::RawArgs>("raw", "Seal one value and print its ciphertext in base64"),
        named::<keygen::KeygenArgs>("keygen", "Make a sealing key and its certificate"),
        named::<cert::CertArgs>(
            "cert",
            "Show a certificate: fingerprint, validity, key size, subject",
        ),
        named::<completions::CompletionsArgs>(
            "completions",
            "Print a script that completes the command line in a shell",
        ),
        named::<man::ManArgs>("man", "Print a manual page"),
    ])
}

/// A command with the line that lists it. The rest is built only for the command that is used: all of them
/// together would take longer than to seal a value.
fn named<A: Args>(name: &'static str, about: &'static str) -> clap::Command {
    clap::Command::new(name)
        .about(about)
        .defer(|command| ignore_empty_variables(A::augment_args(command)))
}

/// An environment variable that is set to nothing counts as not set.
fn ignore_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command.mut_args(|arg| if is_empty(&arg) { arg.env(None::<&str>) } else { arg })
}

/// Where the certificate comes from.
#[derive(Args)]
pub(crate) struct CertificateArgs {
    /// The cluster's certificate: a PEM file, or an http, https or file URL
    #[arg(long, value_name = "FILE|URL", env = "SEALED_SECRETS_CERT", hide_env_values = true)]
    pub(crate) cert: Option<String>,
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

/// The scopes by their names.
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
    #[arg(short = 'o', long, value_enum, env = "SEALED_SECRETS_FORMAT", hide_env_values = true)]
    format: Option<FormatName>,
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

/// The formats of documents by their names.
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

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn commands_are_listed_as_they_describe_themselves() {
        let listed = command();
        let mut built = command();
        built.build();
        for short in listed.get_subcommands() {
            let full = built.find_subcommand(short.get_name()).expect("it is there");
            assert_eq!(short.get_about(), full.get_about(), "{}", short.get_name());
            assert!(full.get_arguments().next().is_some(), "{}", short.get_name());
        }
    }
}
