//! Requests that take the private keys: from the body of a request to the values of a SealedSecret, within all limits.

use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use sealkit_core::TrialLimit;
use sealkit_manifest::{OpenedValues, SealedSecret, attempt};
use tokio::time::{Instant, timeout};

use super::answer;
use super::body::{self, BodyError, Received};
use super::connections::Caller;
use super::limits::{Exceeded, Limiter, Standing};
use super::service::{Limits, Service};
use crate::keys::KeySet;
use crate::workers::{Busy, Share};

/// How long a request waits for its answer, in the queue or at work. The API server's proxy has left after twice that.
const LONGEST: Duration = Duration::from_secs(30);

/// What differs from one endpoint to another.
#[derive(Clone, Copy)]
pub(super) struct Endpoint {
    /// Which requests count together.
    pub(super) limiter: fn(&Limits) -> &Limiter,
    /// The answer to a SealedSecret and its values; to none where one of them did not open, and why is not said.
    pub(super) reply: Reply,
}

/// Makes an answer, on a thread that may be busy.
pub(super) type Reply = fn(Option<(SealedSecret, OpenedValues)>, &KeySet) -> Response;

/// Answers a request.
pub(super) async fn answer(
    service: Service,
    caller: Caller,
    request: Request,
    endpoint: Endpoint,
) -> Response {
    let limiter = (endpoint.limiter)(service.limits());
    match limiter.take(caller.peer(), Instant::now(), 1) {
        Err(exceeded) => answer::exceeded(exceeded),
        Ok(standing) => {
            let response = within_limits(service, caller, request, endpoint.reply).await;
            with_standing(response, standing)
        }
    }
}

async fn within_limits(
    service: Service,
    caller: Caller,
    request: Request,
    reply: Reply,
) -> Response {
    let memory = service.memory().reserve(caller.peer());
    let received = match body::read(request.into_body(), memory, service.read_timeout()).await {
        Ok(received) => received,
        Err(error) => return not_received(error),
    };
    // From here on it is not the caller who is waited for.
    let working = caller.working();
    let workers = service.workers().clone();
    let work = move || {
        let _working = working;
        open(&service, &caller, received, reply).unwrap_or_else(answer::exceeded)
    };
    match timeout(LONGEST, workers.run(Share::Request, work)).await {
        Ok(Ok(response)) => response,
        Ok(Err(Busy)) | Err(_) => answer::busy(),
    }
}

fn open(
    service: &Service,
    caller: &Caller,
    received: Received,
    reply: Reply,
) -> Result<Response, Exceeded> {
    let Some(sealed) = service.reader().read(&received.bytes) else {
        return Ok(answer::text(StatusCode::INTERNAL_SERVER_ERROR, "no SealedSecret\n"));
    };
    drop(received);
    let keys = service.keys();
    if sealed.is_deprecated_form() && !service.accepts_deprecated_data() {
        return Ok(reply(None, &keys));
    }
    let quota = &service.limits().operations;
    let values = sealed.values().count();
    quota.take(caller.peer(), Instant::now(), values)?;
    let attempt = attempt(&sealed, keys.ring(), TrialLimit::PerObject);
    let further = attempt.operations.saturating_sub(values);
    quota.charge(caller.peer(), Instant::now(), further);
    Ok(reply(attempt.outcome.ok().map(|opened| (sealed, opened)), &keys))
}

fn not_received(error: BodyError) -> Response {
    match error {
        BodyError::TooLarge => answer::text(StatusCode::PAYLOAD_TOO_LARGE, "body too large\n"),
        BodyError::Unreadable => answer::text(StatusCode::BAD_REQUEST, "cannot read body\n"),
        BodyError::NoMemory => answer::busy(),
    }
}

/// A refusal of the quota of private-key operations has its own.
fn with_standing(mut response: Response, standing: Standing) -> Response {
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        answer::add_standing(response.headers_mut(), standing);
    }
    response
}
