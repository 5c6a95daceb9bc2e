//! A SealedSecret under the key that is served.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use sealkit_manifest::{OpenedValues, SealedSecret, re_encrypt};

use super::answer;
use super::connections::Caller;
use super::private::{self, Endpoint};
use super::service::Service;
use crate::keys::KeySet;

const ROTATE: Endpoint = Endpoint { limiter: |limits| &limits.rotate, reply };

pub(super) async fn answer(
    State(service): State<Service>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    private::answer(service, caller, request, ROTATE).await
}

fn reply(opened: Option<(SealedSecret, OpenedValues)>, keys: &KeySet) -> Response {
    match opened.and_then(|(sealed, opened)| rotated(sealed, &opened, keys)) {
        Some(json) => answer::text(StatusCode::OK, json),
        None => answer::text(StatusCode::INTERNAL_SERVER_ERROR, "cannot rotate\n"),
    }
}

/// JSON, without a newline at the end. The values are sealed under the label that opened them.
fn rotated(sealed: SealedSecret, opened: &OpenedValues, keys: &KeySet) -> Option<String> {
    let key = keys.served()?.certificate.sealing_key();
    let sealed = re_encrypt(sealed, opened, key, &mut rand::rng()).ok()?;
    Some(kubeyaml::to_json_line(&sealed.to_tree()).to_string())
}
