//! What the endpoints share.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::limits::{Limiter, Rate};
use super::memory::Memory;
use super::reader::Reader;
use crate::args::Options;
use crate::keys::{KeySet, Keys};
use crate::metrics::Metrics;
use crate::readiness::Readiness;
use crate::workers::Workers;

/// Private-key operations that a request may take on average: with RSA-4096, some 0.1 seconds of a processor.
const OPERATIONS: u32 = 64;

/// What the endpoints share. Clones are the same.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    keys: Keys,
    workers: Workers,
    metrics: Metrics,
    readiness: Readiness,
    limits: Limits,
    memory: Memory,
    reader: Reader,
    read_timeout: Option<Duration>,
    accepts_deprecated_data: bool,
}

/// How much is done for requests.
pub(super) struct Limits {
    /// Requests to verify.
    pub(super) verify: Limiter,
    /// Requests to rotate.
    pub(super) rotate: Limiter,
    /// Private-key operations of both.
    pub(super) operations: Limiter,
}

impl Service {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        options: &Options,
        keys: Keys,
        workers: Workers,
        metrics: Metrics,
        readiness: Readiness,
    ) -> Self {
        let requests = Rate {
            per_second: options.server.rate_limit,
            at_once: options.server.rate_limit_burst.saturating_add(1),
        };
        Self(Arc::new(Inner {
            keys,
            workers,
            metrics,
            readiness,
            limits: Limits::new(requests, Instant::now()),
            memory: Memory::default(),
            reader: Reader::default(),
            read_timeout: options.server.read_timeout,
            accepts_deprecated_data: options.reconcile.accept_deprecated_data,
        }))
    }

    /// The keys of the moment.
    pub(super) fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.keys.borrow())
    }

    pub(super) fn workers(&self) -> &Workers {
        &self.0.workers
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(super) fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// The longest time that a body may take.
    pub(super) fn read_timeout(&self) -> Option<Duration> {
        self.0.read_timeout
    }

    /// Whether `spec.data` is opened.
    pub(super) fn accepts_deprecated_data(&self) -> bool {
        self.0.accepts_deprecated_data
    }
}

impl Limits {
    fn new(requests: Rate, now: Instant) -> Self {
        let operations = Rate {
            per_second: requests.per_second.saturating_mul(OPERATIONS),
            at_once: requests.at_once.saturating_mul(OPERATIONS),
        };
        Self {
            verify: Limiter::new(requests, now),
            rotate: Limiter::new(requests, now),
            operations: Limiter::new(operations, now),
        }
    }
}
