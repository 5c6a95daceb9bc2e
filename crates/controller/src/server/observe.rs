//! Counts and times requests.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use crate::metrics::Metrics;

pub(super) async fn observe(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    // One of the routes: there are no others here.
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    metrics.http_request(&path, &method, response.status().as_u16(), start.elapsed());
    response
}
