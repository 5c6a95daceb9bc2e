//! What the record of a Lease says, and what is written into it. Pure: times come in.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use sealkit_core::UnixTime;
use tokio::time::Instant;

use super::LEASE;

/// Of a Lease that was given up: free at once for those that read it, and soon for those that go by its time.
const RELEASED_SECONDS: i32 = 1;

/// What a candidate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Takes the Lease, or renews its own.
    Hold,
    /// Leaves it to its holder until then.
    Wait { until: Instant },
}

/// What the candidate `identity` does about a record that it has seen unchanged since then.
pub(super) fn decide(
    spec: &LeaseSpec,
    identity: &str,
    unchanged_since: Instant,
    now: Instant,
) -> Step {
    let holder = spec.holder_identity.as_deref().unwrap_or_default();
    if holder.is_empty() || holder == identity {
        return Step::Hold;
    }
    let until = unchanged_since + duration(spec);
    if now < until { Step::Wait { until } } else { Step::Hold }
}

fn duration(spec: &LeaseSpec) -> Duration {
    let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map_or(LEASE, Duration::from_secs)
}

/// The record as its holder `identity` writes it over `before`.
pub(super) fn held(before: &LeaseSpec, identity: &str, now: UnixTime) -> LeaseSpec {
    let now = later_time(before, now);
    let is_new = before.holder_identity.as_deref() != Some(identity);
    let first = before.holder_identity.is_none();
    let transitions = before.lease_transitions.unwrap_or(0);
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(LEASE.as_secs()).ok(),
        acquire_time: if is_new { now.clone() } else { before.acquire_time.clone() },
        renew_time: now,
        lease_transitions: Some(transitions.saturating_add(i32::from(is_new && !first))),
        ..before.clone()
    }
}

/// The record as its holder leaves it.
pub(super) fn released(before: &LeaseSpec, now: UnixTime) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(String::new()),
        lease_duration_seconds: Some(RELEASED_SECONDS),
        renew_time: later_time(before, now),
        ..before.clone()
    }
}

/// The time of day, and in any case later than the last renewal: others see by the change that there was one, and clocks are
/// set back. A record that has been there before would look to them as though it had never changed.
fn later_time(before: &LeaseSpec, now: UnixTime) -> Option<MicroTime> {
    let now = Timestamp::from_second(now.0).ok()?;
    let last = before.renew_time.as_ref().map(|time| time.0);
    let next = last.and_then(|last| last.checked_add(SignedDuration::from_micros(1)).ok());
    Some(MicroTime(next.map_or(now, |next| next.max(now))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_by(holder: &str) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            ..LeaseSpec::default()
        }
    }

    #[test]
    fn a_lease_is_free_without_a_holder_or_when_its_time_is_over() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let wait = |seconds| Step::Wait { until: after(seconds) };
        let lasting = |seconds| LeaseSpec { lease_duration_seconds: seconds, ..held_by("b") };
        for (name, spec, now, expected) in [
            ("no record", LeaseSpec::default(), 0, Step::Hold),
            ("given up", held_by(""), 0, Step::Hold),
            ("one's own", held_by("a"), 0, Step::Hold),
            ("one's own, run out", held_by("a"), 60, Step::Hold),
            ("another's", held_by("b"), 0, wait(15)),
            ("another's, nearly over", held_by("b"), 14, wait(15)),
            ("another's, over", held_by("b"), 15, Step::Hold),
            ("a longer one", lasting(Some(60)), 15, wait(60)),
            ("no duration", lasting(None), 1, wait(15)),
            ("a duration that cannot be", lasting(Some(-1)), 1, wait(15)),
            ("none at all", lasting(Some(0)), 0, Step::Hold),
        ] {
            assert_eq!(decide(&spec, "a", start, after(now)), expected, "{name}");
        }
    }

    #[test]
    fn only_a_new_holder_counts_and_has_a_new_time() {
        let first = held(&LeaseSpec::default(), "a", UnixTime(100));
        assert_eq!(first.lease_transitions, Some(0));
        let renewed = held(&first, "a", UnixTime(102));
        assert_eq!(renewed.acquire_time, first.acquire_time);
        assert_ne!(renewed.renew_time, first.renew_time);
        assert_eq!(renewed.lease_transitions, Some(0));
        let given_up = released(&renewed, UnixTime(103));
        assert_eq!(given_up.holder_identity.as_deref(), Some(""));
        assert_eq!(given_up.lease_duration_seconds, Some(1));
        let taken = held(&given_up, "b", UnixTime(104));
        assert_eq!(taken.lease_transitions, Some(1));
        assert_eq!(taken.acquire_time, taken.renew_time);
        assert_eq!(taken.lease_duration_seconds, Some(15));
    }

    #[test]
    fn a_renewal_shows_even_where_the_clock_stands_still_or_was_set_back() {
        let mut seen = vec![held(&LeaseSpec::default(), "a", UnixTime(100))];
        for now in [100, 100, 99, 100, 50, 101] {
            let renewed = held(seen.last().unwrap(), "a", UnixTime(now));
            assert!(!seen.contains(&renewed), "{now}");
            seen.push(renewed);
        }
    }
}
