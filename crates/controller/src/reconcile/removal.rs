//! The Secret of a SealedSecret that is gone (`--old-gc-behavior`): deleted by the service, where Kubernetes' own garbage
//! collector does not.

use super::{Next, Reconciler};
use crate::api::ApiError;
use crate::index::SecretMetadata;
use crate::object::ObjectKey;

impl Reconciler {
    /// Deletes the Secret of a SealedSecret that is not known any more, if the Secret says that it was its own.
    pub(super) async fn remove_secret_of(&self, key: &ObjectKey) -> Next {
        if !self.wishes.deletes_secrets {
            return Next::Wait;
        }
        match self.try_to_remove(key).await {
            Ok(()) => Next::Wait,
            // Somebody has written meanwhile.
            Err(ApiError::Conflict) => Next::Again,
            Err(error) => {
                tracing::warn!(object = %key, %error, "the Secret of a SealedSecret that is gone cannot be deleted");
                Next::Later
            }
        }
    }

    async fn try_to_remove(&self, key: &ObjectKey) -> Result<(), ApiError> {
        // It may be there, and only not be selected by --label-selector any more.
        if self.api.sealed_secret(key).await?.is_some() {
            return Ok(());
        }
        let Some(metadata) = self.api.secret_metadata(key).await? else { return Ok(()) };
        let secret = SecretMetadata::from(metadata);
        let is_its_own = secret.sealed_secret_owner().is_some_and(|owner| owner.name == key.name);
        if !is_its_own || secret.is_deleting {
            return Ok(());
        }
        if self.wishes.dry_run {
            tracing::info!(object = %key, "dry run: its Secret would be deleted, as the SealedSecret was");
            return Ok(());
        }
        if !self.leadership.may_write() {
            return Err(ApiError::Conflict);
        }
        self.api.delete_secret(key, &secret).await?;
        self.index.remove_secret(key);
        tracing::info!(object = %key, "its Secret was deleted, as the SealedSecret was");
        Ok(())
    }
}
