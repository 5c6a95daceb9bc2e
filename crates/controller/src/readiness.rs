//! Whether the service is ready for requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ready is who has loaded the keys and listed the objects. Being the leader is not asked for: every replica answers
/// requests. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<State>);

#[derive(Debug, Default)]
struct State {
    keys: AtomicBool,
    stores: AtomicBool,
}

impl Readiness {
    /// The keys are loaded.
    pub fn keys_loaded(&self) {
        self.0.keys.store(true, Ordering::SeqCst);
    }

    /// The objects of all namespaces are listed.
    pub fn stores_listed(&self) {
        self.0.stores.store(true, Ordering::SeqCst);
    }

    /// Whether both have happened.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.keys.load(Ordering::SeqCst) && self.0.stores.load(Ordering::SeqCst)
    }
}
