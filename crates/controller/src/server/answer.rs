//! Answers: codes, types and texts.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use super::limits::{Exceeded, Standing};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A code alone.
pub(super) fn code(code: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = code;
    response
}

/// A body of a type.
pub(super) fn typed(of_type: HeaderValue, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, of_type);
    response
}

/// A text.
pub(super) fn text(code: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = typed(TEXT, text);
    *response.status_mut() = code;
    response
}

/// For all other paths.
pub(super) async fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, "404 page not found\n")
}

/// There is too much to do for everybody.
pub(super) fn busy() -> Response {
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, "busy\n");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Somebody has asked too much.
pub(super) fn exceeded(exceeded: Exceeded) -> Response {
    let mut response = text(StatusCode::TOO_MANY_REQUESTS, "limit exceeded\n");
    add_standing(response.headers_mut(), exceeded.standing);
    response.headers_mut().insert(RETRY_AFTER, seconds(exceeded.retry_after));
    response
}

/// Says where somebody stands, in whatever answer.
pub(super) fn add_standing(headers: &mut HeaderMap, standing: Standing) {
    headers.insert(LIMIT, standing.limit.into());
    headers.insert(REMAINING, standing.remaining.into());
    headers.insert(RESET, seconds(standing.reset));
}

/// Whole seconds, of which a part counts as one.
fn seconds(duration: Duration) -> HeaderValue {
    let part = u64::from(duration.subsec_nanos() > 0);
    duration.as_secs().saturating_add(part).into()
}
