//! Whether a SealedSecret opens.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::answer;
use super::connections::Caller;
use super::private::{self, Endpoint};
use super::service::Service;

const VERIFY: Endpoint = Endpoint {
    limiter: |limits| &limits.verify,
    reply: |opened, _| {
        answer::code(if opened.is_some() { StatusCode::OK } else { StatusCode::CONFLICT })
    },
};

pub(super) async fn answer(
    State(service): State<Service>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    private::answer(service, caller, request, VERIFY).await
}
