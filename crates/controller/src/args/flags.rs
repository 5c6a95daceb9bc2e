//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser};
use sealkit_core::UnixTime;

use super::duration;
use super::values::{self, Pairs};

/// Opens the SealedSecrets of a cluster. Every flag can be set by a variable: --key-prefix by SEALED_SECRETS_KEY_PREFIX.
#[derive(Parser)]
#[command(
    name = "seal-controller",
    display_name = "controller",
    version = concat!("version: v", env!("CARGO_PKG_VERSION")),
    args_override_self = true
)]
pub(super) struct Flags {
    #[command(flatten)]
    pub(super) keys: KeyFlags,
    #[command(flatten)]
    pub(super) reconcile: ReconcileFlags,
    #[command(flatten)]
    pub(super) server: ServerFlags,
    #[command(flatten)]
    pub(super) log: LogFlags,
    /// As Go reads a command line, `--update-status false` sets the flag and leaves a word behind.
    #[arg(hide = true)]
    pub(super) stray: Vec<OsString>,
}

#[derive(Args)]
#[command(next_help_heading = "Keys")]
pub(super) struct KeyFlags {
    /// What the names of key Secrets begin with
    #[arg(long, default_value = "sealed-secrets-key", value_parser = values::key_prefix)]
    pub(super) key_prefix: String,
    /// Bits of new keys
    #[arg(long, default_value = "4096", value_parser = values::key_size)]
    pub(super) key_size: u32,
    /// How long the certificates of new keys are valid
    #[arg(long, default_value = "87600h", value_parser = duration::parse)]
    pub(super) key_ttl: Duration,
    /// Common name in the certificates of new keys
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) my_cn: String,
    /// Age at which the newest key gets a successor; 0 for never
    #[arg(
        long,
        alias = "rotate-period",
        default_value = "720h",
        value_parser = duration::parse
    )]
    pub(super) key_renew_period: Duration,
    /// Which key is the newest: CertNotBefore or SecretCreationTimestamp
    #[arg(long, default_value = "CertNotBefore")]
    pub(super) key_order_priority: String,
    /// Make a key at the start if the newest is older than this: Mon, 02 Jan 2006 15:04:05 -0700
    #[arg(long, value_name = "TIME", value_parser = values::rfc_1123)]
    pub(super) key_cutoff_time: Option<UnixTime>,
    /// Annotations of new key Secrets: a=b,c=d
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_parser = values::annotations
    )]
    pub(super) privatekey_annotations: Pairs,
    /// Labels of new key Secrets: a=b,c=d
    #[arg(long, default_value = "", hide_default_value = true, value_parser = values::labels)]
    pub(super) privatekey_labels: Pairs,
    /// Read keys from the files of a folder, without a cluster, and only answer requests
    #[arg(long, value_name = "DIR")]
    pub(super) keys_dir: Option<PathBuf>,
    /// Make no keys: somebody else does
    #[arg(
        long, default_missing_value = "true", default_value = "false", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) no_key_generation: bool,
    /// Accepted, without effect: key Secrets are always watched
    #[arg(
        long, default_missing_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) watch_for_secrets: Option<bool>,
}

#[derive(Args)]
#[command(next_help_heading = "SealedSecrets")]
pub(super) struct ReconcileFlags {
    /// Open the deprecated spec.data
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) accept_deprecated_v1_data: bool,
    /// Look after all namespaces; false for the own one
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) all_namespaces: bool,
    /// Look after the own namespace and these: a,b
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) additional_namespaces: String,
    /// Look after SealedSecrets with these labels
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(super) label_selector: String,
    /// Do not watch Secrets
    #[arg(
        long, default_missing_value = "true", default_value = "false", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) skip_recreate: bool,
    /// Delete the Secrets of deleted SealedSecrets, and do not leave it to the cluster
    #[arg(
        long, default_missing_value = "true", default_value = "false", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) old_gc_behavior: bool,
    /// Write the status of SealedSecrets
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) update_status: bool,
    /// Write the conditions Ready and Stalled and the record of what was applied; false to leave Synced alone
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) extra_conditions: bool,
    /// Within which time everything is opened again; 0 for never
    #[arg(long, default_value = "0", value_parser = duration::parse)]
    pub(super) audit_interval: Duration,
    /// Labels of all Secrets, where the template has none of that name: a=b,c=d
    #[arg(long, default_value = "", hide_default_value = true, value_parser = values::labels)]
    pub(super) additional_secret_labels: Pairs,
    /// Annotations of all Secrets, where the template has none of that name: a=b,c=d
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_parser = values::annotations
    )]
    pub(super) additional_secret_annotations: Pairs,
    /// Write nothing, and log what would be written
    #[arg(
        long, default_missing_value = "true", default_value = "false", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) dry_run: bool,
    /// Let one replica write, which holds the Lease; false where there is one replica
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) leader_elect: bool,
    /// Requests a second to the API server; negative for any number
    #[arg(long, allow_negative_numbers = true)]
    pub(super) kubeclient_qps: Option<f32>,
    /// Requests at once to the API server
    #[arg(long, allow_negative_numbers = true)]
    pub(super) kubeclient_burst: Option<i32>,
    /// Accepted, without effect: retries back off and do not end
    #[arg(long, allow_negative_numbers = true)]
    pub(super) max_unseal_retries: Option<i64>,
}

#[derive(Args)]
#[command(next_help_heading = "Requests")]
pub(super) struct ServerFlags {
    /// Where certificates are served and requests answered
    #[arg(long, default_value = ":8080")]
    pub(super) listen_addr: String,
    /// Where metrics are served
    #[arg(long, default_value = ":8081")]
    pub(super) listen_metrics_addr: String,
    /// The longest time a request may take to arrive
    #[arg(long, default_value = "2m", value_parser = duration::parse)]
    pub(super) read_timeout: Duration,
    /// The longest time an answer may wait for its reader
    #[arg(long, default_value = "2m", value_parser = duration::parse)]
    pub(super) write_timeout: Duration,
    /// Requests a second, of one address, for verify and for rotate
    #[arg(long, default_value = "2", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) rate_limit: u32,
    /// Requests at once on top of that
    #[arg(long, default_value = "2", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub(super) rate_limit_burst: u32,
    /// No metrics with the names of SealedSecrets
    #[arg(
        long, default_missing_value = "true", default_value = "false", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) metrics_omit_secret_labels: bool,
}

#[derive(Args)]
#[command(next_help_heading = "Logs")]
pub(super) struct LogFlags {
    /// DEBUG, INFO, WARN or ERROR
    #[arg(long, default_value = "INFO")]
    pub(super) log_level: String,
    /// text or json
    #[arg(long, default_value = "text")]
    pub(super) log_format: String,
    /// Info to standard output, warnings and errors to standard error; false for all to standard error
    #[arg(
        long, default_missing_value = "true", default_value = "true", num_args = 0..=1,
        require_equals = true, value_parser = values::boolean, action = ArgAction::Set
    )]
    pub(super) log_info_stdout: bool,
}
