//! Whether the service lives, and whether it is ready.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::answer;
use super::service::Service;

pub(super) async fn alive() -> Response {
    answer::text(StatusCode::OK, "ok\n")
}

/// Ready means that the keys are loaded and the stores listed; whether this replica is the leader does not count.
pub(super) async fn ready(State(service): State<Service>) -> Response {
    if service.readiness().is_ready() {
        answer::text(StatusCode::OK, "ok\n")
    } else {
        answer::text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
