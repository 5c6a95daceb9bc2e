//! The sealing keys.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use sealkit_core::{Fingerprint, UnixTime};

use crate::clock::Clock;
use crate::keys::KeySet;

/// What there is to say of the keys. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct KeyFigures {
    clock: Clock,
    figures: Arc<Mutex<Figures>>,
}

#[derive(Debug, Default)]
struct Figures {
    keys: i64,
    faults: i64,
    served: Option<ServedTimes>,
    objects: BTreeMap<Fingerprint, usize>,
}

#[derive(Clone, Copy, Debug)]
struct ServedTimes {
    ordered_by: Option<UnixTime>,
    not_after: UnixTime,
}

impl KeyFigures {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, figures: Arc::default() }
    }

    pub(super) fn set_keys(&self, keys: &KeySet) {
        let mut figures = self.figures();
        figures.keys = count(keys.ring().len());
        figures.faults = count(keys.faults().len());
        figures.served = keys.served().map(|served| ServedTimes {
            ordered_by: served.ordering_time,
            not_after: served.certificate.not_after(),
        });
    }

    pub(super) fn set_objects(&self, objects: BTreeMap<Fingerprint, usize>) {
        self.figures().objects = objects;
    }

    fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector for KeyFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let now = self.clock.now().0;
        let figures = self.figures();
        let age = figures.served.and_then(|served| served.ordered_by).map(|time| now - time.0);
        let remaining = figures.served.map(|served| served.not_after.0 - now);
        for (name, help, value) in [
            ("sealing_keys", "Keys that open values", Some(figures.keys)),
            ("sealing_key_faults", "Keys that cannot be used", Some(figures.faults)),
            ("sealing_key_age_seconds", "Age of the key that values are sealed for", age),
            (
                "sealing_certificate_remaining_seconds",
                "Time until the certificate that is served expires",
                remaining,
            ),
        ] {
            let Some(value) = value else { continue };
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        encode_objects(&figures.objects, &mut encoder)
    }
}

fn encode_objects(
    objects: &BTreeMap<Fingerprint, usize>,
    encoder: &mut DescriptorEncoder<'_>,
) -> Result<(), fmt::Error> {
    let help = "SealedSecrets that have a value which this key opens";
    let mut metric =
        encoder.encode_descriptor("sealed_secrets_by_key", help, None, MetricType::Gauge)?;
    for (fingerprint, objects) in objects {
        let labels = [("fingerprint", fingerprint.to_string())];
        ConstGauge::new(count(*objects)).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
