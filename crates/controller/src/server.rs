//! HTTP: the certificate, verifying, rotating, health and metrics.
//!
//! What is asked for here needs no right in the cluster: any program in it reaches the port. So an answer never says why a
//! value did not open, no template is rendered, and everything that a request can use has an end: connections, bytes, time,
//! private-key operations.

mod answer;
mod body;
mod cert;
mod connections;
mod health;
mod limits;
mod listener;
mod memory;
mod metrics;
mod observe;
mod private;
mod reader;
mod rotate;
mod service;
mod timed_io;
mod verify;

use axum::Router;
use axum::middleware;
use axum::routing::any;

pub use listener::{Listener, Timeouts, bind};
pub use service::Service;

use crate::metrics::Metrics;

/// The endpoints of upstream's port 8080. No method is checked, as upstream has it.
pub fn endpoints(service: Service) -> Router {
    let observed = middleware::from_fn_with_state(service.metrics().clone(), observe::observe);
    Router::new()
        .route("/v1/cert.pem", any(cert::answer))
        .route("/v1/verify", any(verify::answer))
        .route("/v1/rotate", any(rotate::answer))
        .route_layer(observed)
        .route("/healthz", any(health::alive))
        .route("/readyz", any(health::ready))
        .fallback(answer::not_found)
        .with_state(service)
}

/// The endpoint of upstream's port 8081.
pub fn metrics_endpoint(metrics: Metrics) -> Router {
    Router::new()
        .route("/metrics", any(metrics::answer))
        .fallback(answer::not_found)
        .with_state(metrics)
}
