//! Metrics, by upstream's names and with some more.

mod conditions;
mod keys;
mod labels;
mod process;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sealkit_core::Fingerprint;

use crate::clock::Clock;
use crate::keys::KeySet;

pub use conditions::ConditionValue;
use conditions::Conditions;
use keys::KeyFigures;
use labels::{BuildLabels, DurationLabels, ErrorLabels, RequestLabels, method};

/// What the names of upstream's own metrics begin with.
const PREFIX: &str = "sealed_secrets_controller";
/// Prometheus' default buckets, in seconds.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// As `--version` has it.
const REVISION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The metrics of the service. Clones are the same.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    unseal_requests: Counter,
    unseal_errors: Family<ErrorLabels, Counter>,
    http_requests: Family<RequestLabels, Counter>,
    http_durations: Family<DurationLabels, Histogram, fn() -> Histogram>,
    /// None where the names of SealedSecrets are not to be seen.
    conditions: Option<Conditions>,
    keys: KeyFigures,
    paused: Gauge,
    leader: Gauge,
}

/// What went wrong with a SealedSecret, as `unseal_errors_total` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsealError {
    /// It could not be read.
    Fetch,
    /// Its status could not be written.
    Status,
    /// It could not be opened.
    Unseal,
    /// Its Secret could not be written.
    Update,
    /// Its Secret belongs to somebody else.
    Unmanaged,
}

impl Metrics {
    /// All at zero. `of_objects` tells whether metrics may name SealedSecrets.
    #[must_use]
    pub fn new(clock: Clock, of_objects: bool) -> Self {
        let mut root = Registry::default();
        let registry = root.sub_registry_with_prefix(PREFIX);
        let unseal_requests = Counter::default();
        registry.register("unseal_requests", "SealedSecrets handled", unseal_requests.clone());
        let unseal_errors = Family::default();
        registry.register("unseal_errors", "What went wrong", unseal_errors.clone());
        let http_requests = Family::default();
        registry.register("http_requests", "Requests answered", http_requests.clone());
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let http_durations = Family::new_with_constructor(histogram);
        let help = "How long answers took";
        registry.register("http_request_duration_seconds", help, http_durations.clone());
        // Upstream's value is 0: the label is what counts.
        let build: Family<BuildLabels, Gauge> = Family::default();
        build.get_or_create(&BuildLabels { revision: REVISION }).set(0);
        registry.register("build_info", "The version that runs", build);
        let conditions = of_objects.then(Conditions::default);
        if let Some(conditions) = &conditions {
            registry.register_collector(Box::new(conditions.clone()));
        }
        let keys = KeyFigures::new(clock);
        registry.register_collector(Box::new(keys.clone()));
        let paused = Gauge::default();
        registry.register(
            "sealed_secrets_paused",
            "SealedSecrets whose Secret is paused",
            paused.clone(),
        );
        let leader = Gauge::default();
        registry.register("leader", "Whether this replica may write", leader.clone());
        root.register_collector(Box::new(process::Process));
        Self(Arc::new(Inner {
            registry: root,
            unseal_requests,
            unseal_errors,
            http_requests,
            http_durations,
            conditions,
            keys,
            paused,
            leader,
        }))
    }

    /// A SealedSecret was handled, with whatever outcome.
    pub fn unseal_request(&self) {
        self.0.unseal_requests.inc();
    }

    /// Handling one failed. Where it could not be read, there is no namespace.
    pub fn unseal_error(&self, error: UnsealError, namespace: &str) {
        let labels = ErrorLabels { reason: error.name(), namespace: namespace.to_owned() };
        self.0.unseal_errors.get_or_create(&labels).inc();
    }

    /// What a condition of a SealedSecret says. `instance` is the SealedSecret's label `app.kubernetes.io/instance`.
    pub fn set_condition(
        &self,
        namespace: &str,
        name: &str,
        condition: &str,
        instance: &str,
        value: ConditionValue,
    ) {
        if let Some(conditions) = &self.0.conditions {
            conditions.set(namespace, name, condition, instance, value);
        }
    }

    /// A SealedSecret is gone.
    pub fn drop_conditions(&self, namespace: &str, name: &str) {
        if let Some(conditions) = &self.0.conditions {
            conditions.drop_object(namespace, name);
        }
    }

    /// Which keys there are.
    pub fn set_keys(&self, keys: &KeySet) {
        self.0.keys.set_keys(keys);
    }

    /// How many SealedSecrets each key opens, at least one value of them.
    pub fn set_objects_by_key(&self, objects: BTreeMap<Fingerprint, usize>) {
        self.0.keys.set_objects(objects);
    }

    /// How many SealedSecrets have a Secret that a person has paused.
    pub fn set_paused(&self, objects: usize) {
        self.0.paused.set(i64::try_from(objects).unwrap_or(i64::MAX));
    }

    /// Whether this replica may write.
    pub fn set_leader(&self, may_write: bool) {
        self.0.leader.set(may_write.into());
    }

    /// A request was answered. `path` is one of the three of version 1.
    pub(crate) fn http_request(&self, path: &str, of: &Method, code: u16, took: Duration) {
        let labels = RequestLabels { path: path.to_owned(), code: code.into(), method: method(of) };
        self.0.http_requests.get_or_create(&labels).inc();
        let labels = DurationLabels { path: path.to_owned(), method: method(of) };
        self.0.http_durations.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// All of them, as Prometheus' text, version 0.0.4.
    ///
    /// # Errors
    /// None is known.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

impl UnsealError {
    fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Status => "status",
            Self::Unseal => "unseal",
            Self::Update => "update",
            Self::Unmanaged => "unmanaged",
        }
    }
}

#[cfg(test)]
mod tests;
