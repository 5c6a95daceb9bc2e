//! Writing Secrets: the one place that does.

use std::sync::Arc;

use sealkit_api::Applied;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Next, Reconciler, update_failure};
use crate::api::{ApiError, Written};
use crate::index::{Entry, Sealed, SecretMetadata};
use crate::keys::KeySet;
use crate::object::ObjectKey;
use crate::plan::{
    self, Failure, Outcome, Retry, SecretBody, Target, Unsealed, owner_reference, reason,
};
use crate::record;
use crate::workers::Share;

/// A Secret as it is sent. Has no `Debug`: it holds plaintext.
pub(super) enum Request {
    /// There must be none.
    Create(Vec<u8>),
    /// It takes the place of the one whose version it has.
    Replace(Vec<u8>),
}

impl Reconciler {
    /// Opens and renders on a thread that may be busy with it.
    pub(super) async fn unseal(
        &self,
        entry: &Entry,
        keys: &Arc<KeySet>,
    ) -> Result<Unsealed, Failure> {
        let (sealed, keys) = (Arc::clone(&entry.sealed), Arc::clone(keys));
        let accepts_deprecated_data = self.wishes.accepts_deprecated_data;
        let seconds = self.clock.now().0;
        let work = move || plan::unseal(&sealed, &keys, accepts_deprecated_data, seconds);
        self.workers.run(Share::Reconcile, work).await.unwrap_or_else(|_| {
            let message = "it could not be opened: an error of the service, which its log tells";
            Err(Failure::update(reason::UNAVAILABLE, message.to_owned(), Retry::Later))
        })
    }

    /// Writes the Secret, and says what became of it; else what is to be done next.
    pub(super) async fn write(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
    ) -> Result<Outcome, Next> {
        let sealed = &*entry.sealed;
        if self.wishes.dry_run {
            return Err(self.would_write(entry, target, unsealed).await);
        }
        if !self.leadership.may_write() {
            return Err(Next::Again);
        }
        match self.send(entry, target, unsealed).await {
            Ok(written) => Ok(self.written(entry, target, unsealed, written)),
            Err(error) => self.not_written(sealed, &error).await,
        }
    }

    async fn send(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
    ) -> Result<Written, ApiError> {
        let key = &entry.sealed.key;
        match self.request(entry, target, unsealed).await? {
            Request::Create(body) => self.api.create_secret(key, body).await,
            Request::Replace(body) => self.api.replace_secret(key, body).await,
        }
    }

    /// What is to be sent.
    pub(super) async fn request(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
    ) -> Result<Request, ApiError> {
        let (sealed, secret, settings) = (&*entry.sealed, &unsealed.secret, &self.wishes.settings);
        match (target, entry.secret.as_deref()) {
            (Target::Replace { takes_over }, Some(there)) => {
                let body = SecretBody::to_replace(sealed, secret, there, takes_over, settings);
                json(&body).map(Request::Replace)
            }
            (Target::Merge { takes_over }, Some(_)) => {
                let there = self.api.secret(&sealed.key).await?.ok_or(ApiError::NotFound)?;
                let body = merged(there, sealed, unsealed, takes_over).ok_or(ApiError::Conflict)?;
                json(&body).map(Request::Replace)
            }
            (Target::Create | Target::Replace { .. } | Target::Merge { .. }, _) => {
                json(&SecretBody::to_create(sealed, secret, settings)).map(Request::Create)
            }
        }
    }

    fn written(
        &self,
        entry: &Entry,
        target: Target,
        unsealed: &Unsealed,
        written: Written,
    ) -> Outcome {
        let sealed = &*entry.sealed;
        let secret = SecretMetadata::from(written.metadata.clone());
        let time = written.time.unwrap_or_else(|| self.clock.now());
        let applied = record::of(sealed, &secret, unsealed.keys.clone(), target.mode(), time);
        // Where all was as it should be, the record is, too: a new time alone would be a write for nothing.
        let applied = match entry.applied() {
            Some(earlier) if is_same_but_time(earlier, &applied) => earlier.clone(),
            _ => applied,
        };
        let version_before = entry.secret.as_ref().map(|secret| secret.resource_version.as_str());
        let has_changed = version_before != Some(secret.resource_version.as_str());
        // The watch may tell of this very write before the next line runs: the version says that it is known.
        self.index.set_applied(&sealed.key, applied.clone());
        self.index.put_secret(written.metadata, false);
        if has_changed {
            tracing::info!(object = %sealed.key, "its Secret was written");
            if entry.was_applied() {
                self.contention.restored(&sealed.key);
            }
        }
        Outcome::Synced { applied: Box::new(applied), has_changed }
    }

    async fn not_written(&self, sealed: &Sealed, error: &ApiError) -> Result<Outcome, Next> {
        match error {
            ApiError::AlreadyExists | ApiError::Conflict | ApiError::NotFound => {
                self.look_again(&sealed.key).await
            }
            // It goes with its namespace.
            ApiError::Terminating => Err(Next::Wait),
            error => Ok(Outcome::Failed(update_failure(error))),
        }
    }

    /// Somebody else has written, or the answer to an earlier write was lost.
    async fn look_again(&self, key: &ObjectKey) -> Result<Outcome, Next> {
        match self.api.secret_metadata(key).await {
            Ok(Some(metadata)) => drop(self.index.put_secret(metadata, true)),
            Ok(None) => drop(self.index.remove_secret(key)),
            Err(error) => return Ok(Outcome::Failed(update_failure(&error))),
        }
        Err(Next::Again)
    }
}

fn is_same_but_time(earlier: &Applied, applied: &Applied) -> bool {
    *earlier == Applied { time: earlier.time.clone(), ..applied.clone() }
}

/// What is sent is text and base64: writing it as JSON cannot fail.
fn json(body: &impl serde::Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(body)
        .map_err(|_| ApiError::Invalid("it cannot be written as JSON".to_owned()))
}

/// Somebody else's Secret with our items, labels and annotations in it. None where it is no object.
fn merged(
    mut there: Value,
    sealed: &Sealed,
    unsealed: &Unsealed,
    takes_over: bool,
) -> Option<Value> {
    let secret = &unsealed.secret;
    let root = there.as_object_mut()?;
    let secret_type = Some(secret.secret_type.as_str()).filter(|name| !name.is_empty());
    root.insert("type".to_owned(), json!(secret_type.unwrap_or("Opaque")));
    let data = object_in(root, "data")?;
    for (item, value) in &secret.data {
        let encoded = Zeroizing::new(kubeyaml::go_base64::encode(value.expose()));
        data.insert(item.clone(), json!(encoded.as_str()));
    }
    let metadata = object_in(root, "metadata")?;
    for (field, texts) in
        [("labels", &secret.metadata.labels), ("annotations", &secret.metadata.annotations)]
    {
        let field = object_in(metadata, field)?;
        field.extend(texts.iter().map(|(name, value)| (name.clone(), json!(value))));
    }
    if takes_over {
        metadata.insert("ownerReferences".to_owned(), json!([owner_reference(sealed)]));
    }
    // The server keeps them.
    metadata.remove("managedFields");
    Some(there)
}

/// A map in an object, made where there is none.
fn object_in<'a>(
    object: &'a mut serde_json::Map<String, Value>,
    field: &str,
) -> Option<&'a mut serde_json::Map<String, Value>> {
    let field = object.entry(field).or_insert_with(|| json!({}));
    if field.is_null() {
        *field = json!({});
    }
    field.as_object_mut()
}
