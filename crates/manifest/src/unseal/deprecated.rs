//! `spec.data`: the deprecated form of a SealedSecret, a whole Secret in JSON under one envelope.

use sealkit_core::{EncryptionLabel, KeyRing};

use super::Opener;
use crate::error::{Error, Reason};
use crate::sealed_secret::SealedSecret;
use crate::secret::Secret;

/// Opens `data` and reads the Secret in it. Its name and namespace are the SealedSecret's.
pub(super) fn unseal(
    sealed_secret: &SealedSecret,
    data: &str,
    keys: &KeyRing,
    label: &EncryptionLabel,
) -> Result<Secret, Error> {
    let opened = Opener::new(sealed_secret, keys, label).open_value("", data);
    let opened = opened.map_err(|error| error.in_field("data").in_field("spec"))?;
    let no_secret =
        || Error::from(Reason::DeprecatedDataIsNoSecret).in_field("data").in_field("spec");
    // The reader's own errors have places in a text that nobody sees.
    let input = kubeyaml::split(opened.expose()).map_err(|_| no_secret())?;
    let mut documents = input.documents();
    let (Some(document), None) = (documents.next(), documents.next()) else {
        return Err(no_secret());
    };
    let node = document.parse().ok().flatten().ok_or_else(no_secret)?;
    let mut secret = Secret::read(&node).map_err(|_| no_secret())?;
    secret.metadata.name.clone_from(&sealed_secret.metadata.name);
    secret.metadata.namespace.clone_from(&sealed_secret.metadata.namespace);
    Ok(secret)
}
