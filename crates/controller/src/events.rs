//! Events (core/v1) on SealedSecrets, as upstream's controller makes them. As many as people can read, and none is waited for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sealkit_core::UnixTime;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::api::Api;
use crate::clock::Clock;
use crate::index::Sealed;
use crate::object::ObjectKey;
use crate::plan::{Failure, Stage};

/// The component that events come from: upstream's name, by which tools find them.
const COMPONENT: &str = "sealed-secrets";

/// Events that wait to be sent. Further ones are left out.
const WAITING: usize = 4096;
/// Events that are sent at a time.
const SENDERS: usize = 4;

/// Events of one object at once, as client-go allows.
const BURST: u32 = 25;
/// After how long an object may have another one.
const REFILL: Duration = Duration::from_secs(300);
/// Objects whose events are counted. Beyond, all start again.
const COUNTED: usize = 10_000;

/// Something that happened to a SealedSecret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    object: ObjectKey,
    uid: String,
    resource_version: String,
    reason: &'static str,
    kind: &'static str,
    message: String,
}

/// Takes events, and sends them when it can.
#[derive(Clone)]
pub struct Events {
    waiting: mpsc::Sender<Event>,
}

impl Event {
    fn on(sealed: &Sealed, reason: &'static str, kind: &'static str, message: String) -> Self {
        Self {
            object: sealed.key.clone(),
            uid: sealed.uid.clone(),
            resource_version: sealed.resource_version.clone(),
            reason,
            kind,
            message,
        }
    }

    /// Its Secret was written.
    #[must_use]
    pub fn unsealed(sealed: &Sealed) -> Self {
        let message = "SealedSecret unsealed successfully".to_owned();
        Self::on(sealed, "Unsealed", "Normal", message)
    }

    /// Its Secret was not written. None where a person wanted it so.
    #[must_use]
    pub fn failed(sealed: &Sealed, failure: &Failure) -> Option<Self> {
        let (reason, message) = match failure.stage {
            Stage::Unseal => ("ErrUnsealFailed", format!("Failed to unseal: {}", failure.message)),
            Stage::Update | Stage::Unmanaged => ("ErrUpdateFailed", failure.message.clone()),
            Stage::Paused => return None,
        };
        Some(Self::on(sealed, reason, "Warning", message))
    }

    fn body(&self, now: UnixTime, number: u64) -> Vec<u8> {
        let ObjectKey { namespace, name } = &self.object;
        let name: String = name.chars().take(200).collect();
        let time = now.to_string();
        let event = json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"namespace": namespace, "name": format!("{name}.{:x}{number:04x}", now.0)},
            "involvedObject": {
                "apiVersion": format!("{}/{}", sealkit_api::GROUP, sealkit_api::VERSION),
                "kind": sealkit_api::KIND,
                "namespace": namespace,
                "name": self.object.name,
                "uid": self.uid,
                "resourceVersion": self.resource_version,
            },
            "reason": self.reason,
            "message": self.message.chars().take(1024).collect::<String>(),
            "type": self.kind,
            "source": {"component": COMPONENT},
            "firstTimestamp": time,
            "lastTimestamp": time,
            "count": 1,
        });
        event.to_string().into_bytes()
    }
}

impl Events {
    /// Sends what is taken, until there is nobody left who could give some.
    #[must_use]
    pub fn start(api: Api, clock: Clock) -> Self {
        let (waiting, events) = mpsc::channel(WAITING);
        tokio::spawn(send_all(api, clock, events));
        Self { waiting }
    }

    /// Takes an event, unless too many wait.
    pub fn send(&self, event: Event) {
        if self.waiting.try_send(event).is_err() {
            tracing::debug!("an event was left out: too many wait to be sent");
        }
    }
}

async fn send_all(api: Api, clock: Clock, mut events: mpsc::Receiver<Event>) {
    // Two processes may count alike within a second: each starts elsewhere.
    let number = AtomicU64::new(u64::from(rand::random::<u16>()) << 16);
    let mut limiter = Limiter::default();
    let mut sending = JoinSet::new();
    while let Some(event) = events.recv().await {
        if !limiter.allows(&event.uid, Instant::now()) {
            continue;
        }
        if sending.len() >= SENDERS {
            sending.join_next().await;
        }
        let body = event.body(clock.now(), number.fetch_add(1, Ordering::Relaxed));
        let (api, namespace) = (api.clone(), event.object.namespace);
        sending.spawn(async move {
            if let Err(error) = api.create_event(&namespace, body).await {
                tracing::debug!(namespace, %error, "an event was not taken");
            }
        });
    }
}

/// How many events each object has had.
#[derive(Default)]
struct Limiter(HashMap<String, Allowance>);

struct Allowance {
    left: u32,
    since: Instant,
}

impl Limiter {
    fn allows(&mut self, uid: &str, now: Instant) -> bool {
        if self.0.len() >= COUNTED && !self.0.contains_key(uid) {
            self.0.clear();
        }
        let allowance =
            self.0.entry(uid.to_owned()).or_insert(Allowance { left: BURST, since: now });
        if allowance.left < BURST && now.duration_since(allowance.since) >= REFILL {
            allowance.left += 1;
            allowance.since = now;
        }
        let allows = allowance.left > 0;
        allowance.left = allowance.left.saturating_sub(1);
        allows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::object;

    fn sealed() -> Sealed {
        Sealed::read(object("{}", "{}", "null")).unwrap()
    }

    #[test]
    fn events_are_those_of_upstream() {
        let failure = Failure::not_managed("database");
        let failed = Event::failed(&sealed(), &failure).unwrap();
        let body: serde_json::Value =
            serde_json::from_slice(&failed.body(UnixTime(1_700_000_000), 7)).unwrap();
        assert_eq!(body["reason"], "ErrUpdateFailed");
        assert_eq!(
            body["message"],
            "Resource \"database\" already exists and is not managed by SealedSecret"
        );
        assert_eq!(body["type"], "Warning");
        assert_eq!(body["source"]["component"], "sealed-secrets");
        assert_eq!(body["involvedObject"]["uid"], "u1");
        assert_eq!(body["metadata"]["namespace"], "shop");
        assert_eq!(Event::failed(&sealed(), &Failure::paused()), None);
        assert_eq!(Event::unsealed(&sealed()).reason, "Unsealed");
    }

    #[tokio::test(start_paused = true)]
    async fn one_object_has_no_more_events_than_people_can_read() {
        let mut limiter = Limiter::default();
        let mut allowed = || (0..40).filter(|_| limiter.allows("a", Instant::now())).count();
        assert_eq!(allowed(), 25);
        tokio::time::advance(REFILL).await;
        assert_eq!(allowed(), 1);
        assert!(limiter.allows("b", Instant::now()));
    }
}
