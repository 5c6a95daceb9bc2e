//! The conditions of SealedSecrets: `condition_info`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

/// What a condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionValue {
    /// 1.
    True,
    /// 0.
    Unknown,
    /// -1.
    False,
}

/// What the conditions of all SealedSecrets say. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions(Arc<Mutex<BTreeMap<Object, Series>>>);

/// Namespace and name.
type Object = (String, String);

/// By type of condition.
type Series = BTreeMap<String, (String, ConditionValue)>;

impl Conditions {
    pub(super) fn set(
        &self,
        namespace: &str,
        name: &str,
        condition: &str,
        instance: &str,
        value: ConditionValue,
    ) {
        let mut objects = self.objects();
        let series = objects.entry((namespace.to_owned(), name.to_owned())).or_default();
        series.insert(condition.to_owned(), (instance.to_owned(), value));
    }

    pub(super) fn drop_object(&self, namespace: &str, name: &str) {
        self.objects().remove(&(namespace.to_owned(), name.to_owned()));
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<Object, Series>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for Conditions {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "What the conditions of SealedSecrets say: 1 true, 0 unknown, -1 false";
        let mut metric =
            encoder.encode_descriptor("condition_info", help, None, MetricType::Gauge)?;
        for ((namespace, name), series) in self.objects().iter() {
            for (condition, (instance, value)) in series {
                let labels = [
                    ("namespace", namespace.as_str()),
                    ("name", name),
                    ("condition", condition),
                    ("ss_app_kubernetes_io_instance", instance),
                ];
                ConstGauge::new(value.number()).encode(metric.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

impl ConditionValue {
    fn number(self) -> i64 {
        match self {
            Self::True => 1,
            Self::Unknown => 0,
            Self::False => -1,
        }
    }
}
