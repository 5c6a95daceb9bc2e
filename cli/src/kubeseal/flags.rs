//! The flags of `kubeseal`, with its defaults and variables.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, CommandFactory as _, FromArgMatches as _, Parser};

use crate::args::{FromEnvironment, ScopeName, boolean};
use crate::cluster;
use crate::command_line::{given, ignore_empty_variables, refused};
use crate::error::Error;

/// The flags that are true or false. As with Go, the value stands behind `=`, and may be left out.
const BOOLEANS: [&str; 10] = [
    "allow_empty_data",
    "fetch_cert",
    "help",
    "insecure_skip_tls_verify",
    "raw",
    "re_encrypt",
    "recovery_unseal",
    "rotate",
    "validate",
    "version",
];

/// Flags of the Go logger and client that change nothing of what is done. They are taken and left.
const IGNORED: [&str; 9] = [
    "alsologtostderrthreshold",
    "log_backtrace_at",
    "log_dir",
    "log_file",
    "log_file_max_size",
    "stderrthreshold",
    "v",
    "vmodule",
    "as-user-extra",
];

/// Those of them that are true or false.
const IGNORED_BOOLEANS: [&str; 8] = [
    "add_dir_header",
    "alsologtostderr",
    "disable-compression",
    "legacy_stderr_threshold_behavior",
    "logtostderr",
    "one_output",
    "skip_headers",
    "skip_log_headers",
];

/// Seals Secrets for a cluster's controller, which alone can open them
///
/// Reads Secrets, and writes SealedSecrets. The flags are those of kubeseal. docs/kubeseal.md lists what is done otherwise.
#[derive(Parser)]
#[command(
    name = "kubeseal",
    disable_help_flag = true,
    disable_version_flag = true,
    args_override_self = true,
    after_help = EXAMPLES
)]
pub(super) struct Flags {
    // First: see there.
    #[command(flatten)]
    pub(super) environment: FromEnvironment,
    /// Words that belong to no flag
    #[arg(hide = true, value_name = "WORD")]
    pub(super) words: Vec<OsString>,
    /// The file with the Secrets, or the SealedSecrets [default: standard input]
    #[arg(
        short = 'f',
        long = "secret-file",
        value_name = "FILE",
        env = "SEALED_SECRETS_SECRET_FILE",
        hide_env_values = true
    )]
    pub(super) input: Option<PathBuf>,
    /// Write to this file, in one step, instead of standard output
    #[arg(
        short = 'w',
        long = "sealed-secret-file",
        value_name = "FILE",
        env = "SEALED_SECRETS_SEALED_SECRET_FILE",
        hide_env_values = true
    )]
    pub(super) write: Option<PathBuf>,
    /// json or yaml; a -w FILE that ends in .yaml or .yml is YAML in any case [default: json]
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        env = "SEALED_SECRETS_FORMAT",
        hide_env_values = true
    )]
    pub(super) format: Option<String>,
    /// The certificate to seal with: a PEM file, or an http, https or file URL [default: that of the cluster]
    #[arg(long, value_name = "FILE|URL", env = "SEALED_SECRETS_CERT", hide_env_values = true)]
    pub(super) cert: Option<OsString>,
    /// What sealed values are bound to: strict, namespace-wide or cluster-wide [default: what the annotations say]
    #[arg(
        long,
        value_name = "SCOPE",
        value_enum,
        env = "SEALED_SECRETS_SCOPE",
        hide_env_values = true,
        hide_possible_values = true
    )]
    pub(super) scope: Option<ScopeName>,
    /// Name of the SealedSecret, whatever the Secret's own is
    #[arg(long, env = "SEALED_SECRETS_NAME", hide_env_values = true)]
    pub(super) name: Option<String>,
    /// Namespace of Secrets that name none [default: that of the kubeconfig's context]
    #[arg(short, long, env = "SEALED_SECRETS_NAMESPACE", hide_env_values = true)]
    pub(super) namespace: Option<String>,
    /// Seal Secrets without data, too
    #[arg(long, env = "SEALED_SECRETS_ALLOW_EMPTY_DATA", hide_env_values = true)]
    pub(super) allow_empty_data: bool,
    /// Seal one value, and print its ciphertext: that of --from-file, or of standard input
    #[arg(long, env = "SEALED_SECRETS_RAW", hide_env_values = true)]
    pub(super) raw: bool,
    /// With --raw: the file that holds the value
    #[arg(
        long,
        value_name = "[NAME=]FILE",
        value_delimiter = ',',
        env = "SEALED_SECRETS_FROM_FILE",
        hide_env_values = true,
        action = ArgAction::Append
    )]
    pub(super) from_file: Vec<PathBuf>,
    /// Seal the values of the Secret into a file that has a SealedSecret
    #[arg(long, value_name = "FILE", env = "SEALED_SECRETS_MERGE_INTO", hide_env_values = true)]
    pub(super) merge_into: Option<PathBuf>,
    /// Print the certificate
    #[arg(long, env = "SEALED_SECRETS_FETCH_CERT", hide_env_values = true)]
    pub(super) fetch_cert: bool,
    /// Ask the controller whether it can open the SealedSecrets
    #[arg(long, env = "SEALED_SECRETS_VALIDATE", hide_env_values = true)]
    pub(super) validate: bool,
    /// Have the controller seal the values again, for its newest key; with -f alone, in that file
    #[arg(long, env = "SEALED_SECRETS_RE_ENCRYPT", hide_env_values = true)]
    pub(super) re_encrypt: bool,
    /// The old name of --re-encrypt
    #[arg(long, hide = true, env = "SEALED_SECRETS_ROTATE", hide_env_values = true)]
    pub(super) rotate: bool,
    /// Open a SealedSecret with private keys
    #[arg(long, env = "SEALED_SECRETS_RECOVERY_UNSEAL", hide_env_values = true)]
    pub(super) recovery_unseal: bool,
    /// With --recovery-unseal: private keys, as PEM or backups of key Secrets; may be given several times
    #[arg(
        long = "recovery-private-key",
        value_name = "FILE",
        value_delimiter = ',',
        env = "SEALED_SECRETS_RECOVERY_PRIVATE_KEY",
        hide_env_values = true,
        action = ArgAction::Append
    )]
    pub(super) keys: Vec<PathBuf>,
    /// Namespace of the controller
    #[arg(
        long,
        value_name = "NAME",
        default_value = cluster::NAMESPACE,
        env = "SEALED_SECRETS_CONTROLLER_NAMESPACE",
        hide_env_values = true
    )]
    pub(super) controller_namespace: String,
    /// Name of the controller's Service
    #[arg(
        long,
        value_name = "NAME",
        default_value = cluster::NAME,
        env = "SEALED_SECRETS_CONTROLLER_NAME",
        hide_env_values = true
    )]
    pub(super) controller_name: String,
    #[command(flatten)]
    pub(super) connection: ConnectionFlags,
    /// Print this text
    #[arg(long, short = 'h')]
    pub(super) help: bool,
    /// Print the version
    #[arg(long)]
    pub(super) version: bool,
}

/// kubectl's own flags: the cluster, and who asks.
#[derive(clap::Args)]
pub(super) struct ConnectionFlags {
    /// The kubeconfig [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", env = "SEALED_SECRETS_KUBECONFIG", hide_env_values = true)]
    pub(super) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_CONTEXT", hide_env_values = true)]
    pub(super) context: Option<String>,
    /// A cluster of the kubeconfig, instead of the context's
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_CLUSTER", hide_env_values = true)]
    pub(super) cluster: Option<String>,
    /// A user of the kubeconfig, instead of the context's
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_USER", hide_env_values = true)]
    pub(super) user: Option<String>,
    /// The API server's URL
    #[arg(short, long, value_name = "URL", env = "SEALED_SECRETS_SERVER", hide_env_values = true)]
    pub(super) server: Option<String>,
    /// Who may have signed the server's certificate
    #[arg(
        long,
        value_name = "FILE",
        env = "SEALED_SECRETS_CERTIFICATE_AUTHORITY",
        hide_env_values = true
    )]
    pub(super) certificate_authority: Option<PathBuf>,
    /// Do not look at the server's certificate
    #[arg(long, env = "SEALED_SECRETS_INSECURE_SKIP_TLS_VERIFY", hide_env_values = true)]
    pub(super) insecure_skip_tls_verify: bool,
    /// The name that the server's certificate is for
    #[arg(
        long,
        value_name = "NAME",
        env = "SEALED_SECRETS_TLS_SERVER_NAME",
        hide_env_values = true
    )]
    pub(super) tls_server_name: Option<String>,
    /// A proxy on the way
    #[arg(long, value_name = "URL", env = "SEALED_SECRETS_PROXY_URL", hide_env_values = true)]
    pub(super) proxy_url: Option<String>,
    /// A bearer token; anybody on this machine can read it in the list of processes, but not in SEALED_SECRETS_TOKEN
    #[arg(long, env = "SEALED_SECRETS_TOKEN", hide_env_values = true)]
    pub(super) token: Option<String>,
    /// A name, for basic authentication
    #[arg(long, value_name = "NAME", env = "SEALED_SECRETS_USERNAME", hide_env_values = true)]
    pub(super) username: Option<String>,
    /// A password, for basic authentication; better in SEALED_SECRETS_PASSWORD
    #[arg(long, env = "SEALED_SECRETS_PASSWORD", hide_env_values = true)]
    pub(super) password: Option<String>,
    /// A certificate that says who asks
    #[arg(
        long,
        value_name = "FILE",
        env = "SEALED_SECRETS_CLIENT_CERTIFICATE",
        hide_env_values = true
    )]
    pub(super) client_certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, value_name = "FILE", env = "SEALED_SECRETS_CLIENT_KEY", hide_env_values = true)]
    pub(super) client_key: Option<PathBuf>,
    /// The user to ask for
    #[arg(long = "as", value_name = "NAME", env = "SEALED_SECRETS_AS", hide_env_values = true)]
    pub(super) as_user: Option<String>,
    /// A group to ask for; may be given several times
    #[arg(
        long,
        value_name = "NAME",
        env = "SEALED_SECRETS_AS_GROUP",
        hide_env_values = true,
        action = ArgAction::Append
    )]
    pub(super) as_group: Vec<String>,
    /// The UID to ask for
    #[arg(long, value_name = "UID", env = "SEALED_SECRETS_AS_UID", hide_env_values = true)]
    pub(super) as_uid: Option<String>,
    /// How long the cluster may take, such as 10s or 2m [default: 30s]
    #[arg(
        long,
        value_name = "TIME",
        env = "SEALED_SECRETS_REQUEST_TIMEOUT",
        hide_env_values = true
    )]
    pub(super) request_timeout: Option<String>,
}

const EXAMPLES: &str = "\
Each flag can come from the environment: SEALED_SECRETS_CERT for --cert. The command line wins.

Examples:
  kubeseal < secret.yaml > sealed.json
  kubeseal -f secret.yaml -w sealed.yaml
  kubeseal --fetch-cert > cluster.pem
  kubeseal --cert cluster.pem --merge-into sealed.yaml < secret.yaml

Exit codes:
  0  done
  1  the operation failed; nothing was written
  2  the command line cannot be read";

/// Reads the command line and the environment.
pub(super) fn parse(arguments: &[OsString]) -> Result<Flags, Error> {
    given::refuse_misfits(arguments)?;
    let mut program = definition();
    match program.try_get_matches_from_mut(arguments) {
        Ok(matches) => {
            let flags = Flags::from_arg_matches(&matches)?;
            if !flags.help && !flags.version {
                given::refuse_no_files(&program, &matches)?;
            }
            Ok(flags)
        }
        Err(error) => Err(refused::told(error, arguments)),
    }
}

/// The text of `--help`.
pub(super) fn help() -> String {
    definition().render_help().ansi().to_string()
}

/// The command line.
pub(crate) fn definition() -> clap::Command {
    let is_boolean = |arg: &Arg| BOOLEANS.contains(&arg.get_id().as_str());
    let flags = Flags::command()
        .args(IGNORED.map(ignored))
        .args(IGNORED_BOOLEANS.map(|name| as_boolean(ignored(name))))
        .mut_args(|arg| if is_boolean(&arg) { as_boolean(arg) } else { arg });
    ignore_empty_variables(flags)
}

fn ignored(name: &'static str) -> Arg {
    let arg = Arg::new(name).long(name).hide(true).num_args(1).action(ArgAction::Append);
    if name.len() == 1 { arg.short(name.chars().next()) } else { arg }
}

fn as_boolean(arg: Arg) -> Arg {
    arg.action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .default_value("false")
        .default_missing_value("true")
        .hide_default_value(true)
        .hide_possible_values(true)
        .value_name("BOOLEAN")
        .value_parser(boolean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Flags {
        let all = ["kubeseal"].iter().chain(arguments).map(OsString::from);
        let all: Vec<OsString> = all.collect();
        parse(&all).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    }

    #[test]
    fn the_command_line_is_well_formed() {
        definition().debug_assert();
    }

    /// Each flag can come from the environment, under a name that follows from its own.
    #[test]
    fn variables_are_named_after_their_flags() {
        for arg in
            definition().get_arguments().filter(|arg| !IGNORED.contains(&arg.get_id().as_str()))
        {
            let id = arg.get_id().as_str();
            let Some(long) = arg.get_long() else { continue };
            if ["help", "version"].contains(&id) || IGNORED_BOOLEANS.contains(&id) {
                continue;
            }
            let expected = format!("SEALED_SECRETS_{}", long.to_uppercase().replace('-', "_"));
            assert_eq!(arg.get_env().and_then(|name| name.to_str()), Some(expected.as_str()));
        }
    }

    #[test]
    fn values_stand_where_go_reads_them() {
        assert_eq!(parsed(&["-oyaml"]).format.as_deref(), Some("yaml"));
        assert_eq!(parsed(&["-o=yaml"]).format.as_deref(), Some("yaml"));
        assert_eq!(parsed(&["--format", "a", "--format=b"]).format.as_deref(), Some("b"));
        for (word, expected) in [("--raw", true), ("--raw=t", true), ("--raw=0", false)] {
            assert_eq!(parsed(&[word]).raw, expected, "{word}");
        }
        // As with Go, a word behind it is not its value.
        let flags = parsed(&["--raw", "false", "--logtostderr", "-v", "5", "--v=3"]);
        assert!(flags.raw);
        assert_eq!(flags.words, ["false"]);
        assert_eq!(parsed(&["--from-file", "a,b", "--from-file=c"]).from_file.len(), 3);
    }
}
