//! Why the API server did not do what it was asked for.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Status, StatusCause};

/// Why the API server did not do what it was asked for. Never holds a part of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// There is an object of that name.
    AlreadyExists,
    /// The object was changed since it was read.
    Conflict,
    /// There is no such object.
    NotFound,
    /// Its namespace is being deleted.
    Terminating,
    /// The Secret is immutable.
    Immutable,
    /// The object breaks a rule: the fields that do.
    Invalid(String),
    /// The service's account may not.
    Forbidden(String),
    /// Too many requests; when to come again.
    TooMany(Option<Duration>),
    /// It does not answer, or cannot do it at the moment.
    Unavailable(String),
}

/// What `details.causes` says where a namespace is being deleted.
const TERMINATING: &str = "NamespaceTerminating";
/// What the rule on immutable Secrets says.
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

impl ApiError {
    /// The connection failed.
    pub(super) fn unreachable(error: &kube::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        Self::Unavailable(text)
    }

    /// It answered with a status that is no success.
    pub(super) fn refused(
        status: StatusCode,
        retry_after: Option<Duration>,
        details: Status,
    ) -> Self {
        let reason = details.reason.unwrap_or_default();
        let causes = details.details.and_then(|details| details.causes).unwrap_or_default();
        let message = details.message.unwrap_or_default();
        let is_terminating =
            causes.iter().any(|cause| cause.reason.as_deref() == Some(TERMINATING));
        match status {
            StatusCode::FORBIDDEN if is_terminating => Self::Terminating,
            StatusCode::CONFLICT if reason == "AlreadyExists" => Self::AlreadyExists,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::UNPROCESSABLE_ENTITY if causes.iter().any(is_immutable) => Self::Immutable,
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => {
                Self::Invalid(fields(&causes))
            }
            // Whose account, and what it may not: names alone.
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Self::Forbidden(message),
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(retry_after),
            other => Self::Unavailable(format!("the API server answers {other}")),
        }
    }
}

fn is_immutable(cause: &StatusCause) -> bool {
    cause.message.as_deref().is_some_and(|message| message.contains(IMMUTABLE))
}

/// Which fields break a rule, and which one. The texts of the server are left out: some repeat the value.
fn fields(causes: &[StatusCause]) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let causes =
        causes.iter().map(|cause| format!("{} ({})", text(&cause.field), text(&cause.reason)));
    causes.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExists => f.write_str("there is one of that name already"),
            Self::Conflict => f.write_str("it was changed meanwhile"),
            Self::NotFound => f.write_str("it does not exist"),
            Self::Terminating => f.write_str("the namespace is being deleted"),
            Self::Immutable => f.write_str("the target Secret is immutable"),
            Self::Invalid(fields) if fields.is_empty() => {
                f.write_str("the API server refuses the Secret as invalid")
            }
            Self::Invalid(fields) => {
                write!(f, "the API server refuses the Secret as invalid: {fields}")
            }
            Self::Forbidden(message) => write!(f, "the service may not do this: {message}"),
            Self::TooMany(_) => f.write_str("the API server gets too many requests"),
            Self::Unavailable(why) => write!(f, "the API server cannot be used: {why}"),
        }
    }
}

impl StdError for ApiError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(code: u16, body: serde_json::Value) -> ApiError {
        let status = StatusCode::from_u16(code).unwrap();
        ApiError::refused(status, None, serde_json::from_value(body).unwrap())
    }

    #[test]
    fn answers_are_told_apart() {
        let cause = |reason: &str, message: &str| json!({"message": format!("SENTINEL {message}"), "details": {"causes": [{"reason": reason, "message": message, "field": "data"}]}});
        assert_eq!(refused(403, cause("NamespaceTerminating", "")), ApiError::Terminating);
        assert_eq!(refused(409, json!({"reason": "AlreadyExists"})), ApiError::AlreadyExists);
        assert_eq!(refused(409, json!({"reason": "Conflict"})), ApiError::Conflict);
        let immutable =
            cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set");
        assert_eq!(refused(422, immutable), ApiError::Immutable);
        let invalid = refused(422, cause("FieldValueInvalid", "Invalid value: \"hunter2\": no"));
        assert_eq!(
            invalid.to_string(),
            "the API server refuses the Secret as invalid: data (FieldValueInvalid)"
        );
        assert_eq!(refused(429, json!({})), ApiError::TooMany(None));
        assert!(
            matches!(refused(503, json!({"message": "hunter2"})), ApiError::Unavailable(text) if !text.contains("hunter2"))
        );
    }
}
