//! The certificate to seal with.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode};

use super::answer;
use super::service::Service;

const PEM: HeaderValue = HeaderValue::from_static("application/x-pem-file");

pub(super) async fn answer(State(service): State<Service>) -> Response {
    match service.keys().served() {
        Some(served) => answer::typed(PEM, served.certificate.to_pem()),
        None => answer::text(StatusCode::INTERNAL_SERVER_ERROR, "cannot get certificate\n"),
    }
}
