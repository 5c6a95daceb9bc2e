//! How fast a controller is asked: others have their share of what it gives.
//!
//! Where answers say what is left (`X-RateLimit-Limit`, `-Remaining`, `-Reset`), a quarter of what may be had at once is
//! never touched. Once it is down to that, or the controller has refused a request, three quarters of the rate are used and
//! no more. The rate is learned from the answers: they tell times in whole seconds, so what they prove may be much too low.
//! Where all is there again at the next request, a somewhat faster pace is tried. Where answers say nothing and nothing is
//! refused, there is no limit.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;

/// Whose turn it is to ask one endpoint of a controller. Several threads may wait for it.
pub(super) struct Pace {
    watch: Stopwatch,
    state: Mutex<State>,
    changed: Condvar,
}

/// What an answer says about the quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What may be had at once.
    pub(super) limit: Option<u32>,
    /// What is left of it.
    pub(super) remaining: Option<u32>,
    /// In how many seconds all of it is there again.
    pub(super) reset: Option<u32>,
    /// The request was refused: how long to wait.
    pub(super) wait: Option<Duration>,
    /// It was refused since the quota is used up.
    pub(super) is_over_quota: bool,
}

/// Nobody is to ask any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stopped;

#[derive(Default)]
struct State {
    is_stopped: bool,
    /// Requests that are not answered yet.
    under_way: u32,
    standing: Standing,
    /// The most requests a second that the answers prove to be allowed.
    rate: f64,
    /// When the last request was made, and how long after the one before.
    asked: Option<(Duration, Duration)>,
    /// It was seen that the rate is not much higher than what is proved.
    is_rate_known: bool,
    /// Requests have to lie so far apart.
    interval: Option<Duration>,
    /// The next one has to wait until then; counted from the beginning, as all times here.
    not_before: Duration,
}

#[derive(Clone, Copy, Default)]
enum Standing {
    /// Nothing is answered yet.
    #[default]
    Unknown,
    /// Answers do not say it.
    Untold,
    Left {
        remaining: u32,
        reserve: u32,
    },
}

/// Whether a request may be made now.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    In(Duration),
    AfterAnAnswer,
}

/// The share of the rate that is used, as its inverse.
const SHARE: f64 = 4.0 / 3.0;
/// How much faster is tried than what is known to be a fair share.
const TRIED: f64 = 2.0;
/// Longer is no quota that a person meant.
const LONGEST: Duration = Duration::from_secs(60);

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            watch: Stopwatch::start(),
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
        }
    }

    /// Waits until a request may be made. Its answer, or its failure, has to be told.
    pub(super) fn wait(&self) -> Result<(), Stopped> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return Err(Stopped);
            }
            state = match state.turn(self.watch.elapsed()) {
                Turn::Now => return Ok(()),
                Turn::In(time) => {
                    let waited = self.changed.wait_timeout(state, time);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                Turn::AfterAnAnswer => {
                    self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    /// A request was answered, or has failed.
    pub(super) fn answered(&self, told: Option<Told>) {
        let now = self.watch.elapsed();
        self.lock().answered(told, now);
        self.changed.notify_all();
    }

    /// Whoever waits is sent away.
    pub(super) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// How far apart requests lie, where there is a limit that counts.
    pub(super) fn interval(&self) -> Option<Duration> {
        self.lock().interval
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a request may be made now; then it is under way.
    fn turn(&mut self, now: Duration) -> Turn {
        if let Some(time) = self.not_before.checked_sub(now).filter(|time| !time.is_zero()) {
            return Turn::In(time);
        }
        if let Some(interval) = self.interval {
            self.not_before = now + interval;
        } else if self.under_way > 0 && !self.has_more() {
            return Turn::AfterAnAnswer;
        } else if !self.has_more() {
            self.slow_down(1.0);
            self.not_before = now + self.interval.unwrap_or_default();
            return self.turn(now);
        }
        let before = self.asked.map_or(now, |(before, _)| before);
        self.asked = Some((now, now.saturating_sub(before)));
        self.under_way += 1;
        Turn::Now
    }

    /// Whether there is more than what is left to others, whatever comes of the requests that are under way.
    fn has_more(&self) -> bool {
        match self.standing {
            Standing::Unknown => self.under_way == 0,
            Standing::Untold => true,
            Standing::Left { remaining, reserve } => {
                remaining > reserve.saturating_add(self.under_way)
            }
        }
    }

    fn answered(&mut self, told: Option<Told>, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(told) = told else { return };
        match told.wait {
            // What a refusal says may be about another quota than that of requests.
            Some(wait) => {
                self.not_before = self.not_before.max(now + wait.mul_f64(SHARE));
                if told.is_over_quota && self.interval.is_none() {
                    self.slow_down(1.0 / wait.as_secs_f64().max(1.0));
                }
            }
            None => self.learn(told),
        }
    }

    fn learn(&mut self, told: Told) {
        let (Some(limit), Some(remaining)) = (told.limit, told.remaining) else {
            if matches!(self.standing, Standing::Unknown) {
                self.standing = Standing::Untold;
            }
            return;
        };
        self.standing = Standing::Left { remaining, reserve: limit.div_ceil(4).max(1) };
        // In that time what is used comes in again: times are rounded up, so it may be faster and is not slower.
        if let Some(reset @ 1..) = told.reset {
            let used = f64::from(limit.saturating_sub(remaining));
            self.rate = self.rate.max(used / f64::from(reset));
        }
        if self.interval.is_some() {
            self.slow_down(1.0);
            if limit > 1 && !self.is_rate_known {
                self.try_faster(remaining + 1 >= limit);
            }
        }
    }

    /// `is_whole` is whether all was there again when the last request came: what the one before took has come in since.
    fn try_faster(&mut self, is_whole: bool) {
        let Some((_, gap)) = self.asked.filter(|(_, gap)| !gap.is_zero()) else { return };
        let is_tried = gap.as_secs_f64() < SHARE / self.rate * 0.9;
        if is_whole {
            self.rate = self.rate.max(1.0 / gap.as_secs_f64());
            self.slow_down(1.0);
            self.interval = self.interval.map(|interval| interval.div_f64(TRIED));
        } else if is_tried {
            self.is_rate_known = true;
        }
    }

    /// From now on there is an interval: that of the known rate, else of this one.
    fn slow_down(&mut self, otherwise: f64) {
        let rate = if self.rate > 0.0 { self.rate } else { otherwise };
        let interval = Duration::try_from_secs_f64(SHARE / rate).unwrap_or(LONGEST);
        self.interval = Some(interval.min(LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token bucket as controllers have it: what it says is rounded.
    struct Bucket {
        rate: f64,
        at_once: u32,
        tokens: f64,
        at: f64,
        least: f64,
    }

    impl Bucket {
        fn new(rate: f64, at_once: u32) -> Self {
            Self { rate, at_once, tokens: f64::from(at_once), at: 0.0, least: f64::from(at_once) }
        }

        fn ask(&mut self, now: Duration) -> Told {
            let all = f64::from(self.at_once);
            self.tokens = (self.tokens + (now.as_secs_f64() - self.at) * self.rate).min(all);
            self.at = now.as_secs_f64();
            if self.tokens < 1.0 {
                let wait = ((1.0 - self.tokens) / self.rate).ceil();
                let wait = Some(Duration::from_secs_f64(wait));
                return Told { wait, is_over_quota: true, ..Told::default() };
            }
            self.tokens -= 1.0;
            self.least = self.least.min(self.tokens);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let [remaining, reset] =
                [self.tokens.floor(), ((all - self.tokens) / self.rate).ceil()].map(|n| n as u32);
            Told {
                limit: Some(self.at_once),
                remaining: Some(remaining),
                reset: Some(reset),
                ..Told::default()
            }
        }
    }

    /// How many seconds so many requests take, each of them answered after 10 ms, several under way.
    fn seconds(requests: usize, mut answer: impl FnMut(Duration) -> Told) -> f64 {
        let mut state = State::default();
        let (mut now, mut answered) = (Duration::ZERO, 0);
        let mut under_way: Vec<Duration> = Vec::new();
        while answered < requests {
            while under_way.len() < 8 && state.turn(now) == Turn::Now {
                under_way.push(now);
            }
            now += Duration::from_millis(10);
            for _ in under_way.drain(..) {
                let told = answer(now);
                answered += usize::from(told.wait.is_none());
                state.answered(Some(told), now);
            }
        }
        now.as_secs_f64()
    }

    #[test]
    fn three_quarters_of_a_quota_are_used_and_the_last_is_left() {
        for (rate, at_once) in [(2.0, 3), (1.0, 1), (5.0, 2), (50.0, 3), (10.0, 30), (100.0, 200)] {
            let mut bucket = Bucket::new(rate, at_once);
            let taken = seconds(600, |now| {
                let told = bucket.ask(now);
                assert!(told.wait.is_none(), "{rate}: nothing is refused");
                told
            });
            let paced = f64::from(600 - at_once) / (rate * 0.75);
            assert!(taken >= paced * 0.95, "{rate}, {at_once}: {taken}, not {paced}");
            assert!(taken <= paced * 1.5 + 2.0, "{rate}, {at_once}: {taken}, not {paced}");
            assert!(bucket.least >= f64::from(at_once / 4), "{rate}, {at_once}: {}", bucket.least);
        }
    }

    #[test]
    fn where_there_is_no_limit_that_counts_nothing_is_waited_for() {
        assert!(seconds(800, |_| Told::default()) < 1.2);
        let mut lifted = Bucket::new(100_000.0, 100_001);
        assert!(seconds(800, |now| lifted.ask(now)) < 1.2);
    }

    #[test]
    fn a_limit_that_is_not_told_is_learned_from_refusals() {
        let mut bucket = Bucket::new(1.0, 5);
        let taken = seconds(100, |now| Told { limit: None, ..bucket.ask(now) });
        assert!((110.0..160.0).contains(&taken), "{taken}");
    }

    #[test]
    fn whoever_waits_is_sent_away_in_the_end() {
        let pace = Pace::new();
        pace.wait().unwrap();
        let hour = Some(Duration::from_secs(3600));
        pace.answered(Some(Told { wait: hour, is_over_quota: true, ..Told::default() }));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pace.wait());
            pace.stop();
            assert_eq!(waiting.join().unwrap(), Err(Stopped));
        });
        let absurd = Told {
            limit: Some(u32::MAX),
            remaining: Some(0),
            reset: Some(u32::MAX),
            ..Told::default()
        };
        let mut state = State::default();
        state.turn(Duration::ZERO);
        state.answered(Some(absurd), Duration::ZERO);
        state.turn(Duration::ZERO);
        let slow = Told { limit: Some(1), ..absurd };
        state.answered(Some(slow), Duration::ZERO);
        assert!(state.interval.is_some_and(|interval| interval <= LONGEST));
    }
}
