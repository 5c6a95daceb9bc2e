//! A key Secret between the API server and the reader of keys. What held a private key is wiped.

use std::ops::Deref;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret as ApiSecret;
use sealkit_core::{Plaintext, UnixTime};
use sealkit_manifest::Secret;
use sealkit_manifest::key_secret::{KEY_ACTIVE, KEY_LABEL};
use zeroize::Zeroize as _;

/// A Secret of the API whose values are wiped when it is dropped. Has no `Debug`.
pub struct WipedSecret(ApiSecret);

impl From<ApiSecret> for WipedSecret {
    fn from(secret: ApiSecret) -> Self {
        Self(secret)
    }
}

impl Deref for WipedSecret {
    type Target = ApiSecret;

    fn deref(&self) -> &ApiSecret {
        &self.0
    }
}

impl Drop for WipedSecret {
    fn drop(&mut self) {
        for value in self.0.data.iter_mut().flat_map(|data| data.values_mut()) {
            value.0.zeroize();
        }
        // `kubectl apply` leaves a copy of the whole object in an annotation.
        for value in self.0.metadata.annotations.iter_mut().flat_map(|texts| texts.values_mut()) {
            value.zeroize();
        }
    }
}

impl WipedSecret {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.metadata.name.as_deref().unwrap_or_default()
    }

    /// Whether its key is in use: it has the label, or no such label and exactly the prefix for a name, as the key that was
    /// there before there were labels.
    #[must_use]
    pub fn is_active(&self, prefix: &str) -> bool {
        match self.0.metadata.labels.as_ref().and_then(|labels| labels.get(KEY_LABEL)) {
            Some(value) => value == KEY_ACTIVE,
            None => self.name() == prefix,
        }
    }

    /// What the reader of keys needs of it.
    #[must_use]
    pub fn into_secret(mut self) -> Secret {
        let mut secret = Secret::default();
        self.name().clone_into(&mut secret.metadata.name);
        let created = self.0.metadata.creation_timestamp.as_ref();
        secret.created = created.map(|time| UnixTime(time.0.as_second()));
        let data = self.0.data.take().unwrap_or_default();
        secret.data.extend(data.into_iter().map(|(item, value)| (item, Plaintext::from(value.0))));
        secret
    }

    /// A Secret for the API.
    #[must_use]
    pub fn from_secret(secret: Secret) -> Self {
        let bytes = |value: Plaintext| ByteString(value.expose().to_vec());
        let data = secret.data.into_iter().map(|(item, value)| (item, bytes(value)));
        let mut out = ApiSecret {
            data: Some(data.collect()),
            immutable: secret.immutable,
            type_: Some(secret.secret_type),
            ..ApiSecret::default()
        };
        out.metadata.name = Some(secret.metadata.name);
        out.metadata.namespace = Some(secret.metadata.namespace);
        out.metadata.labels = Some(secret.metadata.labels);
        out.metadata.annotations = Some(secret.metadata.annotations);
        Self(out)
    }
}
