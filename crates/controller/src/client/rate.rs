//! So many requests a second, and some more at once.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};
use tower::{Layer, Service};

/// How many requests a second the service sends, and how many at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RequestLimit(Option<Bucket>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket {
    per_second: f64,
    burst: u32,
}

/// What client-go takes where a flag is 0.
const GO_PER_SECOND: f64 = 5.0;
const GO_BURST: u32 = 10;

impl RequestLimit {
    /// As `--kubeclient-qps` and `--kubeclient-burst` say it: negative requests a second are no limit; 0 is client-go's
    /// default, of 5 and of 10.
    #[must_use]
    pub fn from_flags(per_second: f64, burst: i64) -> Self {
        if per_second < 0.0 {
            return Self(None);
        }
        let per_second = if per_second > 0.0 { per_second } else { GO_PER_SECOND };
        let burst = match burst {
            0 => GO_BURST,
            1.. => u32::try_from(burst).unwrap_or(u32::MAX),
            _ => 1,
        };
        Self(Some(Bucket { per_second, burst }))
    }
}

impl Default for RequestLimit {
    /// Thousands of SealedSecrets are done in a minute, and the server has time for others.
    fn default() -> Self {
        Self(Some(Bucket { per_second: 200.0, burst: 400 }))
    }
}

/// Makes requests wait for their turn.
pub(super) struct RateLayer(pub(super) RequestLimit);

impl<S> Layer<S> for RateLayer {
    type Service = Rated<S>;

    fn layer(&self, inner: S) -> Rated<S> {
        Rated { inner, gate: self.0.0.map(Gate::new) }
    }
}

/// A service that is ready when the next request may be sent.
pub(super) struct Rated<S> {
    inner: S,
    gate: Option<Gate>,
}

/// A bucket of tokens: one for each request, and new ones over time.
struct Gate {
    bucket: Bucket,
    tokens: f64,
    filled: Instant,
    wait: Pin<Box<Sleep>>,
}

impl Gate {
    fn new(bucket: Bucket) -> Self {
        let wait = Box::pin(sleep(Duration::ZERO));
        Self { bucket, tokens: f64::from(bucket.burst), filled: Instant::now(), wait }
    }

    fn fill(&mut self) {
        let now = Instant::now();
        let new = (now - self.filled).as_secs_f64() * self.bucket.per_second;
        self.tokens = (self.tokens + new).min(f64::from(self.bucket.burst));
        self.filled = now;
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Less than a nanosecond's worth is no reason to wait.
        const WHOLE: f64 = 1.0 - 1e-6;
        loop {
            self.fill();
            if self.tokens >= WHOLE {
                return Poll::Ready(());
            }
            let seconds = (1.0 - self.tokens) / self.bucket.per_second;
            let missing = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            // A timer has steps of a millisecond.
            let missing = missing.max(Duration::from_millis(1)).min(Duration::from_secs(3600));
            self.wait.as_mut().reset(self.filled + missing);
            ready!(self.wait.as_mut().poll(cx));
        }
    }
}

impl<S: Service<R>, R> Service<R> for Rated<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if let Some(gate) = &mut self.gate {
            ready!(gate.poll_open(cx));
        }
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        if let Some(gate) = &mut self.gate {
            gate.tokens -= 1.0;
        }
        self.inner.call(request)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, poll_fn, ready};

    use super::*;

    struct Answers;

    impl Service<()> for Answers {
        type Response = ();
        type Error = Infallible;
        type Future = Ready<Result<(), Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            ready(Ok(()))
        }
    }

    async fn time_for(limit: RequestLimit, requests: usize) -> Duration {
        let mut service = RateLayer(limit).layer(Answers);
        let start = Instant::now();
        for _ in 0..requests {
            poll_fn(|cx| service.poll_ready(cx)).await.unwrap();
            service.call(()).await.unwrap();
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_above_the_burst_waits() {
        let limit = RequestLimit::from_flags(5.0, 10);
        assert_eq!(time_for(limit, 10).await, Duration::ZERO);
        let time = time_for(limit, 110).await.as_secs_f64();
        assert!((19.5..20.5).contains(&time), "{time}");
    }

    #[tokio::test(start_paused = true)]
    async fn negative_is_no_limit_and_zero_is_the_default_of_go() {
        assert_eq!(time_for(RequestLimit::from_flags(-1.0, 1), 10_000).await, Duration::ZERO);
        assert_eq!(RequestLimit::from_flags(0.0, 0), RequestLimit::from_flags(5.0, 10));
        assert_eq!(RequestLimit::from_flags(7.0, -3), RequestLimit::from_flags(7.0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn hardly_any_requests_are_possible_too() {
        let time = time_for(RequestLimit::from_flags(0.001, 1), 2).await.as_secs_f64();
        assert!((999.0..1001.0).contains(&time), "{time}");
    }
}
