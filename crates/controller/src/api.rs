//! Requests to the API server, each with a limit on its time and on its answer. No answer is asked for data of a Secret, but the
//! one of a Secret that items are put into.

use std::time::Duration;

use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Status};
use kube::Client;
use kube::client::Body;
use sealkit_core::UnixTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

mod error;

pub use error::ApiError;

use crate::index::{FIELD_MANAGER, SecretMetadata};
use crate::object::{ObjectKey, SealedSecretObject};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How large an answer may be: what etcd stores is at most 1.5 MiB, and JSON of it no more than a few times that.
const MAX_ANSWER: usize = 16 << 20;

/// An answer as metadata alone.
const METADATA_ONLY: &str =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json";
const JSON: &str = "application/json";

/// The requests that the service makes. Clones share one client.
#[derive(Clone)]
pub struct Api {
    client: Client,
}

/// An object after a write, and the time of the API server's clock.
pub struct Written {
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// When, as the answer says.
    pub time: Option<UnixTime>,
}

#[derive(Deserialize)]
struct MetadataOnly {
    #[serde(default)]
    metadata: ObjectMeta,
}

struct Answer {
    body: Vec<u8>,
    time: Option<UnixTime>,
}

impl Api {
    /// Requests are sent by this client, which does not repeat them by itself.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Makes a Secret.
    ///
    /// # Errors
    /// There is one of that name; or see [`ApiError`].
    pub async fn create_secret(&self, key: &ObjectKey, body: Vec<u8>) -> Result<Written, ApiError> {
        let path = format!("/api/v1/namespaces/{}/secrets", key.namespace);
        self.write(Method::POST, &path, METADATA_ONLY, body).await
    }

    /// Replaces a Secret, whose version the body has.
    ///
    /// # Errors
    /// Somebody else was faster; or see [`ApiError`].
    pub async fn replace_secret(
        &self,
        key: &ObjectKey,
        body: Vec<u8>,
    ) -> Result<Written, ApiError> {
        self.write(Method::PUT, &secret_path(key), METADATA_ONLY, body).await
    }

    /// Metadata of a Secret; none where there is none.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn secret_metadata(&self, key: &ObjectKey) -> Result<Option<ObjectMeta>, ApiError> {
        let found = self.get::<MetadataOnly>(&secret_path(key), METADATA_ONLY).await?;
        Ok(found.map(|object| object.metadata))
    }

    /// Deletes this very state of a Secret. One that is gone already is no error.
    ///
    /// # Errors
    /// Somebody has written it since; or see [`ApiError`].
    pub async fn delete_secret(
        &self,
        key: &ObjectKey,
        secret: &SecretMetadata,
    ) -> Result<(), ApiError> {
        let body = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": secret.uid, "resourceVersion": secret.resource_version},
        });
        let body = body.to_string().into_bytes();
        match self.send(Method::DELETE, &secret_path(key), METADATA_ONLY, body).await {
            Ok(_) | Err(ApiError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A whole Secret, with its data.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn secret(&self, key: &ObjectKey) -> Result<Option<serde_json::Value>, ApiError> {
        self.get(&secret_path(key), JSON).await
    }

    /// A SealedSecret.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn sealed_secret(
        &self,
        key: &ObjectKey,
    ) -> Result<Option<SealedSecretObject>, ApiError> {
        self.get(&sealed_secret_path(key), JSON).await
    }

    /// Replaces the status of a SealedSecret, whose version the body has.
    ///
    /// # Errors
    /// Somebody else was faster; or see [`ApiError`].
    pub async fn replace_status(
        &self,
        key: &ObjectKey,
        body: Vec<u8>,
    ) -> Result<SealedSecretObject, ApiError> {
        let path = format!("{}/status", sealed_secret_path(key));
        let answer = self.send(Method::PUT, &path, JSON, body).await?;
        parse(&answer.body)
    }

    /// Makes an event.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn create_event(&self, namespace: &str, body: Vec<u8>) -> Result<(), ApiError> {
        let path = format!("/api/v1/namespaces/{namespace}/events");
        self.send(Method::POST, &path, METADATA_ONLY, body).await.map(drop)
    }

    async fn write(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        body: Vec<u8>,
    ) -> Result<Written, ApiError> {
        let answer = self.send(method, path, accept, body).await?;
        let MetadataOnly { metadata } = parse(&answer.body)?;
        Ok(Written { metadata, time: answer.time })
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        accept: &str,
    ) -> Result<Option<T>, ApiError> {
        match self.send(Method::GET, path, accept, Vec::new()).await {
            Ok(answer) => parse(&answer.body).map(Some),
            Err(ApiError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        body: Vec<u8>,
    ) -> Result<Answer, ApiError> {
        let uri = match method {
            Method::POST | Method::PUT => format!("{path}?fieldManager={FIELD_MANAGER}"),
            _ => path.to_owned(),
        };
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, JSON)
            .body(Body::from(body))
            .map_err(|_| ApiError::Unavailable("the request has no valid path".to_owned()))?;
        match tokio::time::timeout(TIMEOUT, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ApiError::Unavailable("the API server does not answer".to_owned())),
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Answer, ApiError> {
        let answer =
            self.client.send(request).await.map_err(|error| ApiError::unreachable(&error))?;
        let (head, body) = answer.into_parts();
        let retry_after =
            text(&head.headers, &header::RETRY_AFTER).and_then(|text| text.parse().ok());
        let time = text(&head.headers, &header::DATE).and_then(date);
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|_| ApiError::Unavailable("its answer broke off".to_owned()))?;
        let body = body.to_bytes().to_vec();
        if head.status.is_success() {
            return Ok(Answer { body, time });
        }
        Err(refused(head.status, retry_after.map(Duration::from_secs), &body))
    }
}

fn secret_path(key: &ObjectKey) -> String {
    format!("/api/v1/namespaces/{}/secrets/{}", key.namespace, key.name)
}

fn sealed_secret_path(key: &ObjectKey) -> String {
    let (group, version, plural) = (sealkit_api::GROUP, sealkit_api::VERSION, sealkit_api::PLURAL);
    format!("/apis/{group}/{version}/namespaces/{}/{plural}/{}", key.namespace, key.name)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // What cannot be read is not shown: it may be a Secret.
    serde_json::from_slice(body)
        .map_err(|_| ApiError::Unavailable("its answer cannot be read".to_owned()))
}

fn refused(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> ApiError {
    let details = serde_json::from_slice::<Status>(body).unwrap_or_default();
    ApiError::refused(status, retry_after, details)
}

fn text<'a>(headers: &'a http::HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// As HTTP writes it (RFC 9110, section 5.6.7).
fn date(text: &str) -> Option<UnixTime> {
    let time = httpdate::parse_http_date(text).ok()?;
    let seconds = time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(seconds).ok().map(UnixTime)
}
