//! The only place that asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use sealkit_core::UnixTime;

/// The time now, in whole seconds. A clock before 1970 counts as 1970.
pub(crate) fn now() -> UnixTime {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX))
}
