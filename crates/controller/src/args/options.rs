//! The command line, understood.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sealkit_core::{KeyOrder, UnixTime};
use sealkit_manifest::key_secret::KEY_LABEL;
use tracing::level_filters::LevelFilter;

use super::flags::{Flags, KeyFlags, LogFlags, ReconcileFlags, ServerFlags};

/// What the service is asked to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sealing keys.
    pub keys: KeyOptions,
    /// SealedSecrets, and what is made of them.
    pub reconcile: ReconcileOptions,
    /// Requests to the API server.
    pub client: ClientOptions,
    /// The endpoints.
    pub server: ServerOptions,
    /// Logs.
    pub log: LogOptions,
    /// What was given and is not used, and why: to be logged once.
    pub notices: Vec<String>,
}

/// Sealing keys.
#[derive(Clone, Debug)]
pub struct KeyOptions {
    /// What the names of key Secrets begin with; the whole name of a legacy one.
    pub prefix: String,
    /// Bits of new keys: 2048 to 8192.
    pub bits: u32,
    /// How long the certificates of new keys are valid.
    pub ttl: Duration,
    /// Common name in the certificates of new keys; empty for none.
    pub common_name: String,
    /// Age at which the newest key gets a successor; none for never.
    pub renew_period: Option<Duration>,
    /// Which key is the newest.
    pub order: KeyOrder,
    /// A key is made at the start if the newest is older than this.
    pub cutoff_time: Option<UnixTime>,
    /// Annotations of new key Secrets.
    pub annotations: BTreeMap<String, String>,
    /// Labels of new key Secrets, beside the label that makes them key Secrets.
    pub labels: BTreeMap<String, String>,
    /// The folder that holds the keys, where there is no cluster.
    pub directory: Option<PathBuf>,
    /// Whether keys are made.
    pub generate: bool,
}

/// SealedSecrets, and what is made of them.
#[derive(Clone, Debug)]
pub struct ReconcileOptions {
    /// Whether the deprecated `spec.data` is opened.
    pub accept_deprecated_data: bool,
    /// Where SealedSecrets are looked after.
    pub namespaces: Namespaces,
    /// Which of them, by their labels; empty for all.
    pub label_selector: String,
    /// Whether Secrets are watched.
    pub watch_secrets: bool,
    /// Whether the service deletes the Secrets of deleted SealedSecrets.
    pub delete_secrets: bool,
    /// Whether the status is written.
    pub update_status: bool,
    /// Whether the status has more than upstream's: `Ready`, `Stalled` and the record of what was applied.
    pub extra_conditions: bool,
    /// Within which time everything is opened again; none for never.
    pub audit_interval: Option<Duration>,
    /// Labels of all Secrets, where the template has none of that name.
    pub secret_labels: BTreeMap<String, String>,
    /// Annotations of all Secrets, where the template has none of that name.
    pub secret_annotations: BTreeMap<String, String>,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Whether only the holder of the Lease writes.
    pub leader_elect: bool,
}

/// Where SealedSecrets are looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// Everywhere.
    All,
    /// In the service's own namespace and in these.
    Own {
        /// The others, each once, in the order given; possibly none.
        additional: Vec<String>,
    },
}

/// Requests to the API server.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How many there may be.
    pub rate: RequestRate,
}

/// How many requests there may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RequestRate {
    /// Nobody has asked for a limit: as many as suit the service.
    Unset,
    /// Any number.
    Unlimited,
    /// As many as somebody has asked for.
    Limited {
        /// In a second, on average; above zero.
        per_second: f32,
        /// At once.
        burst: u32,
    },
}

/// The endpoints.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Where certificates are served and requests answered: `host:port`, or `:port` for all addresses.
    pub listen: String,
    /// Where metrics are served.
    pub listen_metrics: String,
    /// The longest time that a request's header may take, and its body.
    pub read_timeout: Option<Duration>,
    /// The longest time an answer may wait for its reader.
    pub write_timeout: Option<Duration>,
    /// Requests a second, of one address, for verify and for rotate; at least one.
    pub rate_limit: u32,
    /// Requests at once on top of that.
    pub rate_limit_burst: u32,
    /// Whether metrics name SealedSecrets.
    pub metrics_of_objects: bool,
}

/// Logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// What is logged.
    pub level: LevelFilter,
    /// How it is written.
    pub format: LogFormat,
    /// Whether what is no warning and no error goes to standard output.
    pub info_to_stdout: bool,
}

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: an object a line.
    Json,
}

impl Flags {
    pub(super) fn into_options(self) -> Options {
        let mut notices = Vec::new();
        for word in &self.stray {
            notices
                .push(format!("{word:?} is ignored: a value stands behind =, as in --flag=value"));
        }
        notices.extend(without_effect(&self));
        Options {
            client: ClientOptions { rate: request_rate(&self.reconcile) },
            keys: key_options(self.keys, &mut notices),
            reconcile: reconcile_options(self.reconcile),
            server: server_options(self.server),
            log: log_options(&self.log, &mut notices),
            notices,
        }
    }
}

/// Flags that change nothing.
fn without_effect(flags: &Flags) -> impl Iterator<Item = String> {
    let retries = flags
        .reconcile
        .max_unseal_retries
        .map(|_| "--max-unseal-retries has no effect: retries back off, and do not end".to_owned());
    let watch = flags
        .keys
        .watch_for_secrets
        .map(|_| "--watch-for-secrets has no effect: key Secrets are always watched".to_owned());
    retries.into_iter().chain(watch)
}

fn key_options(flags: KeyFlags, notices: &mut Vec<String>) -> KeyOptions {
    let mut labels = flags.privatekey_labels;
    if labels.remove(KEY_LABEL).is_some() {
        notices.push(format!("--privatekey-labels cannot replace {KEY_LABEL}"));
    }
    let order = flags.key_order_priority.parse().unwrap_or_else(|_| {
        let given = &flags.key_order_priority;
        notices.push(format!("--key-order-priority {given:?} is unknown: CertNotBefore counts"));
        KeyOrder::CertNotBefore
    });
    KeyOptions {
        prefix: flags.key_prefix,
        bits: flags.key_size,
        ttl: flags.key_ttl,
        common_name: flags.my_cn,
        renew_period: unless_zero(flags.key_renew_period),
        order,
        cutoff_time: flags.key_cutoff_time,
        annotations: flags.privatekey_annotations,
        labels,
        directory: flags.keys_dir,
        generate: !flags.no_key_generation,
    }
}

fn reconcile_options(flags: ReconcileFlags) -> ReconcileOptions {
    ReconcileOptions {
        accept_deprecated_data: flags.accept_deprecated_v1_data,
        namespaces: namespaces(flags.all_namespaces, &flags.additional_namespaces),
        label_selector: flags.label_selector,
        watch_secrets: !flags.skip_recreate,
        delete_secrets: flags.old_gc_behavior,
        update_status: flags.update_status,
        extra_conditions: flags.extra_conditions,
        audit_interval: unless_zero(flags.audit_interval),
        secret_labels: flags.additional_secret_labels,
        secret_annotations: flags.additional_secret_annotations,
        dry_run: flags.dry_run,
        leader_elect: flags.leader_elect,
    }
}

fn namespaces(all: bool, listed: &str) -> Namespaces {
    let mut additional: Vec<String> = Vec::new();
    for name in listed.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !additional.iter().any(|known| known == name) {
            additional.push(name.to_owned());
        }
    }
    if all && additional.is_empty() { Namespaces::All } else { Namespaces::Own { additional } }
}

/// client-go's own numbers stand for what is missing or zero.
fn request_rate(flags: &ReconcileFlags) -> RequestRate {
    const PER_SECOND: f32 = 5.0;
    const BURST: u32 = 10;
    if flags.kubeclient_qps.is_none() && flags.kubeclient_burst.is_none() {
        return RequestRate::Unset;
    }
    let per_second = flags.kubeclient_qps.filter(|qps| *qps != 0.0).unwrap_or(PER_SECOND);
    let burst = flags.kubeclient_burst.and_then(|burst| u32::try_from(burst).ok());
    // NaN is neither.
    if per_second > 0.0 && per_second.is_finite() {
        RequestRate::Limited {
            per_second,
            burst: burst.filter(|burst| *burst > 0).unwrap_or(BURST),
        }
    } else {
        RequestRate::Unlimited
    }
}

fn server_options(flags: ServerFlags) -> ServerOptions {
    ServerOptions {
        listen: flags.listen_addr,
        listen_metrics: flags.listen_metrics_addr,
        read_timeout: unless_zero(flags.read_timeout),
        write_timeout: unless_zero(flags.write_timeout),
        rate_limit: flags.rate_limit,
        rate_limit_burst: flags.rate_limit_burst,
        metrics_of_objects: !flags.metrics_omit_secret_labels,
    }
}

fn log_options(flags: &LogFlags, notices: &mut Vec<String>) -> LogOptions {
    let level = match flags.log_level.to_ascii_uppercase().as_str() {
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        _ => {
            notices.push(format!("--log-level {:?} is unknown: INFO counts", flags.log_level));
            LevelFilter::INFO
        }
    };
    let format = match flags.log_format.as_str() {
        "json" => LogFormat::Json,
        _ => LogFormat::Text,
    };
    LogOptions { level, format, info_to_stdout: flags.log_info_stdout }
}

fn unless_zero(duration: Duration) -> Option<Duration> {
    (!duration.is_zero()).then_some(duration)
}
