//! How many requests are answered: a quota for each address, and one for all of them.
//!
//! Whoever comes through the API server's proxy has its address. What a header says of somebody behind it is not looked at:
//! anybody can write one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Addresses that are remembered. Those that come when there are more share one quota.
const MAX_PEERS: usize = 4096;
/// What all addresses together may have, in shares of one.
const ALL: u32 = 4;

/// How much there may be of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// In a second, on average; at least one.
    pub(super) per_second: u32,
    /// At once.
    pub(super) at_once: u32,
}

/// Where an address stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// What may be had at once.
    pub(super) limit: u32,
    /// What is left of it.
    pub(super) remaining: u32,
    /// When all of it is there again.
    pub(super) reset: Duration,
}

/// There is nothing left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// Where the address stands.
    pub(super) standing: Standing,
    /// When there is something again.
    pub(super) retry_after: Duration,
}

/// Gives out, to each address and to all together, no more than there may be.
pub(super) struct Limiter {
    each: Rate,
    all: Rate,
    buckets: Mutex<Buckets>,
}

struct Buckets {
    all: Bucket,
    /// Of addresses for which there is no room.
    others: Bucket,
    peers: HashMap<IpAddr, Bucket>,
}

/// A token bucket, as the time at which it is full.
#[derive(Clone, Copy)]
struct Bucket(Instant);

impl Limiter {
    pub(super) fn new(each: Rate, now: Instant) -> Self {
        let all = Rate {
            per_second: each.per_second.saturating_mul(ALL),
            at_once: each.at_once.saturating_mul(ALL),
        };
        let (all_bucket, others) = (Bucket(now), Bucket(now));
        let buckets = Buckets { all: all_bucket, others, peers: HashMap::new() };
        Self { each, all, buckets: Mutex::new(buckets) }
    }

    /// Takes `n` where there is one at least. What is missing has to come in before there is one again: so what needs more
    /// than there may be at once is let through, and waited for afterwards.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn take(&self, peer: IpAddr, now: Instant, n: usize) -> Result<Standing, Exceeded> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let all = buckets.all;
        let bucket = buckets.of(peer, now);
        bucket.has_one(self.each, now)?;
        all.has_one(self.all, now)?;
        bucket.take(self.each, now, n);
        let standing = bucket.standing(self.each, now);
        buckets.all.take(self.all, now, n);
        Ok(standing)
    }

    /// Takes what has been used already.
    pub(super) fn charge(&self, peer: IpAddr, now: Instant, n: usize) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.of(peer, now).take(self.each, now, n);
        buckets.all.take(self.all, now, n);
    }
}

impl Buckets {
    fn of(&mut self, peer: IpAddr, now: Instant) -> &mut Bucket {
        if self.peers.len() >= MAX_PEERS && !self.peers.contains_key(&peer) {
            self.peers.retain(|_, bucket| bucket.0 > now);
            if self.peers.len() >= MAX_PEERS {
                return &mut self.others;
            }
        }
        self.peers.entry(peer).or_insert(Bucket(now))
    }
}

impl Bucket {
    fn has_one(self, rate: Rate, now: Instant) -> Result<(), Exceeded> {
        let room = rate.room().saturating_sub(rate.interval());
        let retry_after = self.missing(now).saturating_sub(room);
        if retry_after.is_zero() {
            return Ok(());
        }
        Err(Exceeded { standing: self.standing(rate, now), retry_after })
    }

    fn take(&mut self, rate: Rate, now: Instant, n: usize) {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        let full_at = self.0.max(now);
        self.0 = full_at.checked_add(rate.interval().saturating_mul(n)).unwrap_or(full_at);
    }

    fn standing(self, rate: Rate, now: Instant) -> Standing {
        let reset = self.missing(now);
        let left = rate.room().saturating_sub(reset).as_nanos() / rate.interval().as_nanos();
        Standing { limit: rate.at_once, remaining: u32::try_from(left).unwrap_or(u32::MAX), reset }
    }

    /// What is not in it, as the time until it is.
    fn missing(self, now: Instant) -> Duration {
        self.0.saturating_duration_since(now)
    }
}

impl Rate {
    /// The time in which one comes in.
    fn interval(self) -> Duration {
        let nanoseconds = 1_000_000_000 / u64::from(self.per_second.max(1));
        Duration::from_nanos(nanoseconds.max(1))
    }

    /// The time in which an empty bucket becomes full.
    fn room(self) -> Duration {
        self.interval().saturating_mul(self.at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2, at_once: 3 };

    fn peer(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn three_at_once_and_then_two_a_second() {
        let now = Instant::now();
        let limiter = Limiter::new(RATE, now);
        for remaining in [2, 1, 0] {
            let standing = limiter.take(peer(1), now, 1).unwrap();
            assert_eq!((standing.limit, standing.remaining), (3, remaining));
        }
        let exceeded = limiter.take(peer(1), now, 1).unwrap_err();
        assert_eq!(exceeded.retry_after, seconds(0.5));
        assert_eq!(exceeded.standing, Standing { limit: 3, remaining: 0, reset: seconds(1.5) });
        assert!(limiter.take(peer(1), now + seconds(0.4), 1).is_err());
        assert!(limiter.take(peer(1), now + seconds(0.5), 1).is_ok());
        assert!(limiter.take(peer(1), now + seconds(0.5), 1).is_err());
        let rested = limiter.take(peer(1), now + seconds(60.0), 1).unwrap();
        assert_eq!(rested.remaining, 2, "no more than three gather");
    }

    #[test]
    fn an_address_has_its_own_and_all_have_an_end() {
        let now = Instant::now();
        let limiter = Limiter::new(RATE, now);
        let taken = |number| (0..9).filter(|_| limiter.take(peer(number), now, 1).is_ok()).count();
        assert_eq!((1..=6).map(taken).collect::<Vec<_>>(), [3, 3, 3, 3, 0, 0]);
        let exceeded = limiter.take(peer(9), now, 1).unwrap_err();
        assert_eq!(exceeded.retry_after, seconds(0.125));
    }

    #[test]
    fn what_is_larger_than_the_quota_is_let_through_and_waited_for() {
        let now = Instant::now();
        let limiter = Limiter::new(RATE, now);
        assert_eq!(limiter.take(peer(1), now, 9).unwrap().remaining, 0);
        assert_eq!(limiter.take(peer(1), now, 1).unwrap_err().retry_after, seconds(3.5));
        limiter.charge(peer(1), now, 2);
        assert_eq!(limiter.take(peer(1), now, 1).unwrap_err().retry_after, seconds(4.5));
        assert!(limiter.take(peer(1), now + seconds(4.5), 1).is_ok());
        limiter.charge(peer(1), now, usize::MAX);
        limiter.charge(peer(1), now, usize::MAX);
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let now = Instant::now();
        let limiter = Limiter::new(Rate { per_second: 1_000_000, at_once: 1_000_000 }, now);
        for number in 0..9_000 {
            limiter.take(peer(number), now, 1).unwrap();
        }
        assert_eq!(limiter.buckets.lock().unwrap().peers.len(), MAX_PEERS);
        limiter.take(peer(10_000), now + seconds(1.0), 1).unwrap();
        assert_eq!(limiter.buckets.lock().unwrap().peers.len(), 1, "those at rest are forgotten");
    }
}
