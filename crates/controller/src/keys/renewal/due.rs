//! Whether a new key is due. Pure: times come in.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use sealkit_core::{Fingerprint, KeyOrder, UnixTime};

use super::RenewalOptions;
use crate::keys::key_set::{KeyInfo, KeySet};

/// How long keys that were there may be away before one is made in their place: they may be replaced or restored.
const AWAY: Duration = Duration::from_secs(60);
/// From one key that was made because there was none to the next: somebody may be taking them away.
const AGAIN: Duration = Duration::from_secs(600);

/// Whether a new key is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now(Reason),
    In(Duration),
    Never,
}

/// Why a key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NoKey,
    OlderThanCutoff,
    Renewal,
    Asked,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "there is none",
            Self::OlderThanCutoff => "the newest is older than --key-cutoff-time",
            Self::Renewal => "the newest has reached --key-renew-period",
            Self::Asked => "SIGUSR1 asked for it",
        })
    }
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Situation {
    /// The time of the newest key that has a certificate.
    pub(super) newest: Option<UnixTime>,
    /// The same, less those that were made because somebody asked: the timer goes on as if they were not there.
    pub(super) newest_by_timer: Option<UnixTime>,
    /// The time of day.
    pub(super) now: UnixTime,
    /// How long ago this process made a key that was due. Times of others' clocks do not make the next one due.
    pub(super) since_made: Option<Duration>,
    /// For how long there has been no key.
    pub(super) without_key: Duration,
    /// The first look at the keys.
    pub(super) is_start: bool,
}

impl Situation {
    /// This situation with other keys.
    pub(super) fn with_keys(self, keys: &KeySet, asked_for: &BTreeSet<Fingerprint>) -> Self {
        let order = keys.order();
        let all = || keys.keys().iter().filter(|key| key.not_before.is_some());
        let newest = all().next().and_then(|key| time(key, order));
        let by_timer = all().find(|key| !asked_for.contains(&key.fingerprint));
        let newest_by_timer = by_timer.and_then(|key| time(key, order)).or(newest);
        Self { newest, newest_by_timer, ..self }
    }
}

/// A key of a Secret without the time that is asked for counts from the start of its certificate.
fn time(key: &KeyInfo, order: KeyOrder) -> Option<UnixTime> {
    key.time(order).or(key.not_before)
}

pub(super) fn due(situation: &Situation, options: &RenewalOptions) -> Due {
    if !options.generate {
        return Due::Never;
    }
    let Some(newest) = situation.newest else { return without_key(situation) };
    let is_older = |cutoff| newest < cutoff;
    if situation.is_start && options.cutoff.is_some_and(is_older) {
        return Due::Now(Reason::OlderThanCutoff);
    }
    if options.renew_period.is_zero() {
        return Due::Never;
    }
    let from = situation.newest_by_timer.unwrap_or(newest);
    let period = i64::try_from(options.renew_period.as_secs()).unwrap_or(i64::MAX);
    let left = from.0.saturating_add(period).saturating_sub(situation.now.0);
    let left = Duration::from_secs(u64::try_from(left).unwrap_or(0));
    after(left.max(rest_of(options.renew_period, situation.since_made)), Reason::Renewal)
}

fn without_key(situation: &Situation) -> Due {
    let away = if situation.is_start { Duration::ZERO } else { AWAY };
    let left = away.saturating_sub(situation.without_key);
    after(left.max(rest_of(AGAIN, situation.since_made)), Reason::NoKey)
}

fn rest_of(period: Duration, since_made: Option<Duration>) -> Duration {
    since_made.map_or(Duration::ZERO, |since| period.saturating_sub(since))
}

fn after(left: Duration, reason: Reason) -> Due {
    if left.is_zero() { Due::Now(reason) } else { Due::In(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    const NOW: i64 = 1_700_000_000;

    fn days(days: u64) -> Duration {
        Duration::from_secs(days * 86_400)
    }

    /// A key that is so many days old, in a service that has run for a while.
    fn aged(age: i64) -> Situation {
        let newest = Some(UnixTime(NOW - age * DAY));
        Situation {
            newest,
            newest_by_timer: newest,
            now: UnixTime(NOW),
            since_made: None,
            without_key: Duration::ZERO,
            is_start: false,
        }
    }

    fn options() -> RenewalOptions {
        RenewalOptions::default()
    }

    #[test]
    fn the_newest_is_renewed_when_it_has_reached_the_period() {
        let at_start = |situation| Situation { is_start: true, ..situation };
        let made = |since, age| Situation { since_made: Some(since), ..aged(age) };
        let asked = Situation { newest: Some(UnixTime(NOW)), ..aged(29) };
        for (name, situation, expected) in [
            ("new", aged(0), Due::In(days(30))),
            ("nearly", aged(29), Due::In(days(1))),
            ("reached", aged(30), Due::Now(Reason::Renewal)),
            ("long since", aged(4000), Due::Now(Reason::Renewal)),
            ("reached at start", at_start(aged(30)), Due::Now(Reason::Renewal)),
            ("new at start", at_start(aged(1)), Due::In(days(29))),
            ("from the future", aged(-10), Due::In(days(40))),
            ("asked for one in between", asked, Due::In(days(1))),
            ("just made, by a clock that is ahead", made(days(1), 40), Due::In(days(29))),
            ("made a period ago", made(days(30), 30), Due::Now(Reason::Renewal)),
        ] {
            assert_eq!(due(&situation, &options()), expected, "{name}");
        }
    }

    #[test]
    fn without_a_key_one_is_made_at_once_at_the_start_and_after_a_while_later() {
        let none = Situation { newest: None, newest_by_timer: None, ..aged(0) };
        let second = Duration::from_secs(1);
        let start = Situation { is_start: true, ..none };
        let away = |without_key| Situation { without_key, ..none };
        let taken = Situation { since_made: Some(second * 100), ..away(second * 90) };
        for (name, situation, expected) in [
            ("start", start, Due::Now(Reason::NoKey)),
            ("just gone", away(Duration::ZERO), Due::In(second * 60)),
            ("gone for a while", away(second * 45), Due::In(second * 15)),
            ("gone", away(second * 60), Due::Now(Reason::NoKey)),
            ("taken away again", taken, Due::In(second * 500)),
        ] {
            assert_eq!(due(&situation, &options()), expected, "{name}");
        }
    }

    #[test]
    fn the_cutoff_counts_at_the_start_alone() {
        let cutoff =
            |age: i64| RenewalOptions { cutoff: Some(UnixTime(NOW - age * DAY)), ..options() };
        let start = Situation { is_start: true, ..aged(5) };
        assert_eq!(due(&start, &cutoff(4)), Due::Now(Reason::OlderThanCutoff));
        assert_eq!(due(&start, &cutoff(5)), Due::In(days(25)));
        assert_eq!(due(&aged(5), &cutoff(4)), Due::In(days(25)));
    }

    #[test]
    fn nothing_is_due_where_it_is_switched_off() {
        let off = RenewalOptions { renew_period: Duration::ZERO, ..options() };
        assert_eq!(due(&aged(4000), &off), Due::Never);
        let none = Situation { newest: None, newest_by_timer: None, is_start: true, ..aged(0) };
        assert_eq!(due(&none, &off), Due::Now(Reason::NoKey));
        let provided = RenewalOptions { generate: false, ..options() };
        assert_eq!(due(&none, &provided), Due::Never);
        assert_eq!(due(&aged(4000), &provided), Due::Never);
    }

    #[test]
    fn no_period_and_no_clock_is_too_long() {
        let period = RenewalOptions { renew_period: Duration::MAX, ..options() };
        let situation = Situation { now: UnixTime(i64::MIN), ..aged(0) };
        assert!(matches!(due(&situation, &period), Due::In(_)));
    }
}
