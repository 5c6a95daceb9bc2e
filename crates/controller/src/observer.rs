//! Who is told what becomes of SealedSecrets: the metrics.

use sealkit_api::{ConditionStatus, ConditionType};

use crate::index::Sealed;
use crate::metrics::{ConditionValue, Metrics, UnsealError};
use crate::object::ObjectKey;
use crate::plan::Stage;

/// Is told what becomes of SealedSecrets.
pub trait Observer: Send + Sync {
    /// One is there, with the status that it has.
    fn seen(&self, sealed: &Sealed);
    /// One is about to be opened.
    fn unsealing(&self);
    /// One has failed.
    fn failed(&self, stage: Stage, namespace: &str);
    /// The status of one could not be written.
    fn status_not_written(&self, namespace: &str);
    /// Whether its Secret is what it says.
    fn condition(&self, sealed: &Sealed, is_synced: bool);
    /// One is gone, or about to go.
    fn gone(&self, key: &ObjectKey);
}

impl Observer for Metrics {
    fn seen(&self, sealed: &Sealed) {
        let value = match sealed.status.condition(ConditionType::Synced).map(|synced| synced.status)
        {
            Some(ConditionStatus::True) => ConditionValue::True,
            Some(ConditionStatus::False) => ConditionValue::False,
            Some(ConditionStatus::Unknown) => ConditionValue::Unknown,
            None => return,
        };
        set_synced(self, sealed, value);
    }

    fn unsealing(&self) {
        self.unseal_request();
    }

    fn failed(&self, stage: Stage, namespace: &str) {
        let error = match stage {
            Stage::Unseal => UnsealError::Unseal,
            Stage::Update => UnsealError::Update,
            Stage::Unmanaged => UnsealError::Unmanaged,
            Stage::Paused => return,
        };
        self.unseal_error(error, namespace);
    }

    fn status_not_written(&self, namespace: &str) {
        self.unseal_error(UnsealError::Status, namespace);
    }

    fn condition(&self, sealed: &Sealed, is_synced: bool) {
        let value = if is_synced { ConditionValue::True } else { ConditionValue::False };
        set_synced(self, sealed, value);
    }

    fn gone(&self, key: &ObjectKey) {
        self.drop_conditions(&key.namespace, &key.name);
    }
}

/// `Synced` alone: dashboards would count a second condition as a second object.
fn set_synced(metrics: &Metrics, sealed: &Sealed, value: ConditionValue) {
    let ObjectKey { namespace, name } = &sealed.key;
    let condition = ConditionType::Synced.as_str();
    metrics.set_condition(namespace, name, condition, &sealed.instance, value);
}
