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
    /// The object breaks a rule: the fields that do, or which rule.
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

/// What stands before the reason of an admission webhook, and of a ValidatingAdmissionPolicy.
const DENIED: [&str; 2] = ["denied the request", "denied request"];

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
                let fields = fields(&causes);
                let rule = || denied_by(&message).unwrap_or_default();
                Self::Invalid(if fields.is_empty() { rule() } else { fields })
            }
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => {
                Self::Forbidden(denied_by(&message).unwrap_or(message))
            }
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(retry_after),
            other => Self::Unavailable(format!("the API server answers {other}")),
        }
    }
}

fn is_immutable(cause: &StatusCause) -> bool {
    cause.message.as_deref().is_some_and(|message| message.contains(IMMUTABLE))
}

/// Which rule of the cluster's administrators denies it; none where a message does not say so. The reason that such a rule
/// gives is left out: it may quote a value.
fn denied_by(message: &str) -> Option<String> {
    let end_of = |words: &&str| Some(message.find(*words)? + words.len());
    let end = DENIED.iter().filter_map(end_of).min()?;
    message.get(..end).map(str::to_owned)
}

/// Which fields break a rule, and which one. The texts of the server are left out: some repeat the value.
fn fields(causes: &[StatusCause]) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let causes = causes.iter().filter(|cause| cause.field.is_some());
    let fields = causes.map(|cause| format!("{} ({})", text(&cause.field), text(&cause.reason)));
    fields.collect::<Vec<_>>().join(", ")
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
        let forbidden = |message: &str| refused(403, json!({"message": message})).to_string();
        assert_eq!(
            forbidden("admission webhook \"w\" denied the request: \"hunter2\" is too short"),
            "the service may not do this: admission webhook \"w\" denied the request"
        );
        assert_eq!(
            forbidden("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: hunter2"),
            "the service may not do this: ValidatingAdmissionPolicy 'p' with binding 'b' denied request"
        );
        let policy = json!({"message": "ValidatingAdmissionPolicy 'p' denied request: hunter2", "details": {"causes": [{"message": "hunter2"}]}});
        assert_eq!(
            refused(422, policy).to_string(),
            "the API server refuses the Secret as invalid: ValidatingAdmissionPolicy 'p' denied request"
        );
        let rights = "secrets is forbidden: User \"u\" cannot create resource \"secrets\"";
        assert!(forbidden(rights).ends_with(rights));
        assert!(
            matches!(refused(503, json!({"message": "hunter2"})), ApiError::Unavailable(text) if !text.contains("hunter2"))
        );
    }
}
