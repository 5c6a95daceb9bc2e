//! The metrics, as Prometheus reads them.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

use super::answer;
use crate::metrics::Metrics;

pub(super) async fn answer(State(metrics): State<Metrics>) -> Response {
    match metrics.encode() {
        Ok(text) => answer::typed(HeaderValue::from_static(CONTENT_TYPE), text),
        Err(_) => answer::code(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
