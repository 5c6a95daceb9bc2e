//! Repeats what the server has turned away untouched: 429, after the time that it asks for.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{Request, Response, StatusCode};
use kube::client::Body;
use tokio::time::{Sleep, sleep};
use tower::BoxError;
use tower::retry::Policy;

const REPETITIONS: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Only 429 is repeated, whatever the method: the request did nothing. After any other failure it may have, and whoever sent
/// it has to look.
#[derive(Clone, Default)]
pub(super) struct RetryTurnedAway {
    repeated: u32,
}

impl RetryTurnedAway {
    /// How long to wait before the next repetition, if there is to be one.
    fn wait<B>(&mut self, response: &Response<B>) -> Option<Duration> {
        if response.status() != StatusCode::TOO_MANY_REQUESTS || self.repeated >= REPETITIONS {
            return None;
        }
        let doubled = Duration::from_millis(500 << self.repeated);
        self.repeated += 1;
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let asked = asked.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
        Some(asked.unwrap_or(doubled).min(LONGEST_WAIT))
    }
}

impl<B> Policy<Request<Body>, Response<B>, BoxError> for RetryTurnedAway {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Sleep> {
        let wait = self.wait(result.as_ref().ok()?)?;
        // Those that were turned away together do not come back together.
        Some(sleep(wait + rand::random_range(Duration::ZERO..=wait / 4)))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let mut copy = Request::new(request.body().try_clone()?);
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.version_mut() = request.version();
        *copy.headers_mut() = request.headers().clone();
        *copy.extensions_mut() = request.extensions().clone();
        Some(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Response<()> {
        let mut builder = Response::builder().status(status);
        if let Some(seconds) = retry_after {
            builder = builder.header(RETRY_AFTER, seconds);
        }
        builder.body(()).unwrap()
    }

    #[test]
    fn only_what_was_turned_away_is_repeated() {
        for status in [200, 201, 404, 409, 500, 502, 503, 504] {
            let wait = RetryTurnedAway::default().wait(&answer(status, Some("1")));
            assert_eq!(wait, None, "{status}");
        }
    }

    #[test]
    fn the_server_says_when() {
        for (header, expected) in
            [(Some("7"), 7000), (Some("3600"), 30_000), (None, 500), (Some("soon"), 500)]
        {
            let wait = RetryTurnedAway::default().wait(&answer(429, header));
            assert_eq!(wait, Some(Duration::from_millis(expected)), "{header:?}");
        }
    }

    #[test]
    fn repetitions_end() {
        let mut policy = RetryTurnedAway::default();
        let waits: Vec<_> = std::iter::from_fn(|| policy.wait(&answer(429, None))).collect();
        let millis: Vec<_> = waits.iter().map(Duration::as_millis).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000]);
    }
}
